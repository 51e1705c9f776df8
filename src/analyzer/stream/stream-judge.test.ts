import { expect, test } from "vitest";
import { nextInteger, seededRandom } from "../../base/random.ts";
import { dayMs, FedSeries, hourMs, minuteMs, mondayMs } from "./stream.fixture.ts";

/** A daily wave around 100 with a little noise. */
function waves(seed: number, noise = 2): (timeMs: number) => number {
  const random = seededRandom(seed);
  const jitter = (): number => random.next() + random.next() + random.next() - 1.5;
  return (timeMs) => 100 + 30 * Math.sin((2 * Math.PI * timeMs) / dayMs) + noise * jitter();
}

test("StreamJudge tells of an outage within three minutes, once, and of its end", () => {
  const series = new FedSeries();
  const calm = waves(1);
  series.feed(9 * dayMs, minuteMs, calm);
  expect(series.events).toEqual([]);

  const outageMs = series.nowMs;
  series.feed(20 * minuteMs, minuteMs, (timeMs) => 4 * calm(timeMs));
  const [started] = series.turns;
  expect(started).toMatchObject({ change: "started", episode: { startedMs: outageMs } });
  expect(started!.episode.lastSeenMs - outageMs).toBeLessThanOrEqual(3 * minuteMs);
  series.feed(hourMs, minuteMs, calm);
  expect(series.turns).toHaveLength(2);
  const { episode } = series.turns[1]!;
  expect(episode).toMatchObject({ id: started!.episode.id, endReason: "calm" });
  expect(episode.endedMs! - outageMs).toBeLessThanOrEqual(26 * minuteMs);
});

test("StreamJudge says what was expected, from where, how rare, and what the voices and checks say", () => {
  const series = new FedSeries();
  const calm = waves(2);
  series.feed(15 * dayMs + 3 * hourMs, minuteMs, calm);
  series.feed(10 * minuteMs, minuteMs, (timeMs) => calm(timeMs) + 90);
  const { episode } = series.turns[0]!;
  const { why } = episode;
  // Tuesday 03:00, where the wave is at 121.
  expect(why!.expected.center).toBeGreaterThan(115);
  expect(why!.expected.center).toBeLessThan(128);
  expect(why!.expected.lower).toBeGreaterThan(100);
  expect(why!.expected.upper).toBeLessThan(150);
  expect(why!.expected.source).toMatch(
    /^(every day 03:00 UTC, 15 days|Tuesdays 03:00 UTC, 2 weeks)$/,
  );
  expect(why!.score).toBeGreaterThanOrEqual(0.4);
  expect(why!.voices.map(({ voice }) => voice).toSorted()).toEqual([
    "drift",
    "onset",
    "point",
    "shape",
    "short",
    "surprise",
  ]);
  expect(episode.checks).toHaveLength(9);
  expect(episode.sentence).toMatch(
    /^1[12]\d(\.\d)? → 2\d\d; expected 1\d\d(\.\d)? to 1\d\d(\.\d)? \(.*\); one sample in .* is as odd; \d of 9 checks agree$/,
  );
  // The first score stays.
  expect(series.events.at(-1)!.episode.why).toEqual(why);
});

test("StreamJudge keeps quiet about what lies within the floors of the rules", () => {
  const calm = waves(3);
  const outage = (timeMs: number): number => calm(timeMs) + 90;
  const told = (rule: Record<string, unknown>): number => {
    const series = new FedSeries({ rules: [{ match: "web.*", ...rule }] });
    series.feed(3 * dayMs, minuteMs, calm);
    series.feed(10 * minuteMs, minuteMs, outage);
    return series.turns.length;
  };
  expect(told({})).toBe(1);
  expect(told({ leastAbsolute: 120 })).toBe(0);
  expect(told({ leastRelative: 2 })).toBe(0);
  expect(told({ leastDurationMs: 15 * minuteMs })).toBe(0);
  expect(told({ direction: "down" })).toBe(0);
  expect(told({ direction: "up" })).toBe(1);
  expect(told({ isIgnored: true })).toBe(0);
});

