/**
 * What a metric takes in a shard's memory, by part, after a day of the mixture: the store's memory, filled
 * row by row as senders do, with what judging and searching keep beside it.
 *
 * Bytes are those that the parts have asked for, spare room for more ids and pages used in part
 * included, each shared out over the metrics.
 */
import { Judge, StreamJudge } from "../src/analyzer/index.ts";
import { readKernels } from "../src/cli/read-kernels.ts";
import { openChunkKernel, RowKernel } from "../src/kernel/index.ts";
import {
  JudgeLoop,
  RoomMeter,
  ShapeKeeper,
  StreamSweep,
  WindowScratch,
} from "../src/shard/index.ts";
import { SeriesMemory } from "../src/store/memory/index.ts";
import { Pool, poolCount } from "./fill-folder.ts";
import { fleetNames } from "./fleet.ts";

const stepMs = 10_000;
const shapePointCount = 60;
/** After so many rounds the room meter is asked what the whole day will take. */
const foreseenAfterRounds = 60;
const stalePeriodMs = 500_000;

export interface MemoryFigures {
  readonly seriesCount: number;
  readonly samplesPerSeries: number;
  readonly nameBytes: number;
  /** Besides sealed chunks. */
  readonly bytesPerMetric: {
    readonly names: number;
    readonly open: number;
    readonly late: number;
    readonly directory: number;
    readonly records: number;
    readonly free: number;
    readonly schedule: number;
    readonly shapeTables: number;
    /** Of all above. */
    readonly fixed: number;
    /** The streaming detector, apart. */
    readonly detector: number;
  };
  /** Blocks rounded up. */
  readonly sealedBytesPerSample: number;
  /** All of the store's memory over all samples: what a sample costs that has a name and a place. */
  readonly storeBytesPerSample: number;
  /** A metric's share of all at the end, and what was foreseen of it after ten minutes and at the end. */
  readonly room: {
    readonly foreseenEarlyBytes: number;
    readonly foreseenBytes: number;
    readonly usedBytes: number;
  };
}

export async function benchMemory(options: {
  readonly seriesCount: number;
  readonly hours: number;
  readonly report: (text: string) => void;
}): Promise<MemoryFigures> {
  const { seriesCount, hours, report } = options;
  const names = fleetNames(seriesCount).map((name) => Buffer.from(name));
  // A whole minute, since a day is looked back upon from there.
  const endMs = 1_800_000_000_000;
  const pool = new Pool({ hours, stepMs, endMs });
  const kernels = readKernels("auto");
  const memory = new SeriesMemory({
    seriesCountMax: seriesCount,
    chunks: openChunkKernel(kernels),
    rows: new RowKernel(kernels),
    onNewSeries: () => undefined,
    onSealed: () => undefined,
  });
  const ids = Uint32Array.from(names, (name) => memory.resolve(name, 0, name.length));
  const clock = { atMs: pool.startMs, nowMs: () => clock.atMs, elapsedMs: () => clock.atMs };
  const windowMs = hours * 3_600_000;
  const beside = new Beside(memory, clock, windowMs, kernels.distances);
  const meter = new RoomMeter(memory, clock, { windowMs });

  const columns = {
    timesMs: new Float64Array(seriesCount),
    values: new Float64Array(seriesCount),
  };
  let foreseenEarlyBytes = 0;
  for (let round = 0; round < pool.pointCount; round++) {
    clock.atMs = pool.startMs + round * stepMs;
    columns.timesMs.fill(clock.atMs);
    for (let i = 0; i < seriesCount; i++) {
      columns.values[i] = pool.poolValues(i % poolCount)[pool.indexOf(i, 0, round)]!;
    }
    memory.addRows(ids, columns, { from: 0, until: seriesCount }, () => undefined);
    if (round + 1 === foreseenAfterRounds) {
      await beside.fill();
      foreseenEarlyBytes = meter.read(storeStatsOf(memory), beside.bytes)!.fullBytes;
    }
    if (round % 1000 === 0) report(`memory: round ${round} of ${pool.pointCount}`);
  }
  const { chunks, ...parts } = memory.memoryParts();
  const { sampleCount, sealedSampleCount, memoryBytes } = memory.stats();
  const perMetric = {
    ...parts,
    schedule: beside.scheduleBytes,
    shapeTables: beside.shapeBytes,
  };
  const fixed = Object.values(perMetric).reduce((sum, bytes) => sum + bytes, 0);
  const share = (bytes: number): number => Math.round(bytes / seriesCount);
  return {
    seriesCount,
    samplesPerSeries: pool.pointCount,
    nameBytes: share(names.reduce((sum, name) => sum + name.length, 0)),
    bytesPerMetric: {
      names: share(parts.names),
      open: share(parts.open),
      late: share(parts.late),
      directory: share(parts.directory),
      records: share(parts.records),
      free: share(parts.free),
      schedule: share(beside.scheduleBytes),
      shapeTables: share(beside.shapeBytes),
      fixed: share(fixed),
      detector: share(beside.detectorBytes),
    },
    sealedBytesPerSample: round3(chunks / sealedSampleCount),
    storeBytesPerSample: round3(memoryBytes / sampleCount),
    room: {
      foreseenEarlyBytes: share(foreseenEarlyBytes),
      foreseenBytes: share(meter.read(storeStatsOf(memory), beside.bytes)!.fullBytes),
      usedBytes: share(memoryBytes + beside.bytes),
    },
  };
}

