/**
 * Makes the data folder of a Kale that has run for some hours, without running it: checkpoint, chunk
 * log and what the detector has learned are written by the store's own code, as they would be at the end.
 *
 * Series are drawn from a pool of 400, the mixture of kernel/mixture.fixture.ts, each turned to another
 * hour for each of some variants; so a chunk is encoded once and copied with another time, and filling
 * costs a fraction of a nanosecond a point. Every series has its own bytes on disk and in memory.
 *
 * Chunks are sealed as in a running shard: the first chunk of series n is n % 120 samples shorter, so
 * that in each step of time one series in 120 seals.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  Judge,
  encodeSeriesState,
  seriesStateBytesMax,
  StreamJudge,
} from "../src/analyzer/index.ts";
import { systemClock } from "../src/base/clock.ts";
import { chunkBytesMax, encodeChunk } from "../src/kernel/index.ts";
import { mixtureKinds, valuesOf } from "../src/kernel/mixture.fixture.ts";
import { shardOfName } from "../src/model/index.ts";
import { LearnedWriter } from "../src/shard/learned-format.ts";
import { WindowScratch } from "../src/shard/window-scratch.ts";
import { CheckpointWriter } from "../src/store/embedded/checkpoint.ts";
import { ChunkFrames, SampleFrames } from "../src/store/embedded/log-codec.ts";
import { chunkLogPrefix } from "../src/store/embedded/recovery.ts";
import { DataFolder } from "../src/store/index.ts";
import { realDisk } from "../src/store/log/disk.ts";
import { SegmentedLog } from "../src/store/log/segmented-log.ts";
import { SeriesMemory } from "../src/store/memory/index.ts";
import { fleetNames } from "./fleet.ts";

const chunkSampleCount = 120;
export const poolCount = 400;
const segmentBytesMax = 64 << 20;
const gatheredBytes = 1 << 20;
const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** Of the first sample's time in an encoded chunk; docs/formats/chunk.md. */
const chunkFirstAt = 5;

export interface FillOptions {
  /** Made if it is not there; must hold no samples yet. */
  readonly folder: string;
  readonly seriesCount: number;
  readonly hours: number;
  readonly stepMs: number;
  /** Time of the newest sample of each series; a multiple of `stepMs`. */
  readonly endMs: number;
  readonly shardCount: number;
  /** How often the pool is turned; where `isLearned` each turn costs some 15 s of CPU. */
  readonly variantCount?: number;
  /** Whether the detector knows the series, as after as many hours; else it learns at the start. */
  readonly isLearned?: boolean;
}

export interface Filled {
  readonly pointCount: number;
  readonly chunkBytes: number;
  readonly cpuSeconds: number;
}

/** The series are those of `new Fleet(seriesCount)`. */
export async function fillFolder(options: FillOptions): Promise<Filled> {
  const { shardCount, seriesCount, isLearned = true } = options;
  const cpuBefore = process.cpuUsage();
  const data = DataFolder.open(options.folder, { shardCount, clock: systemClock });
  const pool = new Pool(options);
  const states = isLearned ? learnedStates(pool, Math.min(seriesCount, pool.variantCount)) : [];
  const members: number[][] = Array.from({ length: data.shardCount }, () => []);
  const names = fleetNames(seriesCount);
  for (const [i, name] of names.entries()) members[shardOfName(name, data.shardCount)]!.push(i);
  let chunkBytes = 0;
  try {
    for (const [shard, series] of members.entries()) {
      const filler = new ShardFiller(data.shardFolder(shard), pool, options);
      chunkBytes += await filler.fill(series.map((i) => ({ name: Buffer.from(names[i]!), i })));
      if (isLearned) await filler.writeLearned(states);
    }
  } finally {
    data.close();
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    pointCount: seriesCount * pool.pointCount,
    chunkBytes,
    cpuSeconds: (user + system) / 1e6,
  };
}

interface FilledSeries {
  readonly name: Uint8Array;
  /** Its number in the fleet. */
  readonly i: number;
}

type PoolOptions = Pick<FillOptions, "hours" | "stepMs" | "endMs" | "variantCount">;

/** The values that all series are made of, in chunks that are encoded already. */
export class Pool {
  readonly pointCount: number;
  readonly variantCount: number;
  readonly startMs: number;
  readonly stepMs: number;
  readonly #values: Float64Array[];
  readonly #chunks: Uint8Array[][];
  readonly #turnCount: number;

