/**
 * What a graph shows besides its lines, drawn on uPlot's canvas: behind them the expected band and
 * the abnormal stretches, in front of them the limits of checks that fired, with their labels.
 *
 * Lengths here are CSS pixels times the canvas's ratio; uPlot gives positions in canvas pixels.
 */
import uPlot from "uplot";
import { groupLimits, labelOfGroup, type Limit } from "../lib/limits.ts";
import type { TimeRange } from "../lib/time-range.ts";
import type { ColorName, PlotColors } from "./plot-colors.ts";

export interface Stretch {
  readonly from: number;
  /** Null while it goes on. */
  readonly until: number | null;
  readonly label: string;
}

export interface Mark {
  readonly time: number;
  readonly title: string;
}

/** Where the metric was expected over time. */
export interface Corridor {
  readonly times: readonly number[];
  readonly lower: readonly number[];
  readonly upper: readonly number[];
}

export interface Layers {
  /** Takes the place of `band` where there is one. */
  readonly corridor?: Corridor | null;
  readonly band: { readonly lower: number; readonly upper: number } | null;
  readonly limits: readonly Limit[];
  readonly stretches: readonly Stretch[];
  /** What happened, told by senders or people. */
  readonly notes?: readonly Mark[];
  /** Outlined: the part that another graph shows large. */
  readonly window: TimeRange | null;
  readonly hasLabels: boolean;
}

const labelFontPx = 11;
const markLengthMax = 40;

export function drawBehind(plot: uPlot, layers: Layers, colors: PlotColors): void {
  const pen = new Pen(plot, colors);
  const { corridor } = layers;
  if (hasCorridor(corridor)) drawCorridor(pen, corridor);
  else if (layers.band !== null) {
    const top = pen.y(layers.band.upper);
    const height = Math.max(pen.y(layers.band.lower) - top, 2 * pen.ratio);
    pen.fill("band", pen.left, top, pen.width, height);
  }
  for (const { from, until } of layers.stretches) {
    const left = pen.x(from);
    const right = until === null ? pen.left + pen.width : pen.x(until);
    // At least three pixels wide: half an hour within two weeks must still be seen.
    pen.fill("odd-bg", left, pen.top, Math.max(right - left, 3 * pen.ratio), pen.height);
  }
  pen.end();
}

export function hasCorridor(corridor: Corridor | null | undefined): corridor is Corridor {
  return corridor !== null && corridor !== undefined && corridor.times.length >= 2;
}

/** One closed area: along the upper edge and back along the lower. */
function drawCorridor(pen: Pen, { times, lower, upper }: Corridor): void {
  const there = times.map((time, i) => [pen.x(time), pen.y(upper[i] ?? 0)] as const);
  const back = times.map((time, i) => [pen.x(time), pen.y(lower[i] ?? 0)] as const).reverse();
  pen.area("band", [...there, ...back]);
}

export function drawInFront(plot: uPlot, layers: Layers, colors: PlotColors): void {
  const pen = new Pen(plot, colors);
  if (layers.window !== null) drawWindow(pen, layers.window);
  for (const stretch of layers.stretches) drawStart(pen, stretch, layers.hasLabels);
  drawLimits(pen, layers);
  for (const mark of layers.notes ?? []) drawMark(pen, mark, layers.hasLabels);
  pen.end();
}

function drawWindow(pen: Pen, { from, until }: TimeRange): void {
  const left = pen.x(from);
  pen.outline("soft", left, pen.top, Math.max(pen.x(until) - left, 2 * pen.ratio), pen.height);
}

function drawStart(pen: Pen, { from, label }: Stretch, hasLabel: boolean): void {
  const x = pen.x(from);
  if (x < pen.left || x > pen.right) return;
  if (label === "") {
    // Many lie side by side: a mark at the top says where, and the graph stays readable.
    pen.fill("odd", x - 2 * pen.ratio, pen.top, 4 * pen.ratio, 8 * pen.ratio);
    return;
  }
  pen.line("odd", x, pen.top, x, pen.top + pen.height, { isDashed: false });
  if (!hasLabel) return;
  const isNearRight = pen.right - x < 60 * pen.ratio;
  const away = (isNearRight ? -6 : 6) * pen.ratio;
  pen.text("odd", label, x + away, pen.top + 9 * pen.ratio, isNearRight ? "right" : "left");
}

