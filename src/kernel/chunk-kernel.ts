/**
 * The door to the chunk codec in WebAssembly, and its twin, the readers and writers of chunk.ts, which
 * define it: the same samples, the same bytes, and -1 for the same bytes that are no chunk.
 *
 * A series is decoded as a run: its chunks are put one by one, and then decoded in one call. Columns
 * from `takePair` are filled where they lie; others get a copy.
 */
import { assert } from "../base/assert.ts";
import {
  chunkBytesMax,
  chunkCountAt,
  chunkSampleCountMax,
  decodeChunk,
  encodeChunk,
} from "./chunk.ts";
import type { KernelModules } from "./kernel-modules.ts";
import {
  columnCountMax,
  type ColumnPair,
  openSampleModule,
  runBytesMax,
  type SampleModule,
} from "./sample-module.ts";

export interface ChunkKernel {
  /** Where the module runs, for the kernels that work on the same columns. */
  readonly module: SampleModule | undefined;

  /** How many samples the chunks put so far have, by their headers. */
  readonly putSampleCount: number;

  /** A pair of columns of `columnCountMax` samples, the caller's own from now on. */
  takePair(): ColumnPair;

  /**
   * Puts a chunk behind those already put; its bytes are copied.
   * @param wordAt  where it begins
   * @returns false where there is no room: what was put must be decoded first
   */
  put(words: Uint32Array, wordAt: number, sizeBytes: number): boolean;

  /**
   * Decodes what was put to timesMs and values [at, …), and forgets it.
   * @returns how many samples; -1 where one was no chunk or the columns have no room
   */
  decode(timesMs: Float64Array, values: Float64Array, at: number): number;

  /** As `encodeChunk`. */
  encode(
    timesMs: Float64Array,
    values: Float64Array,
    from: number,
    count: number,
    out: Uint8Array,
    offset: number,
  ): number;
}

/** @param pairCount  how many pairs of columns are wanted where they need no copy */
export function openChunkKernel(modules: KernelModules, pairCount = 0): ChunkKernel {
  const module = openSampleModule(modules, pairCount);
  return module === undefined ? new ChunkTwin() : new ChunkInstance(module);
}

/** The chunks put so far, in the memory given. */
class ChunkRun {
  readonly #words: Uint32Array<ArrayBuffer>;
  #wordCount = 0;
  #sampleCount = 0;

  constructor(buffer: ArrayBuffer, offset: number) {
    this.#words = new Uint32Array(buffer, offset, runBytesMax / 4);
  }

  get sizeBytes(): number {
    return this.#wordCount * 4;
  }

  get sampleCount(): number {
    return this.#sampleCount;
  }

  put(words: Uint32Array, wordAt: number, sizeBytes: number): boolean {
    const wordCount = (sizeBytes + 3) >>> 2;
    const run = this.#words;
    const to = this.#wordCount;
    const sampleCount = this.#sampleCount + chunkCountAt(words, wordAt);
    if (to + wordCount > run.length || sampleCount > columnCountMax) return false;
    // A view to copy from costs more than the copy of what a chunk usually is.
    if (wordCount > 300) run.set(words.subarray(wordAt, wordAt + wordCount), to);
    else for (let i = 0; i < wordCount; i++) run[to + i] = words[wordAt + i]!;
    this.#wordCount = to + wordCount;
    this.#sampleCount = sampleCount;
    return true;
  }

  clear(): void {
    this.#wordCount = 0;
    this.#sampleCount = 0;
  }
}

class ChunkInstance implements ChunkKernel {
  readonly module: SampleModule;
  readonly #run: ChunkRun;
  readonly #times: Float64Array<ArrayBuffer>;
  readonly #values: Float64Array<ArrayBuffer>;
  readonly #bytes: Uint8Array<ArrayBuffer>;

  constructor(module: SampleModule) {
    this.module = module;
    const { buffer, spareTimesAt, spareValuesAt } = module;
    this.#run = new ChunkRun(buffer, module.runAt);
    this.#times = new Float64Array(buffer, spareTimesAt, columnCountMax);
    this.#values = new Float64Array(buffer, spareValuesAt, columnCountMax);
    this.#bytes = new Uint8Array(buffer);
  }

