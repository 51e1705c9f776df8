import { expect, test } from "vitest";
import { Judge, StreamJudge } from "../analyzer/index.ts";
import { seededRandom } from "../base/random.ts";
import { type EpisodeEvent, statedBits, statedCounter } from "../model/index.ts";
import { PlainWindow } from "./plain-window.fixture.ts";
import { StreamSweep } from "./stream-sweep.ts";
import { lane } from "./waiting-ids.ts";
import { WindowScratch } from "./window-scratch.ts";

const stepMs = 10_000;
const dayMs = 86_400_000;
const startMs = 1_780_272_000_000;

interface SetUp {
  readonly window: PlainWindow;
  readonly stream: StreamJudge;
  readonly sweep: StreamSweep;
  readonly events: EpisodeEvent[];
  /** Until nothing is left to judge. */
  readonly sweepAll: (nowMs: number) => void;
}

function setUp(): SetUp {
  const window = new PlainWindow();
  const judge = new Judge();
  const scratch = new WindowScratch(window, { fullDurationMs: dayMs });
  const stream = new StreamJudge(scratch, judge, { activeCountMax: 10, stalePeriodMs: 500_000 });
  const sweep = new StreamSweep(
    { window, stream, judge, scratch },
    { stalePeriodMs: 500_000, fullDurationMs: dayMs },
  );
  const events: EpisodeEvent[] = [];
  const sweepAll = (nowMs: number): void => {
    for (let id = 0; id < window.idCount; id++) while (!sweep.judge(id, nowMs, events));
  };
  return { window, stream, sweep, events, sweepAll };
}

/** @returns the time behind the last */
function fill(window: PlainWindow, name: string, count: number, fromMs = startMs): number {
  const random = seededRandom(3);
  for (let i = 0; i < count; i++) window.add(name, fromMs + i * stepMs, 50 + 5 * random.next());
  return fromMs + count * stepMs;
}

test("StreamSweep feeds a series each of its samples once, however they arrive", () => {
  const { window, stream, sweep, events, sweepAll } = setUp();
  expect(sweep.statusOf(0)).toBe(undefined);
  let nowMs = fill(window, "a", 3000);
  sweepAll(nowMs);
  expect(stream.judgedMs(0)).toBe(nowMs - stepMs);
  expect(sweep.statusOf(0)).toBe("ok");
  expect(events).toEqual([]);

  const outageMs = nowMs;
  for (let i = 0; i < 10; i++, nowMs += stepMs) {
    window.add("a", nowMs, 400);
    sweepAll(nowMs);
  }
  expect(events[0]).toMatchObject({
    change: "started",
    episode: { name: "a", startedMs: outageMs, observed: 400 },
  });
  expect(sweep.verdictOf("a", nowMs)).toMatchObject({ status: "ok", isAnomalous: true });
  expect(sweep.activeEpisodeCount).toBe(1);
  expect(sweep.verdictOf("nobody", nowMs)).toBe(undefined);
});

test("StreamSweep judges history that was given at once as it would have been", () => {
  const { window, events, sweepAll } = setUp();
  const outageMs = fill(window, "a", 3000);
  let timeMs = outageMs;
  for (let i = 0; i < 60; i++, timeMs += stepMs) window.add("a", timeMs, 400);
  const nowMs = fill(window, "a", 2000, timeMs);
  sweepAll(nowMs);
  expect(events.map(({ change }) => change)).toEqual(["started", "ended"]);
  expect(events[1]).toMatchObject({ episode: { startedMs: outageMs, endReason: "calm" } });
  expect(events[1]!.episode.endedMs! - timeMs).toBeLessThan(300_000);
});

test("StreamSweep leaves late samples out, and learns a series anew when history is filled in", () => {
  const { window, stream, sweepAll } = setUp();
  const nowMs = fill(window, "a", 500, startMs + 2000 * stepMs);
  sweepAll(nowMs);
  expect(stream.learningOf(0)).toBe(null);
  window.add("a", startMs + 2100 * stepMs + 1, 9000);
  sweepAll(nowMs);
  const before = stream.standingOf(0, nowMs / 1000).expected!;
  expect(before.upper).toBeLessThan(100);

  const random = seededRandom(4);
  for (let i = 0; i < 2000; i++) window.add("a", startMs + i * stepMs, 10 + random.next());
  sweepAll(nowMs);
  const after = stream.standingOf(0, nowMs / 1000).expected!;
  expect(after.center).toBeLessThan(before.center - 10);
});

test("StreamSweep says of a series that it is learned, or silent", () => {
  const { window, sweep, sweepAll } = setUp();
  const nowMs = fill(window, "a", 30);
  sweepAll(nowMs);
  expect(sweep.statusOf(0)).toBe("learning");
  expect(sweep.verdictOf("a", nowMs)?.standing?.learning?.reason).toContain("30 of the 60");
  sweepAll(nowMs + 600_000);
  expect(sweep.statusOf(0)).toBe("Stale");
});

