export { parseRedisAddress, redisAddressForms } from "./options.ts";
export type { RedisSeriesOptions } from "./options.ts";
export { openRedisSeries } from "./redis-series.ts";
export { SkylineMemory } from "./skyline-memory.ts";
