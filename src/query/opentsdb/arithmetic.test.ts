import { describe, expect, test } from "vitest";
import { finish } from "../../base/steps.ts";
import { nextInteger, seededRandom, type Random } from "../../base/random.ts";
import { aggregate } from "./aggregate.ts";
import { aggregatorNames, aggregatorOf } from "./aggregators.ts";
import { downsample, edgesOf, parseDownsample, stepCountMax } from "./downsample.ts";
import { FaultKeeper } from "./fault-keeper.ts";
import { dateOfDay, dayOfDate, TimeZone } from "./local-time.ts";
import { defaultRateOptions, rateOf } from "./rate.ts";
import { columnsOf, type Pairs, pairsOf, slowAggregate, slowAggregators } from "./twin.fixture.ts";

const dayMs = 86_400_000;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

const isoFormat = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "UTC",
  dateStyle: "short",
  timeStyle: "short",
});

/** Of UTC, to the minute. */
function isoOf(timeMs: number): string {
  return isoFormat.format(timeMs).replace(" ", "T");
}

/** @param iso  e.g. 2026-03-27T12:00 */
function timeOf(iso: string): number {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = iso.split(/\D/).map(Number);
  const msOfDay = hour * hourMs + minute * minuteMs;
  return dayOfDate({ year, month, day }) * dayMs + msOfDay;
}

function run(name: string, values: readonly number[]): number {
  const aggregator = aggregatorOf(name);
  // Neighbours must not be looked at.
  return aggregator?.run(Float64Array.of(1e9, ...values, -1e9), 1, values.length + 1) ?? NaN;
}

describe("aggregators", () => {
  test("every one but none and the percentiles is what the plain formula gives, NaN left out", () => {
    const random = seededRandom(8);
    for (const name of aggregatorNames.filter((each) => Object.hasOwn(slowAggregators, each))) {
      for (let round = 0; round < 50; round++) {
        const values = Array.from({ length: 1 + nextInteger(random, 7) }, () =>
          nextInteger(random, 5) === 0 ? NaN : nextInteger(random, 100) / 4 - 5,
        );
        const wanted = values.filter((value) => !Number.isNaN(value));
        if (wanted.length === 0) continue;
        expect(run(name, values), name).toBeCloseTo(slowAggregators[name]!(wanted), 9);
      }
    }
  });

  test.each([
    ["p50", [1, 2, 3, 4], 2.5],
    ["p90", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 9.9],
    ["p99", [3, 1, 2], 3],
    ["p999", [7], 7],
    ["p50", [NaN, 5, NaN, 1], 3],
    ["ep50r7", [1, 2, 3, 4], 2.5],
    ["ep90r7", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 10],
    ["ep50r3", [1, 2, 3, 4, 5], 2],
    ["ep75r3", [1, 2, 3, 4, 5, 6, 7], 5],
    ["median", [4, 1, 3, 2], 3],
  ])("%s of %j is %d", (name, values, expected) => {
    expect(run(name, values)).toBeCloseTo(expected, 9);
  });

  test("are listed sorted, all of OpenTSDB's among them", () => {
    const wanted = "avg count dev diff ep50r3 ep999r7 first last max median mimmax mimmin min mult";
    expect(aggregatorNames).toEqual(expect.arrayContaining(wanted.split(" ")));
    expect(aggregatorNames).toEqual(expect.arrayContaining(["none", "p99", "pfsum", "zimsum"]));
    expect([...aggregatorNames].sort()).toEqual(aggregatorNames);
  });
});

/** Points with gaps, some at the times that others have, some NaN. */
function randomSeries(random: Random, isOnGrid: boolean): Pairs {
  const pairs: [number, number][] = [];
  let timeMs = nextInteger(random, 10) * 1000;
  for (let i = nextInteger(random, 30); i > 0; i--) {
    timeMs += isOnGrid ? (1 + nextInteger(random, 3)) * 1000 : 1 + nextInteger(random, 4000);
    pairs.push([timeMs, nextInteger(random, 12) === 0 ? NaN : nextInteger(random, 50) - 10]);
  }
  return pairs;
}

test("aggregate() gives what is worked out for each time by itself", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = seededRandom(seed);
    const series = Array.from({ length: nextInteger(random, 6) }, () =>
      randomSeries(random, seed % 2 === 0),
    );
    const options = { isRate: seed % 5 === 0, endMs: 20_000 + nextInteger(random, 30_000) };
    for (const name of Object.keys(slowAggregators)) {
      const aggregator = aggregatorOf(name)!;
      const fast = pairsOf(finish(aggregate(series.map(columnsOf), { aggregator, ...options })));
      const slow = slowAggregate(series, name, options);
      expect(fast.map(([timeMs]) => timeMs)).toEqual(slow.map(([timeMs]) => timeMs));
      for (const [i, [, value]] of fast.entries()) {
        const wanted = slow[i]![1];
        const context = `${name}, seed ${seed}, point ${i}`;
        if (Number.isNaN(wanted)) expect(value, context).toBeNaN();
        else expect(value / (Math.abs(wanted) || 1), context).toBeCloseTo(Math.sign(wanted), 9);
      }
    }
  }
});

