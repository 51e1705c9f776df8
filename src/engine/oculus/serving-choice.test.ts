import { describe, expect, test } from "vitest";
import { partitionCount } from "../../model/index.ts";
import { restUntilDueMs, sharedWindow } from "./import-share.ts";
import { chooseServing, unneededIndexes } from "./serving-choice.ts";
import { indexNameOf, originOf, type ShapeIndex } from "./shape-index.ts";

const prefix = "kale";
const nowMs = 10_000;
const all = Array.from({ length: partitionCount }, (_, partition) => partition);
const low = all.slice(0, 32);
const high = all.slice(32);

/** Each partition has one comparable series and one flat one. */
function written(
  owner: string,
  startedMs: number,
  untilMs: number,
  partitions: readonly number[],
): ShapeIndex {
  return {
    index: indexNameOf(prefix, { owner, startedMs }),
    range: { fromMs: untilMs - 3_600_000, untilMs },
    pointCount: 60,
    partitions: new Map(partitions.map((each) => [each, { comparable: 1, flat: 1 }])),
  };
}

describe("chooseServing()", () => {
  const a = written("a", 1000, 500, low);
  const b = written("b", 1100, 500, high);

  test("takes the indexes of one window that hold all partitions together", () => {
    expect(chooseServing(prefix, [a], nowMs)).toBeUndefined();
    expect(chooseServing(prefix, [a, b], nowMs)).toEqual({
      parts: [{ index: "kale-oculus-b-1100" }, { index: "kale-oculus-a-1000" }],
      range: a.range,
      pointCount: 60,
      comparableCount: 64,
      faultCounts: { flat: 64 },
    });
  });

  test("stays with a window until a newer one is whole", () => {
    const newer = written("a", 2000, 1500, low);
    expect(chooseServing(prefix, [newer, a, b], nowMs)?.range).toEqual(a.range);
    const whole = chooseServing(prefix, [newer, a, b, written("b", 2100, 1500, high)], nowMs);
    expect(whole?.range).toEqual(newer.range);
  });

  test("takes a partition that two hold from the later import, and counts it once", () => {
    const taken = written("b", 1200, 500, all.slice(20));
    expect(chooseServing(prefix, [a, taken], nowMs)).toMatchObject({
      parts: [{ index: taken.index }, { index: a.index, partitions: all.slice(0, 20) }],
      comparableCount: 64,
    });
  });

  test("leaves out a window that has not been yet, of a clock that was wrong", () => {
    const wrong = written("b", 2000, nowMs + 3_600_000, all);
    expect(chooseServing(prefix, [a, b, wrong], nowMs)?.range).toEqual(a.range);
    const indexes = { complete: [a, b, wrong], others: [] };
    expect(unneededIndexes(prefix, indexes, { owner: "b", nowMs })).toEqual([wrong.index]);
    expect(unneededIndexes(prefix, indexes, { owner: "a", nowMs })).toEqual([]);
  });

  test("needs nobody who is gone once another holds all", () => {
    const alone = written("b", 2000, 1500, all);
    expect(chooseServing(prefix, [a, b, alone], nowMs)?.parts).toEqual([{ index: alone.index }]);
  });
});

describe("unneededIndexes()", () => {
  const own = { owner: "a", nowMs };
  const a = written("a", 1000, 500, low);
  const b = written("b", 1100, 500, high);

  test("names what stands behind the serving window, whoever wrote it, and what was replaced", () => {
    const newA = written("a", 3000, 2500, low);
    const newB = written("b", 3100, 2500, high);
    const replaced = written("a", 2900, 2500, low);
    const complete = [a, b, newA, newB, replaced];
    expect(unneededIndexes(prefix, { complete, others: [] }, own).sort()).toEqual(
      [a.index, b.index, replaced.index].sort(),
    );
  });

  test("keeps the serving window, and three of its own that wait for the others' part", () => {
    const waiting = [1, 2, 3, 4, 5].map((i) => written("a", 1000 + 100 * i, 500 + i, low));
    const foreign = [1, 2, 3, 4, 5].map((i) => written("c", 1000 + 100 * i, 500 + i, []));
    const complete = [a, b, ...waiting, ...foreign];
    expect(unneededIndexes(prefix, { complete, others: [] }, own)).toEqual([
      waiting[1]!.index,
      waiting[0]!.index,
    ]);
  });

  test("names its own incomplete ones, and others' after an hour", () => {
    const others = ["kale-oculus-a-9000", "kale-oculus-b-9000", "kale-oculus-c-1000"];
    const later = { owner: "a", nowMs: 3_605_000 };
    expect(unneededIndexes(prefix, { complete: [a, b], others }, later)).toEqual([
      "kale-oculus-a-9000",
      "kale-oculus-c-1000",
    ]);
  });
});

test("originOf() reads back what indexNameOf() wrote, and nothing else", () => {
  for (const origin of [
    { owner: "", startedMs: 17 },
    { owner: "0f3a", startedMs: 18 },
    { owner: "12", startedMs: 19 },
  ])
    expect(originOf(prefix, indexNameOf(prefix, origin))).toEqual(origin);
  for (const name of ["kale-oculus-state", "kale-oculus-a-b-1", "kale-points-1", "kale-oculus-"])
    expect(originOf(prefix, name)).toBeUndefined();
});

test("sharedWindow() is the same for all who import within one interval, and over when due", () => {
  const intervalMs = 120_000;
  const newest = { range: { fromMs: 0, untilMs: 3_600_000 }, pointCount: 60 };
  const dueMs = 1_800_000_000_000 + 20_000;
  const window = sharedWindow(dueMs, intervalMs, newest);
  expect(window.range).toEqual({ fromMs: dueMs - 3_620_000, untilMs: dueMs - 20_000 });
  expect(sharedWindow(dueMs + intervalMs - 1, intervalMs, newest)).toEqual(window);
  expect(sharedWindow(dueMs - 1, intervalMs, newest)).not.toEqual(window);
  expect(restUntilDueMs(dueMs, intervalMs)).toBe(intervalMs);
  expect(restUntilDueMs(dueMs - 1, intervalMs)).toBe(1);
});
