import { expect, test } from "vitest";
import { seededRandom } from "../../base/random.ts";
import { WallOffset } from "../../base/wall-offset.ts";
import { type Rule, RuleBook } from "../../model/index.ts";
import { dayMs, FedSeries, hourMs, minuteMs } from "./stream.fixture.ts";

const berlin = new WallOffset("Europe/Berlin");
/** Monday 2026-09-28, 00:00 UTC; clocks are set back on Sunday 2026-10-25 at 01:00 UTC. */
const autumnMs = 1_790_553_600_000;
/** Monday 2026-03-02; clocks are set forward on Sunday 2026-03-29 at 01:00 UTC. */
const springMs = 1_772_409_600_000;

/** What a clock on a wall in Berlin shows, in hours of the day and days of the week, Sunday 0. */
function inBerlin(timeMs: number): { readonly hour: number; readonly day: number } {
  const wallMs = timeMs + 1000 * berlin.at(timeMs / 1000);
  return { hour: (wallMs % dayMs) / hourMs, day: (Math.floor(wallMs / dayMs) + 4) % 7 };
}

/** A wave by day that is high in Berlin's afternoon. */
function visits(seed: number): (timeMs: number) => number {
  const random = seededRandom(seed);
  return (timeMs) => {
    const { hour } = inBerlin(timeMs);
    const wave = 1 + 0.8 * Math.cos(((hour - 15) * Math.PI) / 12);
    return 100 * wave * (1 + 0.04 * (random.next() - 0.5));
  };
}

const ofBerlin: Rule = { match: "*", timeZone: "Europe/Berlin" };

test.each([
  { name: "back", startMs: autumnMs },
  { name: "forward", startMs: springMs },
])(
  "StreamJudge expects the hours of a day by their wall when clocks are set $name",
  ({ startMs }) => {
    const [utc, wall] = [[], [ofBerlin]].map((rules) => {
      const series = new FedSeries({ startMs, rules });
      series.feed(26 * dayMs, 5 * minuteMs, visits(1));
      // Until the day after the night in which clocks were set.
      series.feed(dayMs + 8 * hourMs, 5 * minuteMs, visits(1));
      const { center } = series.judge.standingOf(0, series.nowMs / 1000).expected!;
      const truth = visits(1)(series.nowMs);
      series.feed(7 * dayMs, 5 * minuteMs, visits(1));
      const late = series.turns.filter(({ episode }) => episode.startedMs > startMs + 14 * dayMs);
      return { off: Math.abs(center / truth - 1), told: late.length };
    });
    expect(utc!.off).toBeGreaterThan(0.15);
    expect(wall!.off).toBeLessThan(0.05);
    expect(wall!.told).toBe(0);
  },
);

test("StreamJudge knows a nightly job by its wall when clocks are set back", () => {
  const series = new FedSeries({ startMs: autumnMs, rules: [ofBerlin] });
  const random = seededRandom(2);
  series.feed(35 * dayMs, 5 * minuteMs, (timeMs) => {
    const { hour } = inBerlin(timeMs);
    return (hour >= 4 && hour < 4.5 ? 900 : 100) * (1 + 0.04 * (random.next() - 0.5));
  });
  const late = series.turns.filter(({ episode }) => episode.startedMs > autumnMs + 14 * dayMs);
  expect(late).toEqual([]);
});

test("StreamJudge turns what it learned when the zone of a series is changed", () => {
  const series = new FedSeries({ startMs: autumnMs });
  const busy = visits(3);
  series.feed(15 * dayMs, 5 * minuteMs, busy);
  const before = series.turns.length;
  const at = (series.nowMs + 5 * hourMs) / 1000;
  const utc = series.judge.standingOf(0, at).expected!;
  series.judge.useRules(new RuleBook([ofBerlin]));
  const wall = series.judge.standingOf(0, at).expected!;
  expect(wall.source).toBe(utc.source.replace("05:00 UTC", "07:00 Europe/Berlin"));
  expect(wall.center).toBeCloseTo(utc.center, 3);
  series.feed(3 * dayMs, 5 * minuteMs, busy);
  expect(series.turns.slice(before)).toEqual([]);
});

test("StreamJudge judges and learns a listed date as the day of the week that it is like", () => {
  // Sundays have twice the guests, and so has the holiday, a Wednesday.
  const random = seededRandom(4);
  const holidayMs = autumnMs + 23 * dayMs;
  const guests = (timeMs: number): number => {
    const isBusy =
      inBerlin(timeMs).day === 0 ||
      Math.abs(timeMs + 2 * hourMs - holidayMs - dayMs / 2) < dayMs / 2;
    const wave = 100 + 30 * Math.sin((2 * Math.PI * timeMs) / dayMs);
    return wave * (isBusy ? 2 : 1) * (1 + 0.05 * (random.next() - 0.5));
  };
  const when = {
    timeZone: "Europe/Berlin",
    dates: ["2026-10-21"],
    days: [],
    weekdays: [],
    hours: null,
  };
  const [plain, ruled] = [[ofBerlin], [ofBerlin, { match: "web.*", when, like: 0 }]].map(
    (rules) => {
      const series = new FedSeries({ startMs: autumnMs, rules });
      series.feed(23 * dayMs + 12 * hourMs, 5 * minuteMs, guests);
      const noon = series.judge.standingOf(0, series.nowMs / 1000).expected!;
      series.feed(2 * dayMs, 5 * minuteMs, guests);
      const told = series.turns.filter(({ episode }) => episode.startedMs > autumnMs + 20 * dayMs);
      return { noon, told };
    },
  );
  expect(plain!.noon.center).toBeLessThan(160);
  expect(ruled!.told).toEqual([]);
  expect(ruled!.noon.source).toBe("as on Sundays 14:00 Europe/Berlin, 3 weeks");
  expect(ruled!.noon.center).toBeGreaterThan(180);
});
