export { BatchPort, creditCount } from "./batch-port.ts";
export { BatchRouter } from "./batch-router.ts";
export { JudgeLoop, judgedSampleCountMax } from "./judge-loop.ts";
export { SearchPool, type SearchPoolOptions } from "./search-pool.ts";
export type { ShardSearchReply } from "./search-messages.ts";
export { ShapeKeeper } from "./shape-keeper.ts";
export { serveShard, threadCpuMs } from "./shard-service.ts";
export { ShardPool } from "./shard-pool.ts";
