/**
 * How many of the series that share a cause does each method find?
 *
 * recall@20 = members of the query's family among the 20 nearest / min(20, other members), one query
 * for each family, the first member with noise below 0.8 deviations; mean over the queries. Families
 * and background come from the seed; nothing in the methods was fitted to one.
 *
 * Run: node bench/oculus/quality.ts [--seed N] [--seeds COUNT] [--background N] [--families N] [--points N]
 *      [--without RANKING]…
 */
import { parseArgs } from "node:util";
import { seededRandom } from "../../src/base/random.ts";
import { readKernels } from "../../src/cli/read-kernels.ts";
import {
  planSearch,
  rowCountMax,
  ShapeSearch,
  type SearchOptions,
} from "../../src/oculus/index.ts";
import { buildBenchTable, type BenchMember, type BenchTable } from "./series.ts";

export interface QualityOptions {
  readonly seed?: number | undefined;
  readonly backgroundCount?: number | undefined;
  /** Half of them warped, a sixth with each warp. */
  readonly familyCount?: number | undefined;
  readonly pointCount?: number | undefined;
  /** Names of rankings to leave out: fastdtw takes most of the time. */
  readonly without?: readonly string[] | undefined;
  /** Of distances: the same figures in less time. */
  readonly kernel?: WebAssembly.Module | undefined;
}

export const qualityGroups = [
  "mixed",
  "unwarped",
  "unwarped, in time",
  "unwarped, lagging",
  "unwarped, inverted",
  "warped",
  "rate",
  "dropouts",
  "saturation",
] as const;
export type QualityGroup = (typeof qualityGroups)[number];

export interface QualityReport {
  readonly seed: number;
  readonly seriesCount: number;
  readonly queryCount: number;
  readonly pointCount: number;
  /** By ranking, then by group of queries; null where a group has no query. */
  readonly recallAt20: Readonly<Record<string, Readonly<Record<QualityGroup, number | null>>>>;
}

/** Each method as it is by default, and those that look for one sign only with both as well. */
const rankings: Readonly<Record<string, SearchOptions>> = {
  euclidean: { method: "euclidean" },
  "euclidean, inverse": { method: "euclidean", inverse: true },
  "euclidean, inverse, lags": { method: "euclidean", inverse: true, lagMax: 3 },
  fastdtw: { method: "fastdtw" },
  "fastdtw, inverse": { method: "fastdtw", inverse: true },
  dtw: { method: "dtw" },
  "dtw, inverse": { method: "dtw", inverse: true },
  correlation: { method: "correlation" },
  best: { method: "best" },
};

const memberCount = 25;
const matchCount = 20;
const queryNoiseMax = 0.8;

export function runOculusQuality(options: QualityOptions = {}): QualityReport {
  const { seed = 1, backgroundCount = 50_000, familyCount = 120, pointCount = 60 } = options;
  const bench = buildBenchTable(
    {
      ...{ pointCount, backgroundCount, familyCount, memberCount, warpedShare: 0.5 },
      kernel: options.kernel,
    },
    seededRandom(seed),
  );
  const queries = pickQueries(bench.members);
  const recallAt20: Record<string, Record<QualityGroup, number | null>> = {};
  for (const [ranking, search] of Object.entries(rankings)) {
    if (options.without?.includes(ranking) === true) continue;
    const recalls = new Map<QualityGroup, number[]>(qualityGroups.map((group) => [group, []]));
    for (const query of queries) {
      const recall = recallOf(bench, query, search);
      for (const group of groupsOf(query)) recalls.get(group)!.push(recall);
    }
    recallAt20[ranking] = Object.fromEntries(
      qualityGroups.map((group) => [group, meanOf(recalls.get(group)!)]),
    ) as Record<QualityGroup, number | null>;
  }
  return {
    seed,
    seriesCount: bench.table.comparableCount,
    queryCount: queries.length,
    pointCount,
    recallAt20,
  };
}

function pickQueries(members: readonly BenchMember[]): BenchMember[] {
  const queries = new Map<number, BenchMember>();
  for (const member of members) {
    if (member.traits.noise < queryNoiseMax && !queries.has(member.family)) {
      queries.set(member.family, member);
    }
  }
  return [...queries.values()];
}

function recallOf(bench: BenchTable, query: BenchMember, options: SearchOptions): number {
  const { table, members } = bench;
  const planned = planSearch(
    { ...options, limit: matchCount, excludeId: query.id },
    table.pointCount,
  );
  if (!planned.ok) throw new Error(planned.message);
  const search = new ShapeSearch(table, table.shape(query.id)!, planned.plan);
  while (!search.step(rowCountMax));
  const kin = new Set(
    members
      .filter(({ family, id }) => family === query.family && id !== query.id)
      .map(({ id }) => id),
  );
  const found = search.answer().matches.filter(({ id }) => kin.has(id)).length;
  return found / Math.min(matchCount, kin.size);
}

function groupsOf({ traits }: BenchMember): QualityGroup[] {
  if (traits.warp !== "none") return ["mixed", "warped", traits.warp];
  const groups: QualityGroup[] = ["mixed", "unwarped"];
  groups.push(traits.lagSamples === 0 ? "unwarped, in time" : "unwarped, lagging");
  if (traits.isInverted) groups.push("unwarped, inverted");
  return groups;
}

function meanOf(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return Math.round((values.reduce((sum, value) => sum + value, 0) / values.length) * 1e4) / 1e4;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: "1" },
      seeds: { type: "string", default: "1" },
      background: { type: "string", default: "50000" },
      families: { type: "string", default: "120" },
      points: { type: "string", default: "60" },
      without: { type: "string", multiple: true },
    },
  });
  for (let n = 0; n < Number(values.seeds); n++) {
    const report = runOculusQuality({
      seed: Number(values.seed) + n,
      backgroundCount: Number(values.background),
      familyCount: Number(values.families),
      pointCount: Number(values.points),
      without: values.without,
      kernel: readKernels("auto").distances,
    });
    process.stdout.write(`${JSON.stringify(report)}\n`);
  }
}
