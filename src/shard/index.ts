export { replayBand } from "./band-replay.ts";
export { BatchPort } from "./batch-port.ts";
export { BatchRouter } from "./batch-router.ts";
export { decideWindow, undecided } from "./decide-window.ts";
export { KnownShapes } from "./known-shapes.ts";
export { HistoryLessons } from "./history-lessons.ts";
export { LearnedFile } from "./learned-file.ts";
export { JudgeLoop } from "./judge-loop.ts";
export { RoomMeter } from "./room-meter.ts";
export { RulesTrials, type TrialParts, tryRulesOver } from "./rules-trial.ts";
export type { ShardSearchReply } from "./search-messages.ts";
export { SearchPool } from "./search-pool.ts";
export type { SeriesSweep } from "./series-sweep.ts";
export { ShapeKeeper } from "./shape-keeper.ts";
export { ShardPool } from "./shard-pool.ts";
export {
  serveShard,
  type ShardServiceParts,
  type ShardShare,
  threadCpuMs,
} from "./shard-service.ts";
export { StreamSweep } from "./stream-sweep.ts";
export { VoteSweep } from "./vote-sweep.ts";
export { WindowScratch } from "./window-scratch.ts";
