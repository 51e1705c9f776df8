/**
 * What judging costs: CPU per series of 24 h at 10 s, by the kernel in WebAssembly and by its TypeScript
 * twin, in turns of one run; and what a point of a chunk costs.
 */
import { performance } from "node:perf_hooks";
import { Judge } from "../src/analyzer/index.ts";
import { readKernels } from "../src/cli/read-kernels.ts";
import { type ChunkKernel, chunkBytesMax, openChunkKernel } from "../src/kernel/index.ts";
import { decideWindow, undecided, WindowScratch } from "../src/shard/index.ts";
import { SeriesMemory } from "../src/store/memory/index.ts";
import { Fleet } from "./fleet.ts";

const sampleCount = 8640;
const chunkSampleCount = 120;
const stepMs = 10_000;

interface StepFigures {
  /** Copying the day out of its chunks. */
  readonly decode: number;
  /** All nine checks, on the day as it lies there. */
  readonly nineChecks: number;
  readonly decodeAndNineChecks: number;
  /** Decode, then the vote with its short-cut. */
  readonly decodeAndDecide: number;
  /** As the sweep does it, which reads only the newest samples of what was not judged the last time. */
  readonly sweep: number;
  /** Nanoseconds a point, times included. */
  readonly decodePointNs: number;
  readonly encodePointNs: number;
}

export interface JudgeFigures {
  readonly seriesCount: number;
  readonly samplesPerSeries: number;
  readonly residentBytesPerSample: number;
  /** Whether the module is there; else both columns are the twin's. */
  readonly hasKernel: boolean;
  readonly cpuMicrosecondsPerSeries: { readonly twin: StepFigures; readonly kernel: StepFigures };
  /** With its numbers, for people: the twin alone does that. */
  readonly verdictMicroseconds: number;
}

export function benchJudge(options: { readonly seriesCount: number }): JudgeFigures {
  const { seriesCount } = options;
  const fleet = new Fleet(seriesCount);
  const nowMs = Math.floor(performance.timeOrigin);
  const rigs = [openChunkKernel({}), openChunkKernel(readKernels("auto"), 1)].map(
    (chunks) => new Rig(fleet, chunks, nowMs),
  );
  const best = rigs.map(() => new Map<keyof StepFigures | "verdict", number>());
  for (let pass = 0; pass < 7; pass++) {
    for (const [i, rig] of rigs.entries()) {
      for (const [step, work] of rig.steps) {
        const cost = perSeries(seriesCount, work);
        best[i]!.set(step, Math.min(best[i]!.get(step) ?? Infinity, cost));
      }
    }
  }
  const [twin, kernel] = best.map((costs) => figuresOf(costs)) as [StepFigures, StepFigures];
  const { memoryBytes } = rigs[0]!.memory.stats();
  return {
    seriesCount,
    samplesPerSeries: sampleCount,
    residentBytesPerSample: round2(memoryBytes / (seriesCount * sampleCount)),
    hasKernel: rigs[1]!.chunks.module !== undefined,
    cpuMicrosecondsPerSeries: { twin, kernel },
    verdictMicroseconds: round2(best[0]!.get("verdict")!),
  };
}

/** A memory with the fleet's day in it, and a judge over it. */
class Rig {
  readonly memory: SeriesMemory;
  readonly chunks: ChunkKernel;
  readonly steps: readonly (readonly [keyof StepFigures | "verdict", (id: number) => unknown])[];

  constructor(fleet: Fleet, chunks: ChunkKernel, nowMs: number) {
    this.chunks = chunks;
    this.memory = new SeriesMemory({
      seriesCountMax: fleet.names.length,
      chunks,
      onNewSeries: () => undefined,
      onSealed: () => undefined,
    });
    const { memory } = this;
    const startMs = nowMs - sampleCount * stepMs;
    const columns = fleet.names.map((_, series) => fleet.values(series, sampleCount));
    for (const [series, name] of fleet.names.entries()) {
      const bytes = Buffer.from(name);
      const id = memory.resolve(bytes, 0, bytes.length);
      for (let i = 0; i < sampleCount; i++)
        memory.add(id, startMs + i * stepMs, columns[series]![i]!);
    }

    const pair = chunks.takePair();
    const { timesMs, values } = pair;
    const range = { fromMs: startMs, untilMs: Infinity };
    const judge = new Judge({}, chunks);
    const fullDurationMs = sampleCount * stepMs;
    const scratch = new WindowScratch(memory, { fullDurationMs, columns: pair });
    const decisions = new Uint8Array(columns.length).fill(undecided);
    const copy = (id: number): number => memory.copy(id, range, timesMs, values);
    const times = Float64Array.from({ length: sampleCount }, (_, i) => startMs + i * stepMs);
    const out = new Uint8Array(chunkBytesMax(chunkSampleCount));
    this.steps = [
      ["decode", copy],
      ["decodeAndNineChecks", (id) => judge.countVotes(timesMs, values, copy(id), nowMs)],
      ["decodeAndDecide", (id) => judge.decide(timesMs, values, copy(id), nowMs)],
      ["sweep", (id) => (decisions[id] = decideWindow(judge, scratch, id, nowMs, decisions[id]!))],
      ["verdict", (id) => judge.judge(timesMs, values, copy(id), nowMs)],
      [
        "encodePointNs",
        (id) => {
          for (let from = 0; from < sampleCount; from += chunkSampleCount) {
            chunks.encode(times, columns[id]!, from, chunkSampleCount, out, 0);
          }
        },
      ],
    ];
  }
}

function figuresOf(costs: ReadonlyMap<keyof StepFigures | "verdict", number>): StepFigures {
  const cost = (step: keyof StepFigures): number => costs.get(step)!;
  return {
    decode: round2(cost("decode")),
    nineChecks: round2(cost("decodeAndNineChecks") - cost("decode")),
    decodeAndNineChecks: round2(cost("decodeAndNineChecks")),
    decodeAndDecide: round2(cost("decodeAndDecide")),
    sweep: round2(cost("sweep")),
    decodePointNs: round2((cost("decode") * 1000) / sampleCount),
    encodePointNs: round2((cost("encodePointNs") * 1000) / sampleCount),
  };
}

/** Microseconds of CPU. */
function perSeries(seriesCount: number, work: (id: number) => unknown): number {
  const before = process.cpuUsage();
  for (let id = 0; id < seriesCount; id++) work(id);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / seriesCount;
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