  get putSampleCount(): number {
    return this.#run.sampleCount;
  }

  takePair(): ColumnPair {
    return this.module.takePair() ?? plainPair();
  }

  put(words: Uint32Array, wordAt: number, sizeBytes: number): boolean {
    return this.#run.put(words, wordAt, sizeBytes);
  }

  decode(timesMs: Float64Array, values: Float64Array, at: number): number {
    const { module } = this;
    const end = module.runAt + this.#run.sizeBytes;
    this.#run.clear();
    const room = Math.min(timesMs.length, values.length) - at;
    if (room < 0) return -1;
    if (module.holds(timesMs) && module.holds(values)) {
      const timesAt = timesMs.byteOffset + at * 8;
      const valuesAt = values.byteOffset + at * 8;
      return module.exports.decodeRun(module.runAt, end, timesAt, valuesAt, room);
    }
    const { spareTimesAt, spareValuesAt } = module;
    const spareRoom = Math.min(room, columnCountMax);
    const count = module.exports.decodeRun(
      module.runAt,
      end,
      spareTimesAt,
      spareValuesAt,
      spareRoom,
    );
    if (count <= 0) return count;
    timesMs.set(this.#times.subarray(0, count), at);
    values.set(this.#values.subarray(0, count), at);
    return count;
  }

  encode(
    timesMs: Float64Array,
    values: Float64Array,
    from: number,
    count: number,
    out: Uint8Array,
    offset: number,
  ): number {
    assert(
      count >= 1 && count <= chunkSampleCountMax,
      "a chunk has 1 to chunkSampleCountMax samples",
    );
    assert(
      from + count <= timesMs.length && from + count <= values.length,
      "the samples are there",
    );
    assert(offset + chunkBytesMax(count) <= out.length, "there is room for the longest chunk");
    for (let i = 0; i < count; i++) {
      this.#times[i] = timesMs[from + i]!;
      this.#values[i] = values[from + i]!;
    }
    const { exports, spareTimesAt, spareValuesAt, chunkAt } = this.module;
    const length = exports.encodeChunk(spareTimesAt, spareValuesAt, count, chunkAt);
    assert(length > 0, "times are whole, 0 <= t < 2^48, and ascend");
    for (let i = 0; i < length; i++) out[offset + i] = this.#bytes[chunkAt + i]!;
    return length;
  }
}

class ChunkTwin implements ChunkKernel {
  readonly module = undefined;
  readonly #buffer = new ArrayBuffer(runBytesMax);
  readonly #bytes = new Uint8Array(this.#buffer);
  readonly #run = new ChunkRun(this.#buffer, 0);

  get putSampleCount(): number {
    return this.#run.sampleCount;
  }

  takePair(): ColumnPair {
    return plainPair();
  }

  put(words: Uint32Array, wordAt: number, sizeBytes: number): boolean {
    return this.#run.put(words, wordAt, sizeBytes);
  }

  decode(timesMs: Float64Array, values: Float64Array, at: number): number {
    const run = this.#bytes.subarray(0, this.#run.sizeBytes);
    this.#run.clear();
    let count = 0;
    for (let offset = 0; offset < run.length;) {
      const more = decodeChunk(run, offset, timesMs, values, at + count);
      if (more < 0) return -1;
      count += more;
      offset += ((run[offset + 3]! | (run[offset + 4]! << 8)) + 3) & ~3;
    }
    return count;
  }

  encode(
    timesMs: Float64Array,
    values: Float64Array,
    from: number,
    count: number,
    out: Uint8Array,
    offset: number,
  ): number {
    return encodeChunk(timesMs, values, from, count, out, offset);
  }
}

function plainPair(): ColumnPair {
  return {
    timesMs: new Float64Array(columnCountMax),
    values: new Float64Array(columnCountMax),
  };
}
