import { expect, test } from "vitest";
import type { Verdict } from "../model/index.ts";
import { EpisodeTracker } from "./index.ts";
import { SecondOrder } from "./second-order.ts";

const startMs = 1_700_000_000_000;
const minuteMs = 60_000;

function verdict(voteCount = 7): Verdict {
  return { status: "ok", checks: [], voteCount, isAnomalous: true };
}

/** Two hours at one sample a minute around 62, the newest at `endMs` with `value`. */
function columns(endMs: number, value: number): [Float64Array, Float64Array, number] {
  const count = 121;
  const timesMs = Float64Array.from(
    { length: count },
    (time, i) => endMs - (count - 1 - i) * minuteMs,
  );
  const values = Float64Array.from({ length: count }, (sample, i) =>
    i === count - 1 ? value : 40 + (i % 5) * 11,
  );
  return [timesMs, values, count];
}

test("EpisodeTracker starts an episode with what was normal before it", () => {
  const tracker = new EpisodeTracker();
  const event = tracker.onAnomalous("web.load", verdict(), ...columns(startMs, 410), startMs);
  expect(event).toMatchObject({
    change: "started",
    episode: {
      name: "web.load",
      startedMs: startMs,
      lastSeenMs: startMs,
      endedMs: null,
      before: 62,
      observed: 410,
      peak: 410,
      expected: { lower: 40, upper: 84 },
      voteCount: 7,
    },
  });
  expect(event!.episode.id).toMatch(/^[0-9a-z]+-[0-9a-z]+$/);
  expect(tracker.isActive("web.load")).toBe(true);
  expect(tracker.activeCount).toBe(1);
});

test("EpisodeTracker tells of a change when it is worth it, and of nothing else", () => {
  const tracker = new EpisodeTracker();
  const round = (afterMs: number, value: number, votes = 7) =>
    tracker.onAnomalous(
      "a",
      verdict(votes),
      ...columns(startMs + afterMs, value),
      startMs + afterMs,
    );
  expect(round(0, 410)?.change).toBe("started");
  expect(round(1000, 412)).toBe(undefined);
  expect(round(2000, 412, 8)?.change).toBe("changed");
  expect(round(3000, 600, 8)?.episode).toMatchObject({ peak: 600, peakMs: startMs + 3000 });
  expect(round(4000, 300, 8)?.episode).toMatchObject({ observed: 300, peak: 600 });
  expect(round(5000, 301, 8)).toBe(undefined);
  expect(round(34_000, 301, 8)?.change).toBe("changed");
  expect(tracker.get("a")?.lastSeenMs).toBe(startMs + 34_000);
});

test("EpisodeTracker ends an episode after three calm rounds in a row with new samples", () => {
  const tracker = new EpisodeTracker({ calmDurationMs: 0 });
  tracker.onAnomalous("a", verdict(), ...columns(startMs, 410), startMs);
  const calm = (afterMs: number, newestMs?: number) =>
    tracker.onCalm("a", "ok", startMs + afterMs, newestMs);
  expect(calm(1, startMs + 1)).toBe(undefined);
  expect(calm(2, startMs + 1)).toBe(undefined); // nothing new came
  expect(calm(3, startMs + 2)).toBe(undefined);
  tracker.onAnomalous("a", verdict(), ...columns(startMs + 4, 410), startMs + 4);
  for (const afterMs of [5, 6]) expect(calm(afterMs)).toBe(undefined);
  expect(calm(7)).toMatchObject({
    change: "ended",
    episode: { endedMs: startMs + 7, endReason: "calm" },
  });
  expect(calm(8)).toBe(undefined);
  expect(tracker.activeCount).toBe(0);
});

test("EpisodeTracker ends an episode only when calm has lasted", () => {
  const tracker = new EpisodeTracker({ calmDurationMs: 120_000 });
  tracker.onAnomalous("a", verdict(), ...columns(startMs, 410), startMs);
  const ends = [10, 20, 30, 60, 119, 120].map(
    (seconds) =>
      tracker.onCalm("a", "ok", startMs + seconds * 1000, startMs + seconds * 1000)?.change,
  );
  expect(ends).toEqual([undefined, undefined, undefined, undefined, undefined, "ended"]);
});

/** A check that fired beyond 100, as far as the onset asks. */
const beyondHundred: Verdict = {
  ...verdict(),
  checks: [
    {
      check: "stddev_from_average",
      outcome: "fired",
      observed: 410,
      lower: 20,
      upper: 100,
      isValue: true,
    },
  ],
};

function withTail(tail: readonly number[]): [Float64Array, Float64Array, number] {
  const [timesMs, values, count] = columns(startMs, 50);
  values.set(tail, count - tail.length);
  return [timesMs, values, count];
}

test.each([
  { name: "a spike", tail: [50, 50, 410], startedBefore: 0, peak: 410 },
  { name: "a step found late", tail: [50, 300, 420, 400, 410], startedBefore: 3, peak: 420 },
  { name: "a dip of two samples", tail: [50, 300, 60, 60, 400, 410], startedBefore: 4, peak: 410 },
  { name: "two events, calm between", tail: [300, 60, 60, 60, 410], startedBefore: 0, peak: 410 },
])("EpisodeTracker dates $name to where it began", ({ tail, startedBefore, peak }) => {
  const tracker = new EpisodeTracker();
  const event = tracker.onAnomalous("a", beyondHundred, ...withTail(tail), startMs);
  const startedMs = startMs - startedBefore * minuteMs;
  expect(event!.episode).toMatchObject({ startedMs, lastSeenMs: startMs, peak });
  expect(event!.episode.expected!.upper).toBeLessThan(100);
});

