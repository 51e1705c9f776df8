/** What a SeriesMemory is told when it is made, and what it says of itself. */
import type { ChunkKernel, RowKernel } from "../../kernel/index.ts";

import type { RefusedNames } from "../../model/index.ts";

export interface SeriesMemoryOptions {
  /** More series than this are refused and counted. */
  readonly seriesCountMax: number;
  /**
   * When names, samples and lists take more, new series are refused, and a series that seals a chunk
   * lets go of its two oldest. Tables and the rounding up to pages come on top. `limitMemory` changes it.
   */
  readonly memoryBytesMax?: number;
  /** False: only new series are refused at the limit; the owner makes room, as it moves samples to disk. */
  readonly shedsAtLimit?: boolean;
  /** Samples after which an open chunk is sealed; at most half of chunkSampleCountMax. */
  readonly chunkSampleCount?: number;
  /** What encodes and decodes chunks; the TypeScript twin where it is not given. */
  readonly chunks?: ChunkKernel | undefined;
  /** What takes rows, with the records of the series, its own from now on; the twin where it is not given. */
  readonly rows?: RowKernel | undefined;
  /** Called by `resolve` for a name seen first; not by `restoreName`. */
  readonly onNewSeries: (id: number, bytes: Uint8Array, start: number, end: number) => void;
  /**
   * Called for each chunk sealed. The bytes are lent for the time of the call; the callee must not
   * call back. `isRewrite`: made of a chunk sealed before and samples that came late; wherever both
   * have a sample of one time, this one holds. Not called for `restoreSealed` itself; `add` and
   * `restoreOpen` do call it when a chunk fills up, in recovery too.
   */
  readonly onSealed: (
    id: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
    isRewrite: boolean,
  ) => void;
}

/** Where the bytes of `memoryBytes` are. */
export interface SeriesMemoryParts {
  readonly names: number;
  /** Samples in no chunk yet, and those that came late. */
  readonly open: number;
  readonly late: number;
  readonly directory: number;
  /** The newest samples of each series, and what else a sample touches that comes. */
  readonly records: number;
  /** What blocks are rounded up by is theirs for the most part. */
  readonly chunks: number;
  /** Free blocks in pages in use. */
  readonly free: number;
}

export interface SeriesMemoryStats {
  readonly seriesCount: number;
  /** Late samples that wait to be merged count, even where they will replace another. */
  readonly sampleCount: number;
  readonly memoryBytes: number;
  /** Samples older than the newest of their series. */
  readonly lateCount: number;
  /** Samples that replaced one of the same time; late ones are known when they are merged. */
  readonly duplicateCount: number;
  /** Of `sampleCount`, those in sealed chunks, and the bytes of these chunks. */
  readonly sealedSampleCount: number;
  readonly sealedBytes: number;
  readonly refusedNames: readonly RefusedNames[];
  /** Times a name was refused: too many series or bytes, or no name. */
  readonly refusedSeriesCount: number;
  /** Samples refused: time not a whole number in range, or value not finite. */
  readonly refusedSampleCount: number;
  /** Samples let go of before their time at memoryBytesMax; they are still on disk. */
  readonly shedSampleCount: number;
}
