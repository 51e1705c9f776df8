/**
 * Holt-Winters forecasting: level, slope and season, each followed by exponential smoothing; and the
 * bands in which the forecast expects the values.
 *
 * Source: Brutlag, "Aberrant Behavior Detection in Time Series for Network Monitoring" (LISA 2000), as
 * graphite-web 1.1.8 does it: alpha and gamma 0.1, beta 0.0035; a gap begins the level anew.
 */
import type { Call, GraphiteFunction } from "../call.ts";
import { GraphiteError } from "../errors.ts";
import { drawn, makeSeries, type Series, tagged } from "../series.ts";
import { parseTimeOffset } from "../at-time.ts";
import { define, optional, seriesList } from "./define.ts";
import { positiveInterval } from "./intervals.ts";

const alpha = 0.1;
const beta = 0.0035;
const gamma = 0.1;

const bootstrapInterval = optional("bootstrapInterval", "interval", {
  default: "7d",
  suggestions: ["7d", "30d"],
});
const seasonality = optional("seasonality", "interval", {
  default: "1d",
  suggestions: ["1d", "7d"],
});
const delta = optional("delta", "integer", { default: 3 });

interface Analysis {
  readonly predictions: Float64Array;
  readonly deviations: Float64Array;
}

function analyse({ values, step }: Series, seasonSeconds: number): Analysis {
  const seasonLength = Math.max(1, Math.floor(seasonSeconds / step));
  const length = values.length;
  const seasonals = new Float64Array(length + 1);
  const predictions = new Float64Array(length);
  const deviations = new Float64Array(length);
  let lastIntercept = NaN;
  let lastSlope = 0;
  let next = NaN;
  for (let i = 0; i < length; i++) {
    const actual = values[i]!;
    if (Number.isNaN(actual)) {
      predictions[i] = next;
      next = NaN;
      lastIntercept = NaN;
      lastSlope = 0;
      continue;
    }
    const level = Number.isNaN(lastIntercept) ? actual : lastIntercept;
    const prediction = i === 0 ? actual : next;
    const seasonal = i >= seasonLength ? seasonals[i - seasonLength]! : 0;
    const nextSeasonal = i + 1 >= seasonLength ? seasonals[i + 1 - seasonLength]! : 0;
    const lastDeviation = i >= seasonLength ? deviations[i - seasonLength]! : 0;
    const intercept = alpha * (actual - seasonal) + (1 - alpha) * (level + lastSlope);
    const slope = beta * (intercept - level) + (1 - beta) * lastSlope;
    seasonals[i] = gamma * (actual - intercept) + (1 - gamma) * seasonal;
    next = intercept + slope + nextSeasonal;
    const expected = Number.isNaN(prediction) ? 0 : prediction;
    predictions[i] = prediction;
    deviations[i] = gamma * Math.abs(actual - expected) + (1 - gamma) * lastDeviation;
    lastIntercept = intercept;
    lastSlope = slope;
  }
  return { predictions, deviations };
}

/** The series again with so much more in front, and their analysis without it. */
async function analysed(
  call: Call,
  bootstrapAt: number,
): Promise<readonly (Analysis & { readonly series: Series; readonly start: number })[]> {
  const preview = Math.abs(parseTimeOffset(call.text(bootstrapAt)));
  const season = positiveInterval(call.text(bootstrapAt + 1));
  const fromSeconds = call.scope.fromSeconds - preview;
  const list = await call.evaluator.again(call.scopeAt({ fromSeconds }));
  const found = [];
  for (const series of list) {
    const { predictions, deviations } = analyse(series, season);
    const cut = Math.floor(preview / series.step);
    found.push({
      series,
      start: series.start + preview,
      predictions: predictions.subarray(cut),
      deviations: deviations.subarray(cut),
    });
    await call.evaluator.budget.breathe();
  }
  return found;
}

function made(
  from: Series,
  kind: string,
  grid: { readonly start: number; readonly values: Float64Array; readonly end?: number },
): Series {
  const { step, xFilesFactor, tags, end } = from;
  const name = `${kind}(${from.name})`;
  return makeSeries({ end, ...grid, name, step, xFilesFactor, tags: new Map(tags).set(kind, "1") });
}

const holtWintersForecast = define(
  "holtWintersForecast",
  "Calculate",
  "What was to be expected from level, slope and season before.",
  [seriesList, bootstrapInterval, seasonality],
  async (call) => {
    const found = await analysed(call, 1);
    return found.map(({ series, start, predictions }) =>
      made(tagged(series, "holtWintersDeviation", "1"), "holtWintersForecast", {
        start,
        values: predictions,
      }),
    );
  },
);

const holtWintersConfidenceBands = define(
  "holtWintersConfidenceBands",
  "Calculate",
  "The lower and the upper bound of what was to be expected.",
  [seriesList, delta, bootstrapInterval, seasonality],
  (call) => bands(call),
);

/** The lower and the upper band of each series, in turn. */
async function bands(call: Call): Promise<Series[]> {
  const width = call.number(1);
  const found = await analysed(call, 2);
  return found.flatMap(({ series, start, predictions, deviations }) => {
    const marks = [
      "holtWintersForecast",
      "holtWintersDeviation",
      "holtWintersConfidenceUpper",
      "holtWintersConfidenceLower",
    ];
    const marked = marks.reduce((one, mark) => tagged(one, mark, "1"), series);
    const bound = (kind: string, sign: number): Series => {
      const values = predictions.map((value, i) => value + sign * width * (deviations[i] ?? NaN));
      const { pathExpression } = series;
      return { ...made(marked, kind, { start, values }), pathExpression };
    };
    return [bound("holtWintersConfidenceLower", -1), bound("holtWintersConfidenceUpper", 1)];
  });
}

const holtWintersConfidenceArea = define(
  "holtWintersConfidenceArea",
  "Calculate",
  "The area between both bounds of what was to be expected, of one series.",
  [seriesList, delta, bootstrapInterval, seasonality],
  async (call) => {
    const [lower, upper, ...others] = await bands(call);
    if (lower === undefined || upper === undefined) return [];
    if (others.length > 0) {
      throw new GraphiteError("bad-argument", "holtWintersConfidenceArea() takes one series.");
    }
    const name = `holtWintersConfidenceArea(${upper.pathExpression})`;
    const area = (series: Series): Series =>
      drawn(tagged({ ...series, name, pathExpression: name }, "holtWintersConfidenceArea", "1"), {
        isStacked: true,
      });
    return [drawn(area(lower), { isInvisible: true }), area(upper)];
  },
);

const holtWintersAberration = define(
  "holtWintersAberration",
  "Calculate",
  "How far each value lies outside of the bounds of what was to be expected.",
  [seriesList, delta, bootstrapInterval, seasonality],
  async (call) => {
    const byName = new Map((await bands(call)).map((band) => [band.name, band]));
    return await call.each(call.list(), (series) => {
      const lower = byName.get(`holtWintersConfidenceLower(${series.name})`)?.values;
      const upper = byName.get(`holtWintersConfidenceUpper(${series.name})`)?.values;
      const values = series.values.map((value, i) => {
        const above = value - (upper?.[i] ?? NaN);
        const below = value - (lower?.[i] ?? NaN);
        return above > 0 ? above : below < 0 ? below : 0;
      });
      return made(series, "holtWintersAberration", { start: series.start, values });
    });
  },
);

export const holtWintersFunctions: readonly GraphiteFunction[] = [
  holtWintersForecast,
  holtWintersConfidenceBands,
  holtWintersConfidenceArea,
  holtWintersAberration,
];
