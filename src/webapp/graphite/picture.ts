/**
 * /render as a picture: Graphite's parameters of a graph, and its series, as our own description of one.
 *
 * Source: the manual, "The Render URL API: Graph Parameters". Taken are width, height, margin, template,
 * title, vtitle, bgcolor, fgcolor, majorGridLineColor, minorGridLineColor, colorList, fontSize, lineMode,
 * lineWidth, areaMode, areaAlpha, min, max, yMin, yMax, drawNullAsZero, hideLegend, hideAxes, hideGrid and
 * graphOnly; others are passed over.
 */
import {
  type AreaMode,
  type Color,
  drawGraph,
  type GraphLine,
  type GraphOptions,
  graphSideMax,
  graphTheme,
  type LineMode,
  parseColor,
} from "../../graph/index.ts";
import {
  GraphiteError,
  pointsWithin,
  type RenderRequest,
  type Series,
} from "../../query/graphite/index.ts";
import { quoted } from "../fault.ts";
import { lastOf } from "./parameters.ts";

/** So that a picture takes a fraction of a second to make. */
const pixelCountMax = 4_000_000;
/** Beyond it the legend is left out unless asked for, as graphite-web does. */
const legendCountMax = 10;

/** @throws GraphiteError  for a picture too large */
export function pictureOf(
  list: readonly Series[],
  { query }: RenderRequest,
  given: URLSearchParams,
): string {
  const { fromSeconds, untilSeconds, zone } = query;
  const width = size(given, "width", 330);
  const height = size(given, "height", 250);
  if (width * height > pixelCountMax) {
    throw new GraphiteError(
      "too-much",
      `A picture of ${width} x ${height} is too large; at most ${pixelCountMax} pixels are drawn.`,
    );
  }
  const isGraphOnly = flag(given, "graphOnly");
  const theme = graphTheme(
    ["plain", "summary"].includes(lastOf(given, "template")) ? "plain" : "dark",
  );
  const options: GraphOptions = {
    width,
    height,
    margin: isGraphOnly ? 0 : Math.min(number(given, "margin") ?? 10, width / 4, height / 4),
    fontSize: Math.max(4, Math.min(60, number(given, "fontSize") ?? 10)),
    title: isGraphOnly ? "" : lastOf(given, "title").slice(0, 500),
    verticalTitle: isGraphOnly ? "" : lastOf(given, "vtitle").slice(0, 500),
    background: color(given, "bgcolor") ?? theme.background,
    foreground: color(given, "fgcolor") ?? theme.foreground,
    majorGrid: color(given, "majorGridLineColor") ?? theme.majorGrid,
    minorGrid: color(given, "minorGridLineColor") ?? theme.minorGrid,
    colors: colorList(lastOf(given, "colorList")) ?? theme.colors,
    lineMode: choice<LineMode>(given, "lineMode", ["slope", "connected", "staircase"]),
    lineWidth: Math.max(0, Math.min(50, number(given, "lineWidth") ?? 1.2)),
    areaMode: choice<AreaMode>(given, "areaMode", ["none", "first", "all", "stacked"]),
    areaAlpha: Math.max(0, Math.min(1, number(given, "areaAlpha") ?? 1)),
    min: number(given, "yMin") ?? number(given, "min"),
    max: number(given, "yMax") ?? number(given, "max"),
    isNullZero: flag(given, "drawNullAsZero"),
    hasLegend: !isGraphOnly && !(hidden(given, "hideLegend") ?? list.length > legendCountMax),
    hasAxes: !isGraphOnly && !flag(given, "hideAxes"),
    hasGrid: !isGraphOnly && !flag(given, "hideGrid"),
    fromSeconds,
    untilSeconds,
    zone,
  };
  return drawGraph(
    list.map((series) => lineOf(series, width)),
    options,
  );
}

/** No more points than the picture is wide. */
function lineOf(series: Series, width: number): GraphLine {
  const points = pointsWithin(series, width, Math.max(1, series.end - series.start));
  const { drawing, name } = series;
  return {
    name,
    ...points,
    color: parseColor(drawing.color ?? ""),
    alpha: drawing.alpha,
    lineWidth: drawing.lineWidth,
    dashed: drawing.dashed,
    isStacked: drawing.isStacked,
    isInvisible: drawing.isInvisible,
    isOnSecondAxis: drawing.isOnSecondAxis,
    isInfinite: drawing.isInfinite,
  };
}

function size(given: URLSearchParams, name: string, fallback: number): number {
  const found = number(given, name) ?? fallback;
  if (found >= 1 && found <= graphSideMax) return Math.round(found);
  throw new GraphiteError("bad-parameter", `${name} goes from 1 to ${graphSideMax}.`);
}

/** As for graphite-web, what is no number is as if it were not there. */
function number(given: URLSearchParams, name: string): number | undefined {
  const text = lastOf(given, name);
  return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text) ? Number(text) : undefined;
}

function hidden(given: URLSearchParams, name: string): boolean | undefined {
  const text = lastOf(given, name).toLowerCase();
  return text === "" ? undefined : text === "true" || text === "1";
}

function flag(given: URLSearchParams, name: string): boolean {
  return hidden(given, name) ?? false;
}

function choice<Choice extends string>(
  given: URLSearchParams,
  name: string,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  return choices.find((one) => one === lastOf(given, name)) ?? choices[0];
}

function color(given: URLSearchParams, name: string): Color | undefined {
  const text = lastOf(given, name);
  if (text === "") return undefined;
  const found = parseColor(text);
  if (found !== undefined) return found;
  throw new GraphiteError(
    "bad-parameter",
    `${name} is ${quoted(text)}, which is no colour such as red or 6464ff.`,
  );
}

function colorList(text: string): readonly Color[] | undefined {
  const found = text.split(",").flatMap((one) => parseColor(one) ?? []);
  return found.length === 0 ? undefined : found;
}
