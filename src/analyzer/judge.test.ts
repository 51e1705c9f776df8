import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { seededRandom } from "../base/random.ts";
import { checkNames, type CheckName } from "../model/index.ts";
import { runCheck } from "./checks/index.ts";
import { twins } from "./checks/twin.fixture.ts";
import { SeriesFacts } from "./facts.ts";
import { decision, Judge } from "./index.ts";
import { makeSeries } from "./series.fixture.ts";

interface Case {
  readonly name: string;
  readonly now: number;
  readonly ints: boolean;
  readonly points: readonly (readonly [number, number])[];
}

interface Ensemble {
  readonly ensemble: readonly (boolean | null)[];
  readonly votes_true: number;
  readonly anomalous_original: boolean;
  readonly anomalous_strict: boolean;
}

interface Expected extends Ensemble {
  readonly status: "ok" | "Stale" | "Boring";
  readonly algorithms: Readonly<
    Record<CheckName, Readonly<Record<string, number | string | null>>>
  >;
  readonly py2_int?: Ensemble;
}

function readLines<T>(file: string): T[] {
  const url = new URL(`../../test/data/skyline/${file}`, import.meta.url);
  const text = gunzipSync(readFileSync(url)).toString("utf8").trim();
  return text.split("\n").map((line) => JSON.parse(line) as T);
}

const cases = readLines<Case>("cases.dev.jsonl.gz");
const expectations = readLines<Expected>("expected.dev.jsonl.gz");
const pairs = cases.map((series, i) => ({
  name: series.name,
  ints: series.ints,
  nowMs: Math.round(series.now * 1e6) / 1e3,
  timesMs: Float64Array.from(series.points, ([time]) => Math.round(time * 1e6) / 1e3),
  values: Float64Array.from(series.points, ([, value]) => value),
  expected: expectations[i]!,
}));

const strict = new Judge();
const compat = new Judge({ compat: true });
const compatIntegers = new Judge({ compat: true, floorsTail: true });

test("the recorded cases are all there", () => {
  expect(pairs).toHaveLength(200);
});

test.each(pairs)("Judge agrees with the original on $name", (pair) => {
  const { timesMs, values, nowMs, expected } = pair;
  const count = values.length;
  const isOk = expected.status === "ok";
  expect(strict.status(timesMs, values, count, nowMs)).toBe(expected.status);

  const honest = strict.examine(timesMs, values, count, nowMs);
  expect(results(honest)).toEqual(expected.ensemble);
  expect(honest.voteCount).toBe(expected.votes_true);
  expect(honest.isAnomalous).toBe(expected.anomalous_strict);
  expect(strict.judge(timesMs, values, count, nowMs).isAnomalous).toBe(
    isOk && expected.anomalous_strict,
  );
  const original = compat.examine(timesMs, values, count, nowMs);
  expect(original.isAnomalous).toBe(expected.anomalous_original);
  const integers = expected.py2_int;
  if (integers !== undefined) {
    const floored = compatIntegers.examine(timesMs, values, count, nowMs);
    expect(results(floored)).toEqual(integers.ensemble);
    expect(floored.isAnomalous).toBe(integers.anomalous_original);
  }
});

test.each(pairs)("Judge compares the original's numbers on $name", (pair) => {
  const { timesMs, values, nowMs, expected } = pair;
  const { checks } = strict.examine(timesMs, values, values.length, nowMs);
  const size = Math.max(...values.map(Math.abs));
  for (const { check, observed, lower, upper } of checks) {
    const { lhs, rhs, std0, mean, median, mad } = expected.algorithms[check];
    if (check === "histogram_bins") {
      // A tail in the first bin but above the least value lies in none by the original's rule.
      const { bin, tail, first_edge: least } = expected.algorithms.histogram_bins;
      if (Number(tail) < Number(least)) expect(observed).not.toBe(null);
      else expect(observed).toBe(bin === 0 && Number(tail) > Number(least) ? null : lhs);
      continue;
    }
    if (observed === null || upper === null) continue;
    const near = (number: number, wanted: unknown, share: number, where: string): void => {
      const error = Math.abs(number - Number(wanted));
      expect(error, `${check} ${where}`).toBeLessThanOrEqual(
        share * Math.abs(Number(wanted)) + 1e-11 * size,
      );
    };
    if (check === "ks_test") near(observed, expected.algorithms.ks_test["d"], 1e-12, "distance");
    else if (check === "grubbs")
      near(upper, Number(mean) + Number(rhs) * Number(std0), 1e-9, "upper");
    else if (check === "median_absolute_deviation")
      near(upper, Number(median) + 6 * Number(mad), 1e-9, "upper");
    else {
      const centre = ((lower ?? NaN) + upper) / 2;
      const tolerance = check === "least_squares" ? 1e-3 : 1e-9;
      near((upper - (lower ?? NaN)) / 2, rhs, tolerance, "reach");
      const slack = check === "least_squares" ? 1e-3 * Number(rhs) : 0;
      expect(Math.abs(Math.abs(observed - centre) - Number(lhs))).toBeLessThanOrEqual(
        1e-9 * Number(lhs) + 1e-11 * size + slack,
      );
    }
  }
});

