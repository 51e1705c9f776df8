/**
 * The band in which a series was expected over a range of time: what the detector would have said before
 * each sample, from the history that is kept.
 *
 * The state of now has learned what came since, so it cannot say what was expected then. A detector of its
 * own is fed the samples before the range, at most so many, and then walks through it. In slices: the thread has
 * other work. Where the history that is left is shorter than what the series has been judged by, the band is a
 * little wider than the one that was in force; the range an episode keeps is the one that was.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { type Judge, StreamJudge } from "../analyzer/index.ts";
import type { BandColumns, RuleBook, SeriesStore, Standing, TimeRange } from "../model/index.ts";

const dayMs = 86_400_000;
/** Two weeks teach a day's profile and a week's. */
const leadMs = 15 * dayMs;
const rowCountMax = 40_000;
const rowsPerSlice = 1_000;

/** @returns undefined where the series is unknown */
export async function replayBand(
  parts: {
    readonly store: SeriesStore;
    readonly judge: Judge;
    readonly rules: RuleBook;
    /** What senders state of a series, see model/stated-type.ts. */
    readonly statedOf: (name: string) => number;
  },
  asked: { readonly name: string; readonly range: TimeRange; readonly pointCountMax: number },
): Promise<BandColumns | undefined> {
  const { name, range, pointCountMax } = asked;
  const samples = await parts.store.read(name, {
    fromMs: range.fromMs - leadMs,
    untilMs: range.untilMs,
  });
  if (samples === undefined) return undefined;
  const { timesMs, values } = samples;
  // The answer to "what is abnormal" is not asked for here: no episode ever looks into the window.
  const none = new Float64Array(0);
  const noWindow = { timesMs: none, values: none, copy: () => 0, name: () => name };
  const stream = new StreamJudge(noWindow, parts.judge, {
    activeCountMax: 1,
    stalePeriodMs: Infinity,
  });
  stream.useRules(parts.rules);
  stream.state(0, parts.statedOf(name));
  const first = Math.max(0, timesMs.length - rowCountMax);
  const inRange = timesMs.length - timesMs.findIndex((timeMs) => timeMs >= range.fromMs);
  const stride = Math.max(1, Math.ceil(inRange / pointCountMax));
  const columns: Growing = { timesMs: [], lower: [], upper: [], isCounter: false };
  let countInRange = 0;
  for (let i = first; i < timesMs.length; i++) {
    const timeMs = timesMs[i]!;
    if (timeMs >= range.fromMs && countInRange++ % stride === 0) {
      addPoint(columns, stream.standingOf(0, timeMs / 1000), timeMs, {
        timeMs: timesMs[i - 1] ?? timeMs,
        value: values[i - 1] ?? 0,
      });
    }
    stream.take(0, timeMs, values[i]!, timeMs);
    if ((i - first) % rowsPerSlice === rowsPerSlice - 1) await nextTurn();
  }
  return {
    timesMs: Float64Array.from(columns.timesMs),
    lower: Float64Array.from(columns.lower),
    upper: Float64Array.from(columns.upper),
  };
}

interface Growing {
  readonly timesMs: number[];
  readonly lower: number[];
  readonly upper: number[];
  isCounter: boolean;
}

/** Nothing while the series is learned; of a counter, where its next value was to lie. */
function addPoint(
  columns: Growing,
  standing: Standing,
  timeMs: number,
  before: { readonly timeMs: number; readonly value: number },
): void {
  if (standing.learning !== null || standing.expected === null) return;
  const { lower, upper } = standing.expected;
  const isCounter = standing.nature === "counter";
  if (isCounter && !columns.isCounter) {
    // What was expected of it before it was known to count is no band of what it is.
    columns.isCounter = true;
    for (const column of [columns.timesMs, columns.lower, columns.upper]) column.length = 0;
  }
  const seconds = (timeMs - before.timeMs) / 1000;
  columns.timesMs.push(timeMs);
  columns.lower.push(isCounter ? before.value + lower * seconds : lower);
  columns.upper.push(isCounter ? before.value + upper * seconds : upper);
}