test("StreamJudge takes one odd sample for no anomaly", () => {
  const series = new FedSeries();
  const calm = waves(4);
  series.feed(3 * dayMs, minuteMs, calm);
  series.feed(minuteMs, minuteMs, () => 5000);
  series.feed(hourMs, minuteMs, calm);
  expect(series.events).toEqual([]);
});

test("StreamJudge accepts a level that stays as the new normal, and is then calm there", () => {
  const series = new FedSeries();
  const calm = waves(5);
  series.feed(5 * dayMs, minuteMs, calm);
  series.feed(3 * dayMs, minuteMs, (timeMs) => calm(timeMs) + 60);
  expect(series.turns).toHaveLength(2);
  const { episode } = series.turns[1]!;
  expect(episode.endReason).toBe("accepted");
  expect(episode.endedMs! - episode.startedMs).toBeLessThan(6 * hourMs + 10 * minuteMs);
  expect(episode.sentence).toContain("the new normal");
});

test("StreamJudge tells of a nightly job twice, then knows it, and still tells of a worse one", () => {
  const series = new FedSeries();
  const calm = waves(6);
  const factor = { now: 1 };
  const withJob = (timeMs: number): number => {
    const minute = (timeMs % dayMs) / minuteMs;
    return calm(timeMs) + (minute >= 180 && minute < 200 ? 150 * factor.now : 0);
  };
  series.feed(30 * dayMs, minuteMs, withJob);
  const nights = new Set(
    series.turns.map(({ episode }) => Math.floor((episode.startedMs - mondayMs) / dayMs)),
  );
  expect(nights.size).toBeLessThanOrEqual(3);
  expect(Math.max(...nights)).toBeLessThan(7);
  const before = series.turns.length;
  factor.now = 4;
  series.feed(dayMs, minuteMs, withJob);
  expect(series.turns.length).toBeGreaterThan(before);
});

test("StreamJudge ends what a counter's reset began, once it is found to be a counter", () => {
  const series = new FedSeries();
  const random = seededRandom(1);
  let count = 1_000_000;
  const count10s = (): number => (count += nextInteger(random, 4));
  series.feed(40 * minuteMs, 10_000, count10s);
  count = 100;
  series.feed(4 * hourMs, 10_000, count10s);
  expect(series.turns.map(({ change }) => change)).toEqual(["started", "ended"]);
  const { startedMs, endedMs } = series.turns[1]!.episode;
  expect(endedMs! - startedMs).toBeLessThan(2.5 * hourMs);
  expect(series.judge.standingOf(0, series.nowMs / 1000).nature).toBe("counter");
});

test("StreamJudge judges a counter by its growth", () => {
  const series = new FedSeries();
  const random = seededRandom(7);
  let total = 0;
  series.feed(2 * dayMs, minuteMs, () => (total += 600 + 60 * random.next()));
  expect(series.judge.standingOf(0, series.nowMs / 1000).nature).toBe("counter");
  series.feed(15 * minuteMs, minuteMs, () => (total += 6000 + 60 * random.next()));
  const { episode } = series.turns[0]!;
  expect(episode.why?.isRate).toBe(true);
  expect(episode.observed).toBeGreaterThan(90);
  expect(episode.observed).toBeLessThan(110);
  expect(episode.sentence).toContain("per second");
});

test("StreamJudge takes small counts of a series that is mostly 0 for what they are", () => {
  const series = new FedSeries();
  const random = seededRandom(8);
  series.feed(10 * dayMs, minuteMs, () => (random.next() < 0.03 ? 1 + nextInteger(random, 3) : 0));
  expect(series.judge.standingOf(0, series.nowMs / 1000).nature).toBe("sparse");
  expect(series.events).toEqual([]);
  series.feed(10 * minuteMs, minuteMs, () => 80 + nextInteger(random, 10));
  expect(series.turns).toHaveLength(1);
});

