import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { EpisodeTracker, Judge, StreamJudge } from "../analyzer/index.ts";
import { type Clock, ManualClock, systemClock } from "../base/clock.ts";
import { seededRandom } from "../base/random.ts";
import { type EpisodeEvent, RuleBook } from "../model/index.ts";
import { JudgeLoop, type JudgeLoopOptions } from "./judge-loop.ts";
import { PlainWindow } from "./plain-window.fixture.ts";
import type { SeriesSweep } from "./series-sweep.ts";
import { StreamSweep } from "./stream-sweep.ts";
import { VoteSweep } from "./vote-sweep.ts";
import { type Lane, lane } from "./waiting-ids.ts";
import { WindowScratch } from "./window-scratch.ts";

const stepMs = 10_000;
const loops: JudgeLoop[] = [];

afterEach(() => {
  for (const loop of loops.splice(0)) loop.stop();
});

function setUp(
  seriesCount: number,
  elapsedMs: () => number = () => systemClock.elapsedMs(),
): {
  window: PlainWindow;
  loop: JudgeLoop;
  events: EpisodeEvent[];
  advance: (byMs: number) => void;
  nowMs: () => number;
} {
  const window = new PlainWindow();
  const random = seededRandom(7);
  let nowMs = 1_700_000_000_000;
  for (let id = 0; id < seriesCount; id++) {
    for (let k = 360; k > 0; k--) {
      window.add(`series${id}`, nowMs - k * stepMs, 50 + 10 * random.next());
    }
  }
  const events: EpisodeEvent[] = [];
  const clock: Clock = { nowMs: () => nowMs, elapsedMs };
  const loop = new JudgeLoop(
    window,
    new VoteSweep(window, new Judge(), new EpisodeTracker({ calmDurationMs: 0 }), {
      fullDurationMs: 86_400_000,
    }),
    (some) => events.push(...some),
    clock,
    {
      roundMinMs: 1,
    },
  );
  loops.push(loop);
  return { window, loop, events, advance: (byMs) => (nowMs += byMs), nowMs: () => nowMs };
}

async function until(isDone: () => boolean): Promise<void> {
  for (let i = 0; i < 15_000 && !isDone(); i++) await sleep(2);
  expect(isDone()).toBe(true);
}

test("JudgeLoop tells of a spike once it arrives, and of its end after calm rounds", async () => {
  const { window, loop, events, advance, nowMs } = setUp(20);
  loop.start();
  await until(() => loop.stats().seriesCount === 20);
  expect(events).toEqual([]);
  expect(loop.stats().statusCounts).toEqual({ ok: 20, TooShort: 0, Stale: 0, Boring: 0 });

  for (let k = 0; k < 3; k++) {
    advance(stepMs);
    window.add("series3", nowMs(), 900);
  }
  await until(() => events.length > 0);
  expect(events[0]).toMatchObject({
    change: "started",
    episode: { name: "series3", observed: 900 },
  });
  expect(events[0]!.episode.checks).toHaveLength(9);

  for (let k = 0; k < 60 && events.at(-1)!.change !== "ended"; k++) {
    advance(stepMs);
    window.add("series3", nowMs(), 55);
    await sleep(4);
  }
  expect(events.at(-1)).toMatchObject({ change: "ended", episode: { endReason: "calm" } });
});

test("JudgeLoop ends an episode when its metric falls silent", async () => {
  const { window, loop, events, advance, nowMs } = setUp(2);
  for (let k = 0; k < 3; k++) {
    advance(1000);
    window.add("series1", nowMs(), 900);
  }
  loop.start();
  await until(() => events.length > 0);
  advance(501_000);
  await until(() => events.at(-1)!.change === "ended");
  expect(events.at(-1)!.episode.endReason).toBe("stale");
});

test("JudgeLoop goes on with an episode of an earlier run, and ends one whose metric is gone", async () => {
  const first = setUp(2);
  for (let k = 0; k < 3; k++) {
    first.advance(1000);
    first.window.add("series1", first.nowMs(), 900);
  }
  first.loop.start();
  await until(() => first.events.length > 0);
  const { episode } = first.events[0]!;

  const second = setUp(2);
  second.loop.adopt([episode, { ...episode, id: "gone-1", name: "gone" }]);
  expect(second.events).toMatchObject([
    { change: "ended", episode: { id: "gone-1", endReason: "stale" } },
  ]);
  for (let k = 0; k < 3; k++) {
    second.advance(1000);
    second.window.add("series1", second.nowMs(), 2000);
  }
  second.loop.start();
  await until(() => second.events.length > 1);
  expect(second.events[1]).toMatchObject({ change: "changed", episode: { id: episode.id } });
});

