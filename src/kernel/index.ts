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
