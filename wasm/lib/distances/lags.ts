/**
 * Correlation of a row with a query over many lags, bounded: how strong it may be at most, and for each
 * sign how strong it is at least. What src/oculus/distance/correlation.ts works out lies between.
 *
 * The query comes as lines, one for each lag, centred and of length 1 over the overlap, with zeros
 * elsewhere. Four lags are one group, in the order 0, 1, 2, 3 | 4, … and then -1, -2, -3, -4 | -5, …; of
 * each group the four lines lie interleaved, four points of each in turn. Rows are z-normalised, here or by
 * a mean and a scale on the way, so that the scatter over an overlap follows from the few points cut off:
 *
 *     scatter = m - Σ cut² - (Σ cut)² / overlap
 *
 * `lags` takes 64 bytes for each group, a lane for each lag: 1 / overlap; all bits set where the lag is
 * used; and of the row under way the products and what the scatter lost.
 *
 * A row is read up to three points past its end, where lines are zero.
 */

/** Of the row last given to `correlate`: r² at the strongest lag where r is positive, or more; … */
export let sameMost: f32 = 0;
/** … and where it is negative. */
export let oppositeMost: f32 = 0;

/** More than all rounding on the way from bounds of r² to a distance. */
export const distanceSlack: f32 = 1e-6;

/** One strength counts as surely above another by this factor. */
const sureFactor: f32 = 1.0001;

/** A scatter per point that is far above what the definition takes for flat. */
const flatShare: f32 = 1e-6;

/** out[i] is not above 1 - |r| of the row `from` + i, at its best lag; of positive r where one sign is asked for. */
export function lagged(
  rows: usize,
  pointCount: i32,
  from: i32,
  until: i32,
  lines: usize,
  lags: usize,
  laterGroups: i32,
  earlierGroups: i32,
  productError: f32,
  scatterError: f32,
  isEitherSign: bool,
  out: usize,
): void {
  const stride = (<usize>pointCount) << 2;
  for (let row = from, to = out; row < until; row++, to += 4) {
    const points = rows + <usize>row * stride;
    multiply(points, pointCount, lines, lags, laterGroups + earlierGroups);
    correlate(
      points,
      pointCount,
      0,
      1,
      lags,
      laterGroups,
      earlierGroups,
      productError,
      scatterError,
    );
    const most = isEitherSign ? max(sameMost, oppositeMost) : sameMost;
    store<f32>(to, max<f32>(0, <f32>1 - sqrt<f32>(most) - distanceSlack));
  }
}

/** Lays the products of a row with all lines at `lags`. */
export function multiply(
  points: usize,
  pointCount: i32,
  lines: usize,
  lags: usize,
  groupCount: i32,
): void {
  const quadsEnd = ((<usize>pointCount + 3) & ~(<usize>3)) << 2;
  let group = 1;
  for (; group < groupCount; group += 2, lags += 128, lines += quadsEnd << 3) {
    multiplyEight(points, quadsEnd, lines, lags + 32);
  }
  if (group == groupCount) multiplyFour(points, quadsEnd, lines, lags + 32);
}

/**
 * Bounds r² over all lags, into the variables above, from the products that lie at `lags`.
 *
 * @param mean   of the row as it lies there
 * @param scale  1 / its deviation
 */
