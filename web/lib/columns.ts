/**
 * Lines of points as the columns uPlot draws: one ascending column of times, one of values per line.
 *
 * In a column `null` breaks the line and `undefined` does not: a time that only another line has is
 * undefined, and a null is put where a line's points lie much farther apart than they usually do,
 * because a sender that was silent is not a sender that rose slowly.
 */

/** Unix seconds and value, ascending. */
export type Point = readonly [time: number, value: number];

/** A pause longer than this many usual steps is a gap. Points reduced for drawing jitter by two. */
const gapStepCount = 6;

export interface Columns {
  readonly times: number[];
  readonly values: (number | null | undefined)[][];
}

export function columnsOfLines(lines: readonly (readonly Point[])[]): Columns {
  const withGaps = lines.map((line) => insertGaps(line));
  const times = [...new Set(withGaps.flatMap((line) => line.map(([time]) => time)))];
  times.sort((a, b) => a - b);
  const values = withGaps.map((line) => {
    const column: (number | null | undefined)[] = [];
    let at = 0;
    for (const time of times) {
      const point = line[at];
      if (point?.[0] === time) {
        column.push(point[1]);
        at += 1;
      } else column.push(undefined);
    }
    return column;
  });
  return { times, values };
}

/** The middle one of the distances between points; 0 for fewer than two. */
export function usualStep(line: readonly Point[]): number {
  const steps: number[] = [];
  for (let i = 1; i < line.length; i++) {
    const step = (line[i]?.[0] ?? 0) - (line[i - 1]?.[0] ?? 0);
    if (step > 0) steps.push(step);
  }
  steps.sort((a, b) => a - b);
  return steps[steps.length >> 1] ?? 0;
}

/** Where a value of a column has no neighbour to make a line with. */
export function lonelyIndexes(column: ArrayLike<number | null | undefined>): number[] {
  const lonely: number[] = [];
  /** The place of a value that none stood before, until one comes after it. */
  let alone = -1;
  let hasBefore = false;
  for (let i = 0; i < column.length; i++) {
    const value = column[i];
    if (value === undefined) continue;
    if (value === null) {
      if (alone >= 0) lonely.push(alone);
      [alone, hasBefore] = [-1, false];
      continue;
    }
    alone = hasBefore ? -1 : i;
    hasBefore = true;
  }
  if (alone >= 0) lonely.push(alone);
  return lonely;
}

/** The point nearest to `time`, if one is within `reachSeconds`. */
export function pointNear(
  line: readonly Point[],
  time: number,
  reachSeconds: number,
): Point | undefined {
  let low = 0;
  let high = line.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((line[middle]?.[0] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  const [before, after] = [line[low - 1], line[low]];
  const beforeDistance = before === undefined ? Infinity : time - before[0];
  const afterDistance = after === undefined ? Infinity : after[0] - time;
  const nearest = beforeDistance < afterDistance ? before : after;
  return Math.min(beforeDistance, afterDistance) <= reachSeconds ? nearest : undefined;
}

function insertGaps(line: readonly Point[]): (readonly [number, number | null])[] {
  const gapSeconds = usualStep(line) * gapStepCount;
  const out: (readonly [number, number | null])[] = [];
  let before: number | undefined;
  for (const point of line) {
    if (before !== undefined) {
      if (point[0] <= before) continue; // One value per time: a chart cannot show two.
      if (gapSeconds > 0 && point[0] - before > gapSeconds) {
        out.push([(before + point[0]) / 2, null]);
      }
    }
    out.push(point);
    before = point[0];
  }
  return out;
}