test("StreamJudge learns first, says so, and how long it will take", () => {
  const series = new FedSeries();
  series.feed(20 * minuteMs, minuteMs, waves(9));
  const { learning } = series.judge.standingOf(0, series.nowMs / 1000);
  expect(learning).toEqual({
    reason: "20 of the 60 samples that are needed first",
    leftMs: 40 * minuteMs,
  });
  series.feed(5 * minuteMs, minuteMs, () => 9000);
  expect(series.events).toEqual([]);
  series.feed(hourMs, minuteMs, waves(9));
  expect(series.judge.standingOf(0, series.nowMs / 1000).learning).toBe(null);
});

test("StreamJudge ends an episode when its series falls silent", () => {
  const series = new FedSeries();
  const calm = waves(10);
  series.feed(3 * dayMs, minuteMs, calm);
  series.feed(5 * minuteMs, minuteMs, (timeMs) => 5 * calm(timeMs));
  expect(series.judge.isActive(0)).toBe(true);
  expect(series.judge.look(0, series.nowMs, series.nowMs + 400_000)).toBe(undefined);
  expect(series.judge.look(0, series.nowMs, series.nowMs + 501_000)).toMatchObject({
    change: "ended",
    episode: { endReason: "stale" },
  });
});

test("StreamJudge goes on with an episode of an earlier run", () => {
  const first = new FedSeries();
  const calm = waves(11);
  first.feed(3 * dayMs, minuteMs, calm);
  first.feed(5 * minuteMs, minuteMs, (timeMs) => 5 * calm(timeMs));
  const { episode } = first.turns[0]!;

  const second = new FedSeries();
  second.judge.adopt(0, episode);
  // The same rows again, as after a crash: they change nothing of the episode.
  second.feed(3 * dayMs, minuteMs, calm);
  second.feed(5 * minuteMs, minuteMs, (timeMs) => 5 * calm(timeMs));
  expect(second.turns).toEqual([]);
  second.feed(10 * minuteMs, minuteMs, (timeMs) => 5 * calm(timeMs));
  second.feed(hourMs, minuteMs, calm);
  expect(second.turns).toMatchObject([{ change: "ended", episode: { id: episode.id } }]);
});

test("StreamJudge keeps at most 1,500 bytes of a series", () => {
  expect(new FedSeries().judge.bytesPerSeries).toBeLessThanOrEqual(1_500);
});

test.each([
  { name: "at once", isPrompt: true },
  { name: "when all is over", isPrompt: false },
])(
  "StreamJudge tells the same of an outage later, $name, as when it had told it",
  ({ isPrompt }) => {
    const feedTo = (series: FedSeries, tell: () => void): void => {
      const calm = waves(31);
      series.feed(3 * dayMs, minuteMs, calm);
      for (let k = 0; k < 12; k++) {
        series.feed(minuteMs, minuteMs, (timeMs) => 4 * calm(timeMs));
        if (isPrompt) tell();
      }
      series.feed(9 * minuteMs, minuteMs, calm);
      tell();
    };
    const now = new FedSeries();
    feedTo(now, () => undefined);
    const later = new FedSeries({ stream: { tellsLater: true } });
    feedTo(later, () => {
      while (later.judge.tellNext(later.events));
    });
    expect(now.turns).toHaveLength(2);
    if (isPrompt) expect(later.events).toEqual(now.events);
    else {
      expect(later.turns.map(({ change }) => change)).toEqual(["started", "ended"]);
      const [, ended] = later.turns;
      const { checks, voteCount, sentence, ...facts } = now.turns[1]!.episode;
      expect(ended!.episode).toMatchObject(facts);
      expect([checks.length, sentence !== "", voteCount >= 0]).toEqual([9, true, true]);
    }
  },
);

test("StreamJudge says nothing of an anomaly whose series went before it was told", () => {
  const series = new FedSeries({ stream: { tellsLater: true } });
  const calm = waves(32);
  series.feed(3 * dayMs, minuteMs, calm);
  series.feed(5 * minuteMs, minuteMs, (timeMs) => 4 * calm(timeMs));
  expect(series.judge.untoldCount).toBe(1);
  expect(series.judge.untoldSinceMs).toBeGreaterThan(series.nowMs - 5 * minuteMs);
  series.judge.forget(0);
  expect(series.judge.tellNext(series.events)).toBe(true);
  expect(series.judge.tellNext(series.events)).toBe(false);
  expect(series.events).toEqual([]);
});