  constructor({ hours, stepMs, endMs, variantCount = 2 }: PoolOptions) {
    this.stepMs = stepMs;
    const chunkCount = Math.max(1, Math.round((hours * hourMs) / stepMs / chunkSampleCount));
    this.pointCount = chunkCount * chunkSampleCount;
    this.startMs = endMs - (this.pointCount - 1) * stepMs;
    this.#turnCount = Math.min(variantCount, chunkCount);
    this.variantCount = poolCount * this.#turnCount;
    this.#values = mixtureKinds(poolCount).map((kind, p) => {
      const next = valuesOf(kind, 1_000_003 + p);
      return Float64Array.from({ length: this.pointCount }, () => next());
    });
    const timesMs = Float64Array.from({ length: chunkSampleCount }, (_, k) => k * stepMs);
    const out = new Uint8Array(chunkBytesMax(chunkSampleCount));
    this.#chunks = this.#values.map((values) =>
      Array.from({ length: chunkCount }, (_, c) => {
        const part = values.subarray(c * chunkSampleCount, (c + 1) * chunkSampleCount);
        return out.slice(0, encodeChunk(timesMs, part, 0, chunkSampleCount, out, 0));
      }),
    );
  }

  /** Which of the variants a series of the fleet is. */
  variantOf(i: number): number {
    return i % this.variantCount;
  }

  /** By how many samples it is turned. */
  #turnOf(i: number): number {
    const chunkCount = this.pointCount / chunkSampleCount;
    const turn = Math.floor(this.variantOf(i) / poolCount);
    return Math.floor((turn * chunkCount) / this.#turnCount) * chunkSampleCount;
  }

  /** All values of a series of the pool, lent; series `i` of the fleet takes those of `i % poolCount`. */
  poolValues(p: number): Float64Array {
    return this.#values[p]!;
  }

  /** Which of them is the value of series `i` at `index` steps of time after the start. */
  indexOf(i: number, shift: number, index: number): number {
    return (this.#turnOf(i) + shift + index) % this.pointCount;
  }

  /** Values of a series, `shift` samples further in the pool. */
  values(i: number, shift: number, from: number, count: number, to: Float64Array): void {
    const values = this.#values[i % poolCount]!;
    for (let k = 0; k < count; k++) to[k] = values[this.indexOf(i, shift, from + k)]!;
  }

  /** The encoded chunk number `c`, its times from 0 on. */
  chunk(i: number, c: number): Uint8Array {
    const chunks = this.#chunks[i % poolCount]!;
    return chunks[(this.#turnOf(i) / chunkSampleCount + c) % chunks.length]!;
  }
}

/** How much further in the pool the series with an id in its shard is: so chunks end at different times. */
function shiftOf(id: number): number {
  return id % chunkSampleCount;
}

/** By series of the fleet: its shift where the folder has so many shards. */
export function shiftsOf(names: readonly string[], shardCount: number): Uint8Array {
  const ids = new Uint32Array(shardCount);
  return Uint8Array.from(names, (name) => shiftOf(ids[shardOfName(name, shardCount)]!++));
}

class ShardFiller {
  readonly #folder: string;
  readonly #pool: Pool;
  readonly #options: FillOptions;
  #series: readonly FilledSeries[] = [];
  readonly #timesMs = new Float64Array(chunkSampleCount);
  readonly #values = new Float64Array(chunkSampleCount);
  readonly #encoded = new Uint8Array(chunkBytesMax(chunkSampleCount));

  constructor(folder: string, pool: Pool, options: FillOptions) {
    this.#folder = folder;
    this.#pool = pool;
    this.#options = options;
  }

  /** @returns bytes of the chunk log */
  async fill(series: readonly FilledSeries[]): Promise<number> {
    this.#series = series;
    await mkdir(this.#folder, { recursive: true });
    const bytes = await this.#writeChunks();
    await this.#writeCheckpoint();
    return bytes;
  }

  async writeLearned(states: readonly Uint8Array[]): Promise<void> {
    const writer = await LearnedWriter.create(join(this.#folder, "learned"));
    for (const { name, i } of this.#series) {
      const state = states[this.#pool.variantOf(i)]!;
      writer.add(name, (into) => {
        into.set(state);
        return state.length;
      });
      if (writer.isFlushDue) await writer.flush();
    }
    await writer.finish();
  }

  async #writeChunks(): Promise<number> {
    const log = new SegmentedLog(realDisk, this.#folder, {
      kind: "CLOG",
      prefix: chunkLogPrefix,
      number: 1,
    });
    const frames = new ChunkFrames();
    const append = async (): Promise<void> => {
      frames.finish();
      if (frames.out.length > 0) await log.append(frames.out.written());
      frames.clear();
      if (log.segmentBytes > segmentBytesMax) await log.rotate();
    };
    const { length: seriesCount } = this.#series;
    for (let round = 0; round < this.#pool.pointCount; round++) {
      // Of series `id` a chunk ends with this round where (round + 1 + id) % 120 is 0.
      const offset = (chunkSampleCount - ((round + 1) % chunkSampleCount)) % chunkSampleCount;
      for (let id = offset; id < seriesCount; id += chunkSampleCount) {
        const length = this.#encodeEnding(id, round);
        const ordinal = round * seriesCount + id + 1;
        frames.add({ serial: id + 1, ordinal, isClaim: true }, this.#encoded, 0, length);
        if (frames.out.length > gatheredBytes) await append();
      }
    }
    await append();
    const { sizeBytes } = log;
    await log.sync();
    await log.close();
    return sizeBytes;
  }

  /** Encodes the chunk of the series that ends with a round. @returns its length */
  #encodeEnding(id: number, round: number): number {
    const { i } = this.#series[id]!;
    const shift = shiftOf(id);
    const from = Math.max(0, round + 1 - chunkSampleCount);
    const count = round + 1 - from;
    if (count < chunkSampleCount) return this.#encode(i, shift, from, count);
    const chunk = this.#pool.chunk(i, (round + 1 + shift) / chunkSampleCount - 1);
    this.#encoded.set(chunk);
    const firstMs = this.#timeMs(from);
    const view = new DataView(this.#encoded.buffer);
    view.setUint32(chunkFirstAt, firstMs % 2 ** 32, true);
    view.setUint16(chunkFirstAt + 4, Math.floor(firstMs / 2 ** 32), true);
    return chunk.length;
  }

  async #writeCheckpoint(): Promise<void> {
    const { endMs } = this.#options;
    const { length: seriesCount } = this.#series;
    const windowStartMs = Math.floor((endMs - dayMs) / hourMs) * hourMs;
    const writer = await CheckpointWriter.create(realDisk, this.#folder, {
      ordinal: this.#pool.pointCount * seriesCount,
      routeBeforeMs: windowStartMs,
      archivedBeforeMs: windowStartMs,
      nextSerial: seriesCount + 1,
    });
    for (const [id, { name, i }] of this.#series.entries()) {
      const shift = shiftOf(id);
      const openBytes =
        shift === 0 ? 0 : this.#encode(i, shift, this.#pool.pointCount - shift, shift);
      writer.addSeries({ serial: id + 1, newestMs: endMs, openBytes }, name, this.#encoded);
      if (writer.isFlushDue) await writer.flush();
    }
    const none = new SampleFrames();
    writer.addBackfill(none);
    await writer.finish();
  }

  #encode(i: number, shift: number, from: number, count: number): number {
    for (let k = 0; k < count; k++) this.#timesMs[k] = this.#timeMs(from + k);
    this.#pool.values(i, shift, from, count, this.#values);
    return encodeChunk(this.#timesMs, this.#values, 0, count, this.#encoded, 0);
  }

  #timeMs(index: number): number {
    return this.#pool.startMs + index * this.#pool.stepMs;
  }
}

/** What the detector knows of each variant after all its hours. */
function learnedStates(pool: Pool, variantCount: number): Uint8Array[] {
  const memory = new SeriesMemory({
    seriesCountMax: variantCount,
    onNewSeries: () => undefined,
    onSealed: () => undefined,
  });
  const scratch = new WindowScratch(memory, { fullDurationMs: dayMs });
  const options = { activeCountMax: 10_000, stalePeriodMs: dayMs };
  const stream = new StreamJudge(scratch, new Judge(), options);
  const values = new Float64Array(pool.pointCount);
  return Array.from({ length: variantCount }, (_, variant) => {
    const name = Buffer.from(`variant.${variant}`);
    const id = memory.resolve(name, 0, name.length);
    pool.values(variant, 0, 0, pool.pointCount, values);
    for (let k = 0; k < pool.pointCount; k++) {
      const timeMs = pool.startMs + k * pool.stepMs;
      memory.add(id, timeMs, values[k]!);
      stream.take(id, timeMs, values[k]!, timeMs);
    }
    const state = new Uint8Array(seriesStateBytesMax);
    return state.slice(0, encodeSeriesState(stream, id, state));
  });
}