export function correlate(
  points: usize,
  pointCount: i32,
  mean: f32,
  scale: f32,
  lags: usize,
  laterGroups: i32,
  earlierGroups: i32,
  productError: f32,
  scatterError: f32,
): void {
  const zero = f32x4.splat(0);
  const means = f32x4.splat(mean);
  const scales = f32x4.splat(scale);
  const productErrors = f32x4.splat(productError);
  const leastScatters = f32x4.splat(<f32>pointCount - scatterError);
  const groupCount = laterGroups + earlierGroups;
  let cut = points;
  let cutSums = zero;
  let cutSquares = zero;
  let sameMosts = zero;
  let oppositeMosts = zero;
  for (let group = 0; group < groupCount; group++, lags += 64) {
    let sums: v128;
    let squares: v128;
    if (group < laterGroups) {
      // A later row loses its first points: at lag 0 none.
      const values = f32x4.mul(f32x4.sub(v128.load(cut), means), scales);
      cut += 16;
      const valueSums = runningSums(values);
      const squareSums = runningSums(f32x4.mul(values, values));
      sums = f32x4.add(cutSums, i32x4.shuffle(zero, valueSums, 0, 4, 5, 6));
      squares = f32x4.add(cutSquares, i32x4.shuffle(zero, squareSums, 0, 4, 5, 6));
      cutSums = f32x4.add(cutSums, i32x4.shuffle(valueSums, valueSums, 3, 3, 3, 3));
      cutSquares = f32x4.add(cutSquares, i32x4.shuffle(squareSums, squareSums, 3, 3, 3, 3));
    } else {
      if (group == laterGroups) {
        cut = points + ((<usize>pointCount) << 2);
        cutSums = zero;
        cutSquares = zero;
      }
      cut -= 16;
      const values = f32x4.mul(f32x4.sub(v128.load(cut), means), scales);
      const reversed = i32x4.shuffle(values, values, 3, 2, 1, 0);
      sums = f32x4.add(cutSums, runningSums(reversed));
      squares = f32x4.add(cutSquares, runningSums(f32x4.mul(reversed, reversed)));
      cutSums = i32x4.shuffle(sums, sums, 3, 3, 3, 3);
      cutSquares = i32x4.shuffle(squares, squares, 3, 3, 3, 3);
    }
    const lost = f32x4.add(squares, f32x4.mul(f32x4.mul(sums, sums), v128.load(lags)));
    const products = f32x4.mul(v128.load(lags, 32), scales);
    v128.store(lags, products, 32);
    v128.store(lags, lost, 48);
    const isUsed = v128.load(lags, 16);
    const scatter = f32x4.pmax(zero, f32x4.sub(leastScatters, lost));
    const same = f32x4.pmax(zero, f32x4.add(products, productErrors));
    const opposite = f32x4.pmin(zero, f32x4.sub(products, productErrors));
    sameMosts = f32x4.pmax(sameMosts, share(same, scatter, isUsed));
    oppositeMosts = f32x4.pmax(oppositeMosts, share(opposite, scatter, isUsed));
  }
  sameMost = greatestOf(sameMosts);
  oppositeMost = greatestOf(oppositeMosts);
}

/**
 * Which way the row last given to `correlate` goes at its strongest lag, by bounds from below.
 * @returns 1 or -1, or 0 where it is not sure
 */
export function sureSign(
  pointCount: i32,
  lags: usize,
  groupCount: i32,
  productError: f32,
  scatterError: f32,
): i32 {
  const zero = f32x4.splat(0);
  const productErrors = f32x4.splat(productError);
  const mostScatters = f32x4.splat(<f32>pointCount + scatterError);
  // Where the row is nearly flat the definition may leave the lag out: no bound from below.
  const lostMost = f32x4.splat(<f32>pointCount * (<f32>1 - flatShare) - scatterError);
  let sameLeasts = zero;
  let oppositeLeasts = zero;
  for (let group = 0; group < groupCount; group++, lags += 64) {
    const products = v128.load(lags, 32);
    const lost = v128.load(lags, 48);
    const isSure = v128.and(v128.load(lags, 16), f32x4.lt(lost, lostMost));
    const scatter = f32x4.sub(mostScatters, lost);
    const same = f32x4.pmax(zero, f32x4.sub(products, productErrors));
    const opposite = f32x4.pmin(zero, f32x4.add(products, productErrors));
    sameLeasts = f32x4.pmax(sameLeasts, share(same, scatter, isSure));
    oppositeLeasts = f32x4.pmax(oppositeLeasts, share(opposite, scatter, isSure));
  }
  if (greatestOf(sameLeasts) > oppositeMost * sureFactor) return 1;
  return greatestOf(oppositeLeasts) > sameMost * sureFactor ? -1 : 0;
}