test("EpisodeTracker tells of the peak when the value is back, and when all is over", () => {
  const tracker = new EpisodeTracker({ calmDurationMs: 0, calmRoundCountMax: 1 });
  const tail = [50, 300, 900, 62];
  const going = tracker.onAnomalous("a", beyondHundred, ...withTail(tail), startMs);
  expect(going!.episode.sentence).toMatch(/^62; |^62, as before; /);
  const [timesMs, values, count] = withTail([50, 300, 900, 410]);
  const other = tracker.onAnomalous("b", beyondHundred, timesMs, values, count, startMs);
  expect(other!.episode.sentence).toMatch(/^62 → 410; the last hour stayed between 40 and 84; /);
  const ended = tracker.onCalm("b", "ok", startMs + 1);
  expect(ended!.episode.sentence).toMatch(/^62 → 900; the hour before stayed between 40 and 84; /);
});

test("EpisodeTracker begins no episode before the metric's last one ended", () => {
  const tracker = new EpisodeTracker({ calmDurationMs: 0 });
  const tail = [50, 300, 420, 400, 410];
  const first = tracker.onAnomalous("a", beyondHundred, ...withTail(tail), startMs);
  for (const afterMs of [1, 2, 3]) tracker.onCalm("a", "ok", startMs + afterMs);
  const [timesMs, values, count] = withTail(tail);
  for (let i = 0; i < count; i++) timesMs[i]! += minuteMs;
  const second = tracker.onAnomalous("a", beyondHundred, timesMs, values, count, startMs);
  expect(second!.episode.startedMs).toBe(startMs + minuteMs);
  expect(second!.episode.id).not.toBe(first!.episode.id);
});

test("EpisodeTracker ends an episode at once when the metric stops arriving", () => {
  const tracker = new EpisodeTracker();
  tracker.onAnomalous("a", verdict(), ...columns(startMs, 410), startMs);
  expect(tracker.onCalm("a", "Stale", startMs + 600_000)?.episode.endReason).toBe("stale");
});

test("EpisodeTracker goes on with adopted episodes under their id", () => {
  const before = new EpisodeTracker();
  const { episode } = before.onAnomalous("a", verdict(), ...columns(startMs, 410), startMs)!;
  const after = new EpisodeTracker();
  expect(after.adopt([episode, { ...episode, name: "b", endedMs: startMs }])).toBe(1);
  const event = after.onAnomalous(
    "a",
    verdict(),
    ...columns(startMs + 60_000, 900),
    startMs + 60_000,
  );
  expect(event).toMatchObject({
    change: "changed",
    episode: { id: episode.id, startedMs: startMs, peak: 900 },
  });
});

test("EpisodeTracker keeps no more episodes than its limit, and counts the others", () => {
  const tracker = new EpisodeTracker({ activeCountMax: 2 });
  for (const name of ["a", "b", "c"])
    tracker.onAnomalous(name, verdict(), ...columns(startMs, 410), startMs);
  expect(tracker.activeCount).toBe(2);
  expect(tracker.refusedCount).toBe(1);
  expect(tracker.isActive("c")).toBe(false);
});

test("EpisodeTracker knows no normal for a metric without a past", () => {
  const tracker = new EpisodeTracker();
  const event = tracker.onAnomalous(
    "a",
    verdict(),
    Float64Array.of(startMs),
    Float64Array.of(5),
    1,
    startMs,
  );
  expect(event!.episode).toMatchObject({ before: null, expected: null, peak: 5 });
});

test("SecondOrder shows irregular triggers and keeps quiet about a habit", () => {
  const order = new SecondOrder({ seriesCountMax: 10 });
  const hourMs = 3_600_000;
  const hours = [0, 1, 2, 3, 4, 5, 6, 6.5];
  const shown = hours.map((hour, i) => order.surfaces("cron", i, startMs + hour * hourMs));
  expect(shown).toEqual([true, true, true, true, true, false, false, true]);
});

test("SecondOrder takes the same value within five minutes as the same trigger", () => {
  const order = new SecondOrder({ seriesCountMax: 10 });
  expect(order.surfaces("a", 5, 0)).toBe(true);
  expect(order.surfaces("a", 5, 300_000)).toBe(false);
  expect(order.surfaces("a", 5, 300_001)).toBe(true);
});

test("SecondOrder forgets the series that triggered longest ago, and counts it", () => {
  const order = new SecondOrder({ seriesCountMax: 2 });
  for (const name of ["a", "b", "c"]) order.surfaces(name, 1, 0);
  expect(order.forgottenCount).toBe(1);
});

test("EpisodeTracker with second order keeps one habit quiet for as long as it lasts", () => {
  const tracker = new EpisodeTracker({
    secondOrder: true,
    calmDurationMs: 0,
    calmRoundCountMax: 1,
  });
  const starts: number[] = [];
  for (let hour = 0; hour < 8; hour++) {
    for (let minute = 0; minute < 3; minute++) {
      const nowMs = startMs + hour * 3_600_000 + minute * minuteMs;
      const event = tracker.onAnomalous("cron", verdict(), ...columns(nowMs, 400 + hour), nowMs);
      if (event?.change === "started") starts.push(hour);
    }
    tracker.onCalm("cron", "ok", startMs + hour * 3_600_000 + 3 * minuteMs);
  }
  expect(starts).toEqual([0, 1, 2, 3, 4]);
});
