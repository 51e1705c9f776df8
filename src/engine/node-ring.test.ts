import { expect, test } from "vitest";
import { NodeRing } from "./node-ring.ts";

test("NodeRing gives the nodes turns", () => {
  const ring = new NodeRing(3);
  expect([ring.order(0), ring.order(0), ring.order(0), ring.order(0)]).toEqual([
    [0, 1, 2],
    [1, 2, 0],
    [2, 0, 1],
    [0, 1, 2],
  ]);
});

test("NodeRing lets a failed node rest, twice as long each time, at most a minute", () => {
  const ring = new NodeRing(2);
  let nowMs = 0;
  const restsMs = Array.from({ length: 8 }, () => {
    ring.failed(1, nowMs);
    let restMs = 0;
    while (!ring.order(nowMs + restMs).includes(1)) restMs += 500;
    nowMs += restMs;
    return restMs;
  });
  expect(restsMs).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  expect(ring.failedNodes()).toEqual([1]);
  ring.succeeded(1);
  ring.failed(1, nowMs);
  expect(ring.order(nowMs + 1000)).toContain(1);
});

test("NodeRing asks the node whose rest ends first while all of them rest", () => {
  const ring = new NodeRing(3);
  ring.failed(0, 0);
  ring.failed(2, 10);
  ring.failed(1, 20);
  expect(ring.order(30)).toEqual([0]);
  ring.failed(0, 30);
  expect(ring.order(40)).toEqual([2]);
});
