export {
  chunkBytes,
  chunkBytesAt,
  chunkBytesMax,
  chunkCount,
  chunkCountAt,
  chunkFirstMs,
  chunkLastMs,
  chunkSampleCountMax,
  chunkTimeMsMax,
  decodeChunk,
  decodeChunkTimes,
  encodeChunk,
} from "./chunk.ts";
export { type ChunkKernel, openChunkKernel } from "./chunk-kernel.ts";
export { DistanceRows } from "./distance-rows.ts";
export { bestQuery, type BestQuery, laggedQuery, type LaggedQuery } from "./lagged-query.ts";
export { kernelRowsMax, viewRowsMax } from "./row-memory.ts";
export {
  absoluteQuery,
  absoluteReachOf,
  reachOf,
  singleQuery,
  type SingleQuery,
} from "./single-query.ts";
export { compileKernels, type KernelModules } from "./kernel-modules.ts";
export { RowKernel, type RowRange } from "./row-kernel.ts";
export { rowRoom, type SeriesRecords, stagedCountMax } from "./series-records.ts";
export { nextSerialBit, sameTimeBit, valueForm } from "./packed-rows.ts";
export { firstPlace, KnownRows } from "./known-rows.ts";
export type { KnownColumns } from "./known-names.ts";
export { columnCountMax, type ColumnPair, type SampleModule } from "./sample-module.ts";