function results(examination: ReturnType<Judge["examine"]>): (boolean | null)[] {
  return examination.checks.map(({ check, outcome }) =>
    examination.silentCheck === check ? null : outcome === "fired",
  );
}

test("every check answers as its slow twin on made-up series", () => {
  const random = seededRandom(20131);
  const compared = new Map<string, number>();
  for (let round = 0; round < 150; round++) {
    const { kind, timesMs, values, nowMs } = makeSeries(random, 420);
    const series = { timesMs: [...timesMs], values: [...values], nowMs };
    const { checks } = strict.examine(timesMs, values, values.length, nowMs);
    for (const { check, outcome } of checks) {
      const { fired, left, right, scale } = twins[check](series);
      const margin = Math.abs(left - right);
      if (margin <= 1e-7 * Math.abs(right) + 1e-12 * scale) continue;
      const key = `${check} ${outcome}`;
      compared.set(key, (compared.get(key) ?? 0) + 1);
      expect(outcome === "fired", `${check} on ${kind}, round ${round}: ${left} > ${right}`).toBe(
        fired,
      );
    }
  }
  for (const check of checkNames) {
    expect(compared.get(`${check} fired`), `${check} fired at times`).toBeGreaterThan(0);
    expect(compared.get(`${check} calm`), `${check} was calm at times`).toBeGreaterThan(0);
  }
});

test.each([
  { name: "default", settings: {} },
  { name: "compat", settings: { compat: true } },
  { name: "consensus 1", settings: { consensus: 1 } },
  { name: "consensus 9", settings: { consensus: 9 } },
  { name: "three checks", settings: { checks: checkNames.slice(5, 8), consensus: 2 } },
  { name: "boredom of two", settings: { boredomSetSize: 2, minTolerableLength: 20 } },
])("Judge.decide() says what judge() says, with settings: $name", ({ settings }) => {
  const judge = new Judge(settings);
  const random = seededRandom(77);
  const seen = new Set<number>();
  for (let round = 0; round < 2_000; round++) {
    const { kind, timesMs, values, nowMs } = makeSeries(random);
    if (round % 7 === 0) values[values.length >> 1] = NaN;
    if (round % 31 === 0) values[values.length >> 1] = Number.MAX_VALUE;
    const lateMs = round % 50 === 0 ? 600_000 : 0;
    const { status, isAnomalous } = judge.judge(timesMs, values, values.length, nowMs + lateMs);
    const code = judge.decide(timesMs, values, values.length, nowMs + lateMs);
    seen.add(code);
    const wanted = {
      ok: isAnomalous ? decision.anomalous : decision.calm,
      TooShort: decision.tooShort,
      Stale: decision.stale,
      Boring: decision.boring,
    }[status];
    expect(code, `${kind}, round ${round}`).toBe(wanted);
  }
  expect(seen.size).toBeGreaterThanOrEqual(3);
});

test("Judge.countVotes() counts what examine() counts", () => {
  const random = seededRandom(5);
  for (let round = 0; round < 1_000; round++) {
    const { kind, timesMs, values, nowMs } = makeSeries(random);
    const { voteCount } = strict.examine(timesMs, values, values.length, nowMs);
    expect(strict.countVotes(timesMs, values, values.length, nowMs), `${kind}, ${round}`).toBe(
      voteCount,
    );
  }
});

test("Judge gives the numbers of a day of ones that ends in a thousand", () => {
  const count = 86_401;
  const nowMs = 1_700_000_000_000;
  const timesMs = Float64Array.from({ length: count }, (time, i) => nowMs - (count - 1 - i) * 1000);
  const values = new Float64Array(count).fill(1);
  values[count - 1] = 1000;
  const verdict = strict.judge(timesMs, values, count, nowMs);
  expect(verdict.voteCount).toBe(7);
  expect(verdict.isAnomalous).toBe(true);
  const outcome = Object.fromEntries(verdict.checks.map((check) => [check.check, check]));
  expect(outcome["stddev_from_average"]!.upper! - 1).toBeCloseTo(10.195942050211436 + 0.0115624, 6);
  expect(outcome["stddev_from_moving_average"]!.upper! - (1000 - 979.4117647058822)).toBeCloseTo(
    417.601698033776,
    8,
  );
  expect(outcome["histogram_bins"]!.observed).toBe(0);
  expect(outcome["median_absolute_deviation"]!.outcome).toBe("calm");
  expect(outcome["ks_test"]!.outcome).toBe("calm");
});