test("JudgeLoop lets the thread go between slices, however many series there are", async () => {
  // A clock by which each look costs half a millisecond: eight series fill a slice.
  let elapsedMs = 0;
  const { loop } = setUp(300, () => (elapsedMs += 0.5));
  let turns = 0;
  const count = (): void => {
    turns += 1;
    if (loop.stats().endedMs === null) setImmediate(count);
  };
  loop.start();
  setImmediate(count);
  await until(() => loop.stats().endedMs !== null);
  expect(turns).toBeGreaterThan(20);
  expect(loop.stats().seriesCount).toBe(300);
});

test("JudgeLoop gives all nine checks of a series when somebody asks", () => {
  const { loop } = setUp(1);
  expect(loop.verdictOf("series0")!.checks).toHaveLength(9);
  expect(loop.verdictOf("nobody")).toBe(undefined);
});

/** A window that counts how often a series is copied out of it. */
class CountedWindow extends PlainWindow {
  copyCount = 0;

  override copy(...args: Parameters<PlainWindow["copy"]>): number {
    this.copyCount += 1;
    return super.copy(...args);
  }
}

function setUpStream(
  options: JudgeLoopOptions = {},
  clock = new ManualClock(1_780_272_000_000),
): {
  window: CountedWindow;
  stream: StreamJudge;
  loop: JudgeLoop;
  events: EpisodeEvent[];
  clock: ManualClock;
} {
  const window = new CountedWindow();
  const durations = { fullDurationMs: 86_400_000, stalePeriodMs: 500_000 };
  const judge = new Judge();
  const scratch = new WindowScratch(window, durations);
  const stream = new StreamJudge(scratch, judge, { activeCountMax: 100, ...durations });
  const sweep = new StreamSweep({ window, stream, judge, scratch }, durations);
  const events: EpisodeEvent[] = [];
  const loop = new JudgeLoop(window, sweep, (some) => events.push(...some), clock, options);
  loops.push(loop);
  return { window, stream, loop, events, clock };
}

test("JudgeLoop judges a row as it comes, without reading it from the window", async () => {
  const { window, stream, loop, clock } = setUpStream();
  window.add("a", clock.nowMs(), 5);
  loop.start();
  await until(() => loop.stats().historyCount === 0);
  const { copyCount } = window;
  for (let i = 1; i <= 200; i++) {
    clock.advance(1000);
    window.add("a", clock.nowMs(), 5 + (i % 3));
  }
  await until(() => loop.stats().waitingRowCount === 0);
  expect(stream.judgedMs(0)).toBe(clock.nowMs());
  expect(window.copyCount).toBe(copyCount);
  expect(loop.stats()).toMatchObject({ seriesCount: 1, learningCount: 1, behindCount: 0 });
});

test("JudgeLoop judges each row once and in order when more come than may wait", async () => {
  const { window, stream, loop, events, clock } = setUpStream({ rowCountMax: 32 });
  const alone = setUpStream();
  const twinEvents: EpisodeEvent[] = [];
  const random = seededRandom(17);
  const newestMs = new Float64Array(25).fill(clock.nowMs());
  for (let i = 0; i < 25; i++) window.add(`s${i}`, newestMs[i]!, 50);
  for (let i = 0; i < 25; i++) {
    alone.window.add(`s${i}`, newestMs[i]!, 50);
    alone.stream.take(i, newestMs[i]!, 50, clock.nowMs());
  }
  loop.start();
  for (let k = 0; k < 400; k++) {
    clock.advance(stepMs);
    for (let burst = Math.floor(random.next() * 60); burst > 0; burst--) {
      const id = Math.floor(random.next() * 25);
      newestMs[id] = newestMs[id]! + stepMs;
      const value = (k > 250 && id < 5 ? 400 : 50) + 5 * random.next();
      window.add(`s${id}`, newestMs[id], value);
      alone.window.add(`s${id}`, newestMs[id], value);
      const event = alone.stream.take(id, newestMs[id], value, clock.nowMs());
      if (event !== undefined) twinEvents.push(event);
    }
    if (random.next() < 0.3) await sleep(0);
  }
  await until(() => loop.stats().waitingRowCount === 0 && loop.stats().behindCount === 0);
  for (let id = 0; id < 25; id++) {
    expect(stream.judgedMs(id)).toBe(newestMs[id]);
    const seconds = newestMs[id]! / 1000 + 10;
    expect(stream.standingOf(id, seconds)).toEqual(alone.stream.standingOf(id, seconds));
  }
  const brief = (all: EpisodeEvent[]): string[] =>
    all
      .filter(({ change }) => change !== "changed")
      .map(({ change, episode }) => `${episode.name} ${change} ${episode.startedMs}`)
      .sort();
  expect(brief(events)).toEqual(brief(twinEvents));
  expect(brief(events).length).toBeGreaterThan(4);
});

