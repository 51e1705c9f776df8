import fc from "fast-check";
import { expect, test } from "vitest";
import { nextNormal, type Random, seededRandom } from "../../base/random.ts";
import { Detector, DetectorState, stateBytes } from "./index.ts";
import { cell } from "./layout.ts";

const startSeconds = 1_700_000_000;

/** Scores of rows at a fixed spacing; NaN is a gap. */
function scoresOf(values: readonly number[], stepSeconds = 60): number[] {
  const detector = new Detector(new DetectorState(1));
  return values.map((value, i) => detector.judge(0, startSeconds + i * stepSeconds, value));
}

/** Levels with a day's wave and noise. */
function daily(random: Random, count: number, rowsPerDay: number): number[] {
  return Array.from(
    { length: count },
    (row, i) => 100 + 40 * Math.sin((2 * Math.PI * i) / rowsPerDay) + nextNormal(random),
  );
}

function indexOfMost(scores: readonly number[], from = 0): number {
  let most = from;
  for (let i = from; i < scores.length; i++) if (scores[i]! > scores[most]!) most = i;
  return most;
}

test("a series costs 1.5 kB, whatever it has seen", () => {
  expect(stateBytes).toBeLessThanOrEqual(1_500);
  const { cells, clocks, ring } = new DetectorState(1_000);
  expect(cells.byteLength + clocks.byteLength + ring.byteLength).toBe(1_000 * stateBytes);
});

test("Detector never looks ahead: other later rows leave the scores before them as they are", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e6 }),
      fc.integer({ min: 1, max: 800 }),
      fc.constantFrom(1, 60, 3_600),
      (seed, cut, stepSeconds) => {
        const values = daily(seededRandom(seed), 900, 86_400 / stepSeconds);
        const changed = values.map((value, i) => (i < cut ? value : 1e6 - value));
        const before = scoresOf(values, stepSeconds).slice(0, cut);
        expect(scoresOf(changed, stepSeconds).slice(0, cut)).toEqual(before);
      },
    ),
    { numRuns: 20 },
  );
});

test("Detector gives any rows a score from 0 to 1, again the same", () => {
  const value = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, 0, 1, 1e300, -1e300, NaN));
  const row = fc.tuple(value, fc.oneof(fc.integer({ min: -5, max: 200 }), fc.constant(1e6)));
  fc.assert(
    fc.property(fc.array(row, { maxLength: 400 }), (rows) => {
      const [one, other] = [new DetectorState(1), new DetectorState(3)];
      const [first, second] = [new Detector(one), new Detector(other)];
      let seconds = startSeconds;
      for (const [made, elapsed] of rows) {
        seconds += elapsed;
        const score = first.judge(0, seconds, made);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
        expect(second.judge(2, seconds, made)).toBe(score);
      }
    }),
  );
});

test("Detector keeps the series of a state apart, and clear() makes a slot as new", () => {
  const state = new DetectorState(2);
  const detector = new Detector(state);
  const values = daily(seededRandom(1), 600, 300);
  const alone = scoresOf(values);
  for (const round of [0, 1]) {
    const mixed = values.map((value, i) => {
      detector.judge(1, startSeconds + i, round * 1e9 - value * i);
      return detector.judge(0, startSeconds + i * 60, value);
    });
    expect(mixed).toEqual(alone);
    state.clear(0);
  }
});

test.each([{ value: 0 }, { value: 5 }, { value: -1e12 }])(
  "a constant $value scores 0 on every row",
  ({ value }) => {
    expect(Math.max(...scoresOf(new Array<number>(2_000).fill(value)))).toBe(0);
  },
);

test("a constant that moves once is told, and then is the new normal", () => {
  const scores = scoresOf(Array.from({ length: 3_000 }, (row, i) => (i < 1_000 ? 7 : 8)));
  expect(indexOfMost(scores)).toBe(1_000);
  expect(scores[1_000]).toBeGreaterThan(0.35);
  expect(Math.max(...scores.slice(1_500))).toBeLessThan(0.25);
});

test.each([
  { stepSeconds: 1 },
  { stepSeconds: 60 },
  { stepSeconds: 300 },
  { stepSeconds: 3_600 },
  { stepSeconds: 86_400 },
])("a spike in noise scores highest at rows $stepSeconds s apart", ({ stepSeconds }) => {
  const random = seededRandom(3);
  const values = Array.from({ length: 1_200 }, () => 50 + nextNormal(random));
  values[900] = 90;
  const scores = scoresOf(values, stepSeconds);
  expect(Math.abs(indexOfMost(scores, 100) - 900)).toBeLessThanOrEqual(3);
  expect(Math.max(...scores.slice(900, 904))).toBeGreaterThan(0.375);
});

test("a value ordinary by day is told at night", () => {
  const values = daily(seededRandom(4), 14 * 288, 288);
  const night = 13 * 288 + 216;
  for (let i = 0; i < 6; i++) values[night + i] = 120;
  const scores = scoresOf(values, 300);
  const most = indexOfMost(scores, 3 * 288);
  expect(most).toBeGreaterThanOrEqual(night);
  expect(most).toBeLessThan(night + 8);
});