function drawMark(pen: Pen, { time, title }: Mark, hasLabel: boolean): void {
  const x = pen.x(time);
  if (x < pen.left || x > pen.right) return;
  const bottom = pen.top + pen.height;
  pen.line("soft", x, pen.top, x, bottom);
  if (!hasLabel) return;
  const isNearRight = pen.right - x < 90 * pen.ratio;
  const away = (isNearRight ? -6 : 6) * pen.ratio;
  const text = title.length > markLengthMax ? `${title.slice(0, markLengthMax - 1)}…` : title;
  pen.text("soft", text, x + away, bottom - 9 * pen.ratio, isNearRight ? "right" : "left");
}

/** Of lines that nearly touch only the outermost are drawn: many dashes in one place are a smear. */
function drawLimits(pen: Pen, { limits, hasLabels }: Layers): void {
  const inside = limits.filter(({ value }) => {
    const y = pen.y(value);
    return y >= pen.top && y <= pen.top + pen.height;
  });
  const groups = groupLimits(inside, (value) => pen.y(value) - pen.top, {
    labelPx: (labelFontPx + 3) * pen.ratio,
    heightPx: pen.height,
  });
  for (const group of groups) {
    const ys = group.limits.map(({ value }) => pen.y(value));
    const [high, low] = [ys[0] ?? 0, ys.at(-1) ?? 0];
    pen.line("limit", pen.left, high, pen.right, high);
    if (low - high > 4 * pen.ratio) pen.line("limit", pen.left, low, pen.right, low);
  }
  if (!hasLabels) return;
  for (const group of groups) {
    const x = pen.left + 6 * pen.ratio;
    pen.text("limit", labelOfGroup(group), x, pen.top + group.labelY, "left");
  }
}

/** Drawing with named colours, cut to the plot's area. */
class Pen {
  readonly ratio = uPlot.pxRatio;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly right: number;
  readonly #plot: uPlot;
  readonly #context: CanvasRenderingContext2D;
  readonly #colors: PlotColors;

  constructor(plot: uPlot, colors: PlotColors) {
    this.#plot = plot;
    this.#context = plot.ctx;
    this.#colors = colors;
    const { left, top, width, height } = plot.bbox;
    this.left = left;
    this.top = top;
    this.width = width;
    this.height = height;
    this.right = left + width;
    this.#context.save();
    this.#context.beginPath();
    this.#context.rect(left, top, width, height);
    this.#context.clip();
  }

  end(): void {
    this.#context.restore();
  }

  x(time: number): number {
    return this.#plot.valToPos(time, "x", true);
  }

  y(value: number): number {
    return this.#plot.valToPos(value, "y", true);
  }

  fill(color: ColorName, x: number, y: number, width: number, height: number): void {
    this.#context.fillStyle = this.#colors[color];
    this.#context.fillRect(x, y, width, height);
  }

  area(color: ColorName, corners: readonly (readonly [x: number, y: number])[]): void {
    this.#context.fillStyle = this.#colors[color];
    this.#context.beginPath();
    for (const [x, y] of corners) this.#context.lineTo(x, y);
    this.#context.closePath();
    this.#context.fill();
  }

  outline(color: ColorName, x: number, y: number, width: number, height: number): void {
    this.#context.strokeStyle = this.#colors[color];
    this.#context.lineWidth = this.ratio;
    this.#context.setLineDash([]);
    this.#context.strokeRect(x, y + this.ratio, width, height - 2 * this.ratio);
  }

  line(
    color: ColorName,
    x1: number,
    y1: number,
    x2: number,
    y2: number,
    { isDashed = true }: { readonly isDashed?: boolean } = {},
  ): void {
    this.#context.strokeStyle = this.#colors[color];
    this.#context.lineWidth = 1.4 * this.ratio;
    this.#context.setLineDash(isDashed ? [6 * this.ratio, 5 * this.ratio] : []);
    this.#context.beginPath();
    this.#context.moveTo(x1, y1);
    this.#context.lineTo(x2, y2);
    this.#context.stroke();
  }

  /** With a rim in the panel's colour, so that a line behind it does not cut the letters. */
  text(color: ColorName, text: string, x: number, y: number, align: CanvasTextAlign): void {
    const context = this.#context;
    context.font = `500 ${labelFontPx * this.ratio}px ${plotFont}`;
    context.textAlign = align;
    context.textBaseline = "middle";
    context.setLineDash([]);
    context.lineJoin = "round";
    context.strokeStyle = this.#colors.panel;
    context.lineWidth = 3 * this.ratio;
    context.strokeText(text, x, y);
    context.fillStyle = this.#colors[color];
    context.fillText(text, x, y);
  }
}

/** The page's own stack: a canvas takes no CSS variable here. */
export const plotFont = "Inter, system-ui, sans-serif";
