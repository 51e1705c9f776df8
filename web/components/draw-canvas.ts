/** Paints the drawing pad: level and time axes, the line, and where the keyboard's cursor is. */
import {
  columnCount,
  emptyDrawing,
  levelAt,
  levelMax,
  withLevel,
  type Drawing,
} from "../lib/drawing.ts";
import { plotFont } from "./plot-layers.ts";
import type { PlotColors } from "./plot-colors.ts";

export interface PadSize {
  readonly width: number;
  readonly height: number;
}

const rim = { left: 30, right: 10, top: 9, bottom: 20 } as const;
const levels = [0, 50, 100] as const;

/** What the empty pad shows as an example. */
const example: Drawing = [
  [4, 22],
  [30, 24],
  [35, 74],
  [38, 82],
  [55, 78],
].reduce((drawing, [column = 0, level = 0]) => withLevel(drawing, column, level), emptyDrawing);

export function columnAt(x: number, { width }: PadSize): number {
  return ((x - rim.left) / (width - rim.left - rim.right)) * (columnCount - 1);
}

export function levelAtY(y: number, { height }: PadSize): number {
  return (1 - (y - rim.top) / (height - rim.top - rim.bottom)) * levelMax;
}

export function paintPad(
  canvas: HTMLCanvasElement,
  size: PadSize,
  content: {
    readonly drawing: Drawing;
    /** Column of the keyboard's cursor; null without one. */
    readonly cursor: number | null;
    readonly timeLabels: readonly [start: string, middle: string, end: string];
  },
  colors: PlotColors,
): void {
  const ratio = devicePixelRatio;
  canvas.width = Math.round(size.width * ratio);
  canvas.height = Math.round(size.height * ratio);
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.scale(ratio, ratio);
  const x = (column: number): number =>
    rim.left + (column / (columnCount - 1)) * (size.width - rim.left - rim.right);
  const y = (level: number): number =>
    rim.top + (1 - level / levelMax) * (size.height - rim.top - rim.bottom);

  paintAxes(context, { size, x, y, colors, timeLabels: content.timeLabels });
  const { drawing, cursor } = content;
  const isEmpty = drawing.every((level) => level === null);
  context.lineJoin = "round";
  context.lineCap = "round";
  context.beginPath();
  const line = isEmpty ? example : drawing;
  const first = isEmpty ? 4 : 0;
  const last = isEmpty ? 55 : columnCount - 1;
  for (let column = first; column <= last; column++) {
    context.lineTo(x(column), y(levelAt(line, column)));
  }
  context.strokeStyle = isEmpty ? colors.soft : colors.series;
  context.globalAlpha = isEmpty ? 0.55 : 1;
  context.lineWidth = isEmpty ? 1.6 : 2.2;
  context.setLineDash(isEmpty ? [5, 6] : []);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
  if (cursor !== null) {
    context.strokeStyle = colors.soft;
    context.lineWidth = 1;
    context.strokeRect(x(cursor), rim.top, 0, size.height - rim.top - rim.bottom);
    context.fillStyle = colors.series;
    context.beginPath();
    context.arc(x(cursor), y(levelAt(drawing, cursor)), 4.5, 0, 2 * Math.PI);
    context.fill();
  }
}

function paintAxes(
  context: CanvasRenderingContext2D,
  {
    size,
    x,
    y,
    colors,
    timeLabels,
  }: {
    readonly size: PadSize;
    readonly x: (column: number) => number;
    readonly y: (level: number) => number;
    readonly colors: PlotColors;
    readonly timeLabels: readonly string[];
  },
): void {
  context.font = `11px ${plotFont}`;
  context.fillStyle = colors.soft;
  context.strokeStyle = colors.line;
  context.lineWidth = 1;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const level of levels) {
    const at = Math.round(y(level)) + 0.5;
    context.beginPath();
    context.moveTo(rim.left, at);
    context.lineTo(size.width - rim.right, at);
    context.stroke();
    context.fillText(String(level), rim.left - 6, at);
  }
  const aligns: readonly CanvasTextAlign[] = ["left", "center", "right"];
  for (const [i, label] of timeLabels.entries()) {
    context.textAlign = aligns[i] ?? "center";
    context.fillText(label, x((i / 2) * (columnCount - 1)), size.height - 7);
  }
}
