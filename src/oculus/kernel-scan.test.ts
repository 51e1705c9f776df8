/** Searches with the kernel and without answer the same, bit for bit, also on hostile rows. */
import { expect, test } from "vitest";
import { builtKernel } from "../../test/support/kernels.ts";
import { nextInteger, nextNormal, seededRandom, type Random } from "../base/random.ts";
import {
  planSearch,
  ShapeSearch,
  ShapeTable,
  zNormalise,
  type SearchAnswer,
  type SearchOptions,
} from "./index.ts";

const kernel = builtKernel("distances");

function search(table: ShapeTable, shape: Float64Array, options: SearchOptions): SearchAnswer {
  const planned = planSearch(options, table.pointCount);
  if (!planned.ok) throw new Error(planned.message);
  const running = new ShapeSearch(table, shape, planned.plan);
  while (!running.step(11));
  return running.answer();
}

/** What is hard to rank: copies, copies a hair apart, steps, spikes, two levels, mirror images. */
function hostileValues(
  count: number,
  random: Random,
  earlier: readonly Float64Array[],
): Float64Array {
  const values = Float64Array.from({ length: count }, () => nextNormal(random));
  const other = earlier[nextInteger(random, Math.max(1, earlier.length))];
  const scale = 10 ** (nextInteger(random, 601) - 300);
  const at = nextInteger(random, count);
  switch (nextInteger(random, 9)) {
    case 0:
      if (other !== undefined) values.set(other);
      break;
    case 1:
      for (let i = 0; i < count; i++) values[i] = -(other?.[i] ?? i);
      break;
    case 2: // apart by less than single precision can tell
      for (let i = 0; i < count; i++) values[i] = (other?.[i] ?? i) * (1 + 1e-9 * values[i]!);
      break;
    case 3: // one spike in nothing
      for (let i = 0; i < count; i++) values[i] = i === at ? scale : 0;
      break;
    case 4:
      for (let i = 0; i < count; i++) values[i] = i < at ? scale : 2 * scale;
      break;
    case 5: // barely above flat
      for (let i = 0; i < count; i++) values[i] = 1e6 + 1e-2 * values[i]!;
      break;
    case 6: // two levels: distances tie by the hundred
      for (let i = 0; i < count; i++) values[i] = values[i]! > 0 ? 1 : 0;
      break;
    case 7:
      for (let i = 0; i < count; i++) values[i]! *= scale;
      break;
    case 8: // shifted by a point
      for (let i = 1; i < count; i++) values[i] = other?.[i - 1] ?? i;
      break;
  }
  return values;
}

const cases = [2, 3, 5, 20, 60, 61, 62, 63, 97].flatMap((pointCount) =>
  [1, 2].map((seed) => ({ pointCount, seed })),
);

test.each(cases)("the kernel changes no answer: $pointCount points, seed $seed", (each) => {
  const { pointCount, seed } = each;
  const random = seededRandom(seed);
  const plain = new ShapeTable({ pointCount, rowCount: 1 });
  const fast = new ShapeTable({ pointCount, rowCount: 1, kernel });
  const kept: Float64Array[] = [];
  for (let id = 0; id < 700; id++) {
    if (nextInteger(random, 8) === 0) continue;
    const shape = hostileValues(pointCount, random, kept);
    if (zNormalise(shape)) {
      kept.push(shape);
      plain.put(id, shape);
      fast.put(id, shape);
    } else {
      plain.refuse(id, "flat");
      fast.refuse(id, "flat");
    }
    if (nextInteger(random, 50) === 0) {
      plain.remove(id - 1);
      fast.remove(id - 1);
    }
  }
  expect(fast.kernel).toBeDefined();
  for (let round = 0; round < 6; round++) {
    const query = hostileValues(pointCount, random, kept);
    if (!zNormalise(query)) continue;
    const common = {
      limit: [1, 20, 400][round % 3]!,
      inverse: round % 2 === 0,
      excludeId: nextInteger(random, plain.idCount),
      accepts: round < 3 ? undefined : (id: number) => id % 3 !== 0,
    };
    const longest = Math.floor(pointCount / 2);
    const options: SearchOptions[] = [
      { ...common, method: "euclidean" },
      { ...common, method: "euclidean", lagMax: longest },
      { ...common, method: "correlation" },
      { ...common, method: "correlation", lagMax: longest, inverse: undefined },
      { ...common, method: "best" },
      { ...common, method: "best", lagMax: longest, inverse: undefined },
      { ...common, method: "best", lagMax: 0, bandShare: round % 3 === 0 ? 1 : 0 },
      { ...common, method: "fastdtw", radius: round % 3 },
      { ...common, method: "dtw", bandShare: 0 },
      { ...common, method: "dtw", bandShare: 0.05 },
      { ...common, method: "dtw", bandShare: 1 },
    ];
    for (const option of options) {
      const answer = search(fast, query, option);
      expect(answer).toEqual(search(plain, query, option));
      expect(answer).toMatchObject({ isExact: true, comparedCount: answer.totalCount });
    }
  }
});

/** A module that is nothing but a memory of at most 20 pages, exported. */
const cramped = new WebAssembly.Module(
  Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...[0x05, 0x04, 0x01, 0x01, 0x00, 20],
    ...[0x07, 0x0a, 0x01, 0x06, ...new TextEncoder().encode("memory"), 0x02, 0x00],
  ]),
);

test("a table that outgrows the kernel's memory keeps its rows and answers without", () => {
  const pointCount = 60;
  const random = seededRandom(3);
  const table = new ShapeTable({ pointCount, rowCount: 8, kernel: cramped });
  expect(table.kernel).toBeDefined();
  const plain = new ShapeTable({ pointCount });
  for (let id = 0; id < 9000; id++) {
    const shape = hostileValues(pointCount, random, []);
    if (!zNormalise(shape)) continue;
    table.put(id, shape);
    plain.put(id, shape);
  }
  expect(table.kernel).toBeUndefined();
  const query = plain.shape(plain.idCount - 1) ?? plain.shape(plain.idCount - 2)!;
  for (const method of ["euclidean", "dtw"] as const) {
    expect(search(table, query, { method })).toEqual(search(plain, query, { method }));
  }
  const tooLarge = new ShapeTable({ pointCount, rowCount: 9000, kernel: cramped });
  expect(tooLarge.kernel).toBeUndefined();
  tooLarge.put(7, query);
  expect(search(tooLarge, query, { method: "dtw" }).matches).toHaveLength(1);
});

test("a table of double precision has no kernel", () => {
  const table = new ShapeTable({ pointCount: 60, precision: "double", kernel });
  expect(table.kernel).toBeUndefined();
});
