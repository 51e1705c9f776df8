export { DataFolder, EmbeddedStore } from "./embedded/index.ts";
export { StoreError } from "./errors.ts";
export { RemoteStore } from "./remote/index.ts";
