/** The two-sample Kolmogorov-Smirnov distance, as src/analyzer/numerics/ks.ts tells. */
import { sort } from "./sort";

const bucketCount: usize = 64;
const bucketSpan: f64 = 64 - 0.001;

const firstCounts: usize = memory.data(4 * 64, 16);
const secondCounts: usize = memory.data(4 * 64, 16);

/**
 * @param atLeast      a distance of no interest: what is not above it may come back as anything up to it
 * @param firstRoom    room for as many values as the first sample has; `secondRoom` for the second
 */
export function ksDistance(
  values: usize,
  firstCount: i32,
  secondCount: i32,
  atLeast: f64,
  firstRoom: usize,
  secondRoom: usize,
): f64 {
  const middle = values + ((<usize>firstCount) << 3);
  const end = middle + ((<usize>secondCount) << 3);
  const n = <f64>firstCount;
  const m = <f64>secondCount;
  let lower = Infinity;
  let upper = -Infinity;
  for (let p = values; p < end; p += 8) {
    const value = load<f64>(p);
    lower = value < lower ? value : lower;
    upper = value > upper ? value : upper;
  }
  if (lower == upper) return 0;
  const scale = min<f64>(bucketSpan / (upper - lower), f64.MAX_VALUE);
  count(values, middle, lower, scale, firstCounts);
  count(middle, end, lower, scale, secondCounts);

  // Differences are kept times both sizes: whole numbers.
  let best = atLeast * (n * m);
  let a: f64 = 0;
  let b: f64 = 0;
  for (let bucket: usize = 0; bucket < bucketCount; bucket++) {
    a += <f64>load<i32>(firstCounts + (bucket << 2));
    b += <f64>load<i32>(secondCounts + (bucket << 2));
    best = max<f64>(best, abs(a * m - b * n));
  }
  a = 0;
  b = 0;
  for (let bucket: usize = 0; bucket < bucketCount; bucket++) {
    const a0 = a;
    const b0 = b;
    a += <f64>load<i32>(firstCounts + (bucket << 2));
    b += <f64>load<i32>(secondCounts + (bucket << 2));
    if (a == a0 || b == b0) continue; // one sample only: extremes lie at the bucket's ends
    if (max<f64>(a * m - b0 * n, b * n - a0 * m) <= best) continue;
    const first = gather(values, middle, lower, scale, <i32>bucket, firstRoom);
    const second = gather(middle, end, lower, scale, <i32>bucket, secondRoom);
    let i = 0;
    let j = 0;
    while (i < first && j < second) {
      const value = min<f64>(valueAt(firstRoom, i), valueAt(secondRoom, j));
      while (i < first && valueAt(firstRoom, i) <= value) i += 1;
      while (j < second && valueAt(secondRoom, j) <= value) j += 1;
      best = max<f64>(best, abs((a0 + <f64>i) * m - (b0 + <f64>j) * n));
    }
  }
  return best / (n * m);
}

function valueAt(values: usize, index: i32): f64 {
  return load<f64>(values + ((<usize>index) << 3));
}

function count(from: usize, until: usize, lower: f64, scale: f64, counts: usize): void {
  memory.fill(counts, 0, 4 * bucketCount);
  for (let p = from; p < until; p += 8) {
    const bucket = <i32>((load<f64>(p) - lower) * scale);
    const at = counts + ((<usize>bucket) << 2);
    store<i32>(at, load<i32>(at) + 1);
  }
}

/** Copies the members of a bucket, sorted. @returns how many */
function gather(from: usize, until: usize, lower: f64, scale: f64, bucket: i32, room: usize): i32 {
  let to = room;
  for (let p = from; p < until; p += 8) {
    const value = load<f64>(p);
    if (<i32>((value - lower) * scale) != bucket) continue;
    store<f64>(to, value);
    to += 8;
  }
  const kept = <i32>((to - room) >> 3);
  sort(room, kept);
  return kept;
}
