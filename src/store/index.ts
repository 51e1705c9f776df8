export { openElasticsearchSeries } from "./elasticsearch/index.ts";
export { DataFolder, EmbeddedStore } from "./embedded/index.ts";
export { readOnlyDisk } from "./log/read-only-disk.ts";
export { StoreError } from "./errors.ts";
export { makeFolders } from "./make-folders.ts";
export {
  openRedisSeries,
  parseRedisAddress,
  redisAddressForms,
  SkylineMemory,
} from "./redis/index.ts";
export { RemoteError, type RemoteSeries, RemoteStore } from "./remote/index.ts";
