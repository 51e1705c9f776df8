/**
 * Sums over rows, one row after the other: plain distances and LB_Keogh.
 *
 * Four points at a time: read in one stream, rows come as fast as memory gives them, and giving up in the
 * middle of one only costs (four rows side by side, or looking at the sum on the way, took twice as long
 * at 360 points).
 */

/** What two points that lie apart cost: a type for each way, since a function is compiled for each. */
export type Squared = f32;
export type Absolute = i32;

export function costOf<Cost>(apart: v128): v128 {
  return isInteger<Cost>() ? f32x4.abs(apart) : f32x4.mul(apart, apart);
}

/** out[i] = Σ(q - c)² for the row `from` + i. */
export function euclidean(
  query: usize,
  rows: usize,
  pointCount: i32,
  from: i32,
  until: i32,
  out: usize,
  isSecond: bool,
): void {
  const stride = (<usize>pointCount) << 2;
  const quadsEnd = stride & ~(<usize>63);
  const wholeEnd = stride & ~(<usize>15);
  for (let row = from, to = out; row < until; row++, to += 4) {
    const points = rows + <usize>row * stride;
    let sum0 = f32x4.splat(0);
    let sum1 = f32x4.splat(0);
    let sum2 = f32x4.splat(0);
    let sum3 = f32x4.splat(0);
    let at: usize = 0;
    for (; at < quadsEnd; at += 64) {
      const apart0 = f32x4.sub(v128.load(query + at), v128.load(points + at));
      const apart1 = f32x4.sub(v128.load(query + at, 16), v128.load(points + at, 16));
      const apart2 = f32x4.sub(v128.load(query + at, 32), v128.load(points + at, 32));
      const apart3 = f32x4.sub(v128.load(query + at, 48), v128.load(points + at, 48));
      sum0 = f32x4.add(sum0, f32x4.mul(apart0, apart0));
      sum1 = f32x4.add(sum1, f32x4.mul(apart1, apart1));
      sum2 = f32x4.add(sum2, f32x4.mul(apart2, apart2));
      sum3 = f32x4.add(sum3, f32x4.mul(apart3, apart3));
    }
    for (; at < wholeEnd; at += 16) {
      const apart = f32x4.sub(v128.load(query + at), v128.load(points + at));
      sum0 = f32x4.add(sum0, f32x4.mul(apart, apart));
    }
    for (; at < stride; at += 4) {
      const apart = f32x4.sub(v128.load32_zero(query + at), v128.load32_zero(points + at));
      sum1 = f32x4.add(sum1, f32x4.mul(apart, apart));
    }
    const sum = lanesOf(f32x4.add(f32x4.add(sum0, sum1), f32x4.add(sum2, sum3)));
    store<f32>(to, isSecond ? min(sum, load<f32>(to)) : sum);
  }
}

/** out[i] = LB_Keogh of the row `from` + i: what it stands out of the query's envelope. */
export function keogh(
  lower: usize,
  upper: usize,
  rows: usize,
  pointCount: i32,
  from: i32,
  until: i32,
  out: usize,
  isSecond: bool,
  isAbsolute: bool,
): void {
  const stride = (<usize>pointCount) << 2;
  for (let row = from, to = out; row < until; row++, to += 4) {
    const points = rows + <usize>row * stride;
    const sum = isAbsolute
      ? outsideOf<Absolute>(points, stride, lower, upper)
      : outsideOf<Squared>(points, stride, lower, upper);
    store<f32>(to, isSecond ? min(sum, load<f32>(to)) : sum);
  }
}

/** LB_Keogh of one row of `stride` bytes. */
export function outsideOf<Cost>(points: usize, stride: usize, lower: usize, upper: usize): f32 {
  const pairsEnd = stride & ~(<usize>31);
  const wholeEnd = stride & ~(<usize>15);
  let sum0 = f32x4.splat(0);
  let sum1 = f32x4.splat(0);
  let at: usize = 0;
  for (; at < pairsEnd; at += 32) {
    const out0 = outside(v128.load(points + at), v128.load(lower + at), v128.load(upper + at));
    const out1 = outside(
      v128.load(points + at, 16),
      v128.load(lower + at, 16),
      v128.load(upper + at, 16),
    );
    sum0 = f32x4.add(sum0, costOf<Cost>(out0));
    sum1 = f32x4.add(sum1, costOf<Cost>(out1));
  }
  for (; at < wholeEnd; at += 16) {
    const beyond = outside(v128.load(points + at), v128.load(lower + at), v128.load(upper + at));
    sum0 = f32x4.add(sum0, costOf<Cost>(beyond));
  }
  for (; at < stride; at += 4) {
    const beyond = outside(
      v128.load32_zero(points + at),
      v128.load32_zero(lower + at),
      v128.load32_zero(upper + at),
    );
    sum1 = f32x4.add(sum1, costOf<Cost>(beyond));
  }
  return lanesOf(f32x4.add(sum0, sum1));
}

/**
 * Lists the places of numbers of `out` that are at most `limit`, in order.
 * @returns how many; `list` has room for `count`
 */
export function listWithin(out: usize, count: i32, limit: f32, list: usize): i32 {
  const limits = f32x4.splat(limit);
  let found = list;
  for (let n = 0; n < count; n += 4) {
    const near = f32x4.le(v128.load(out + ((<usize>n) << 2)), limits);
    if (!v128.any_true(near)) continue;
    const mask = i32x4.bitmask(near);
    for (let lane = 0; lane < 4 && n + lane < count; lane++) {
      if ((mask & (1 << lane)) == 0) continue;
      store<i32>(found, n + lane);
      found += 4;
    }
  }
  return <i32>((found - list) >> 2);
}

/** How far values lie out of their envelope; 0 inside. */
export function outside(values: v128, low: v128, high: v128): v128 {
  const further = f32x4.pmax(f32x4.sub(values, high), f32x4.sub(low, values));
  return f32x4.pmax(further, f32x4.splat(0));
}

/** Their sum. */
export function lanesOf(sums: v128): f32 {
  const pairs = f32x4.add(sums, i32x4.shuffle(sums, sums, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}
