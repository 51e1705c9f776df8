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
  decodeChunkValues,
  encodeChunk,
} from "./chunk.ts";