/** Traffic by day and week: Saturdays and Sundays have three quarters. */
function traffic(seed: number): (timeMs: number) => number {
  const calm = waves(seed, 4);
  return (timeMs) => calm(timeMs) * (Math.floor((timeMs - mondayMs) / dayMs) % 7 >= 5 ? 0.75 : 1);
}

test("StreamJudge takes a day of half the traffic for a holiday, and the days after it as ever", () => {
  const series = new FedSeries();
  const calm = traffic(12);
  series.feed(22 * dayMs, minuteMs, calm);
  const before = series.turns.length;
  series.feed(dayMs / 2, minuteMs, (timeMs) => 0.5 * calm(timeMs));
  const { expected } = series.judge.standingOf(0, series.nowMs / 1000);
  expect(expected!.source).toMatch(/^as on .*12:00 UTC, times 0\.\d\d$/);
  expect(expected!.center).toBeLessThan(70);
  series.feed(dayMs / 2, minuteMs, (timeMs) => 0.5 * calm(timeMs));
  series.feed(8 * dayMs, minuteMs, calm);
  expect(series.turns.slice(before)).toEqual([]);
  expect(series.judge.standingOf(0, series.nowMs / 1000).expected!.source).not.toMatch(/^as on/);
});

test("StreamJudge tells of an outage on a holiday, and of one at noon that halves the traffic", () => {
  for (const [factor, outage] of [
    [0.5, 0.05],
    [1, 0.4],
  ] as const) {
    const series = new FedSeries();
    const calm = traffic(13);
    series.feed(22 * dayMs, minuteMs, calm);
    const before = series.turns.length;
    series.feed(dayMs / 2, minuteMs, (timeMs) => factor * calm(timeMs));
    const outageMs = series.nowMs;
    series.feed(20 * minuteMs, minuteMs, (timeMs) => outage * calm(timeMs));
    expect(series.turns.slice(before)).toMatchObject([
      { change: "started", episode: { startedMs: outageMs } },
    ]);
    series.feed(dayMs / 2 - 20 * minuteMs, minuteMs, (timeMs) => factor * calm(timeMs));
    series.feed(2 * dayMs, minuteMs, calm);
    expect(series.turns.slice(before)).toHaveLength(2);
  }
});

test("StreamJudge keeps quiet about a weekly job at any minute of its hour", () => {
  const random = seededRandom(14);
  const told = [20, 40].map((startMinute) => {
    const series = new FedSeries();
    series.feed(50 * dayMs, 2 * minuteMs, (timeMs) => {
      const sinceMs = timeMs - mondayMs;
      const minute = Math.floor(sinceMs / minuteMs) % 10_080;
      const isJob = minute >= 150 + startMinute && minute < 200 + startMinute;
      return 15 * (isJob ? 4 : 1) * (1 + 0.06 * (random.next() + random.next() - 1));
    });
    return series.turns.filter(({ episode }) => episode.startedMs > mondayMs + 28 * dayMs).length;
  });
  expect(told).toEqual([0, 0]);
});

test("StreamJudge learns nothing of a holiday that is odd all day and never rare enough to be told", () => {
  const series = new FedSeries({ rules: [{ match: "web.*", leastScore: 0.99 }] });
  const calm = traffic(15);
  series.feed(22 * dayMs, minuteMs, calm);
  const expectedAtNoon = (): number =>
    series.judge.standingOf(0, (mondayMs + 29.5 * dayMs) / 1000).expected!.center;
  const before = expectedAtNoon();
  series.feed(dayMs, minuteMs, (timeMs) => 0.5 * calm(timeMs));
  series.feed(minuteMs, minuteMs, calm);
  expect(series.turns).toEqual([]);
  expect(Math.abs(expectedAtNoon() / before - 1)).toBeLessThan(0.06);
});
