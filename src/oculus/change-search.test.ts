import { expect, test } from "vitest";
import { nextNormal, seededRandom } from "../base/random.ts";
import { ChangeSearch, type ChangeAnswer } from "./index.ts";
import { plainWindow, type PlainSeries } from "./series-window.fixture.ts";

const range = { fromMs: 400_000, untilMs: 500_000 };

function series(value: (timeMs: number) => number, stepMs = 1000): NonNullable<PlainSeries> {
  return Array.from({ length: 500_000 / stepMs }, (slot, at) => [at * stepMs, value(at * stepMs)]);
}

function run(
  all: readonly PlainSeries[],
  options: { excludeId?: number; offset?: number } = {},
): ChangeAnswer {
  const search = new ChangeSearch(plainWindow(all), range, { limit: 10, ...options });
  while (!search.step(1));
  return search.answer();
}

test("ChangeSearch ranks what is distributed otherwise, either way, and leaves chance out", () => {
  const random = seededRandom(1);
  const noise = (): number => nextNormal(random);
  const answer = run([
    series(noise),
    series((t) => noise() + (t >= 400_000 ? 20 : 0)),
    series((t) => noise() * (t >= 400_000 ? 10 : 1)),
    series((t) => noise() - (t >= 400_000 ? 1 : 0)),
    undefined,
    series(() => 3),
    series(noise, 50_000),
    series(noise).slice(0, 300),
  ]);
  expect(answer.matches.map(({ id }) => id)).toEqual([1, 2, 3]);
  expect(answer.matches[0]).toMatchObject({ distance: 0, likeness: 100, sign: 1, lag: 0 });
  expect(answer.matches[2]?.sign).toBe(-1);
  expect(answer).toMatchObject({
    isExact: true,
    comparedCount: 5,
    totalCount: 5,
    faultCounts: { "too-few-in-window": 2, "too-few-before": 0 },
  });
});

test("ChangeSearch leaves out the series that was asked about, and says when it was cut short", () => {
  const jump = series((t) => (t >= 400_000 ? 1 : 0));
  expect(run([jump, jump], { excludeId: 0 }).matches.map(({ id }) => id)).toEqual([1]);

  const search = new ChangeSearch(plainWindow([jump, jump, jump]), range, { limit: 10 });
  search.step(1);
  search.cancel();
  expect(search.step(1)).toBe(true);
  expect(search.answer()).toMatchObject({ isExact: false, comparedCount: 1, totalCount: 3 });
});

test("ChangeSearch counts a series that has no past", () => {
  const late = series((t) => t).slice(395);
  expect(run([late]).faultCounts).toEqual({ "too-few-in-window": 0, "too-few-before": 1 });
});

test("ChangeSearch compares a counter's growth, not its height, over resets too", () => {
  const random = seededRandom(5);
  const counter = (rate: (timeMs: number) => number, resetAtMs = Infinity) => {
    let total = 1_000_000;
    return series((t) => {
      if (t === resetAtMs) total = 0;
      return (total += rate(t) * (0.5 + random.next()));
    });
  };
  const answer = run([
    counter(() => 10),
    counter((t) => (t >= 400_000 ? 40 : 10)),
    counter(() => 10, 450_000),
    counter((t) => (t >= 400_000 ? 2 : 10)),
  ]);
  expect(answer.matches.map(({ id, sign }) => [id, sign])).toEqual([
    [1, 1],
    [3, -1],
  ]);
});