test.each([
  { name: "no sample", values: [], late: 0, expected: "TooShort" },
  { name: "nothing but gaps", values: [NaN, NaN, Infinity], late: 0, expected: "TooShort" },
  { name: "a single sample", values: [5], late: 0, expected: "Boring" },
  { name: "equal samples", values: [0, -0, 0], late: 0, expected: "Boring" },
  { name: "two values", values: [5, 6], late: 0, expected: "ok" },
  { name: "a sample exactly 500 s old", values: [5, 6], late: 500_000, expected: "ok" },
  { name: "a sample a millisecond older", values: [5, 6], late: 500_001, expected: "Stale" },
  { name: "stale and boring", values: [5, 5], late: 600_000, expected: "Stale" },
])("Judge calls $name $expected", ({ values, late, expected }) => {
  const timesMs = Float64Array.from(values, (value, i) => 1e12 + i * 1000);
  const nowMs = 1e12 + Math.max(values.length - 1, 0) * 1000 + late;
  const column = Float64Array.from(values);
  expect(strict.judge(timesMs, column, values.length, nowMs).status).toBe(expected);
});

test("Judge looks for boredom in the newest hundred only", () => {
  const values = new Float64Array(150).fill(1).fill(9, 0, 50);
  const timesMs = Float64Array.from(values, (value, i) => 1e12 + i * 1000);
  expect(strict.status(timesMs, values, 150, 1e12 + 149_000)).toBe("Boring");
  values[50] = 9;
  expect(strict.status(timesMs, values, 150, 1e12 + 149_000)).toBe("ok");
});

test.each([Number.MAX_VALUE, -Number.MAX_VALUE, 1e200])(
  "Judge sees a constant metric jump to %d as it sees it jump to a thousand",
  (jump) => {
    const count = 8640;
    const nowMs = 1_700_000_000_000;
    const timesMs = Float64Array.from(
      { length: count },
      (time, i) => nowMs - (count - 1 - i) * 1e4,
    );
    const values = new Float64Array(count).fill(1);
    values[count - 1] = Math.sign(jump) * 1000;
    const small = strict.judge(timesMs, values, count, nowMs);
    values[count - 1] = jump;
    const great = strict.judge(timesMs, values, count, nowMs);
    expect(great.voteCount).toBe(small.voteCount);
    expect(great.checks.every(({ outcome }) => outcome !== "abstained")).toBe(true);
    for (const { upper } of great.checks)
      expect(upper === null || Number.isFinite(upper)).toBe(true);
  },
);

test("Judge gives the same outcomes in any unit that is a power of two, but for least squares", () => {
  const random = seededRandom(31);
  for (let round = 0; round < 300; round++) {
    const { kind, timesMs, values, nowMs } = makeSeries(random);
    const scaled = values.map((value) => value * 2 ** -700);
    const outcomes = [values, scaled].map((column) =>
      strict
        .examine(timesMs, column, column.length, nowMs)
        .checks.filter(({ check }) => check !== "least_squares")
        .filter(({ check }) => kind !== "constant" || check !== "histogram_bins")
        .map(({ outcome }) => outcome),
    );
    expect(outcomes[1], `${kind}, round ${round}`).toEqual(outcomes[0]);
  }
});

test("Judge leaves gaps out, as if they had never been sent", () => {
  const random = seededRandom(8);
  for (let round = 0; round < 200; round++) {
    const { timesMs, values, nowMs } = makeSeries(random);
    const whole = strict.examine(timesMs, values, values.length, nowMs);
    const gapTimes: number[] = [];
    const gapValues: number[] = [];
    for (let i = 0; i < values.length; i++) {
      gapTimes.push(timesMs[i]!, timesMs[i]!);
      gapValues.push(values[i]!, NaN);
    }
    const gappy = strict.examine(
      Float64Array.from(gapTimes),
      Float64Array.from(gapValues),
      gapValues.length,
      nowMs,
    );
    expect(gappy).toEqual(whole);
  }
});

test("a check that throws abstains, and leaves no numbers of another check behind", () => {
  const comparison = { observed: 1, lower: 2, upper: 3, isValue: true };
  const failing = (): never => {
    throw new Error("a broken check");
  };
  expect(runCheck(failing, new SeriesFacts(), comparison, true)).toBe("abstained");
  expect(comparison).toMatchObject({ observed: null, lower: null, upper: null });
});

test("Judge counts a check that abstains, and judges by the others", () => {
  const nowMs = 1_700_000_000_000;
  const random = seededRandom(3);
  // 22 samples in the reference window, 40 in the probe, far apart: too short for Dickey-Fuller.
  const timesMs = Float64Array.from({ length: 62 }, (time, i) =>
    i < 22 ? nowMs - 1_500_000 + i * 40_000 : nowMs - (61 - i) * 10_000,
  );
  const values = Float64Array.from({ length: 62 }, (value, i) => random.next() + (i < 22 ? 0 : 50));
  const judge = new Judge();
  const verdict = judge.judge(timesMs, values, 62, nowMs);
  expect(verdict.status).toBe("ok");
  expect(verdict.checks.find(({ check }) => check === "ks_test")!.outcome).toBe("abstained");
  expect(judge.abstainedCount).toBe(1);
});

test("Judge refuses a consensus that cannot be reached as our mistake", () => {
  expect(() => new Judge({ checks: ["grubbs"], consensus: 2 })).toThrow(/can be reached/);
});