test("aggregate() crosses the blocks it works in without a seam", () => {
  const times = Array.from({ length: 1_500 }, (unused, i) => i * 1000);
  const even = times.filter((unused, i) => i % 2 === 0).map((t): [number, number] => [t, t]);
  const all = times.map((t): [number, number] => [t, t]);
  const aggregator = aggregatorOf("sum")!;
  const options = { aggregator, isRate: false, endMs: Infinity };
  const sum = pairsOf(finish(aggregate([even, all].map(columnsOf), options)));
  expect(sum.slice(0, -1)).toEqual(times.slice(0, -1).map((t) => [t, 2 * t]));
});

describe("downsample()", () => {
  function downsampled(
    text: string,
    pairs: Pairs,
    { startMs, endMs, zone = "UTC" }: { startMs: number; endMs: number; zone?: string },
  ): Pairs {
    const faults = new FaultKeeper();
    const spec = parseDownsample(text, false, faults);
    if (spec === undefined) throw new Error(faults.first?.message);
    const timeZone = TimeZone.find(zone)!;
    const edges = edgesOf(spec.interval, { startMs, endMs, timeZone }, faults);
    return pairsOf(downsample(columnsOf(pairs), spec, edges, endMs));
  }

  test("gives steps that begin within the range, each whole", () => {
    const pairs = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((i): [number, number] => [i * 10_000, i]);
    const range = { startMs: 10_000, endMs: 60_000 };
    expect(downsampled("30s-sum", pairs, range)).toEqual([
      [30_000, 3 + 4 + 5],
      [60_000, 6 + 7 + 8],
    ]);
    expect(downsampled("0all-max", pairs, range)).toEqual([[10_000, 5]]);
  });

  test.each([
    ["none", []],
    ["nan", [NaN, NaN]],
    ["null", [NaN, NaN]],
    ["zero", [0, 0]],
  ])("fills steps without samples by %s, but none that begins at the end", (fill, filled) => {
    const range = { startMs: 0, endMs: 4 * minuteMs };
    const pairs: Pairs = [
      [0, 1],
      [2 * minuteMs, 3],
    ];
    const values = downsampled(`1m-sum-${fill}`, pairs, range).map(([, value]) => value);
    expect(values).toEqual(filled.length === 0 ? [1, 3] : [1, filled[0], 3, filled[1]]);
  });

  test("is what a table of steps gives, on seeded series", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = seededRandom(seed);
      const pairs = randomSeries(random, false);
      const stepMs = (1 + nextInteger(random, 9)) * 1000;
      const range = {
        startMs: nextInteger(random, 9000),
        endMs: 10_000 + nextInteger(random, 40_000),
      };
      for (const name of ["avg", "last", "dev", "median", "squareSum"]) {
        const table = new Map<number, number[]>();
        for (const [timeMs, value] of pairs) {
          const step = Math.floor(timeMs / stepMs) * stepMs;
          if (step < range.startMs || step > range.endMs || Number.isNaN(value)) continue;
          table.set(step, [...(table.get(step) ?? []), value]);
        }
        const slow = [...table].map(([step, values]) => [step, slowAggregators[name]!(values)]);
        const fast = downsampled(`${stepMs}ms-${name}`, pairs, range);
        expect(fast.map(([step]) => step)).toEqual(slow.map(([step]) => step));
        for (const [i, [, value]] of fast.entries()) expect(value).toBeCloseTo(slow[i]![1]!, 9);
      }
    }
  });

  /** Where steps begin, as dates of UTC. */
  function begins(text: string, zone: string, from: string, until: string): string[] {
    const faults = new FaultKeeper();
    const spec = parseDownsample(text, false, faults)!;
    const range = { startMs: timeOf(from), endMs: timeOf(until) };
    const timeZone = TimeZone.find(zone)!;
    const edges = [...edgesOf(spec.interval, { ...range, timeZone }, faults)];
    // Nothing is wrong, and there is one more edge than there are steps.
    expect(faults.first).toBeUndefined();
    return edges.filter((edge) => edge <= range.endMs).map((edge) => isoOf(edge));
  }

  test.each([
    // Days of 23 and 25 hours, when clocks are set.
    [
      ...["1dc-sum", "Europe/Berlin", "2026-03-27T12:00", "2026-03-31T00:00"],
      ["2026-03-27T23:00", "2026-03-28T23:00", "2026-03-29T22:00", "2026-03-30T22:00"],
    ],
    [
      ...["1dc-sum", "America/New_York", "2026-10-31T00:00", "2026-11-02T12:00"],
      ["2026-10-31T04:00", "2026-11-01T04:00", "2026-11-02T05:00"],
    ],
    [
      ...["12hc-sum", "Asia/Kolkata", "2026-01-01T00:00", "2026-01-02T08:00"],
      ["2026-01-01T06:30", "2026-01-01T18:30", "2026-01-02T06:30"],
    ],
    [
      ...["1wc-sum", "UTC", "2026-11-09T00:00", "2026-11-23T00:00"],
      ["2026-11-15T00:00", "2026-11-22T00:00"],
    ],
    [
      ...["1nc-sum", "UTC", "2026-01-31T00:00", "2026-04-01T00:00"],
      ["2026-02-01T00:00", "2026-03-01T00:00", "2026-04-01T00:00"],
    ],
    [
      ...["5nc-sum", "UTC", "2025-12-01T00:00", "2026-12-01T00:00"],
      ["2026-01-01T00:00", "2026-06-01T00:00", "2026-11-01T00:00"],
    ],
    [
      ...["1yc-sum", "Pacific/Auckland", "2024-06-01T00:00", "2026-06-01T00:00"],
      ["2024-12-31T11:00", "2025-12-31T11:00"],
    ],
    [
      ...["100dc-sum", "UTC", "2026-01-01T00:00", "2027-01-02T00:00"],
      [
        ...["2026-01-01T00:00", "2026-04-11T00:00", "2026-07-20T00:00", "2026-10-28T00:00"],
        "2027-01-01T00:00",
      ],
    ],
    [
      "3wc-sum",
      "UTC",
      "1970-01-01T00:00",
      "1970-02-01T00:00",
      ["1970-01-04T00:00", "1970-01-25T00:00"],
    ],
  ] as [string, string, string, string, string[]][])(
    "%s in %s from %s until %s",
    (text, zone, from, until, expected) => {
      expect(begins(text, zone, from, until)).toEqual(expected);
    },
  );

  test("a range of too many steps is a fault", () => {
    const faults = new FaultKeeper();
    const range = { startMs: 0, endMs: (stepCountMax + 5) * 1000, timeZone: TimeZone.utc };
    edgesOf({ kind: "fixed", stepMs: 1000 }, range, faults);
    expect(faults.first?.message).toMatch(/more than 100000 steps/);
  });
});

