/**
 * One instance of wasm/checks.ts, and where things lie in its memory:
 *
 *     statics   the module's own tables and scratch
 *     run       chunks to decode, one behind the other; behind them what a load may touch besides
 *     chunk     one chunk encoded
 *     spare     a pair of columns for what comes from and goes to columns elsewhere
 *     pairs     pairs of columns handed out, which need no copy
 *
 * The memory takes its size once, at the start: growing it later would empty all views. What is never
 * written to takes no real memory.
 */
import { assert } from "../base/assert.ts";
import { chunkBytesMax, chunkSampleCountMax } from "./chunk.ts";
import type { KernelModules } from "./kernel-modules.ts";

/** Samples of one column of a pair. */
export const columnCountMax = 131_072;
/** Bytes of chunks that one call decodes. */
export const runBytesMax = 262_144;

const pageBytes = 65_536;
/** Numbers are read in groups of eight, of which the last may have one alone. */
const overreadBytes = 64;
const columnBytes = columnCountMax * 8;

/** A column of times in Unix milliseconds, and the values beside it. */
export interface ColumnPair {
  readonly timesMs: Float64Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer>;
}

interface ModuleExports {
  readonly memory: WebAssembly.Memory;
  freeMemory(): number;
  decodeRun(from: number, end: number, times: number, values: number, room: number): number;
  encodeChunk(times: number, values: number, count: number, to: number): number;
  weightsAddress(): number;
  examine(
    times: number,
    values: number,
    count: number,
    nowMs: number,
    hourEndMs: number,
    criticalValue: number,
    checks: number,
    consensus: number,
    flags: number,
    room: number,
  ): number;
}

export class SampleModule {
  readonly exports: ModuleExports;
  readonly buffer: ArrayBuffer;
  readonly runAt: number;
  readonly chunkAt: number;
  readonly spareTimesAt: number;
  readonly spareValuesAt: number;
  #nextPairAt: number;

  /** @param pairCount  how many pairs of columns will be asked for */
  constructor(module: WebAssembly.Module, pairCount: number) {
    this.exports = new WebAssembly.Instance(module, {}).exports as unknown as ModuleExports;
    const { memory } = this.exports;
    this.runAt = (this.exports.freeMemory() + 15) & ~15;
    this.chunkAt = this.runAt + runBytesMax + overreadBytes;
    const chunkRoomBytes = (chunkBytesMax(chunkSampleCountMax) + overreadBytes + 15) & ~15;
    this.spareTimesAt = this.chunkAt + chunkRoomBytes;
    this.spareValuesAt = this.spareTimesAt + columnBytes;
    this.#nextPairAt = this.spareValuesAt + columnBytes;
    const endAt = this.#nextPairAt + pairCount * 2 * columnBytes;
    const missing = Math.ceil((endAt - memory.buffer.byteLength) / pageBytes);
    if (missing > 0) memory.grow(missing);
    this.buffer = memory.buffer;
  }

  /** The next pair of columns; undefined where all have been handed out. */
  takePair(): ColumnPair | undefined {
    const timesAt = this.#nextPairAt;
    const valuesAt = timesAt + columnBytes;
    if (valuesAt + columnBytes > this.buffer.byteLength) return undefined;
    this.#nextPairAt = valuesAt + columnBytes;
    return {
      timesMs: new Float64Array(this.buffer, timesAt, columnCountMax),
      values: new Float64Array(this.buffer, valuesAt, columnCountMax),
    };
  }

  /** Whether the column lies in this memory; its address is then its `byteOffset`. */
  holds(column: Float64Array): boolean {
    return column.buffer === this.buffer;
  }
}

/** @returns undefined where the module is not there, or has no room */
export function openSampleModule(
  modules: KernelModules,
  pairCount: number,
): SampleModule | undefined {
  assert(pairCount >= 0 && pairCount <= 64, "a few pairs of columns are handed out");
  const module = modules.checks;
  if (module === undefined) return undefined;
  try {
    return new SampleModule(module, pairCount);
  } catch {
    return undefined; // the machine gives no memory for it: the twin does the work
  }
}
