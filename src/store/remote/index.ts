export { RemoteStore } from "./remote-store.ts";
