import { expect, test } from "vitest";
import { finish } from "../../base/steps.ts";
import { seededRandom } from "../../base/random.ts";
import { RuleBook, type SampleColumns } from "../../model/index.ts";
import { Judge } from "../judge.ts";
import { Rehearsal } from "./rehearsal.ts";
import { encodeSeriesState, seriesStateBytesMax } from "./series-state.ts";
import type { StreamJudge } from "./stream-judge.ts";
import { dayMs, FedSeries, minuteMs, mondayMs } from "./stream.fixture.ts";

const stalePeriodMs = 500_000;
const untilMs = mondayMs + 15 * dayMs;

/** Two weeks and a day; Sundays have a third. */
function samples(): SampleColumns {
  const random = seededRandom(9);
  const length = 15 * 1440;
  const timesMs = Float64Array.from({ length }, (_, i) => mondayMs + i * minuteMs);
  const values = timesMs.map((timeMs) => {
    const isSunday = Math.floor((timeMs - mondayMs) / dayMs) % 7 === 6;
    const wave = 100 + 40 * Math.sin((2 * Math.PI * timeMs) / dayMs);
    return wave * (isSunday ? 0.33 : 1) * (1 + 0.05 * (random.next() - 0.5));
  });
  return { timesMs, values };
}

function part({ timesMs, values }: SampleColumns, from: number, until?: number): SampleColumns {
  return { timesMs: timesMs.slice(from, until), values: values.slice(from, until) };
}

function stateOf(judge: StreamJudge): Uint8Array {
  const bytes = new Uint8Array(seriesStateBytesMax);
  return bytes.subarray(0, encodeSeriesState(judge, 0, bytes));
}

/** A series that has judged the last day, by what it knew of before. */
function judged(day: SampleColumns, before?: SampleColumns): FedSeries {
  const series = new FedSeries({ startMs: day.timesMs[0]! });
  if (before !== undefined) finish(series.judge.learnHistory(0, before));
  series.feed(dayMs, minuteMs, (timeMs) => day.values[(timeMs - day.timesMs[0]!) / minuteMs]!);
  return series;
}

function rehearsal(): Rehearsal {
  const rules = new RuleBook([]);
  return new Rehearsal(new Judge(), { name: "web.latency", stated: 0, rules, stalePeriodMs });
}

test("Rehearsal gives a series exactly what it would have learned, had it begun with its weeks", () => {
  const all = samples();
  const weeks = part(all, 0, 14 * 1440);
  const day = part(all, 14 * 1440);
  const [taught, untaught] = [judged(day, weeks), judged(day)];
  expect(stateOf(untaught.judge)).not.toEqual(stateOf(taught.judge));
  const late = rehearsal();
  expect(finish(late.learn(weeks))).toBe(true);
  // In parts, as rows come while it is under way.
  finish(late.take(part(day, 0, 900)));
  expect(late.giveTo(untaught.judge, 0)).toBe(false);
  finish(late.take(day));
  expect(late.giveTo(untaught.judge, 0)).toBe(true);
  expect(stateOf(untaught.judge)).toEqual(stateOf(taught.judge));
  expect(untaught.judge.standingOf(0, untilMs / 1000).expected).toEqual(
    taught.judge.standingOf(0, untilMs / 1000).expected,
  );
});

test("Rehearsal leaves a series alone of which an anomaly is under way", () => {
  const all = samples();
  const series = judged(part(all, 14 * 1440));
  series.feed(20 * minuteMs, minuteMs, () => 900);
  expect(series.judge.isActive(0)).toBe(true);
  const before = stateOf(series.judge);
  const late = rehearsal();
  finish(late.learn(part(all, 0, 14 * 1440)));
  const timesMs = Float64Array.from({ length: 1460 }, (_, i) => untilMs - dayMs + i * minuteMs);
  finish(late.take({ timesMs, values: timesMs.map(() => 100) }));
  expect(late.giveTo(series.judge, 0)).toBe(false);
  expect(stateOf(series.judge)).toEqual(before);
});