test("a gap of days neither scores nor upsets what follows", () => {
  const detector = new Detector(new DetectorState(1));
  const values = daily(seededRandom(5), 20 * 288, 288);
  let most = 0;
  for (const [i, value] of values.entries()) {
    if (i > 12 * 288 && i < 15 * 288 + 100) continue;
    const score = detector.judge(0, startSeconds + 300 * i, value);
    if (i >= 15 * 288 + 100) most = Math.max(most, score);
  }
  expect(most).toBeLessThan(0.4);
});

test("NaN and infinite values score 0 and leave no trace", () => {
  const values = daily(seededRandom(6), 500, 300);
  const detector = new Detector(new DetectorState(1));
  const scores = values.map((value, i) => {
    for (const gap of [NaN, Infinity, -Infinity]) {
      expect(detector.judge(0, startSeconds + 60 * i - 30, gap)).toBe(0);
    }
    return detector.judge(0, startSeconds + 60 * i, value);
  });
  expect(scores).toEqual(scoresOf(values));
});

test("a counter is judged by its rate: a reset is nothing, a stall is", () => {
  const random = seededRandom(7);
  let total = 0;
  const values = Array.from({ length: 3_000 }, (row, i) => {
    if (i === 2_000) total = 0;
    if (i < 2_600 || i > 2_620) total += 1_000 + 20 * nextNormal(random);
    return total;
  });
  const scores = scoresOf(values);
  expect(scores[2_000]).toBeLessThan(0.3);
  const most = indexOfMost(scores, 1_000);
  expect(most).toBeGreaterThanOrEqual(2_600);
  expect(most).toBeLessThan(2_640);
});

test("a broken beat of a series with a rhythm of its own scores highest", () => {
  const random = seededRandom(8);
  const values = Array.from({ length: 6_000 }, (row, i) => {
    const phase = (i % 80) / 80;
    const beat =
      Math.sin(2 * Math.PI * phase) + (phase < 0.5 ? 0.8 * Math.sin(6 * Math.PI * phase) : 0);
    return beat + 0.03 * nextNormal(random);
  });
  for (let i = 4_800; i < 4_840; i++) values[i] = Math.sin((2 * Math.PI * (i - 4_800)) / 40);
  const most = indexOfMost(scoresOf(values, 10), 2_000);
  expect(most).toBeGreaterThanOrEqual(4_800);
  expect(most).toBeLessThan(4_960);
});

test("Detector goes on after more rows than a cell can count", () => {
  const state = new DetectorState(1);
  const detector = new Detector(state);
  const random = seededRandom(10);
  let seconds = startSeconds;
  const judgeNoise = (count: number): number => {
    let most = 0;
    for (let i = 0; i < count; i++) {
      most = Math.max(most, detector.judge(0, (seconds += 1), nextNormal(random)));
    }
    return most;
  };
  judgeNoise(2_000);
  state.cells[cell.rowCount] = 2 ** 24 - 100;
  state.cells[cell.points] = 2 ** 24 - 100;
  expect(judgeNoise(2_000)).toBeLessThan(0.45);
  expect(state.cells[cell.rowCount]).toBeLessThan(2 ** 23 + 2_000);
  expect(state.cells[cell.points]).toBeLessThan(2 ** 24);
  expect(detector.judge(0, (seconds += 1), 40)).toBeGreaterThan(0.3);
});

/** Of a counter that rises by about 10 a minute and is set back to a half of itself now and then. */
function restartedTotals(count: number): number[] {
  const random = seededRandom(5);
  let total = 0;
  return Array.from({ length: count }, (row, i) => {
    total = i % 200 === 199 ? total / 2 : total + 600 + 30 * nextNormal(random);
    return total;
  });
}

test("Detector takes a stated counter as one from its second row on, and its resets for nothing", () => {
  const detector = new Detector(new DetectorState(1));
  const rates: number[] = [];
  const scores = restartedTotals(2_000).map((value, i) => {
    const score = detector.judge(0, startSeconds + 60 * i, value, "counter");
    if (i > 0) rates.push(detector.row.value);
    return score;
  });
  expect(Math.max(...rates.slice(0, 150))).toBeLessThan(15);
  expect(Math.min(...rates)).toBeGreaterThan(5);
  for (let i = 399; i < scores.length; i += 200) expect(scores[i]).toBeLessThan(0.2);
});

test("Detector never takes a stated gauge for a counter, however long it rises", () => {
  const values = Array.from({ length: 1_500 }, (row, i) => 1e6 + 5 * i);
  const judged = (stated: "gauge" | undefined): number => {
    const detector = new Detector(new DetectorState(1));
    for (const [i, value] of values.entries()) {
      detector.judge(0, startSeconds + 60 * i, value, stated);
    }
    return detector.state.cells[cell.isCounter]!;
  };
  expect([judged("gauge"), judged(undefined)]).toEqual([0, 1]);
});

test("Detector learns anew when what is stated comes late", () => {
  const detector = new Detector(new DetectorState(1));
  for (let i = 0; i < 100; i++) detector.judge(0, startSeconds + 60 * i, 1e6 + 600 * i);
  detector.judge(0, startSeconds + 6_000, 1e6 + 60_000, "counter");
  expect([detector.row.rowCount, detector.row.value]).toEqual([1, 10]);
});
