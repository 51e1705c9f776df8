import { expect, test } from "vitest";
import { seededRandom } from "../base/random.ts";
import { type Lane, lane, WaitingIds } from "./waiting-ids.ts";

const lanes: readonly Lane[] = [lane.behind, lane.unread, lane.history];

test("WaitingIds keeps each series once, in the order it came, like plain lists", () => {
  const random = seededRandom(5);
  const waiting = new WaitingIds();
  const twin = new Map<Lane, number[]>(lanes.map((of) => [of, []]));
  for (let i = 0; i < 20_000; i++) {
    const of = lanes[Math.floor(random.next() * 3)]!;
    const list = twin.get(of)!;
    if (random.next() < 0.55) {
      const id = Math.floor(random.next() ** 2 * 3000);
      if (![...twin.values()].some((ids) => ids.includes(id))) list.push(id);
      waiting.push(id, of, i);
      expect(waiting.has(id)).toBe(true);
    } else {
      expect(waiting.first(of)).toBe(list[0] ?? -1);
      waiting.shift(of);
      const gone = list.shift();
      if (gone !== undefined) expect(waiting.has(gone)).toBe(false);
    }
    expect(waiting.count(of)).toBe(list.length);
  }
});

test("WaitingIds says how long the first of a lane has waited, beyond 32 bits of milliseconds too", () => {
  const waiting = new WaitingIds();
  expect(waiting.waitedMs(lane.behind, 5)).toBe(0);
  waiting.push(3, lane.behind, 2 ** 32 - 100);
  waiting.push(4, lane.behind, 2 ** 32 + 10);
  expect(waiting.waitedMs(lane.behind, 2 ** 32 + 400)).toBe(500);
  waiting.shift(lane.behind);
  expect(waiting.waitedMs(lane.behind, 2 ** 32 + 400)).toBe(390);
});
