import { expect, test } from "vitest";
import { seededRandom } from "../../base/random.ts";
import { decodeSeriesState, encodeSeriesState, seriesStateBytesMax } from "./series-state.ts";
import { dayMs, FedSeries, hourMs, minuteMs } from "./stream.fixture.ts";

/** Goes on as after a restart: another judge, with what this one would have written. */
function restarted(before: FedSeries): FedSeries {
  const bytes = new Uint8Array(seriesStateBytesMax);
  const length = encodeSeriesState(before.judge, 0, bytes);
  const after = new FedSeries({ startMs: before.nowMs });
  expect(decodeSeriesState(after.judge, 0, bytes.subarray(0, length))).toBe(true);
  const open = before.judge.episodeOf(0);
  if (open !== undefined) after.judge.adopt(0, open);
  return after;
}

/** Traffic by day and week. */
function traffic(seed: number): (timeMs: number) => number {
  const random = seededRandom(seed);
  return (timeMs) => {
    const week = [0, 6].includes((Math.floor(timeMs / dayMs) + 4) % 7) ? 0.75 : 1;
    const wave = 100 + 30 * Math.sin((2 * Math.PI * timeMs) / dayMs);
    return wave * week * (1 + 0.06 * (random.next() - 0.5));
  };
}

test("encodeSeriesState() keeps a holiday, so that its rest is as quiet after a restart", () => {
  const before = new FedSeries();
  const calm = traffic(1);
  before.feed(22 * dayMs, 2 * minuteMs, calm);
  const told = before.turns.length;
  before.feed(12 * hourMs, 2 * minuteMs, (timeMs) => 0.5 * calm(timeMs));
  expect(before.judge.kindOf(0)).toBeDefined();

  const after = restarted(before);
  const { source } = after.judge.standingOf(0, after.nowMs / 1000).expected!;
  expect(source).toMatch(/^as on/);
  after.feed(12 * hourMs, 2 * minuteMs, (timeMs) => 0.5 * calm(timeMs));
  after.feed(dayMs, 2 * minuteMs, calm);
  expect([...before.turns.slice(told), ...after.turns]).toEqual([]);
});

test("encodeSeriesState() keeps what was known before an anomaly, which teaches nothing after a restart either", () => {
  const before = new FedSeries();
  const calm = traffic(2);
  before.feed(15 * dayMs, 2 * minuteMs, calm);
  before.feed(hourMs, 2 * minuteMs, (timeMs) => 6 * calm(timeMs));
  expect(before.judge.isActive(0)).toBe(true);
  const tomorrow = (before.nowMs + dayMs) / 1000;
  const { center } = before.judge.standingOf(0, tomorrow).expected!;

  const after = restarted(before);
  after.feed(2 * hourMs, 2 * minuteMs, (timeMs) => 6 * calm(timeMs));
  const expected = after.judge.standingOf(0, tomorrow).expected!;
  expect(Math.abs(expected.center / center - 1)).toBeLessThan(0.03);
});

test("encodeSeriesState() keeps the zone, and turns to another one that rules say after a restart", () => {
  const rules = [{ match: "*", timeZone: "America/New_York" }];
  const before = new FedSeries({ rules });
  before.feed(9 * dayMs, 5 * minuteMs, traffic(3));
  const at = (before.nowMs + 3 * hourMs) / 1000;
  const wall = before.judge.standingOf(0, at).expected!;
  expect(wall.source).toContain("23:00 America/New_York");
  const utc = restarted(before).judge.standingOf(0, at).expected!;
  expect(utc.source).toContain("03:00 UTC");
  expect(utc.center).toBeCloseTo(wall.center, 3);
});

test("decodeSeriesState() refuses what encodeSeriesState() did not write, and changes nothing", () => {
  const before = new FedSeries();
  before.feed(2 * hourMs, minuteMs, traffic(4));
  const bytes = new Uint8Array(seriesStateBytesMax);
  const length = encodeSeriesState(before.judge, 0, bytes);
  for (const cut of [0, 10, length - 1]) {
    const after = new FedSeries();
    expect(decodeSeriesState(after.judge, 0, bytes.subarray(0, cut))).toBe(false);
    expect(after.judge.judgedMs(0)).toBe(-Infinity);
  }
});
