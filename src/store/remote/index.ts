export { RemoteError, type RemoteSeries } from "./remote-series.ts";
export { RemoteStore } from "./remote-store.ts";
