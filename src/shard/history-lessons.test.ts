import { expect, test } from "vitest";
import { Judge, StreamJudge } from "../analyzer/index.ts";
import { ManualClock } from "../base/clock.ts";
import { silentLogger } from "../base/log.ts";
import { type Random, seededRandom } from "../base/random.ts";
import type { SampleColumns, TimeRange } from "../model/index.ts";
import { giveHistoryLessons } from "./history-lessons.ts";
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
  const lessons = giveHistoryLessons(
    { store: { read }, window, stream, sweep, clock, logger: silentLogger },
    { fullDurationMs: dayMs, isStopped: () => false },
  );
  expect(sweep.judge(0, nowMs, [])).toBe(true);
  expect([stream.judgedMs(0), sweep.statusOf(0)]).toEqual([-Infinity, "learning"]);
  expect(await lessons).toBe(1);
  while (!sweep.judge(0, nowMs, []));
  expect(sweep.statusOf(0)).toBe("ok");
  return stream;
}

test.each([false, true])(
  "giveHistoryLessons() lets a series expect what weeks of history say, counter: %s",
  async (isCounter) => {
    const kept = history(isCounter);
    const stream = await learned(kept);
    const standing = stream.standingOf(0, nowMs / 1000)!;
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
    const { center, source } = stream.standingOf(0, noonMs / 1000)!.expected!;
    expect(source).toMatch(/^Sundays 06:00 UTC, 3 weeks$/);
    expect(Math.abs(center / valueAt(noonMs, random) - 1)).toBeLessThan(0.1);
  },
);

test("giveHistoryLessons() leaves what was judged before, and series without history, to the window", async () => {
  const window = new PlainWindow();
  const judge = new Judge();
  const scratch = new WindowScratch(window, { fullDurationMs: dayMs });
  const stream = new StreamJudge(scratch, judge, { activeCountMax: 10, stalePeriodMs: 500_000 });
  window.add("old", nowMs - minuteMs, 1);
  window.add("new", nowMs - minuteMs, 1);
  stream.take(0, nowMs - minuteMs, 1, nowMs);
  const withheld: number[] = [];
  const allowed: number[] = [];
  const asked: string[] = [];
  const taught = await giveHistoryLessons(
    {
      store: {
        read: (name) => {
          asked.push(name);
          return Promise.reject(new Error("disk"));
        },
      },
      window,
      stream,
      sweep: { withhold: (id) => withheld.push(id), allow: (id) => allowed.push(id) },
      clock: new ManualClock(nowMs),
      logger: silentLogger,
    },
    { fullDurationMs: dayMs, isStopped: () => false },
  );
  expect([taught, asked, withheld, [...new Set(allowed)]]).toEqual([0, ["new"], [1], [1]]);
});