/** Products of a row with the eight lines of two groups; each load of the row serves all. */
function multiplyEight(points: usize, quadsEnd: usize, lines: usize, to: usize): void {
  let sum0 = f32x4.splat(0);
  let sum1 = sum0;
  let sum2 = sum0;
  let sum3 = sum0;
  let sum4 = sum0;
  let sum5 = sum0;
  let sum6 = sum0;
  let sum7 = sum0;
  let others = lines + (quadsEnd << 2);
  for (const end = points + quadsEnd; points < end; points += 16, lines += 64, others += 64) {
    const values = v128.load(points);
    sum0 = f32x4.add(sum0, f32x4.mul(values, v128.load(lines)));
    sum1 = f32x4.add(sum1, f32x4.mul(values, v128.load(lines, 16)));
    sum2 = f32x4.add(sum2, f32x4.mul(values, v128.load(lines, 32)));
    sum3 = f32x4.add(sum3, f32x4.mul(values, v128.load(lines, 48)));
    sum4 = f32x4.add(sum4, f32x4.mul(values, v128.load(others)));
    sum5 = f32x4.add(sum5, f32x4.mul(values, v128.load(others, 16)));
    sum6 = f32x4.add(sum6, f32x4.mul(values, v128.load(others, 32)));
    sum7 = f32x4.add(sum7, f32x4.mul(values, v128.load(others, 48)));
  }
  v128.store(to, sumsOfLanes(sum0, sum1, sum2, sum3));
  v128.store(to, sumsOfLanes(sum4, sum5, sum6, sum7), 64);
}

function multiplyFour(points: usize, quadsEnd: usize, lines: usize, to: usize): void {
  let sum0 = f32x4.splat(0);
  let sum1 = sum0;
  let sum2 = sum0;
  let sum3 = sum0;
  for (const end = points + quadsEnd; points < end; points += 16, lines += 64) {
    const values = v128.load(points);
    sum0 = f32x4.add(sum0, f32x4.mul(values, v128.load(lines)));
    sum1 = f32x4.add(sum1, f32x4.mul(values, v128.load(lines, 16)));
    sum2 = f32x4.add(sum2, f32x4.mul(values, v128.load(lines, 32)));
    sum3 = f32x4.add(sum3, f32x4.mul(values, v128.load(lines, 48)));
  }
  v128.store(to, sumsOfLanes(sum0, sum1, sum2, sum3));
}

/** The sum of each, one in each lane. */
function sumsOfLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(i32x4.shuffle(a, b, 0, 4, 1, 5), i32x4.shuffle(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(i32x4.shuffle(c, d, 0, 4, 1, 5), i32x4.shuffle(c, d, 2, 6, 3, 7));
  return f32x4.add(i32x4.shuffle(ab, cd, 0, 1, 4, 5), i32x4.shuffle(ab, cd, 2, 3, 6, 7));
}

/** product² / scatter; Infinity where rounding may leave no scatter, and not a number for 0 / 0, which `pmax` drops. */
function share(products: v128, scatters: v128, isMeant: v128): v128 {
  return v128.and(f32x4.div(f32x4.mul(products, products), scatters), isMeant);
}

/** Each lane and all before it. */
function runningSums(values: v128): v128 {
  const zero = f32x4.splat(0);
  const pairs = f32x4.add(values, i32x4.shuffle(zero, values, 0, 4, 5, 6));
  return f32x4.add(pairs, i32x4.shuffle(zero, pairs, 0, 0, 4, 5));
}

function greatestOf(values: v128): f32 {
  const pairs = f32x4.pmax(values, i32x4.shuffle(values, values, 2, 3, 0, 1));
  return max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
}
