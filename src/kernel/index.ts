export {
  chunkBytes,
  chunkBytesMax,
  chunkCount,
  chunkFirstMs,
  chunkLastMs,
  chunkSampleCountMax,
  chunkTimeMsMax,
  decodeChunk,
  decodeChunkTimes,
  encodeChunk,
} from "./chunk.ts";
export {
  DistanceRows,
  kernelRowsMax,
  reachOf,
  singleQuery,
  type SingleQuery,
} from "./distance-rows.ts";
export { compileKernels, type KernelModules } from "./kernel-modules.ts";
