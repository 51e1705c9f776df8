import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { encodeSeriesState, Judge, seriesStateBytesMax, StreamJudge } from "../analyzer/index.ts";
import { ManualClock } from "../base/clock.ts";
import { silentLogger } from "../base/log.ts";
import { type Random, seededRandom } from "../base/random.ts";
import type { KeptExtents, SampleColumns, TimeRange } from "../model/index.ts";
import { HistoryLessons } from "./history-lessons.ts";
import { PlainWindow } from "./plain-window.fixture.ts";
import { StreamSweep } from "./stream-sweep.ts";
import { WindowScratch } from "./window-scratch.ts";

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Monday. */
const startMs = 1_780_272_000_000;
const days = 22;
const nowMs = startMs + days * dayMs;

/** A wave by day; Sundays have a third. */
function valueAt(timeMs: number, random: Random): number {
  const isSunday = (Math.floor(timeMs / dayMs) + 4) % 7 === 0;
  const wave = 100 + 40 * Math.sin((2 * Math.PI * timeMs) / dayMs);
  return wave * (isSunday ? 0.33 : 1) * (1 + 0.05 * (random.next() - 0.5));
}

function history(isCounter: boolean): SampleColumns {
  const random = seededRandom(1);
  let total = 0;
  const timesMs = Float64Array.from({ length: days * 1440 }, (_, i) => startMs + i * minuteMs);
  const values = timesMs.map((timeMs) => {
    const value = valueAt(timeMs, random);
    return isCounter ? (total += Math.round(60 * value)) : value;
  });
  return { timesMs, values };
}

/** @returns after lessons and judging of the last day; the next day is a Tuesday */
async function learned(kept: SampleColumns): Promise<StreamJudge> {
  const window = new PlainWindow();
  const judge = new Judge();
  const scratch = new WindowScratch(window, { fullDurationMs: dayMs });
  const stream = new StreamJudge(scratch, judge, { activeCountMax: 10, stalePeriodMs: 500_000 });
  const sweep = new StreamSweep(
    { window, stream, judge, scratch },
    { stalePeriodMs: 500_000, fullDurationMs: dayMs },
  );
  const first = kept.timesMs.length - 1440;
  for (let i = first; i < kept.timesMs.length; i++) {
    window.add("web.visits", kept.timesMs[i]!, kept.values[i]!);
  }
  const read = (...[, { fromMs, untilMs }]: [string, TimeRange]): Promise<SampleColumns> => {
    const isIn = (timeMs: number): boolean => timeMs >= fromMs && timeMs < untilMs;
    const timesMs = kept.timesMs.filter(isIn);
    return Promise.resolve({
      timesMs,
      values: kept.values.filter((_, i) => isIn(kept.timesMs[i]!)),
    });
  };
  const clock = new ManualClock(nowMs);
  const keptExtents = (): Promise<KeptExtents> =>
    Promise.resolve({
      firstMs: Float64Array.of(kept.timesMs[0]!),
      lastMs: Float64Array.of(nowMs - dayMs),
    });
  const lessons = new HistoryLessons(
    { store: { read, keptExtents }, window, stream, judge, sweep, clock, logger: silentLogger },
    { fullDurationMs: dayMs, stalePeriodMs: 500_000 },
  );
  const given = lessons.give();
  expect(sweep.judge(0, nowMs, [])).toBe(true);
  expect([stream.judgedMs(0), sweep.statusOf(0)]).toEqual([-Infinity, "learning"]);
  await given;
  expect(lessons.stats()).toMatchObject({ waitingCount: 0, endMs: null, taughtCount: 1 });
  while (!sweep.judge(0, nowMs, []));
  expect(sweep.statusOf(0)).toBe("ok");
  return stream;
}

test.each([false, true])(
  "HistoryLessons let a series expect what weeks of history say, counter: %s",
  async (isCounter) => {
    const kept = history(isCounter);
    const stream = await learned(kept);
    const standing = stream.standingOf(0, nowMs / 1000);
    expect(standing.nature).toBe(isCounter ? "counter" : "steady");
    expect(standing.learning).toBe(null);
    // On it goes for a day and a half, by which the profile is believed; then what is said of next Sunday?
    const random = seededRandom(2);
    let total = kept.values.at(-1)!;
    let told = 0;
    for (let timeMs = nowMs; timeMs < nowMs + 1.5 * dayMs; timeMs += minuteMs) {
      const value = valueAt(timeMs, random);
      const event = stream.take(
        0,
        timeMs,
        isCounter ? (total += Math.round(60 * value)) : value,
        timeMs,
      );
      if (event !== undefined) told += 1;
    }
    expect(told).toBe(0);
    const noonMs = nowMs + 5.25 * dayMs;
    const { center, source } = stream.standingOf(0, noonMs / 1000).expected!;
    expect(source).toMatch(/^Sundays 06:00 UTC, 3 weeks$/);
    expect(Math.abs(center / valueAt(noonMs, random) - 1)).toBeLessThan(0.1);
  },
);

