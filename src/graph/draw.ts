/**
 * Draws a graph of time series as SVG: lines and areas, two axes of values, the axis of time, a title and
 * a legend. Text in, text out; names from outside are escaped, so that the picture holds no markup but ours.
 */
import { assert } from "../base/assert.ts";
import type { Color } from "./color.ts";
import type { GraphLine, GraphOptions } from "./describe.ts";
import { paint, type Painted, type Plane } from "./lines.ts";
import { drawLegend, legendHeight } from "./legend.ts";
import { element, escaped, textWidth } from "./svg.ts";
import { timeTicks } from "./time-axis.ts";
import { makeValueAxis, type ValueAxis } from "./value-axis.ts";

export const graphSideMax = 4000;

/** @returns an SVG document */
export function drawGraph(lines: readonly GraphLine[], options: GraphOptions): string {
  const { width, height, margin, background, foreground, fontSize } = options;
  assert(width >= 1 && width <= graphSideMax, "a graph has a width in pixels");
  assert(height >= 1 && height <= graphSideMax, "a graph has a height in pixels");
  const painted = paintedLines(lines, options);
  const isEmpty = !painted.some(({ values }) => values.some((value) => Number.isFinite(value)));
  const named = lines.filter(({ isInvisible }) => isInvisible !== true);
  const legend = options.hasLegend ? legendHeight(named, options) : 0;
  const top = margin + (options.title === "" ? 0 : fontSize * 2);
  const bottom = Math.max(
    top + 1,
    height - margin - legend - (options.hasAxes ? fontSize * 1.8 : 0),
  );

  const left = axisOf(painted, options, false, bottom - top);
  const right = axisOf(painted, options, true, bottom - top);
  const leftWidth = options.hasAxes && left !== undefined ? labelWidth(left, fontSize) : 0;
  const rightWidth = options.hasAxes && right !== undefined ? labelWidth(right, fontSize) : 0;
  const titleWidth = options.verticalTitle === "" ? 0 : fontSize * 1.6;
  const frame = {
    left: margin + titleWidth + leftWidth,
    top,
    right: Math.max(margin + titleWidth + leftWidth + 1, width - margin - rightWidth),
    bottom,
  };
  const pieces: string[] = [
    element("rect", { width, height, fill: background.rgb, "fill-opacity": background.opacity }),
  ];
  const leftPlane = planeOf(frame, left, options);
  if (options.title !== "") {
    pieces.push(
      text(options.title, width / 2, margin + fontSize * 1.1, options, {
        size: fontSize * 1.3,
        anchor: "middle",
      }),
    );
  }
  if (options.verticalTitle !== "") {
    const x = margin + fontSize;
    const y = (top + bottom) / 2;
    pieces.push(
      element(
        "g",
        { transform: `translate(${Math.round(x)} ${Math.round(y)}) rotate(-90)` },
        text(options.verticalTitle, 0, 0, options, { anchor: "middle" }),
      ),
    );
  }
  pieces.push(drawTimeAxis(leftPlane, options));
  if (left !== undefined) pieces.push(drawValueAxis(left, leftPlane, options, "left"));
  if (right !== undefined) {
    pieces.push(drawValueAxis(right, planeOf(frame, right, options), options, "right"));
  }
  const rightPlane = planeOf(frame, right ?? left, options);
  const drawn = painted
    .map((one) => paint(one, one.line.isOnSecondAxis === true ? rightPlane : leftPlane, options))
    .join("");
  if (drawn !== "") pieces.push(element("g", { "clip-path": "url(#plot)" }, drawn));
  if (isEmpty) {
    const centre = (frame.left + frame.right) / 2;
    pieces.push(
      text("No Data", centre, (top + bottom) / 2, options, {
        size: fontSize * 1.6,
        anchor: "middle",
      }),
    );
  }
  if (options.hasLegend) {
    const entries = painted
      .filter(({ line }) => line.isInvisible !== true)
      .map(({ line, stroke }) => ({ name: line.name, stroke }));
    pieces.push(drawLegend(entries, height - margin - legend, options, foreground.rgb));
  }
  const clip = element(
    "defs",
    {},
    element(
      "clipPath",
      { id: "plot" },
      element("rect", {
        x: frame.left,
        y: frame.top,
        width: frame.right - frame.left,
        height: frame.bottom - frame.top,
      }),
    ),
  );
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      "font-family": "DejaVu Sans, Verdana, sans-serif",
      "font-size": fontSize,
    },
    clip + pieces.join(""),
  );
}

