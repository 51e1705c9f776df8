/**
 * FastDTW as published, for tests only: one object per cell, recursion and lists, in the order of
 * the paper's listing and of the authors' own program. See `fast-dtw.ts` for the sources.
 */

interface Cell {
  readonly i: number;
  readonly j: number;
}

interface Warping {
  readonly distance: number;
  readonly path: readonly Cell[];
  /** Of the last window. */
  readonly cellCount: number;
}

/** Columns marked so far of each line; a window is read from the first to the last of a line. */
class Window {
  readonly cells = new Set<string>();
  readonly marked: Cell[] = [];
  readonly lines: number;
  readonly columns: number;

  constructor(lines: number, columns: number) {
    this.lines = lines;
    this.columns = columns;
  }

  mark(i: number, j: number): void {
    const key = `${i},${j}`;
    if (this.cells.has(key)) return;
    this.cells.add(key);
    this.marked.push({ i, j });
  }

  /** All columns between the outermost marked ones. */
  allCells(): Cell[] {
    const cells: Cell[] = [];
    for (let i = 0; i < this.lines; i++) {
      const columns = this.marked.filter((cell) => cell.i === i).map((cell) => cell.j);
      for (let j = Math.min(...columns); j <= Math.max(...columns); j++) cells.push({ i, j });
    }
    return cells;
  }
}

export function plainFastDtw(
  first: readonly number[],
  second: readonly number[],
  radius: number,
): Warping {
  const shortest = radius + 2;
  if (first.length <= shortest || second.length <= shortest) {
    const window = new Window(first.length, second.length);
    for (let i = 0; i < first.length; i++) {
      for (let j = 0; j < second.length; j++) window.mark(i, j);
    }
    return warp(first, second, window);
  }
  const firstCoarse = reduceByHalf(first);
  const secondCoarse = reduceByHalf(second);
  const { path } = plainFastDtw(firstCoarse.means, secondCoarse.means, radius);
  const window = new Window(first.length, second.length);
  project(path, firstCoarse.sizes, secondCoarse.sizes, window);
  return warp(first, second, expand(expand(window, radius > 0 ? 1 : 0), radius - 1));
}

function reduceByHalf(values: readonly number[]): { means: number[]; sizes: number[] } {
  const count = Math.trunc(values.length / 2);
  const pointSize = values.length / count;
  const means: number[] = [];
  const sizes: number[] = [];
  let from = 0;
  while (from < values.length) {
    const to = Math.round(pointSize * (means.length + 1)) - 1;
    const block = values.slice(from, to + 1);
    means.push(block.reduce((sum, value) => sum + value, 0) / block.length);
    sizes.push(block.length);
    from = to + 1;
  }
  return { means, sizes };
}

function project(
  path: readonly Cell[],
  lineSizes: readonly number[],
  columnSizes: readonly number[],
  window: Window,
): void {
  let i = 0;
  let j = 0;
  let last: Cell | undefined;
  for (const cell of path) {
    if (last !== undefined && cell.j > last.j) j += columnSizes[last.j]!;
    if (last !== undefined && cell.i > last.i) i += lineSizes[last.i]!;
    if (last !== undefined && cell.j > last.j && cell.i > last.i) {
      window.mark(i - 1, j);
      window.mark(i, j - 1);
    }
    for (let x = 0; x < lineSizes[cell.i]!; x++) {
      window.mark(i + x, j);
      window.mark(i + x, j + columnSizes[cell.j]! - 1);
    }
    last = cell;
  }
}

function expand(window: Window, radius: number): Window {
  const wider = new Window(window.lines, window.columns);
  for (const { i, j } of window.allCells()) wider.mark(i, j);
  if (radius < 1) return wider;
  for (const { i, j } of window.allCells()) {
    for (const [down, right] of [
      [-1, -1],
      [-1, 0],
      [-1, 1],
      [0, -1],
      [0, 1],
      [1, -1],
      [1, 0],
      [1, 1],
    ] as const) {
      const lineTo = i + down * radius;
      const columnTo = j + right * radius;
      const pastEdge = Math.max(
        0,
        -lineTo,
        lineTo - (window.lines - 1),
        -columnTo,
        columnTo - (window.columns - 1),
      );
      wider.mark(i + down * (radius - pastEdge), j + right * (radius - pastEdge));
    }
  }
  return wider;
}

function warp(first: readonly number[], second: readonly number[], window: Window): Warping {
  const costs = new Map<string, number>();
  const cells = window.allCells();
  const costAt = (i: number, j: number): number => costs.get(`${i},${j}`) ?? Infinity;
  for (const { i, j } of cells) {
    const before =
      i === 0 && j === 0 ? 0 : Math.min(costAt(i - 1, j - 1), costAt(i - 1, j), costAt(i, j - 1));
    costs.set(`${i},${j}`, before + Math.abs(first[i]! - second[j]!));
  }
  let i = first.length - 1;
  let j = second.length - 1;
  const path: Cell[] = [{ i, j }];
  while (i > 0 || j > 0) {
    const diagonal = costAt(i - 1, j - 1);
    const left = costAt(i - 1, j);
    const down = costAt(i, j - 1);
    if (diagonal <= left && diagonal <= down) {
      i--;
      j--;
    } else if (left < diagonal && left < down) i--;
    else if (down < diagonal && down < left) j--;
    else if (i <= j) j--;
    else i--;
    path.push({ i, j });
  }
  return {
    distance: costAt(first.length - 1, second.length - 1),
    path: path.reverse(),
    cellCount: cells.length,
  };
}
