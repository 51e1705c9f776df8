/** Functions that say how series are drawn. */
import { parseAtTime } from "../at-time.ts";
import type { Call, GraphiteFunction } from "../call.ts";
import { GraphiteError } from "../errors.ts";
import { floatText, generalText } from "../number-text.ts";
import { derived, drawn, type Drawing, makeSeries, type Series, tagged } from "../series.ts";
import { constantLine } from "./constant.ts";
import { define, optional, required, seriesList } from "./define.ts";

function drawEach(call: Call, drawing: Drawing): readonly Series[] {
  return call.list().map((series) => drawn(series, drawing));
}

const alpha = define(
  "alpha",
  "Graph",
  "How opaque the series is drawn, 0 to 1.",
  [seriesList, required("alpha", "float")],
  (call) => drawEach(call, { alpha: call.number(1) }),
);

const color = define(
  "color",
  "Graph",
  "The colour of the series.",
  [seriesList, required("theColor", "string")],
  (call) => drawEach(call, { color: call.text(1) }),
);

const lineWidth = define(
  "lineWidth",
  "Graph",
  "The width of the line, in pixels.",
  [seriesList, required("width", "float")],
  (call) => drawEach(call, { lineWidth: call.number(1) }),
);

const dashed = define(
  "dashed",
  "Graph",
  "A dashed line.",
  [seriesList, optional("dashLength", "integer", { default: 5 })],
  (call) => {
    const length = call.number(1);
    return drawEach(call, { dashed: length }).map((series) => ({
      ...tagged(series, "dashed", String(length)),
      name: `dashed(${series.name}, ${generalText(length)})`,
    }));
  },
);

const secondYAxis = define(
  "secondYAxis",
  "Graph",
  "Drawn against an axis of its own, on the right.",
  [seriesList],
  (call) =>
    drawEach(call, { isOnSecondAxis: true }).map((series) => ({
      ...tagged(series, "secondYAxis", "1"),
      name: `secondYAxis(${series.name})`,
    })),
);

const drawAsInfinite = define(
  "drawAsInfinite",
  "Graph",
  "A vertical line wherever there is a value other than 0.",
  [seriesList],
  (call) =>
    drawEach(call, { isInfinite: true }).map((series) => ({
      ...tagged(series, "drawAsInfinite", "1"),
      name: `drawAsInfinite(${series.name})`,
    })),
);

const ownStack = "__DEFAULT__";

const stacked = define(
  "stacked",
  "Graph",
  "Each series stands upon those before it.",
  [seriesList, optional("stack", "string", { default: ownStack })],
  (call) => {
    const stackName = call.text(1);
    const totals = call.evaluator.stackOf(stackName);
    return call.each(call.list(), (series) => {
      const values = series.values.map((value, i) => {
        totals[i] ??= 0;
        if (Number.isNaN(value)) return NaN;
        totals[i] += value;
        return totals[i];
      });
      const isOwn = stackName === ownStack;
      const name = isOwn ? `stacked(${series.name})` : series.name;
      const marked = isOwn ? tagged(series, "stacked", stackName) : series;
      return drawn(derived(marked, { name, values }), { isStacked: true });
    });
  },
);

const areaBetween = define(
  "areaBetween",
  "Graph",
  "The area between two series.",
  [seriesList],
  (call) => {
    const [lower, upper, ...others] = call.list();
    if (lower === undefined || upper === undefined || others.length > 0) {
      throw new GraphiteError("bad-argument", "areaBetween() takes exactly two series.");
    }
    const marked = tagged(upper, "areaBetween", "1");
    const name = `areaBetween(${upper.pathExpression})`;
    const { tags } = marked;
    return [
      drawn({ ...lower, name, tags }, { isStacked: true, isInvisible: true }),
      drawn({ ...marked, name }, { isStacked: true }),
    ];
  },
);

const label = optional("label", "string");
const lineColor = optional("color", "string");

const threshold = define(
  "threshold",
  "Graph",
  "A line at one height.",
  [required("value", "float"), label, lineColor],
  (call) => {
    const value = call.number(0);
    const line = constantLine(call, value, floatText(value));
    const named = call.optionalText(1) ?? "";
    return [coloured(call, named === "" ? line : { ...line, name: named })];
  },
);

function coloured(call: Call, series: Series): Series {
  const given = call.optionalText(2) ?? "";
  return given === "" ? series : drawn(series, { color: given });
}

const constant = define(
  "constantLine",
  "Special",
  "A line at one height.",
  [required("value", "float")],
  (call) => [constantLine(call, call.number(0), floatText(call.number(0)))],
);

const verticalLine = define(
  "verticalLine",
  "Graph",
  "A vertical line at one moment of the range.",
  [required("ts", "date"), label, lineColor],
  (call) => {
    const moment = parseAtTime(call.text(0), call.evaluator);
    const { fromSeconds, untilSeconds, xFilesFactor } = call.scope;
    if (moment < fromSeconds || moment > untilSeconds) {
      const side = moment < fromSeconds ? "before the beginning" : "after the end";
      throw new GraphiteError(
        "bad-argument",
        `verticalLine() at ${moment} lies ${side} of the range.`,
      );
    }
    const series = makeSeries({
      name: call.optionalText(1) ?? "",
      start: moment,
      end: moment,
      step: 1,
      values: Float64Array.of(1, 1),
      xFilesFactor,
    });
    return [coloured(call, drawn(series, { isInfinite: true }))];
  },
);

export const drawingFunctions: readonly GraphiteFunction[] = [
  alpha,
  color,
  lineWidth,
  dashed,
  secondYAxis,
  drawAsInfinite,
  stacked,
  areaBetween,
  threshold,
  constant,
  verticalLine,
];