/** Stacks are drawn first, since what lies upon them is seen. */
function paintedLines(lines: readonly GraphLine[], options: GraphOptions): Painted[] {
  const { areaMode, areaAlpha, colors } = options;
  let colorAt = 0;
  const nextColor = (): Color => {
    const color = colors[colorAt % Math.max(1, colors.length)] ?? options.foreground;
    colorAt += 1;
    return color;
  };
  let before: Float64Array | undefined;
  const painted = lines.map((line, i): Painted => {
    const color = line.color ?? (line.isInvisible === true ? options.foreground : nextColor());
    const opacity = line.alpha ?? color.opacity;
    const isOfGraph = areaMode === "stacked" && line.isInfinite !== true;
    const isStacked = line.isStacked === true || isOfGraph;
    const isArea = isStacked || areaMode === "all" || (areaMode === "first" && i === 0);
    const values = isOfGraph && line.isStacked !== true ? upon(before, line.values) : line.values;
    const floor = isArea ? (isStacked ? (before ?? 0) : 0) : undefined;
    if (isStacked) before = values;
    return {
      line,
      stroke: color.rgb,
      opacity: isStacked ? 0 : opacity,
      values,
      floor,
      areaOpacity: line.alpha ?? areaAlpha,
    };
  });
  const isInStack = ({ line }: Painted): boolean => line.isStacked === true;
  return [...painted.filter(isInStack), ...painted.filter((one) => !isInStack(one))];
}

function upon(before: Float64Array | undefined, values: Float64Array): Float64Array {
  if (before === undefined) return values;
  return values.map((value, i) => {
    const below = before[i] ?? NaN;
    return value + (Number.isNaN(below) ? 0 : below);
  });
}

function axisOf(
  painted: readonly Painted[],
  options: GraphOptions,
  isSecond: boolean,
  pixels: number,
): ValueAxis | undefined {
  const own = painted.filter(({ line }) => (line.isOnSecondAxis === true) === isSecond);
  if (isSecond && own.length === 0) return undefined;
  let min = Infinity;
  let max = -Infinity;
  for (const { line, values, floor } of own) {
    if (line.isInfinite === true || line.isInvisible === true) continue;
    for (const value of values) {
      if (!Number.isFinite(value)) continue;
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
    // An area stands on the ground: that has to be seen.
    if (floor === 0 && min > 0 && min < Infinity) min = 0;
  }
  if (options.isNullZero) [min, max] = [Math.min(min, 0), Math.max(max, 0)];
  const tickCount = Math.max(1, Math.floor(pixels / (options.fontSize * 3.5)));
  return makeValueAxis(min, max, { min: options.min, max: options.max, tickCount });
}

function labelWidth({ ticks, label }: ValueAxis, fontSize: number): number {
  return Math.max(0, ...ticks.map((value) => textWidth(label(value), fontSize))) + 6;
}

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function planeOf(frame: Frame, axis: ValueAxis | undefined, options: GraphOptions): Plane {
  const { left, top, right, bottom } = frame;
  const seconds = Math.max(1, options.untilSeconds - options.fromSeconds);
  const min = axis?.min ?? 0;
  const span = (axis?.max ?? 1) - min;
  return {
    ...frame,
    x: (moment) => left + ((moment - options.fromSeconds) / seconds) * (right - left),
    // What lies far outside is cut off by the frame; a renderer need not cope with it.
    y: (value) => {
      const y = bottom - ((value - min) / span) * (bottom - top);
      return Math.max(-1e5, Math.min(1e5, y));
    },
  };
}

function drawTimeAxis(plane: Plane, options: GraphOptions): string {
  const { fontSize, majorGrid } = options;
  const room = Math.max(1, Math.floor((plane.right - plane.left) / (fontSize * 7)));
  return timeTicks(options, room, options.zone)
    .map(({ seconds, label }) => {
      const x = plane.x(seconds);
      const line = options.hasGrid ? gridLine(x, plane.top, x, plane.bottom, majorGrid) : "";
      if (!options.hasAxes) return line;
      const isAtEdge = x + textWidth(label, fontSize) / 2 > options.width;
      const y = plane.bottom + fontSize * 1.4;
      if (isAtEdge) return line + text(label, options.width - 2, y, options, { anchor: "end" });
      return line + text(label, x, y, options, { anchor: "middle" });
    })
    .join("");
}

function drawValueAxis(
  axis: ValueAxis,
  plane: Plane,
  options: GraphOptions,
  side: "left" | "right",
): string {
  return axis.ticks
    .map((value) => {
      const y = plane.y(value);
      const hasLine = options.hasGrid && side === "left";
      const line = hasLine ? gridLine(plane.left, y, plane.right, y, options.minorGrid) : "";
      if (!options.hasAxes) return line;
      const x = side === "left" ? plane.left - 4 : plane.right + 4;
      const anchor = side === "left" ? "end" : "start";
      return line + text(axis.label(value), x, y + options.fontSize * 0.35, options, { anchor });
    })
    .join("");
}

function gridLine(x1: number, y1: number, x2: number, y2: number, color: Color): string {
  return element("line", {
    x1,
    y1,
    x2,
    y2,
    stroke: color.rgb,
    "stroke-opacity": color.opacity * 0.5,
    "stroke-width": 0.5,
  });
}

function text(
  content: string,
  x: number,
  y: number,
  { foreground }: GraphOptions,
  { anchor, size }: { readonly anchor: "start" | "middle" | "end"; readonly size?: number },
): string {
  if (content === "") return "";
  return element(
    "text",
    { x, y, fill: foreground.rgb, "text-anchor": anchor, "font-size": size },
    escaped(content),
  );
}
