/**
 * Functions over a window that moves along: the values before a moment make the one there. Each reads
 * as much more in front of the range as its window is long.
 */
import { aggregateOf, average, count, hasEnough, medianOfSorted, present } from "../aggregates.ts";
import { parseTimeOffset } from "../at-time.ts";
import type { Call, GraphiteFunction } from "../call.ts";
import { GraphiteError } from "../errors.ts";
import { integerText, roundEven } from "../number-text.ts";
import { derived, type Series, tagged } from "../series.ts";
import { valueText } from "../values.ts";
import { define, optional, required, seriesList, windowSuggestions } from "./define.ts";

const windowSize = required("windowSize", "intOrInterval", { suggestions: windowSuggestions });
const xFilesFactor = optional("xFilesFactor", "float");

const movingWindow = define(
  "movingWindow",
  "Calculate",
  "A function of your choice over the values before each moment.",
  [seriesList, windowSize, optional("func", "aggFunc", { default: "average" }), xFilesFactor],
  (call) => moving(call, call.text(2), call.optionalNumber(3)),
);

const simple = [
  ["movingAverage", "average", "The average of the values before each moment."],
  ["movingMedian", "median", "The median of the values before each moment."],
  ["movingSum", "sum", "The sum of the values before each moment."],
  ["movingMin", "min", "The least of the values before each moment."],
  ["movingMax", "max", "The greatest of the values before each moment."],
] as const;

const simpleFunctions = simple.map(([name, aggregate, description]) =>
  define(name, "Calculate", description, [seriesList, windowSize, xFilesFactor], (call) =>
    moving(call, aggregate, call.optionalNumber(2)),
  ),
);

interface Window {
  readonly seconds: number;
  /** Whether it was given as a number of points. */
  readonly points: number | undefined;
  /** As it stands in names. */
  readonly shown: string;
  readonly text: string;
}

function windowOf(call: Call): Window {
  const value = call.value(1);
  const text = valueText(value);
  if (value.kind === "text") {
    const seconds = Math.abs(parseTimeOffset(value.text));
    return { seconds, points: undefined, shown: `"${text}"`, text };
  }
  const points = value.kind === "number" ? Math.trunc(value.value) : 0;
  if (points < 0) {
    throw new GraphiteError("bad-argument", `A window has at least 0 points; found ${points}.`);
  }
  let step = 0;
  for (const series of call.list()) step = Math.max(step, series.step);
  return { seconds: step * points, points, shown: text, text };
}

/** The series again, with the window's length in front of the range. */
async function withPreview(call: Call, { seconds }: Window): Promise<readonly Series[]> {
  const fromSeconds = call.scope.fromSeconds - seconds;
  return await call.evaluator.again(call.scopeAt({ fromSeconds }));
}

async function moving(
  call: Call,
  aggregateName: string,
  share: number | undefined,
): Promise<readonly Series[]> {
  if (call.list().length === 0) return [];
  const window = windowOf(call);
  const tag = `moving${aggregateName.charAt(0).toUpperCase()}${aggregateName.slice(1).toLowerCase()}`;
  aggregateOf(aggregateName);
  return await call.each(await withPreview(call, window), (series) => {
    const points = window.points ?? Math.floor(window.seconds / series.step);
    const enough = share ?? series.xFilesFactor;
    const values =
      aggregateName === "median"
        ? movingMedian(series.values, points, enough)
        : movingValues(series.values, points, enough, aggregateName);
    return derived(tagged(series, tag, window.text), {
      name: `${tag}(${series.name},${window.shown})`,
      start: series.start + window.seconds,
      values,
    });
  });
}

function movingValues(
  values: Float64Array,
  points: number,
  enough: number,
  aggregateName: string,
): Float64Array {
  const aggregate = aggregateOf(aggregateName);
  const result = new Float64Array(Math.max(0, values.length - points));
  for (let i = 0; i < result.length; i++) {
    const window = values.subarray(i, i + points);
    const found = count(window);
    if (!hasEnough(found, points, enough)) result[i] = NaN;
    else result[i] = aggregate(found === points ? window : present(window));
  }
  return result;
}

