/**
 * The exact median by buckets, as src/analyzer/numerics/select.ts tells. The place of a value among the
 * others is exact whatever way leads there, so that only the way is ours: the buckets of four values
 * are worked out at once and counted in four tables, since neighbours often fall into one bucket.
 */
import { sort } from "./sort";

const bucketCount: i32 = 1024;
const bucketSpan: f64 = bucketCount - 0.001;
const sortCountMax: i32 = 96;
const tableBytes: usize = 4096;

const tables: usize = memory.data(4 * 4096, 16);

/**
 * @param lower  the least of the values; `upper` the greatest
 * @param kept   room for as many values
 */
export function median(values: usize, count: i32, lower: f64, upper: f64, kept: usize): f64 {
  if (lower == upper) return lower;
  const isEven = (count & 1) == 0;
  let source = values;
  let sourceCount = count;
  // The place of the upper middle among the values still in play.
  let rank = count >> 1;
  while (sourceCount > sortCountMax) {
    if (lower == upper) {
      return isEven && rank == 0 ? withLowerMiddle(values, count, lower) : lower;
    }
    const scale = bucketSpan / (upper - lower);
    if (!(scale < Infinity)) break;
    countBuckets(source, sourceCount, lower, scale);
    let bucket = 0;
    let inBucket = load<i32>(tables);
    while (inBucket <= rank) {
      rank -= inBucket;
      bucket += 1;
      inBucket = load<i32>(tables + ((<usize>bucket) << 2));
    }
    sourceCount = keepBucket(source, sourceCount, lower, scale, bucket, kept);
    source = kept;
    lower = keptLeast;
    upper = keptGreatest;
  }
  if (source != kept) memory.copy(kept, source, (<usize>sourceCount) << 3);
  sort(kept, sourceCount);
  const high = load<f64>(kept + ((<usize>rank) << 3));
  if (!isEven) return high;
  if (rank > 0) return (load<f64>(kept + ((<usize>(rank - 1)) << 3)) + high) / 2;
  return withLowerMiddle(values, count, high);
}

/** The buckets of four neighbours. */
function bucketsOf(p: usize, lowers: v128, scales: v128): v128 {
  const a = f64x2.mul(f64x2.sub(v128.load(p), lowers), scales);
  const b = f64x2.mul(f64x2.sub(v128.load(p, 16), lowers), scales);
  const low = i32x4.trunc_sat_f64x2_s_zero(a);
  const high = i32x4.trunc_sat_f64x2_s_zero(b);
  return v128.shuffle<u64>(low, high, 0, 2);
}

/** Counts of all buckets, in the first table afterwards. */
function countBuckets(source: usize, count: i32, lower: f64, scale: f64): void {
  memory.fill(tables, 0, 4 * tableBytes);
  const lowers = f64x2.splat(lower);
  const scales = f64x2.splat(scale);
  const end = source + ((<usize>count) << 3);
  let p = source;
  for (; p + 24 < end; p += 32) {
    const places = i32x4.shl(bucketsOf(p, lowers, scales), 2);
    countIn(tables + <usize>i32x4.extract_lane(places, 0));
    countIn(tables + tableBytes + <usize>i32x4.extract_lane(places, 1));
    countIn(tables + 2 * tableBytes + <usize>i32x4.extract_lane(places, 2));
    countIn(tables + 3 * tableBytes + <usize>i32x4.extract_lane(places, 3));
  }
  for (; p < end; p += 8) {
    const bucket = <i32>((load<f64>(p) - lower) * scale);
    countIn(tables + ((<usize>bucket) << 2));
  }
  for (let t = tables; t < tables + tableBytes; t += 16) {
    const first = i32x4.add(v128.load(t), v128.load(t + tableBytes));
    const second = i32x4.add(v128.load(t + 2 * tableBytes), v128.load(t + 3 * tableBytes));
    v128.store(t, i32x4.add(first, second));
  }
}

function countIn(at: usize): void {
  store<i32>(at, load<i32>(at) + 1);
}

let keptLeast: f64 = 0;
let keptGreatest: f64 = 0;

/** Copies the members of a bucket. `kept` may be `source`. @returns how many */
function keepBucket(
  source: usize,
  count: i32,
  lower: f64,
  scale: f64,
  bucket: i32,
  kept: usize,
): i32 {
  const lowers = f64x2.splat(lower);
  const scales = f64x2.splat(scale);
  const wanted = i32x4.splat(bucket);
  const end = source + ((<usize>count) << 3);
  let least = Infinity;
  let greatest = -Infinity;
  let to = kept;
  let p = source;
  for (; p + 24 < end; p += 32) {
    let members = i32x4.bitmask(i32x4.eq(bucketsOf(p, lowers, scales), wanted));
    while (members != 0) {
      const value = load<f64>(p + ((<usize>ctz(members)) << 3));
      members &= members - 1;
      store<f64>(to, value);
      to += 8;
      least = value < least ? value : least;
      greatest = value > greatest ? value : greatest;
    }
  }
  for (; p < end; p += 8) {
    const value = load<f64>(p);
    if (<i32>((value - lower) * scale) != bucket) continue;
    store<f64>(to, value);
    to += 8;
    least = value < least ? value : least;
    greatest = value > greatest ? value : greatest;
  }
  keptLeast = least;
  keptGreatest = greatest;
  return <i32>((to - kept) >> 3);
}

/** The lower middle lies in no bucket of the upper one: it is the greatest value below it. */
function withLowerMiddle(values: usize, count: i32, high: f64): f64 {
  const highs = f64x2.splat(high);
  const nothing = f64x2.splat(-Infinity);
  const end = values + ((<usize>count) << 3);
  let below = nothing;
  let p = values;
  for (; p + 8 < end; p += 16) {
    const pair = v128.load(p);
    const candidates = v128.bitselect(pair, nothing, f64x2.lt(pair, highs));
    below = f64x2.pmax(below, candidates);
  }
  let greatest = max<f64>(f64x2.extract_lane(below, 0), f64x2.extract_lane(below, 1));
  if (p < end && load<f64>(p) < high) greatest = max<f64>(greatest, load<f64>(p));
  return (greatest + high) / 2;
}