/** Series of two weeks, a value an hour: lessons of no time, so that the clock tells all. */
const hourMs = 3_600_000;

interface Pupil {
  /** Hours of history before the window; 0 for none. */
  readonly keptHours: number;
  readonly isSilent?: boolean;
  readonly isJudged?: boolean;
}

function school(
  pupils: Readonly<Record<string, Pupil>>,
  options: {
    readonly waitMaxMs?: number;
    readonly readMs?: number;
    readonly read?: () => Promise<SampleColumns>;
  } = {},
): {
  lessons: HistoryLessons;
  stream: StreamJudge;
  asked: string[];
  warnings: string[];
  /** By name. */
  withheld: Map<string, number>;
  clock: ManualClock;
} {
  const clock = new ManualClock(nowMs);
  const window = new PlainWindow();
  const judge = new Judge();
  const scratch = new WindowScratch(window, { fullDurationMs: dayMs });
  const stream = new StreamJudge(scratch, judge, { activeCountMax: 10, stalePeriodMs: 500_000 });
  for (const [id, [name, { isSilent, isJudged }]] of Object.entries(pupils).entries()) {
    const atMs = nowMs - (isSilent === true ? 20 * hourMs : minuteMs);
    window.add(name, atMs, 1);
    if (isJudged === true) stream.take(id, atMs, 1, nowMs);
  }
  const firstMsOf = (name: string): number => nowMs - dayMs - pupils[name]!.keptHours * hourMs;
  const asked: string[] = [];
  const warnings: string[] = [];
  const withheld = new Map<string, number>();
  const read = (name: string): Promise<SampleColumns> => {
    asked.push(name);
    clock.advance(options.readMs ?? 0);
    if (options.read !== undefined) return options.read();
    const length = pupils[name]!.keptHours;
    const timesMs = Float64Array.from({ length }, (_, i) => firstMsOf(name) + i * hourMs);
    return Promise.resolve({ timesMs, values: timesMs.map((_, i) => 50 + (i % 24)) });
  };
  const keptExtents = (ids: readonly number[]): Promise<KeptExtents> =>
    Promise.resolve({
      firstMs: Float64Array.from(ids, (id) => firstMsOf(window.name(id))),
      lastMs: Float64Array.from(ids, () => nowMs - dayMs - 1),
    });
  const lessons = new HistoryLessons(
    {
      store: { read, keptExtents },
      window,
      stream,
      judge,
      sweep: {
        withhold: (id, untilMs) => withheld.set(window.name(id), untilMs),
        allow: (id) => withheld.delete(window.name(id)),
      },
      clock,
      logger: { ...silentLogger, warn: (message) => warnings.push(message) },
    },
    { fullDurationMs: dayMs, stalePeriodMs: 500_000, ...options },
  );
  return { lessons, stream, asked, warnings, withheld, clock };
}

test("HistoryLessons go first to who gets samples, then by how long history is, and to nobody without", async () => {
  const { lessons, asked, withheld } = school({
    judged: { keptHours: 300, isJudged: true },
    silent: { keptHours: 500, isSilent: true },
    short: { keptHours: 20 },
    week: { keptHours: 168 },
    none: { keptHours: 0 },
    weeks: { keptHours: 400 },
  });
  const given = lessons.give();
  expect([...withheld.keys()]).toEqual(["silent", "short", "week", "none", "weeks"]);
  await given;
  expect(asked).toEqual(["weeks", "week", "silent"]);
  expect(withheld.size).toBe(0);
  expect(lessons.stats()).toEqual({
    ...{ waitingCount: 0, endMs: null, laterCount: 0 },
    ...{ taughtCount: 3, missedCount: 0, unreadableCount: 0 },
  });
});

test("HistoryLessons withhold no series for longer than stated, and teach the rest while it is judged", async () => {
  const names = Array.from({ length: 15 }, (_, i) => `s${i}`);
  const { lessons, stream, asked, warnings, withheld, clock } = school(
    Object.fromEntries(names.map((name) => [name, { keptHours: 100 }])),
    { waitMaxMs: 60_000, readMs: 5_000 },
  );
  const given = lessons.give();
  expect(withheld.get("s7")).toBe(nowMs + 60_000);
  expect(lessons.stats()).toMatchObject({ waitingCount: 15, endMs: nowMs + 60_000 });
  await given;
  expect(clock.nowMs()).toBe(nowMs + 60_000);
  expect([asked.length, withheld.size]).toEqual([12, 0]);
  expect(lessons.stats()).toMatchObject({ taughtCount: 12, laterCount: 3, missedCount: 0 });
  expect(warnings).toEqual([expect.stringContaining("judged by its last day")]);
  expect([stream.judgedMs(11) > 0, stream.judgedMs(12)]).toEqual([true, -Infinity]);

  for (let id = 0; id < 15; id++) stream.take(id, nowMs - minuteMs, 1, nowMs);
  expect(stateOf(stream, 12)).not.toEqual(stateOf(stream, 11));
  await lessons.giveLate();
  expect(lessons.stats()).toMatchObject({ taughtCount: 15, laterCount: 0, missedCount: 0 });
  for (const id of [12, 13, 14]) expect(stateOf(stream, id)).toEqual(stateOf(stream, 11));
});