/** Each look costs a millisecond, so that a slice does little. */
class SlowClock extends ManualClock {
  #spentMs = 0;

  override elapsedMs(): number {
    return super.elapsedMs() + this.#spentMs++;
  }
}

test("JudgeLoop tells of an anomaly in history when it has read how it ended", async () => {
  const { window, loop, events, clock } = setUpStream({}, new SlowClock(1_780_272_000_000));
  const random = seededRandom(3);
  for (let id = 0; id < 3; id++) {
    for (let k = 6000; k > 0; k--) {
      const isOdd = k < 3000 && k > 1500;
      const value = (isOdd ? 400 : 50) + 5 * random.next();
      window.add(`s${id}`, clock.nowMs() - k * stepMs, value);
    }
  }
  loop.start();
  let activeMax = 0;
  await until(() => {
    const { historyCount, untoldCount, activeEpisodeCount } = loop.stats();
    const active = new Map(events.map(({ change, episode }) => [episode.id, change]));
    const openCount = [...active.values()].filter((change) => change !== "ended").length;
    activeMax = Math.max(activeMax, openCount, activeEpisodeCount);
    return historyCount === 0 && untoldCount === 0;
  });
  expect(events.filter(({ change }) => change === "started")).toHaveLength(3);
  expect(events.filter(({ change }) => change === "ended")).toHaveLength(3);
  expect(activeMax).toBe(0);
});

test("JudgeLoop tells of an anomaly in a day that is sent late when it ended there, or the day is over", async () => {
  const { window, loop, events, clock } = setUpStream({ stalePeriodMs: 500_000 });
  const random = seededRandom(3);
  loop.start();
  let openMax = 0;
  for (let k = 6000; k > 0; k--) {
    const isOdd = (k < 3000 && k > 2000) || k < 30;
    window.add("a", clock.nowMs() - k * stepMs, (isOdd ? 400 : 50) + 5 * random.next());
    if (k % 100 > 0) continue;
    await until(() => loop.stats().waitingRowCount + loop.stats().behindCount === 0);
    const changes = events.map(({ change }) => change);
    openMax = Math.max(openMax, loop.stats().activeEpisodeCount);
    expect(changes.filter((change) => change === "started").length).toBe(
      changes.filter((change) => change === "ended").length,
    );
  }
  expect(openMax).toBe(0);
  await until(() => loop.stats().activeEpisodeCount === 1);
  expect(events.filter(({ change }) => change !== "changed").map(({ change }) => change)).toEqual([
    ...["started", "ended"],
    "started",
  ]);
});

test("JudgeLoop learns a series anew whose history is filled in, within a round", async () => {
  const { window, stream, loop, clock } = setUpStream();
  const endMs = clock.nowMs();
  for (let i = 0; i < 100; i++) window.add("a", endMs + (i - 100) * stepMs, 50);
  loop.start();
  await until(() => loop.stats().historyCount === 0);
  for (let i = 300; i > 100; i--) window.add("a", endMs - i * stepMs, 50 + (i % 7));
  await until(() => loop.stats().waitingRowCount === 0);
  clock.advance(2000);
  await until(() => {
    clock.advance(100);
    return stream.learningOf(0) === null;
  });
  expect(stream.judgedMs(0)).toBe(endMs - stepMs);
});

