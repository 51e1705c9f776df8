/** Tables of shapes for the benches: background and families, gridded as a shard would do it. */
import { nextInteger, type Random } from "../../src/base/random.ts";
import { Grid, ShapeTable } from "../../src/oculus/index.ts";
import {
  backgroundClasses,
  fillBackground,
  pickBackgroundClass,
  type BackgroundClass,
} from "./background.ts";
import {
  fillMember,
  makeCourse,
  sampleCount,
  warps,
  type MemberTraits,
  type Warp,
} from "./families.ts";

const sampleStepMs = 10_000;

export interface BenchMember {
  readonly id: number;
  readonly family: number;
  readonly traits: MemberTraits;
}

export interface BenchTable {
  readonly table: ShapeTable;
  /** Ids of background series by class. */
  readonly background: ReadonlyMap<BackgroundClass, readonly number[]>;
  readonly members: readonly BenchMember[];
}

export interface BenchTableOptions {
  readonly pointCount: number;
  readonly backgroundCount: number;
  readonly familyCount: number;
  readonly memberCount: number;
  /** Share of families whose members are warped, one kind of warp for each family. */
  readonly warpedShare: number;
  /** Of distances. */
  readonly kernel?: WebAssembly.Module | undefined;
}

/** Rows in shuffled order, so that neither rank ties nor scan order favour a family. */
export function buildBenchTable(options: BenchTableOptions, random: Random): BenchTable {
  const { pointCount, backgroundCount, familyCount, memberCount, warpedShare } = options;
  const rowCount = backgroundCount + familyCount * memberCount;
  const table = new ShapeTable({ pointCount, rowCount, kernel: options.kernel });
  const put = rowWriter(table);
  const ids = shuffledIds(rowCount, random);
  const samples = new Float64Array(sampleCount);
  const background = new Map<BackgroundClass, number[]>(
    backgroundClasses.map((kind) => [kind, []]),
  );
  let next = 0;
  for (let n = 0; n < backgroundCount; n++) {
    const kind = pickBackgroundClass(random);
    fillBackground(samples, kind, random);
    const id = ids[next++]!;
    if (put(id, samples)) background.get(kind)!.push(id);
  }
  const members: BenchMember[] = [];
  const warpedCount = Math.round(familyCount * warpedShare);
  for (let family = 0; family < familyCount; family++) {
    const course = makeCourse(random);
    const warp: Warp = family < warpedCount ? warps[1 + (family % (warps.length - 1))]! : "none";
    for (let n = 0; n < memberCount; n++) {
      const traits = fillMember(samples, course, warp, random);
      const id = ids[next++]!;
      if (put(id, samples)) members.push({ id, family, traits });
    }
  }
  return { table, background, members };
}

function rowWriter(table: ShapeTable): (id: number, samples: Float64Array) => boolean {
  const range = { fromMs: 0, untilMs: sampleCount * sampleStepMs };
  const grid = new Grid(range, table.pointCount);
  const timesMs = Float64Array.from({ length: sampleCount }, (slot, at) => at * sampleStepMs);
  const shape = new Float64Array(table.pointCount);
  return (id, samples) => {
    const fault = grid.shape(timesMs, samples, sampleCount, shape);
    if (fault !== undefined) table.refuse(id, fault);
    else table.put(id, shape);
    return fault === undefined;
  };
}

/** Fisher and Yates. */
function shuffledIds(count: number, random: Random): Int32Array {
  const ids = Int32Array.from({ length: count }, (slot, at) => at);
  for (let at = count - 1; at > 0; at--) {
    const other = nextInteger(random, at + 1);
    const id = ids[at]!;
    ids[at] = ids[other]!;
    ids[other] = id;
  }
  return ids;
}
