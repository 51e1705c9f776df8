export { BatchPort, creditCount } from "./batch-port.ts";
export { BatchRouter } from "./batch-router.ts";
export { JudgeLoop, judgedSampleCountMax } from "./judge-loop.ts";
export { serveShard } from "./shard-service.ts";
export { ShardPool } from "./shard-pool.ts";