test("JudgeLoop goes on judging at once while 3,000 of 10,000 series that step together are told", async () => {
  const seriesCount = 10_000;
  const stormCount = 3_000;
  // Time goes by with what costs much: a copy of a day takes a millisecond.
  let elapsedMs = 0;
  let copyMs = 0;
  let nowMs = 1_780_272_000_000;
  class CostlyWindow extends PlainWindow {
    override copy(...args: Parameters<PlainWindow["copy"]>): number {
      elapsedMs += copyMs;
      return super.copy(...args);
    }
  }
  const window = new CostlyWindow();
  const durations = { fullDurationMs: 86_400_000, stalePeriodMs: 500_000 };
  const judge = new Judge();
  const scratch = new WindowScratch(window, durations);
  const stream = new StreamJudge(scratch, judge, {
    activeCountMax: 10_000,
    tellsLater: true,
    ...durations,
  });
  const favourite = "s2999";
  stream.useRules(new RuleBook([{ match: favourite, leastRelative: 0.05 }]));
  const sweep = new StreamSweep({ window, stream, judge, scratch }, durations);
  const events: EpisodeEvent[] = [];
  let untoldMax = 0;
  const clock: Clock = { nowMs: () => nowMs, elapsedMs: () => (elapsedMs += 0.0001) };
  const loop = new JudgeLoop(window, sweep, (some) => events.push(...some), clock);
  loops.push(loop);
  const names = Array.from({ length: seriesCount }, (_, id) => `s${id}`);
  const round = (valueOf: (id: number) => number): void => {
    nowMs += 30_000;
    for (const [id, name] of names.entries()) window.add(name, nowMs, valueOf(id));
  };
  const judged = async (): Promise<void> => {
    await until(() => {
      const { waitingRowCount, behindCount, untoldCount } = loop.stats();
      untoldMax = Math.max(untoldMax, untoldCount);
      return waitingRowCount === 0 && behindCount === 0;
    });
  };
  loop.start();
  for (let k = 0; k < 64; k++) {
    round((id) => 50 + ((id * 7 + k * 13) % 11));
    await judged();
    if (k === 0) await until(() => loop.stats().historyCount === 0);
  }
  expect(events).toEqual([]);
  copyMs = 1;
  elapsedMs += 200_000; // what was before is no longer the longest wait

  for (let k = 0; k < 4; k++) {
    round((id) => (id < stormCount ? 5000 : 50 + ((id + k * 3) % 11)));
    await judged();
  }
  expect(untoldMax).toBeGreaterThan(2000);
  // 10,000 rows came at once; beside them, a slice tells for no longer than its budget.
  expect(loop.stats().lagMs).toBeLessThan(100);
  await until(() => loop.stats().untoldCount === 0);
  const started = events.filter(({ change }) => change === "started");
  expect(new Set(started.map(({ episode }) => episode.name)).size).toBe(stormCount);
  expect(started.slice(0, 10).map(({ episode }) => episode.name)).toContain(favourite);
  expect(started[0]!.episode).toMatchObject({ observed: 5000, checks: { length: 9 } });
  expect(loop.stats()).toMatchObject({ refusedCount: 0, untoldMs: 0 });
}, 120_000);

/** Notes whose day was copied out of it, in order; a copy takes a millisecond, so that a slice judges three. */
class SlowWindow extends PlainWindow {
  readonly judged = new Set<number>();
  elapsedMs = 0;

  override copy(...args: Parameters<PlainWindow["copy"]>): number {
    this.judged.add(args[0]);
    this.elapsedMs += 1;
    return super.copy(...args);
  }
}

