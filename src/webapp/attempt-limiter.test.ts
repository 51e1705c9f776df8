import { expect, test } from "vitest";
import { ManualClock } from "../base/clock.ts";
import { AttemptLimiter } from "./attempt-limiter.ts";

const options = {
  perAddress: { burstCount: 3, refillMs: 1_000 },
  together: { burstCount: 5, refillMs: 100 },
  addressCountMax: 4,
};

function fail(limiter: AttemptLimiter, address: string, times: number): void {
  for (let i = 0; i < times; i++) {
    expect(limiter.takeMs(address)).toBe(0);
    limiter.settle(address, false);
  }
}

test("takeMs() tells how long to wait, and lets one through when that time is over", () => {
  const clock = new ManualClock(0);
  const limiter = new AttemptLimiter(clock, options);
  fail(limiter, "a", 3);
  expect(limiter.takeMs("a")).toBe(1_000);
  clock.advance(400);
  expect(limiter.takeMs("a")).toBe(600);
  clock.advance(600);
  expect(limiter.takeMs("a")).toBe(0);
  expect(limiter.takeMs("a")).toBe(1_000);
  expect(limiter.failedCount).toBe(3);
  expect(limiter.refusedCount).toBe(3);
});

test("right tries cost nothing, however many", () => {
  const limiter = new AttemptLimiter(new ManualClock(0), options);
  for (let i = 0; i < 100; i++) {
    expect(limiter.takeMs("a")).toBe(0);
    limiter.settle("a", true);
  }
  fail(limiter, "a", 3);
});

test("tries under way count, so many at once find the bucket empty", () => {
  const limiter = new AttemptLimiter(new ManualClock(0), options);
  const waits = Array.from({ length: 10 }, () => limiter.takeMs("a"));
  expect(waits.filter((wait) => wait === 0)).toHaveLength(3);
});

test("all addresses together have a limit, which comes back faster", () => {
  const clock = new ManualClock(0);
  const limiter = new AttemptLimiter(clock, options);
  fail(limiter, "a", 3);
  fail(limiter, "b", 2);
  expect(limiter.takeMs("c")).toBe(100);
  clock.advance(100);
  expect(limiter.takeMs("c")).toBe(0);
});

test("addresses beyond the limit are forgotten, the quietest first", () => {
  const clock = new ManualClock(0);
  const limiter = new AttemptLimiter(clock, options);
  fail(limiter, "a", 3);
  for (const address of ["b", "c", "d"]) {
    clock.advance(200);
    expect(limiter.takeMs(address)).toBe(0);
  }
  expect(limiter.takeMs("a")).toBeGreaterThan(0);
  for (const address of ["e", "f", "g"]) {
    clock.advance(10);
    limiter.takeMs(address);
  }
  expect(limiter.takeMs("a")).toBeGreaterThan(0);
});
