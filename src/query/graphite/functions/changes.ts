/** Functions of neighbouring values: differences, rates, sums so far, gaps filled. */
import type { Call, GraphiteFunction } from "../call.ts";
import { parseTimeOffset } from "../at-time.ts";
import { roundEven } from "../number-text.ts";
import { copyOf, derived, renamed, type Series, tagged } from "../series.ts";
import { define, optional, required, seriesList } from "./define.ts";
import { positiveInterval } from "./intervals.ts";

const derivative = define(
  "derivative",
  "Transform",
  "The difference to the value before.",
  [seriesList],
  (call) =>
    call.each(call.list(), (series) => {
      const { values } = series;
      const changed = values.map((value, i) => value - (values[i - 1] ?? NaN));
      return transformed(series, "derivative", changed);
    }),
);

function transformed(series: Series, name: string, values: Float64Array): Series {
  return derived(tagged(series, name, "1"), { name: `${name}(${series.name})`, values });
}

const counterLimits = [
  seriesList,
  optional("maxValue", "float"),
  optional("minValue", "float"),
] as const;

const nonNegativeDerivative = define(
  "nonNegativeDerivative",
  "Transform",
  "The growth of a counter: the difference to the value before, null where it fell.",
  counterLimits,
  (call) =>
    call.each(call.list(), (series) =>
      transformed(series, "nonNegativeDerivative", growth(call, series.values)),
    ),
);

const perSecond = define(
  "perSecond",
  "Transform",
  "The growth of a counter in each second.",
  counterLimits,
  (call) =>
    call.each(call.list(), (series) => {
      const { step } = series;
      const rates = growth(call, series.values).map((value) => roundEven(value / step, 6));
      return transformed(series, "perSecond", rates);
    }),
);

/** A counter that has a greatest value goes on from the least one when it has passed it. */
function growth(call: Call, values: Float64Array): Float64Array {
  const maxValue = call.optionalNumber(1);
  const minValue = call.optionalNumber(2);
  let previous = NaN;
  return values.map((value) => {
    const before = previous;
    previous = value;
    if (
      (maxValue !== undefined && value > maxValue) ||
      (minValue !== undefined && value < minValue)
    ) {
      previous = NaN;
      return NaN;
    }
    if (Number.isNaN(before) || Number.isNaN(value)) return NaN;
    if (value >= before) return value - before;
    if (maxValue !== undefined) return maxValue + 1 + value - before - (minValue ?? 0);
    return minValue === undefined ? NaN : value - minValue;
  });
}

const integral = define(
  "integral",
  "Transform",
  "The sum of all values so far.",
  [seriesList],
  (call) =>
    call.each(call.list(), (series) => {
      let total = 0;
      const totals = series.values.map((value) => {
        if (Number.isNaN(value)) return NaN;
        total += value;
        return total;
      });
      return transformed(series, "integral", totals);
    }),
);

const integralByInterval = define(
  "integralByInterval",
  "Transform",
  "The sum of all values so far in each interval, counted from the beginning of the request.",
  [seriesList, required("intervalUnit", "string")],
  (call) => {
    const text = call.text(1);
    const interval = positiveInterval(text, Math.abs(parseTimeOffset(text)));
    const { fromSeconds } = call.scope;
    return call.each(call.list(), (series) => {
      const { start, step } = series;
      let total = 0;
      const totals = series.values.map((value, i) => {
        const sinceStart = start + i * step - fromSeconds;
        const isNew =
          Math.floor(sinceStart / interval) !== Math.floor((sinceStart - step) / interval);
        if (isNew) total = 0;
        if (!Number.isNaN(value)) total += value;
        return total;
      });
      return derived(tagged(series, "integralByInterval", text), {
        name: `integralByInterval(${series.name},'${text}')`,
        values: totals,
      });
    });
  },
);

const delay = define(
  "delay",
  "Transform",
  "Moves values to later steps; to earlier ones where the number is negative.",
  [seriesList, required("steps", "integer")],
  (call) => {
    const steps = call.number(1);
    return call.each(call.list(), (series) => {
      const { values } = series;
      // No step at all leaves nothing, as in graphite-web.
      const moved =
        steps === 0 ? new Float64Array(0) : values.map((_, i) => values[i - steps] ?? NaN);
      const name = `delay(${series.name},${steps})`;
      return derived(tagged(series, "delay", String(steps)), { name, values: moved });
    });
  },
);

const changed = define(
  "changed",
  "Special",
  "1 where the value differs from the one before, else 0.",
  [seriesList],
  (call) =>
    call.each(call.list(), (series) => {
      let previous = NaN;
      const marks = series.values.map((value) => {
        if (Number.isNaN(previous)) {
          previous = value;
          return 0;
        }
        if (Number.isNaN(value) || value === previous) return 0;
        previous = value;
        return 1;
      });
      return renamed(series, `changed(${series.name})`, marks);
    }),
);

const gapLimit = optional("limit", "intOrInf", { default: Infinity });

const keepLastValue = define(
  "keepLastValue",
  "Transform",
  "Fills gaps of at most so many steps with the value before.",
  [seriesList, gapLimit],
  (call) =>
    call.each(call.list(), (series) => {
      const values = fillGaps(series.values, call.number(1), (before) => before, true);
      return renamed(series, `keepLastValue(${series.name})`, values);
    }),
);

const interpolate = define(
  "interpolate",
  "Transform",
  "Fills gaps of at most so many steps with a straight line.",
  [seriesList, gapLimit],
  (call) =>
    call.each(call.list(), (series) => {
      const line = (before: number, after: number, at: number, count: number): number =>
        before + (at * (after - before)) / (count + 1);
      const values = fillGaps(series.values, call.number(1), line, false);
      return renamed(series, `interpolate(${series.name})`, values);
    }),
);

/**
 * @param make   from the values at both sides of a gap, the place in it counted from 1, and its length
 * @param atEnd  whether the gap at the end is filled too
 */
function fillGaps(
  values: Float64Array,
  limit: number,
  make: (before: number, after: number, at: number, count: number) => number,
  atEnd: boolean,
): Float64Array {
  const filled = copyOf(values);
  let lastAt = -1;
  for (let i = 0; i <= values.length; i++) {
    const isEnd = i === values.length;
    if (isEnd ? !atEnd : Number.isNaN(values[i])) continue;
    const count = i - lastAt - 1;
    if (lastAt >= 0 && count > 0 && count <= limit) {
      const before = values[lastAt]!;
      const after = isEnd ? NaN : values[i]!;
      for (let at = 1; at <= count; at++) filled[lastAt + at] = make(before, after, at, count);
    }
    lastAt = i;
  }
  return filled;
}

export const changeFunctions: readonly GraphiteFunction[] = [
  derivative,
  nonNegativeDerivative,
  perSecond,
  integral,
  integralByInterval,
  delay,
  changed,
  keepLastValue,
  interpolate,
];