/** Keeps the window sorted: a value enters and one leaves, instead of sorting anew. */
function movingMedian(values: Float64Array, points: number, enough: number): Float64Array {
  const result = new Float64Array(Math.max(0, values.length - points));
  const sorted = new Float64Array(points + 1);
  let length = 0;
  function place(value: number): number {
    let low = 0;
    let high = length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
  function enter(value: number): void {
    if (Number.isNaN(value)) return;
    const at = place(value);
    sorted.copyWithin(at + 1, at, length);
    sorted[at] = value;
    length += 1;
  }
  function leave(value: number): void {
    if (Number.isNaN(value)) return;
    const at = place(value);
    sorted.copyWithin(at, at + 1, length);
    length -= 1;
  }
  for (let i = 0; i < Math.min(points, values.length); i++) enter(values[i]!);
  for (let i = 0; i < result.length; i++) {
    const isEnough = hasEnough(length, points, enough);
    result[i] = isEnough ? medianOfSorted(sorted.subarray(0, length)) : NaN;
    if (points > 0) {
      leave(values[i]!);
      enter(values[i + points]!);
    }
  }
  return result;
}

const exponentialMovingAverage = define(
  "exponentialMovingAverage",
  "Calculate",
  "An average in which newer values weigh more.",
  [seriesList, windowSize],
  async (call) => {
    if (call.list().length === 0) return [];
    const window = windowOf(call);
    const weight = 2 / ((window.points ?? window.seconds) + 1);
    return await call.each(await withPreview(call, window), (series) => {
      const points = window.points ?? Math.floor(window.seconds / series.step);
      const { values } = series;
      const first = average(values.subarray(0, points));
      let level = Number.isNaN(first) ? 0 : first;
      const result = new Float64Array(1 + Math.max(0, values.length - points));
      result[0] = roundEven(level, 6);
      for (let i = points; i < values.length; i++) {
        const value = values[i]!;
        if (!Number.isNaN(value)) level = weight * value + (1 - weight) * level;
        result[i - points + 1] = Number.isNaN(value) ? NaN : roundEven(level, 6);
      }
      return derived(tagged(series, "exponentialMovingAverage", window.text), {
        name: `exponentialMovingAverage(${series.name},${window.shown})`,
        start: series.start + window.seconds,
        values: result,
      });
    });
  },
);

const stdev = define(
  "stdev",
  "Calculate",
  "The standard deviation of so many values up to each moment.",
  [
    seriesList,
    required("points", "integer"),
    optional("windowTolerance", "float", { default: 0.1 }),
  ],
  (call) => {
    const points = call.number(1);
    if (points < 1) throw new GraphiteError("bad-argument", "stdev() takes at least one point.");
    return call.each(call.list(), (series) => {
      const name = `stdev(${series.name},${integerText(points)})`;
      const values = movingDeviation(series.values, points, call.number(2));
      return derived(tagged(series, "stdev", integerText(points)), { name, values });
    });
  },
);

/** By running sums, as graphite-web does it, so that the last digits are the same. */
function movingDeviation(values: Float64Array, points: number, tolerance: number): Float64Array {
  let present = 0;
  let total = 0;
  let squares = 0;
  return values.map((value, i) => {
    const dropped = i < points ? NaN : values[i - points]!;
    if (!Number.isNaN(dropped)) {
      present -= 1;
      total -= dropped;
      squares -= dropped * dropped;
    }
    if (!Number.isNaN(value)) {
      present += 1;
      total += value;
      squares += value * value;
    }
    if (present === 0 || present / points < tolerance) return NaN;
    return Math.sqrt(present * squares - total * total) / present;
  });
}

export const movingFunctions: readonly GraphiteFunction[] = [
  movingWindow,
  ...simpleFunctions,
  exponentialMovingAverage,
  stdev,
];