test("JudgeLoop judges by votes who is suspicious first when 120 of 400 trip at once, and tells of all", async () => {
  const window = new SlowWindow();
  const random = seededRandom(23);
  let nowMs = 1_700_000_000_000;
  const kindOf = (id: number): "open" | "short" | "calm" | "storm" =>
    id < 40 ? "open" : id < 100 ? "short" : id < 280 ? "calm" : "storm";
  const idsOf = (...kinds: readonly string[]): number[] =>
    Array.from({ length: 400 }, (_, id) => id).filter((id) => kinds.includes(kindOf(id)));
  for (const id of idsOf("open", "short", "calm", "storm")) {
    for (let k = kindOf(id) === "short" ? 100 : 360; k > 0; k--)
      window.add(`s${id}`, nowMs - k * stepMs, 50 + 10 * random.next());
  }
  const events: EpisodeEvent[] = [];
  const clock: Clock = { nowMs: () => nowMs, elapsedMs: () => (window.elapsedMs += 0.01) };
  const sweep = new VoteSweep(window, new Judge(), new EpisodeTracker(), {
    fullDurationMs: 86_400_000,
  });
  const loop = new JudgeLoop(window, sweep, (some) => events.push(...some), clock, {
    roundMinMs: 1,
  });
  loops.push(loop);
  const started = (): string[] =>
    events.filter(({ change }) => change === "started").map(({ episode }) => episode.name);
  loop.start();
  await until(() => loop.stats().historyCount === 0);
  for (let k = 0; k < 3; k++) {
    nowMs += 1000;
    for (const id of idsOf("open")) window.add(`s${id}`, nowMs, 900);
    await until(() => loop.stats().waitingRowCount + loop.stats().behindCount === 0);
  }
  expect(started()).toHaveLength(40);

  // The minute is over for all, and the storm comes while they are judged anew; its rows come last.
  nowMs += 61_000;
  await until(() => loop.stats().recheckCount > 200);
  window.judged.clear();
  for (const id of idsOf("open", "short", "calm", "storm")) {
    const isOdd = kindOf(id) === "open" || kindOf(id) === "storm";
    window.add(`s${id}`, nowMs, isOdd ? 900 : 55);
  }
  // All rows are taken at once, however many wait to be judged in full.
  for (let turn = 0; turn < 3; turn++) await nextTurn();
  expect(loop.stats().waitingRowCount).toBe(0);
  expect(window.judged.size).toBeLessThan(20);
  expect(loop.stats().suspectCount).toBeGreaterThan(100);
  expect(loop.stats().behindCount).toBeGreaterThan(200);
  await until(() => window.judged.size >= 180);
  const order = [...window.judged];
  expect(order.slice(0, 120).map(kindOf)).toEqual(Array<string>(120).fill("storm"));
  expect(order.slice(120, 180).map(kindOf)).toEqual(Array<string>(60).fill("short"));

  await until(() => loop.stats().behindCount + loop.stats().recheckCount === 0);
  expect(new Set(started())).toEqual(new Set(idsOf("open", "storm").map((id) => `s${id}`)));
  expect(loop.stats()).toMatchObject({ suspectCount: 0, suspectMs: 0, differenceCount: 0 });
}, 120_000);

test("JudgeLoop lets what is due take turns with what is abnormal, and neither delays what is suspicious", async () => {
  const kindOf = (id: number): Lane => [lane.open, lane.routine, lane.urgent][id % 3]!;
  const ids = Array.from({ length: 300 }, (_, id) => id);
  const judged: number[] = [];
  let elapsedMs = 0;
  const sweep: SeriesSweep = {
    ...{ tableBytes: 0, activeEpisodeCount: 0, abstainedCount: 0, withheldCount: 0 },
    ...{ differenceCount: 0, refusedCount: 0, untoldCount: 0, untoldSinceMs: undefined },
    statusCounts: { ok: 0, TooShort: 0, Stale: 0, Boring: 0, learning: 0 },
    tellNext: () => false,
    take: (id) => (kindOf(id) === lane.routine ? 0 : kindOf(id)),
    judge: (id) => judged.push((elapsedMs += 1) && id) > 0,
    pass: (from, until, _, found) => {
      for (let id = from; id < until; id++)
        if (kindOf(id) === lane.routine && !judged.includes(id)) found(id, lane.routine);
    },
    forget: () => undefined,
    release: () => undefined,
    adopt: () => [],
    verdictOf: () => undefined,
  };
  const window = new PlainWindow();
  const clock: Clock = { nowMs: () => 0, elapsedMs: () => (elapsedMs += 0.01) };
  const loop = new JudgeLoop(window, sweep, () => undefined, clock, { roundMinMs: 1 });
  loops.push(loop);
  loop.start();
  for (const id of ids) window.add(`s${id}`, 1, 1);
  const shareOf = (of: Lane): number => judged.filter((id) => kindOf(id) === of).length;
  for (let turn = 0; turn < 120; turn++) {
    await nextTurn();
    // What is abnormal brings a row every time, so that it always waits.
    for (const id of ids) if (kindOf(id) === lane.open) window.add(`s${id}`, turn + 2, 1);
  }
  expect(judged.slice(0, 100).map(kindOf)).toEqual(Array<Lane>(100).fill(lane.urgent));
  expect(loop.stats()).toMatchObject({ suspectCount: 0, recheckCount: 0 });
  expect(shareOf(lane.routine)).toBe(100);
  expect(shareOf(lane.open)).toBeGreaterThan(80);
});
