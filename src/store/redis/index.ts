export { parseRedisAddress, redisAddressForms, showRedisAddress } from "./options.ts";
export type { RedisAddress, RedisSeriesOptions, RedisServerOptions } from "./options.ts";
export { openRedisSeries } from "./redis-series.ts";