test("StreamSweep ends the open episode of a series that is gone", () => {
  const { window, sweep, events, sweepAll } = setUp();
  let nowMs = fill(window, "a", 3000);
  for (let i = 0; i < 10; i++, nowMs += stepMs) window.add("a", nowMs, 400);
  sweepAll(nowMs);
  const { episode } = events[0]!;
  const [ended] = setUp().sweep.adopt([episode], nowMs);
  expect(ended).toMatchObject({ change: "ended", episode: { id: episode.id, endReason: "stale" } });
  expect(sweep.adopt([episode], nowMs)).toEqual([]);
});

/** A counter of about 10 a second that begins anew every two hours, from a third of what it was. */
function count(window: PlainWindow, name: string, rowCount: number): number {
  const random = seededRandom(7);
  let total = 1e6;
  for (let i = 0; i < rowCount; i++) {
    total = i % 720 === 719 ? total / 3 : total + 95 + 10 * random.next();
    window.add(name, startMs + i * stepMs, total);
  }
  return startMs + rowCount * stepMs;
}

test("StreamSweep judges a stated counter by its rate from the first rows on, and no reset is an anomaly", () => {
  const { window, stream, events, sweepAll } = setUp();
  window.statedByName.set("requests", statedCounter);
  const nowMs = count(window, "requests", 6_000);
  sweepAll(nowMs);
  expect(events).toEqual([]);
  expect(stream.standingOf(0, nowMs / 1000)).toMatchObject({ nature: "counter", learning: null });
  expect(stream.standingOf(0, nowMs / 1000).expected?.center).toBeCloseTo(10, 0);
});

test("StreamSweep learns a series anew from the window when its sender states late what it is", () => {
  const { window, stream, sweepAll } = setUp();
  const nowMs = count(window, "requests", 2_000);
  sweepAll(nowMs);
  expect(stream.standingOf(0, nowMs / 1000).nature).toBe("steady");
  window.statedByName.set("requests", statedCounter);
  sweepAll(nowMs);
  expect(stream.standingOf(0, nowMs / 1000)).toMatchObject({ nature: "counter", learning: null });
  expect(stream.judgedMs(0)).toBe(nowMs - stepMs);

  // Two senders that contradict one another state nothing; what was learned stays.
  window.statedByName.set("requests", statedBits);
  sweepAll(nowMs);
  expect(stream.judgedMs(0)).toBe(nowMs - stepMs);
  expect(stream.statedOf(0)).toBe(statedBits);
});

test("StreamSweep judges a withheld series only when it is allowed, then from the window, and says so", () => {
  const { window, stream, sweep, events, sweepAll } = setUp();
  const nowMs = fill(window, "a", 3000);
  sweep.withhold(0, nowMs + 120_000);
  sweepAll(nowMs);
  expect(sweep.take(0, nowMs, 50, nowMs, events)).toBe(0);
  const passed: [id: number, to: number][] = [];
  sweep.pass(0, 1, nowMs, (id, to) => passed.push([id, to]));
  expect([stream.judgedMs(0), sweep.withheldCount, passed]).toEqual([-Infinity, 1, []]);
  expect(sweep.verdictOf("a", nowMs)?.standing?.learning).toEqual({
    reason: "it first learns from what is kept of its weeks",
    leftMs: 120_000,
  });

  sweep.allow(0);
  expect(sweep.withheldCount).toBe(0);
  expect(sweep.verdictOf("a", nowMs)?.standing?.learning).toEqual({
    reason: "the samples that are kept of it are being read",
    leftMs: null,
  });
  // As history, not as news: what is found in it is told when all of it is read.
  sweep.pass(0, 1, nowMs, (id, to) => passed.push([id, to]));
  expect(passed).toEqual([[0, lane.unread]]);
  sweepAll(nowMs);
  expect(stream.judgedMs(0)).toBe(nowMs - stepMs);
  expect(sweep.verdictOf("a", nowMs)?.standing?.learning).toBe(null);
});

test("StreamSweep withholds nobody in the name of a series that is gone", () => {
  const { window, sweep } = setUp();
  const nowMs = fill(window, "a", 100);
  sweep.withhold(0, nowMs + 120_000);
  sweep.forget(0);
  expect(sweep.withheldCount).toBe(0);
  expect(sweep.verdictOf("a", nowMs)?.standing?.learning?.leftMs).not.toBe(120_000);
});

test("StreamSweep leaves a day of history for later at its first look, and never a short one", () => {
  const { window, stream, sweep, events } = setUp();
  const nowMs = fill(window, "day", 3000);
  fill(window, "short", 500, nowMs - 500 * stepMs);
  expect([sweep.judge(0, nowMs, events), stream.judgedMs(0)]).toEqual([false, -Infinity]);
  expect([sweep.judge(1, nowMs, events), stream.judgedMs(1)]).toEqual([true, nowMs - stepMs]);
  expect([sweep.judge(0, nowMs, events), sweep.statusOf(0)]).toEqual([false, "learning"]);
  expect(stream.judgedMs(0)).toBeGreaterThan(startMs);
});