/** What a shard keeps of its series beside the store, as cli/shard-thread.ts joins it. */
class Beside {
  readonly #memory: SeriesMemory;
  readonly #sweep: StreamSweep;
  readonly #stream: StreamJudge;
  readonly #loop: JudgeLoop;
  readonly #keeper: ShapeKeeper;
  readonly #clock: { nowMs(): number };
  readonly #windowMs: number;

  constructor(
    memory: SeriesMemory,
    clock: { nowMs(): number; elapsedMs(): number },
    windowMs: number,
    kernel: WebAssembly.Module | undefined,
  ) {
    this.#memory = memory;
    this.#clock = clock;
    this.#windowMs = windowMs;
    const judge = new Judge({});
    const scratch = new WindowScratch(memory, { fullDurationMs: windowMs });
    this.#stream = new StreamJudge(scratch, judge, { activeCountMax: 10_000, stalePeriodMs });
    this.#sweep = new StreamSweep(
      { window: memory, stream: this.#stream, judge, scratch },
      { stalePeriodMs, fullDurationMs: windowMs },
    );
    this.#loop = new JudgeLoop(memory, this.#sweep, () => undefined, clock);
    this.#keeper = new ShapeKeeper(memory, clock, { warmDurationMs: windowMs, kernel });
  }

  get scheduleBytes(): number {
    return this.#loop.tableBytes + this.#sweep.tableBytes;
  }

  get shapeBytes(): number {
    return this.#keeper.memoryBytes;
  }

  get detectorBytes(): number {
    return this.#stream.bytesPerSeries * this.#memory.stats().seriesCount;
  }

  get bytes(): number {
    return this.scheduleBytes + this.shapeBytes + this.detectorBytes;
  }

  /** Looks at each series once, and fills two tables of shapes, as many as are kept for the last hour. */
  async fill(): Promise<void> {
    this.#loop.start();
    this.#loop.stop();
    const nowMs = this.#clock.nowMs();
    for (let id = 0; id < this.#memory.idCount; id++) this.#sweep.judge(id, nowMs, []);
    for (const untilMs of [nowMs - stepMs, nowMs]) {
      const range = { fromMs: untilMs - this.#windowMs, untilMs };
      await this.#keeper.tableOf(range, shapePointCount, () => true);
    }
  }
}

function storeStatsOf(memory: SeriesMemory): Parameters<RoomMeter["read"]>[0] {
  const { seriesCount, sampleCount, memoryBytes, sealedSampleCount, sealedBytes } = memory.stats();
  return {
    ...{ seriesCount, sampleCount, memoryBytes, diskBytes: 0, uncommittedCount: 0 },
    ...{ isDurable: true, refusedSeriesCount: 0, lateCount: 0, faults: [] },
    room: {
      ...{ seriesCountMax: seriesCount, bytesMax: Infinity, refusedNames: [] },
      ...{ sealedSampleCount, sealedBytes },
    },
  };
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}
