/** Banded dynamic time warping of four rows at a time, one in each lane: of squares, or of absolute differences. */
import { Absolute, costOf, outside, Squared } from "./sums";

/** Lines of a warping table between two looks at whether any of the four rows can still be near. */
const linesBetweenLooks: i32 = 6;

/**
 * out[i] = banded DTW of the row list[i], or Infinity where four together are each above its own limit.
 *
 * The table keeps one line of 2 · band + 1 cells in place: cell k of line i stands for the column
 * i - band + k, so the one above to the left is the cell itself, the one above is its neighbour. Columns
 * outside the row lie at Infinity. `work` takes, 16 bytes each: the four rows column by column with
 * `band` more on either side; what the columns from each on cost at the least (LB_Keogh); the line.
 */
export function dtw(
  query: usize,
  lower: usize,
  upper: usize,
  rows: usize,
  pointCount: i32,
  band: i32,
  list: usize,
  listCount: i32,
  limits: usize,
  work: usize,
  out: usize,
  isSecond: bool,
  isAbsolute: bool,
): void {
  const stride = (<usize>pointCount) << 2;
  const pad = (<usize>band) << 4;
  const columns = work;
  const tails = columns + (stride << 2) + 2 * pad;
  const line = tails + (stride << 2) + 2 * pad + 16;
  const never = f32x4.splat(Infinity);
  for (let at: usize = 0; at < pad; at += 16) {
    v128.store(columns + at, never);
    v128.store(columns + pad + (stride << 2) + at, never);
    v128.store(tails + at, f32x4.splat(0));
    v128.store(tails + pad + (stride << 2) + at, f32x4.splat(0));
  }
  v128.store(tails + 2 * pad + (stride << 2), f32x4.splat(0));
  for (let n = 0; n < listCount; n += 4) {
    layColumns(rows, stride, list, n, listCount, columns + pad);
    const four = v128.load(limits + ((<usize>n) << 2));
    let sums: v128;
    if (isAbsolute) {
      layTails<Absolute>(lower, upper, stride, columns + pad, tails + pad);
      sums = warp<Absolute>(query, pointCount, band, columns, tails, line, four);
    } else {
      layTails<Squared>(lower, upper, stride, columns + pad, tails + pad);
      sums = warp<Squared>(query, pointCount, band, columns, tails, line, four);
    }
    const to = out + ((<usize>n) << 2);
    v128.store(to, isSecond ? f32x4.pmin(sums, v128.load(to)) : sums);
  }
}

/** The warping table of the four rows laid at `columns`. */
function warp<Cost>(
  query: usize,
  pointCount: i32,
  band: i32,
  columns: usize,
  tails: usize,
  line: usize,
  limits: v128,
): v128 {
  const never = f32x4.splat(Infinity);
  const pad = (<usize>band) << 4;
  const lineEnd = line + 2 * pad + 16;
  for (let cell = line; cell <= lineEnd; cell += 16) v128.store(cell, never);
  // Above to the left of the first cell there is nothing to pay.
  v128.store(line + pad, f32x4.splat(0));
  let untilLook = linesBetweenLooks;
  for (let i = 0; i < pointCount; i++) {
    const point = v128.load32_splat(query + ((<usize>i) << 2));
    // Cells whose column lies outside the row stay as they are, at Infinity.
    const before = (<usize>max(band - i, 0)) << 4;
    const beyond = (<usize>max(i + band + 1 - pointCount, 0)) << 4;
    let column = columns + ((<usize>i) << 4) + before;
    let left = never;
    let diagonal = v128.load(line + before);
    for (let cell = line + before; cell < lineEnd - beyond; cell += 16, column += 16) {
      const above = v128.load(cell, 16);
      const apart = f32x4.sub(point, v128.load(column));
      const least = f32x4.pmin(f32x4.pmin(diagonal, above), left);
      left = f32x4.add(least, costOf<Cost>(apart));
      v128.store(cell, left);
      diagonal = above;
    }
    if (--untilLook > 0) continue;
    untilLook = linesBetweenLooks;
    let least = never;
    let tail = tails + ((<usize>i) << 4) + before + 16;
    for (let cell = line + before; cell < lineEnd - beyond; cell += 16, tail += 16) {
      least = f32x4.pmin(least, f32x4.add(v128.load(cell), v128.load(tail)));
    }
    if (!v128.any_true(f32x4.le(least, limits))) return never;
  }
  return v128.load(line + pad);
}

/** Four rows of the list, the last again where it ends, turned so that each column is one vector. */
function layColumns(
  rows: usize,
  stride: usize,
  list: usize,
  from: i32,
  listCount: i32,
  to: usize,
): void {
  const last = listCount - 1;
  const row0 = rows + <usize>load<i32>(list + ((<usize>from) << 2)) * stride;
  const row1 = rows + <usize>load<i32>(list + ((<usize>min(from + 1, last)) << 2)) * stride;
  const row2 = rows + <usize>load<i32>(list + ((<usize>min(from + 2, last)) << 2)) * stride;
  const row3 = rows + <usize>load<i32>(list + ((<usize>min(from + 3, last)) << 2)) * stride;
  const wholeEnd = stride & ~(<usize>15);
  let at: usize = 0;
  for (; at < wholeEnd; at += 16, to += 64) {
    const a = v128.load(row0 + at);
    const b = v128.load(row1 + at);
    const c = v128.load(row2 + at);
    const d = v128.load(row3 + at);
    const abLow = i32x4.shuffle(a, b, 0, 4, 1, 5);
    const abHigh = i32x4.shuffle(a, b, 2, 6, 3, 7);
    const cdLow = i32x4.shuffle(c, d, 0, 4, 1, 5);
    const cdHigh = i32x4.shuffle(c, d, 2, 6, 3, 7);
    v128.store(to, i32x4.shuffle(abLow, cdLow, 0, 1, 4, 5));
    v128.store(to, i32x4.shuffle(abLow, cdLow, 2, 3, 6, 7), 16);
    v128.store(to, i32x4.shuffle(abHigh, cdHigh, 0, 1, 4, 5), 32);
    v128.store(to, i32x4.shuffle(abHigh, cdHigh, 2, 3, 6, 7), 48);
  }
  for (; at < stride; at += 4, to += 16) {
    v128.store(to, column(row0 + at, row1 + at, row2 + at, row3 + at));
  }
}

/** tails[j] = what the columns from j on pay at the least. */
function layTails<Cost>(
  lower: usize,
  upper: usize,
  stride: usize,
  columns: usize,
  tails: usize,
): void {
  let sum = f32x4.splat(0);
  for (let at = stride; at > 0;) {
    at -= 4;
    const beyond = outside(
      v128.load(columns + (at << 2)),
      v128.load32_splat(lower + at),
      v128.load32_splat(upper + at),
    );
    sum = f32x4.add(sum, costOf<Cost>(beyond));
    v128.store(tails + (at << 2), sum);
  }
}

function column(row0: usize, row1: usize, row2: usize, row3: usize): v128 {
  let values = v128.load32_splat(row0);
  values = f32x4.replace_lane(values, 1, load<f32>(row1));
  values = f32x4.replace_lane(values, 2, load<f32>(row2));
  return f32x4.replace_lane(values, 3, load<f32>(row3));
}