function stateOf(stream: StreamJudge, id: number): Uint8Array {
  const bytes = new Uint8Array(seriesStateBytesMax);
  return bytes.subarray(0, encodeSeriesState(stream, id, bytes));
}

test("HistoryLessons ask who is not read yet again later, and leave the rest when the program ends", async () => {
  const { lessons, stream, warnings, clock, asked } = school(
    { a: { keptHours: 100 }, b: { keptHours: 90 }, c: { keptHours: 80 } },
    { waitMaxMs: 5_000, readMs: 5_000 },
  );
  await lessons.give();
  expect(lessons.stats()).toMatchObject({ taughtCount: 1, laterCount: 2 });
  const late = lessons.giveLate();
  for (let turn = 0; turn < 20; turn++) await nextTurn();
  expect(asked).toEqual(["a"]);
  stream.take(1, nowMs - minuteMs, 1, nowMs);
  clock.advance(400_000);
  await vi.waitUntil(() => lessons.stats().taughtCount === 2, { timeout: 30_000 });
  expect([asked, lessons.stats().laterCount]).toEqual([["a", "b"], 1]);
  lessons.stop();
  await late;
  expect(warnings).toHaveLength(2);
  expect(warnings[1]).toContain("when the program ended");
});

test("HistoryLessons tell when the last series will have learned, by how it goes", async () => {
  const ends: (number | null)[] = [];
  const names = Array.from({ length: 10 }, (_, i) => `s${i}`);
  const { lessons, clock } = school(
    Object.fromEntries(names.map((name) => [name, { keptHours: 100 }])),
    {
      waitMaxMs: 60_000,
      read: () => {
        clock.advance(1000);
        ends.push(lessons.stats().endMs);
        return Promise.resolve({ timesMs: new Float64Array(0), values: new Float64Array(0) });
      },
    },
  );
  await lessons.give();
  // Of the first one nobody knows; the second is under way for a second.
  expect(ends[0]).toBe(nowMs + 60_000);
  expect(ends.at(-1)! - nowMs).toBeLessThan(12_000);
  expect(lessons.stats()).toMatchObject({ taughtCount: 0, missedCount: 0 });
});

test("HistoryLessons wait for no disk that hangs, and teach nobody who is judged already", async () => {
  let answer: ((columns: SampleColumns) => void) | undefined;
  const { lessons, stream, withheld } = school(
    { a: { keptHours: 100 }, b: { keptHours: 90 } },
    { waitMaxMs: 20, read: () => new Promise((resolve) => (answer = resolve)) },
  );
  const given = lessons.give();
  await vi.waitUntil(() => withheld.size === 0, { timeout: 30_000 });
  expect(lessons.stats()).toMatchObject({ waitingCount: 0, taughtCount: 0, laterCount: 2 });
  const timesMs = Float64Array.from({ length: 100 }, (_, i) => nowMs + (i - 124) * hourMs);
  answer!({ timesMs, values: timesMs });
  await given;
  expect([stream.judgedMs(0), lessons.stats().taughtCount]).toEqual([-Infinity, 0]);
});

test("HistoryLessons leave series that cannot be read to the window, and say so once", async () => {
  const { lessons, warnings, withheld } = school(
    { a: { keptHours: 100 }, b: { keptHours: 90 } },
    { read: () => Promise.reject(new Error("disk")) },
  );
  await lessons.give();
  expect(lessons.stats()).toMatchObject({ taughtCount: 0, unreadableCount: 2, missedCount: 0 });
  expect([warnings.length, withheld.size]).toEqual([1, 0]);
});

test("HistoryLessons let everybody go when the program ends", async () => {
  const { lessons, withheld, asked } = school({ a: { keptHours: 100 }, b: { keptHours: 90 } });
  const given = lessons.give();
  lessons.stop();
  expect(withheld.size).toBe(0);
  await given;
  expect(asked).toEqual([]);
  expect(lessons.stats()).toMatchObject({ waitingCount: 0, taughtCount: 0, missedCount: 0 });
});
