/**
 * The last day of every series of one shard, in memory: SeriesWindow, and the hooks by which the
 * disk beside it learns of new names and sealed chunks. Signatures first.
 */
import { AssertionError } from "../../../base/assert.ts";
import type { SeriesWindow, TimeRange } from "../../../model/index.ts";

export interface SeriesMemoryOptions {
  /** More series than this are refused and counted. */
  readonly seriesCountMax: number;
  /** Above it new series are refused, and a series that seals a chunk lets go of its oldest. */
  readonly memoryBytesMax?: number;
  /** Samples after which an open chunk is sealed; at most chunkSampleCountMax / 2. */
  readonly chunkSampleCount?: number;
  /** Called by `resolve` for a name seen first; not by `restoreName`. */
  readonly onNewSeries: (id: number, bytes: Uint8Array, start: number, end: number) => void;
  /**
   * Called for each chunk sealed. The bytes are lent for the time of the call; the callee must not
   * call back. `isRewrite`: the chunk replaces all that was sealed within its time range before.
   * A rewrite may hold samples that no earlier chunk had (they came late). Not called for
   * `restoreSealed`; `add` and `restoreOpen` do call it when a chunk fills up, in recovery too.
   */
  readonly onSealed: (
    id: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
    isRewrite: boolean,
  ) => void;
}

export interface SeriesMemoryStats {
  readonly seriesCount: number;
  readonly sampleCount: number;
  readonly memoryBytes: number;
  /** Samples older than the newest of their series. */
  readonly lateCount: number;
  /** Samples that replaced one of the same time. */
  readonly duplicateCount: number;
  /** Names refused at seriesCountMax or memoryBytesMax. */
  readonly refusedSeriesCount: number;
  /** Samples refused: time not a whole number in range, or value not finite. */
  readonly refusedSampleCount: number;
  /** Samples let go of before their time at memoryBytesMax (they are still on disk). */
  readonly shedSampleCount: number;
}

export class SeriesMemory implements SeriesWindow {
  constructor(options: SeriesMemoryOptions) {
    throw unfinished(options);
  }

  // As SeriesWindow. `newestMs` stays when the newest sample itself was evicted.
  get idCount(): number {
    throw unfinished();
  }
  isLive(id: number): boolean {
    throw unfinished(id);
  }
  name(id: number): string {
    throw unfinished(id);
  }
  find(name: string): number | undefined {
    throw unfinished(name);
  }
  newestMs(id: number): number {
    throw unfinished(id);
  }
  revision(id: number): number {
    throw unfinished(id);
  }
  sampleCountMax(id: number, range: TimeRange): number {
    throw unfinished(id, range);
  }
  copy(id: number, range: TimeRange, timesMs: Float64Array, values: Float64Array): number {
    throw unfinished(id, range, timesMs, values);
  }

  /** The id of a name, made if new; -1 where a limit refuses it (counted). */
  resolve(bytes: Uint8Array, start: number, end: number): number {
    throw unfinished(bytes, start, end);
  }
  /** Takes one sample of a live id. @returns false where it was refused (counted) */
  add(id: number, timeMs: number, value: number): boolean {
    throw unfinished(id, timeMs, value);
  }

  // Recovery.
  /** @returns false where the id or the name is taken by another */
  restoreName(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    throw unfinished(id, bytes, start, end);
  }
  /** Of overlapping chunks the later call wins, sample by sample. @returns false: no sound chunk */
  restoreSealed(id: number, bytes: Uint8Array, offset: number, length: number): boolean {
    throw unfinished(id, bytes, offset, length);
  }
  /** Takes what `encodeOpen` gave. @returns false: no sound chunk */
  restoreOpen(id: number, bytes: Uint8Array, offset: number, length: number): boolean {
    throw unfinished(id, bytes, offset, length);
  }
  /** Forgets samples not yet sealed. */
  discardOpen(id: number): void {
    throw unfinished(id);
  }

  // Checkpoint.
  /** No `encodeOpen` writes more. */
  get openBytesMax(): number {
    throw unfinished();
  }
  /** All samples not yet sealed, as one chunk. @returns bytes written, 0 when there are none */
  encodeOpen(id: number, out: Uint8Array, offset: number): number {
    throw unfinished(id, out, offset);
  }
  /** Visits sealed chunks that touch the range, oldest first; bytes are lent for the call. */
  visitSealed(
    id: number,
    range: TimeRange,
    visit: (bytes: Uint8Array, offset: number, length: number) => void,
  ): void {
    throw unfinished(id, range, visit);
  }
  /** The name's bytes, lent until the next change. */
  nameBytes(id: number): Uint8Array {
    throw unfinished(id);
  }

  // Retention.
  /** Lets go of sealed chunks wholly before `timeMs`. */
  evictBefore(id: number, timeMs: number): void {
    throw unfinished(id, timeMs);
  }
  /** Forgets the series; its id is given to a later one. */
  removeSeries(id: number): void {
    throw unfinished(id);
  }

  stats(): SeriesMemoryStats {
    throw unfinished();
  }
}

function unfinished(...facts: unknown[]): AssertionError {
  return new AssertionError(`to be written: ${facts.length}`);
}
