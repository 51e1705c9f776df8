export { BatchPort } from "./batch-port.ts";
export { BatchRouter } from "./batch-router.ts";
export { JudgeLoop } from "./judge-loop.ts";
export type { ShardSearchReply } from "./search-messages.ts";
export { SearchPool } from "./search-pool.ts";
export { ShapeKeeper } from "./shape-keeper.ts";
export { ShardPool } from "./shard-pool.ts";
export { serveShard, type ShardShare, threadCpuMs } from "./shard-service.ts";
