import { expect, test } from "vitest";
import { nextInteger, seededRandom } from "../base/random.ts";
import { mergeAnswers } from "./merge.ts";
import { Nearest } from "./nearest.ts";

test.each([1, 2, 3, 4, 5, 6])("Nearest keeps what sorting would, ties by row, seed %i", (seed) => {
  const random = seededRandom(seed);
  const capacity = 1 + nextInteger(random, 25);
  const nearest = new Nearest(capacity);
  const all = Array.from({ length: nextInteger(random, 200) }, (slot, row) => ({
    distance: nextInteger(random, 12),
    row,
  }));
  const shuffled = all.toSorted((a, b) => ((a.row * 7919) % 211) - ((b.row * 7919) % 211));
  for (const { distance, row } of shuffled) nearest.offer(distance, row, row - 5, row % 2 ? 1 : -1);
  const expected = all
    .toSorted((a, b) => a.distance - b.distance || a.row - b.row)
    .slice(0, capacity);
  const found: { distance: number; row: number }[] = [];
  nearest.forEachSorted((distance, row, lag, sign) => {
    found.push({ distance, row });
    expect(lag).toBe(row - 5);
    expect(sign).toBe(row % 2 ? 1 : -1);
  });
  expect(found).toEqual(expected);
  expect(nearest.threshold).toBe(found.length < capacity ? Infinity : found.at(-1)!.distance);
});

test("Nearest takes nothing that is infinitely far", () => {
  const nearest = new Nearest(3);
  nearest.offer(Infinity, 1, 0, 1);
  expect(nearest.count).toBe(0);
});

test("mergeAnswers() ranks by distance, then shard, and cuts the page out last", () => {
  const answer = (distances: number[], isExact: boolean) => ({
    matches: distances.map((distance) => ({ distance, name: `${distance}` })),
    isExact,
    comparedCount: 10,
    totalCount: 20,
  });
  const first = answer([1, 3, 5], true);
  const second = answer([0, 3, 4], false);
  const merged = mergeAnswers([first, second], { offset: 1, limit: 3 });
  expect(merged).toEqual({
    matches: [first.matches[0], first.matches[1], second.matches[1]],
    isExact: false,
    comparedCount: 20,
    totalCount: 40,
  });
});