describe("rateOf()", () => {
  const pairs: Pairs = [
    [0, 10],
    [1000, 30],
    [3000, 5],
    [4000, 6],
  ];
  test.each([
    ["plain", {}, [20, -12.5, 1]],
    ["a counter of 100", { isCounter: true, counterMax: 100 }, [20, 37.5, 1]],
    ["a counter set back", { isCounter: true, counterMax: 100, resetValue: 30 }, [20, 0, 1]],
    ["drops where it fell", { isCounter: true, dropsResets: true }, [20, 1]],
  ])("%s", (unused, options, expected) => {
    const rates = pairsOf(rateOf(columnsOf(pairs), { ...defaultRateOptions, ...options }));
    expect(rates.map(([, rate]) => rate)).toEqual(expected);
    expect(rates[0]![0]).toBe(1000);
  });

  test("one point has no rate", () => {
    expect(pairsOf(rateOf(columnsOf([[5, 1]]), defaultRateOptions))).toEqual([]);
    expect(pairsOf(rateOf(columnsOf([]), defaultRateOptions))).toEqual([]);
  });
});

describe("TimeZone", () => {
  test("days and dates go both ways, as the calendar has them", () => {
    for (let day = -800; day < 60_000; day += 17) {
      const { year, month, day: dayOfMonth } = dateOfDay(day);
      expect(dayOfDate({ year, month, day: dayOfMonth })).toBe(day);
      const iso = isoOf(day * dayMs);
      const text = [year, month, dayOfMonth].map((part) => String(part).padStart(2, "0")).join("-");
      expect(text).toBe(iso.slice(0, 10));
    }
  });

  test("local times that clocks skip or show twice have one meaning", () => {
    const berlin = TimeZone.find("Europe/Berlin")!;
    const spring = dayOfDate({ year: 2026, month: 3, day: 29 });
    const autumn = dayOfDate({ year: 2026, month: 10, day: 25 });
    const at = (day: number, hours: number): string => isoOf(berlin.timeOf(day, hours * hourMs));
    expect(at(spring, 1.5)).toBe("2026-03-29T00:30");
    expect(at(spring, 2.5)).toBe("2026-03-29T01:30");
    expect(at(spring, 3.5)).toBe("2026-03-29T01:30");
    expect(at(autumn, 2.5)).toBe("2026-10-25T00:30");
    expect(at(autumn, 3.5)).toBe("2026-10-25T02:30");
    expect(berlin.dayAt(timeOf("2026-10-24T22:00"))).toBe(autumn);
  });

  test.each(["Europe/Atlantis", "+02:00", "x".repeat(100), "1"])("%j is no zone", (name) => {
    expect(TimeZone.find(name)).toBeUndefined();
  });
});
