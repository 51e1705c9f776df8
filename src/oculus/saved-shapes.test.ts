import { expect, test } from "vitest";
import { seededRandom } from "../base/random.ts";
import type { SavedItem, TimeRange } from "../model/index.ts";
import { SavedShapes } from "./saved-shapes.ts";

const minuteMs = 60_000;

/** An hour of a level that steps up at `stepMinute`, with noise, beginning at `fromMs`. */
function step(
  fromMs: number,
  stepMinute: number,
  options: { readonly seed: number; readonly height?: number },
): { range: TimeRange; timesMs: Float64Array; values: Float64Array } {
  const random = seededRandom(options.seed);
  const timesMs = Float64Array.from({ length: 360 }, (sample, i) => fromMs + i * 10_000);
  const values = timesMs.map((timeMs) => {
    const isUp = timeMs - fromMs >= stepMinute * minuteMs;
    return 40 + 6 * random.next() + (isUp ? (options.height ?? 60) : 0);
  });
  return { range: { fromMs, untilMs: fromMs + 60 * minuteMs }, timesMs, values };
}

function saved(collection: string, item: ReturnType<typeof step>): SavedItem {
  return {
    collectionId: collection,
    collectionName: `the ${collection} one`,
    item: {
      name: `${collection}.metric`,
      range: item.range,
      timesMs: [...item.timesMs],
      values: [...item.values],
    },
  };
}

const stepUp = saved("step", step(0, 30, { seed: 1 }));
const stepUpToo = saved("step", step(9_000_000, 31, { seed: 2 }));
const drop = saved("drop", step(0, 30, { seed: 3, height: -30 }));
const noise = saved("noise", step(0, 90, { seed: 4 }));

test("SavedShapes recognises a shape that comes back, at another time, level and place", () => {
  const shapes = new SavedShapes([noise, drop, stepUp, stepUpToo]);
  expect(shapes.count).toBe(4);
  const { range, timesMs, values } = step(5e12, 40, { seed: 5, height: 900 });
  const matches = shapes.match(range, timesMs, values, 5);
  expect(matches).toHaveLength(1);
  expect(matches[0]).toMatchObject({ collectionId: "step", collectionName: "the step one" });
  expect(matches[0]!.likeness).toBeGreaterThan(90);
});

test("SavedShapes recognises a shape that was drawn", () => {
  const shapes = new SavedShapes([noise, drop, stepUp]);
  const drawn = Float64Array.from({ length: 24 }, (slot, i) => (i < 13 ? 10 : 90));
  expect(shapes.matchValues(drawn, 5).map(({ collectionId }) => collectionId)).toEqual(["step"]);
  expect(shapes.matchValues(new Float64Array(24), 5)).toEqual([]);
});

test("SavedShapes does not take a drop for a rise, nor noise for anything", () => {
  const rise = new SavedShapes([stepUp, noise]);
  const down = step(5e12, 30, { seed: 6, height: -30 });
  expect(rise.match(down.range, down.timesMs, down.values, 5)).toEqual([]);
  const restless = step(5e12, 90, { seed: 7 });
  expect(rise.match(restless.range, restless.timesMs, restless.values, 5)).toEqual([]);
});

test("SavedShapes finds the best of each collection, however many items another has", () => {
  const many = Array.from({ length: 150 }, (slot, i) =>
    saved("many", step(0, 30, { seed: 10 + i })),
  );
  const one = saved("one", step(0, 28, { seed: 400, height: 25 }));
  const { range, timesMs, values } = step(5e12, 30, { seed: 500 });
  const matches = new SavedShapes([...many, one]).match(range, timesMs, values, 5);
  expect(matches.map(({ collectionId }) => collectionId)).toEqual(["many", "one"]);
});

test("SavedShapes passes over windows without a shape, saved or asked", () => {
  const flat = { ...noise, item: { ...noise.item, values: noise.item.values.map(() => 7) } };
  const shapes = new SavedShapes([flat, stepUp]);
  expect(shapes.count).toBe(1);
  const empty = new Float64Array();
  expect(shapes.match({ fromMs: 0, untilMs: minuteMs }, empty, empty, 5)).toEqual([]);
});
