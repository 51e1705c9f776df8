import { expect, test } from "vitest";
import { seededRandom } from "../base/random.ts";
import { type Lane, lane, WaitingIds } from "./waiting-ids.ts";

const lanes: readonly Lane[] = Object.values(lane);

test("WaitingIds keeps each series once, in the order it came, like plain lists", () => {
  const random = seededRandom(5);
  const waiting = new WaitingIds();
  const twin = new Map<Lane, number[]>(lanes.map((of) => [of, []]));
  for (let i = 0; i < 6_000; i++) {
    const of = lanes[Math.floor(random.next() * lanes.length)]!;
    const list = twin.get(of)!;
    if (random.next() < 0.55) {
      const id = Math.floor(random.next() ** 2 * 1000);
      const before = lanes.find((other) => twin.get(other)!.includes(id));
      if (before === undefined) list.push(id);
      else if (before === lane.routine && of !== lane.routine) {
        // More urgent than it seemed: out of the middle of its lane.
        twin.get(before)!.splice(twin.get(before)!.indexOf(id), 1);
        list.push(id);
      }
      waiting.push(id, of, i);
      expect(waiting.isTaken(id)).toBe(!waiting.isIn(id, lane.routine));
    } else {
      expect(waiting.first(of)).toBe(list[0] ?? -1);
      waiting.shift(of);
      const gone = list.shift();
      if (gone !== undefined) expect(waiting.isIn(gone, of)).toBe(false);
    }
    expect(lanes.map((other) => waiting.count(other))).toEqual(
      lanes.map((other) => twin.get(other)!.length),
    );
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

test("WaitingIds lets what waits as routine wait anew from the moment that it is more", () => {
  const waiting = new WaitingIds();
  waiting.push(3, lane.routine, 100);
  waiting.push(3, lane.routine, 150);
  expect(waiting.waitedMs(lane.routine, 200)).toBe(100);
  waiting.push(3, lane.urgent, 180);
  expect([waiting.count(lane.routine), waiting.waitedMs(lane.urgent, 200)]).toEqual([0, 20]);
});
