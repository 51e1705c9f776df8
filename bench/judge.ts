/** What judging costs: CPU per series of 24 h at 10 s, decoding included. */
import { Judge } from "../src/analyzer/index.ts";
import { SeriesMemory } from "../src/store/memory/index.ts";
import { Fleet } from "./fleet.ts";

const sampleCount = 8640;
const stepMs = 10_000;

export interface JudgeFigures {
  readonly seriesCount: number;
  readonly samplesPerSeries: number;
  readonly residentBytesPerSample: number;
  readonly cpuMicrosecondsPerSeries: {
    /** Copying the day out of its chunks. */
    readonly decode: number;
    /** All nine checks, with their numbers. */
    readonly nineChecks: number;
    /** The sweep: decode, then the vote with its short-cut. */
    readonly decodeAndDecide: number;
  };
}

export function benchJudge(options: { readonly seriesCount: number }): JudgeFigures {
  const { seriesCount } = options;
  const fleet = new Fleet(seriesCount);
  const memory = new SeriesMemory({
    seriesCountMax: seriesCount,
    onNewSeries: () => undefined,
    onSealed: () => undefined,
  });
  const nowMs = Date.now();
  const startMs = nowMs - sampleCount * stepMs;
  for (const [series, name] of fleet.names.entries()) {
    const bytes = Buffer.from(name);
    const id = memory.resolve(bytes, 0, bytes.length);
    const values = fleet.values(series, sampleCount);
    for (let i = 0; i < sampleCount; i++) memory.add(id, startMs + i * stepMs, values[i]!);
  }

  const timesMs = new Float64Array(sampleCount);
  const values = new Float64Array(sampleCount);
  const range = { fromMs: startMs, untilMs: Infinity };
  const judge = new Judge();
  const ids = Array.from({ length: memory.idCount }, (_, id) => id);
  const copy = (id: number): number => memory.copy(id, range, timesMs, values);
  const decode = perSeries(ids, copy);
  const withNine = perSeries(ids, (id) => judge.judge(timesMs, values, copy(id), nowMs));
  const withDecide = perSeries(ids, (id) => judge.decide(timesMs, values, copy(id), nowMs));
  return {
    seriesCount,
    samplesPerSeries: sampleCount,
    residentBytesPerSample: round2(memory.stats().memoryBytes / (seriesCount * sampleCount)),
    cpuMicrosecondsPerSeries: {
      decode: round2(decode),
      nineChecks: round2(withNine - decode),
      decodeAndDecide: round2(withDecide),
    },
  };
}

/** The best of five passes, in microseconds of CPU. */
function perSeries(ids: readonly number[], work: (id: number) => unknown): number {
  let best = Infinity;
  for (let pass = 0; pass < 5; pass++) {
    const before = process.cpuUsage();
    for (const id of ids) work(id);
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / ids.length);
  }
  return best;
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
