import { expect, test } from "vitest";
import { seededRandom } from "../base/random.ts";
import type { SampleColumns } from "./samples.ts";
import { columnsOfPage, SeriesPageBuilder } from "./series-page.ts";

const range = { fromMs: 0, untilMs: 1e12 };

function query(nameCount: number, sampleCountMax: number) {
  return { names: Array.from({ length: nameCount }, (_, i) => `s${i}`), range, sampleCountMax };
}

function columns(count: number, seed: number): SampleColumns {
  const random = seededRandom(seed);
  return {
    timesMs: Float64Array.from({ length: count }, (_, i) => i * 1000 + seed),
    values: Float64Array.from({ length: count }, () => random.next()),
  };
}

test("columnsOfPage() gives back what was added, unknown series and empty ones among it", () => {
  const given = [
    columns(3, 1),
    columns(0, 2),
    undefined,
    columns(2, 3),
    columns(500, 4),
    undefined,
  ];
  const page = new SeriesPageBuilder(query(given.length, 1000));
  for (const one of given) page.addColumns(one);
  expect(page.isComplete).toBe(true);
  const taken = page.take();
  expect(taken.timesMs.buffer).toBe(taken.values.buffer);
  expect(columnsOfPage(taken)).toEqual(given);
});

test("a page takes over what was filled into the columns it lent", () => {
  const page = new SeriesPageBuilder(query(3, 1000));
  page.addColumns(columns(2, 1));
  const lent = page.lend(10);
  expect(lent.timesMs.length).toBeGreaterThanOrEqual(10);
  lent.timesMs.set([7, 8]);
  lent.values.set([70, 80]);
  page.add(2);
  const [, second] = columnsOfPage(page.take());
  expect(second).toEqual({
    timesMs: Float64Array.of(7, 8),
    values: Float64Array.of(70, 80),
  });
});

test("hasRoomFor() keeps to the limit, but the first series comes whatever it has", () => {
  const page = new SeriesPageBuilder(query(3, 100));
  expect(page.hasRoomFor(5000)).toBe(true);
  page.addColumns(columns(60, 1));
  expect(page.hasRoomFor(40)).toBe(true);
  expect(page.hasRoomFor(41)).toBe(false);
  expect(page.take().counts).toEqual(Int32Array.of(60));
});

test("a page of little, for which much room was taken, is sent without that room", () => {
  const page = new SeriesPageBuilder(query(1, 1e6));
  page.lend(10_000);
  page.add(1);
  expect(page.take().timesMs.buffer.byteLength).toBe(16);
});

test("a page without any sample is one all the same", () => {
  const page = new SeriesPageBuilder(query(2, 10));
  page.addColumns(undefined);
  page.lend(5);
  page.add(0);
  const [first, second] = columnsOfPage(page.take());
  expect(first).toBeUndefined();
  expect(second?.timesMs).toHaveLength(0);
});
