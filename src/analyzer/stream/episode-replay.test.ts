import { expect, test } from "vitest";
import { finish } from "../../base/steps.ts";
import { seededRandom } from "../../base/random.ts";
import { wallTime } from "../../base/time-zone.ts";
import { readRules, type Rule, RuleBook } from "../../model/index.ts";
import { Judge } from "../judge.ts";
import { replayEpisodes } from "./episode-replay.ts";
import { dayMs, FedSeries, hourMs, minuteMs, mondayMs } from "./stream.fixture.ts";

/** Three days with an outage each noon, twice as long every day. */
function outages(): { timesMs: Float64Array<ArrayBuffer>; values: Float64Array<ArrayBuffer> } {
  const random = seededRandom(5);
  const count = (4 * dayMs) / minuteMs;
  const timesMs = Float64Array.from({ length: count }, (_, i) => mondayMs + i * minuteMs);
  const values = timesMs.map((timeMs) => {
    const day = Math.floor((timeMs - mondayMs) / dayMs);
    const sinceMs = (timeMs - mondayMs) % dayMs;
    const startMs = (6 + 5 * day) * hourMs;
    const isOut = day > 0 && sinceMs >= startMs && sinceMs < startMs + 8 * 2 ** day * minuteMs;
    return 100 + 4 * random.next() + (isOut ? 150 : 0);
  });
  return { timesMs, values };
}

function replay(rules: readonly Rule[], range = { fromMs: mondayMs, untilMs: Infinity }) {
  return finish(
    replayEpisodes(
      {
        ...{ name: "web.latency", samples: outages(), stated: 0, range, stalePeriodMs: 500_000 },
        rules: new RuleBook(rules),
      },
      new Judge(),
    ),
  );
}

test("replayEpisodes finds what a judge that was fed sample by sample told", () => {
  const fed = new FedSeries();
  const { timesMs, values } = outages();
  fed.feed(
    timesMs.length * minuteMs,
    minuteMs,
    (timeMs) => values[(timeMs - mondayMs) / minuteMs]!,
  );
  const ended = fed.turns.filter(({ change }) => change === "ended").map(({ episode }) => episode);
  expect(ended.length).toBe(3);
  const facts = replay([]).map(({ id, startedMs, endedMs, why }) => ({
    id,
    startedMs,
    endedMs,
    why,
  }));
  expect(facts).toEqual(
    ended.map(({ id, startedMs, endedMs, why }) => ({ id, startedMs, endedMs, why })),
  );
});

test("replayEpisodes leaves out what the rules leave out, and what was over before the range", () => {
  const rule = { match: "web.*", leastDurationMs: 20 * minuteMs };
  expect(replay([rule]).map(({ startedMs }) => startedMs)).toEqual(
    replay([])
      .map(({ startedMs }) => startedMs)
      .slice(1),
  );
  expect(replay([{ match: "*", isIgnored: true }])).toEqual([]);
  const range = { fromMs: mondayMs + 3 * dayMs, untilMs: mondayMs + 4 * dayMs };
  expect(replay([], range)).toHaveLength(1);
});

test("replayEpisodes leaves out what a calendar leaves out, that day alone", () => {
  const all = replay([]).map(({ startedMs }) => startedMs);
  const day = (all[1]! - (all[1]! % dayMs)) / dayMs;
  const wall = wallTime(day * 86_400);
  const date = [wall.month, wall.day].map((part) => String(part).padStart(2, "0")).join("-");
  const reading = readRules([{ match: "web.*", when: { dates: [date] }, ignore: true }]);
  if (!reading.ok) throw new Error(reading.fault);
  expect(replay(reading.rules).map(({ startedMs }) => startedMs)).toEqual([all[0], all[2]]);
});
