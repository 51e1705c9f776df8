/**
 * A shape that somebody draws: for each of sixty columns of time a level from 0 to 100, or none yet.
 *
 * Between two columns that have a level the line is straight, before the first and behind the last it
 * is level; so three points are already a shape, which is how it is drawn by keyboard. As text:
 *
 *     0:10,30:12,34:90     columns and their levels
 *     10,10,90,85          levels alone, spread evenly over all columns
 */

export const columnCount = 60;
export const levelMax = 100;

/** One entry per column; null where nothing was drawn. */
export type Drawing = readonly (number | null)[];

export const emptyDrawing: Drawing = Array.from({ length: columnCount }, () => null);

export interface DrawnPoint {
  readonly column: number;
  readonly level: number;
}

/** How far a nudge pulls its drawn neighbours along, by distance in columns. */
const pullParts = [1, 0.6, 0.25] as const;

/** Draws a straight line; both ends may lie outside and are moved to the rim. */
export function stroke(drawing: Drawing, from: DrawnPoint, to: DrawnPoint): Drawing {
  const [first, last] = from.column <= to.column ? [from, to] : [to, from];
  const [start, end] = [clampColumn(first.column), clampColumn(last.column)];
  const levels = [...drawing];
  for (let column = start; column <= end; column++) {
    const part = end === start ? 1 : (column - start) / (end - start);
    levels[column] = clampLevel(
      end === start ? to.level : first.level + (last.level - first.level) * part,
    );
  }
  return levels;
}

export function withLevel(drawing: Drawing, column: number, level: number): Drawing {
  const at = clampColumn(column);
  return drawing.map((before, i) => (i === at ? clampLevel(level) : before));
}

/**
 * Moves one column up or down. Where the line was drawn column by column its neighbours follow, so
 * that a line by hand gets no spike; levels set far apart stay.
 */
export function nudged(drawing: Drawing, column: number, by: number): Drawing {
  const at = clampColumn(column);
  const start = levelAt(drawing, at);
  return drawing.map((before, i) => {
    if (i === at) return clampLevel(start + by);
    const part = pullParts[Math.abs(i - at)];
    if (before === null || part === undefined) return before;
    const between = drawing.slice(Math.min(i, at) + 1, Math.max(i, at));
    return between.includes(null) ? before : clampLevel(before + by * part);
  });
}

/** The level of the line at a column, drawn or not; the middle where there is no line yet. */
export function levelAt(drawing: Drawing, column: number): number {
  const own = drawing[column];
  if (typeof own === "number") return own;
  const before = drawing.findLastIndex((level, i) => level !== null && i < column);
  const after = drawing.findIndex((level, i) => level !== null && i > column);
  const [left, right] = [drawing[before], drawing[after]];
  if (typeof left !== "number" && typeof right !== "number") return levelMax / 2;
  if (typeof left !== "number") return right ?? 0;
  if (typeof right !== "number") return left;
  return left + ((right - left) * (column - before)) / (after - before);
}

/** The whole line, for a search. */
export function filledLevels(drawing: Drawing): number[] {
  return drawing.map((_, column) => Math.round(levelAt(drawing, column) * 10) / 10);
}

/** "empty": nothing is drawn; "flat": a level line is like any other, so there is nothing to look for. */
export function drawingState(drawing: Drawing): "empty" | "flat" | "shape" {
  if (drawing.every((level) => level === null)) return "empty";
  const levels = filledLevels(drawing);
  return Math.max(...levels) === Math.min(...levels) ? "flat" : "shape";
}

export function shapeText(drawing: Drawing): string {
  if (drawing.every((level) => level !== null)) return drawing.map(rounded).join(",");
  return drawing
    .flatMap((level, column) => (level === null ? [] : [`${column}:${rounded(level)}`]))
    .join(",");
}

/** @returns undefined where the text is no shape */
export function parseShape(text: string): Drawing | undefined {
  if (!/^[\d.:,]+$/.test(text)) return undefined;
  const parts = text.split(",").filter((part) => part !== "");
  if (parts.length < 2 || parts.length > 2000) return undefined;
  return parts.some((part) => part.includes(":")) ? parsePins(parts) : spread(parts.map(Number));
}

function parsePins(parts: readonly string[]): Drawing | undefined {
  let drawing = emptyDrawing;
  for (const part of parts) {
    const found = /^(\d{1,2}):(\d+(?:\.\d+)?)$/.exec(part);
    const column = Number(found?.[1] ?? NaN);
    if (!(column < columnCount)) return undefined;
    drawing = withLevel(drawing, column, Number(found?.[2]));
  }
  return drawing;
}

function spread(levels: readonly number[]): Drawing | undefined {
  if (!levels.every(Number.isFinite)) return undefined;
  return emptyDrawing.map((_, column) => {
    const at = (column / (columnCount - 1)) * (levels.length - 1);
    const left = Math.floor(at);
    const [low = 0, high = low] = [levels[left], levels[left + 1]];
    return clampLevel(low + (high - low) * (at - left));
  });
}

function clampColumn(column: number): number {
  return Math.min(Math.max(Math.round(column), 0), columnCount - 1);
}

function clampLevel(level: number): number {
  return Math.min(Math.max(level, 0), levelMax);
}

function rounded(level: number | null): number {
  return Math.round(level ?? 0);
}
