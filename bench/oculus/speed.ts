/**
 * What one search over a quarter of a million series costs: CPU milliseconds on one thread, since
 * wall time on a shared machine measures the neighbours.
 *
 * The table holds 88 % background and 12 % families. Queries are stored series, as many of each
 * class of the background and of the families; structureless ones (noise, counts) defeat all bounds
 * and are the dear ones, so figures are given by class too. Each query is asked with the kernel of
 * distances and without, in turn, and both must answer the same.
 *
 * Run: node bench/oculus/speed.ts [--series N] [--points N] [--queries PER-CLASS] [--methods a,b]
 */
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { seededRandom } from "../../src/base/random.ts";
import { readKernels } from "../../src/cli/read-kernels.ts";
import {
  planSearch,
  ShapeSearch,
  ShapeTable,
  similarityMethods,
  type SearchAnswer,
  type SimilarityMethod,
} from "../../src/oculus/index.ts";
import { buildBenchTable, type BenchTable } from "./series.ts";

export interface SpeedOptions {
  readonly seed?: number | undefined;
  readonly seriesCount?: number | undefined;
  readonly pointCount?: number | undefined;
  /** Of each of the eight classes. */
  readonly queriesPerClass?: number | undefined;
  readonly methods?: readonly SimilarityMethod[] | undefined;
  /** Of distances; without it the twin alone is measured. */
  readonly kernel?: WebAssembly.Module | undefined;
}

export interface CpuFigures {
  readonly medianMs: number;
  readonly meanMs: number;
  readonly minMs: number;
  readonly maxMs: number;
}

export interface SpeedReport {
  readonly seriesCount: number;
  readonly pointCount: number;
  readonly queryCount: number;
  readonly tableMiB: number;
  /** Gridding and normalising 360 samples, generator included. */
  readonly buildCpuSeconds: number;
  readonly hasKernel: boolean;
  readonly cpu: Partial<Record<SimilarityMethod, CpuFigures>>;
  /** Without the kernel. */
  readonly twinCpu: Partial<Record<SimilarityMethod, CpuFigures>>;
  /** Mean by class of query. */
  readonly meanMsByClass: Partial<Record<SimilarityMethod, Readonly<Record<string, number>>>>;
  /** The dearest slice of `sliceRowCount` rows. */
  readonly sliceMaxMs: number;
}

const memberCount = 50;
const familyShare = 0.12;

/** As a shard would step between two rounds of other work. */
const sliceRowCount = 2048;

export function runOculusSpeed(options: SpeedOptions = {}): SpeedReport {
  const { seed = 1, seriesCount = 250_000, pointCount = 60, queriesPerClass = 5 } = options;
  const methods = options.methods ?? similarityMethods;
  const familyCount = Math.round((seriesCount * familyShare) / memberCount);
  const startMicros = cpuMicros();
  const bench = buildBenchTable(
    {
      pointCount,
      backgroundCount: seriesCount - familyCount * memberCount,
      familyCount,
      memberCount,
      warpedShare: 0.5,
      kernel: options.kernel,
    },
    seededRandom(seed),
  );
  const buildCpuSeconds = (cpuMicros() - startMicros) / 1e6;
  const queries = pickQueries(bench, queriesPerClass);
  const { table } = bench;
  const twin = options.kernel === undefined ? undefined : twinOf(table);
  const cpu: Partial<Record<SimilarityMethod, CpuFigures>> = {};
  const twinCpu: Partial<Record<SimilarityMethod, CpuFigures>> = {};
  const meanMsByClass: Partial<Record<SimilarityMethod, Record<string, number>>> = {};
  let sliceMaxMs = 0;
  for (const method of methods) {
    const warmUp = [...queries.values()].map((ids) => ids[0]!);
    for (const id of warmUp) measure(table, id, method);
    for (const id of warmUp.slice(0, 2)) if (twin) measure(twin, id, method);
    const all: number[] = [];
    const twinAll: number[] = [];
    meanMsByClass[method] = {};
    for (const [kind, ids] of queries) {
      const costs: number[] = [];
      for (const id of ids) {
        const cost = measure(table, id, method);
        sliceMaxMs = Math.max(sliceMaxMs, cost.sliceMaxMs);
        costs.push(cost.cpuMs);
        if (twin === undefined) continue;
        const twinCost = measure(twin, id, method);
        assert.deepEqual(cost.answer, twinCost.answer);
        twinAll.push(twinCost.cpuMs);
      }
      all.push(...costs);
      meanMsByClass[method][kind] = figuresOf(costs).meanMs;
    }
    cpu[method] = figuresOf(all);
    if (twinAll.length > 0) twinCpu[method] = figuresOf(twinAll);
  }
  return {
    seriesCount: table.comparableCount,
    pointCount,
    queryCount: [...queries.values()].flat().length,
    tableMiB: rounded(table.memoryBytes / 2 ** 20),
    buildCpuSeconds: rounded(buildCpuSeconds),
    hasKernel: table.kernel !== undefined,
    cpu,
    twinCpu,
    meanMsByClass,
    sliceMaxMs: rounded(sliceMaxMs),
  };
}

function pickQueries(bench: BenchTable, perClass: number): Map<string, number[]> {
  const queries = new Map<string, number[]>();
  for (const [kind, ids] of bench.background) queries.set(kind, ids.slice(0, perClass));
  const step = Math.max(1, Math.floor(bench.members.length / perClass));
  const members = bench.members.filter((member, at) => at % step === 0).slice(0, perClass);
  queries.set(
    "family",
    members.map(({ id }) => id),
  );
  return queries;
}

/** The same rows without the kernel. */
function twinOf(table: ShapeTable): ShapeTable {
  const { pointCount, idCount } = table;
  const twin = new ShapeTable({ pointCount, rowCount: idCount });
  for (let id = 0; id < idCount; id++) {
    const shape = table.shape(id);
    if (shape !== undefined) twin.put(id, shape);
  }
  return twin;
}

function measure(
  table: ShapeTable,
  id: number,
  method: SimilarityMethod,
): { readonly cpuMs: number; readonly sliceMaxMs: number; readonly answer: SearchAnswer } {
  const planned = planSearch({ method, limit: 20, excludeId: id }, table.pointCount);
  if (!planned.ok) throw new Error(planned.message);
  const shape = table.shape(id)!;
  const startMicros = cpuMicros();
  const search = new ShapeSearch(table, shape, planned.plan);
  let sliceMaxMs = 0;
  for (let isDone = false; !isDone;) {
    const sliceStartMicros = cpuMicros();
    isDone = search.step(sliceRowCount);
    sliceMaxMs = Math.max(sliceMaxMs, (cpuMicros() - sliceStartMicros) / 1000);
  }
  const answer = search.answer();
  return { cpuMs: (cpuMicros() - startMicros) / 1000, sliceMaxMs, answer };
}

function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function figuresOf(milliseconds: readonly number[]): CpuFigures {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median =
    sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return {
    medianMs: rounded(median),
    meanMs: rounded(sorted.reduce((sum, value) => sum + value, 0) / sorted.length),
    minMs: rounded(sorted[0]!),
    maxMs: rounded(sorted.at(-1)!),
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      series: { type: "string", default: "250000" },
      points: { type: "string", default: "60" },
      queries: { type: "string", default: "5" },
      methods: { type: "string" },
    },
  });
  const report = runOculusSpeed({
    seriesCount: Number(values.series),
    pointCount: Number(values.points),
    queriesPerClass: Number(values.queries),
    methods: values.methods?.split(",") as SimilarityMethod[] | undefined,
    kernel: readKernels("auto").distances,
  });
  process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
}
