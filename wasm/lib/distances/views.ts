/**
 * The view that the ranking `best` has of a row: smoothed by a triangle, then z-normalised, as
 * src/oculus/smoothing.ts defines it. src/kernel/lagged-query.ts states how far it may be off.
 */
import { lanesOf } from "./sums";

/** Of the row last given to `smooth`: what has to be taken off each point, and what it is then multiplied by. */
export let viewMean: f32 = 0;
export let viewScale: f32 = 0;
/** How many deviations the view may be off, as a root mean square; any size. */
export let viewError: f32 = 0;

/** A view off by more says nothing. */
export const viewErrorMax: f32 = 0.05;

/** Rows are padded so many at a time: what was just written is read faster a little later. */
export const paddedRowCount: i32 = 8;

/**
 * Copies a row to `padded` with room on either side, where the end values go on.
 *
 * @param width  half the base of the triangle in points
 */
export function layPadded(points: usize, pointCount: i32, width: i32, padded: usize): void {
  const stride = (<usize>pointCount) << 2;
  const quadsEnd = (stride + 15) & ~(<usize>15);
  const margin = marginOf(width);
  const row = padded + margin;
  const first = v128.load32_splat(points);
  const last = v128.load32_splat(points + stride - 4);
  for (let at: usize = 0; at < margin; at += 16) v128.store(padded + at, first);
  for (let at: usize = 0; at < quadsEnd; at += 16) v128.store(row + at, v128.load(points + at));
  for (let at: usize = 0; at <= margin; at += 16) v128.store(row + stride + at, last);
}

/** What a padded row takes. */
export function paddedBytes(pointCount: i32, width: i32): usize {
  return ((((<usize>pointCount) << 2) + 15) & ~(<usize>15)) + 2 * marginOf(width) + 16;
}

function marginOf(width: i32): usize {
  return (((<usize>width) << 2) + 15) & ~(<usize>15);
}

/**
 * Writes a padded row smoothed, but not yet normalised, to `view`, which has room for three points more.
 *
 * @param errorScale  error times variance
 * @returns whether anything is left at all
 */
export function smooth(
  padded: usize,
  pointCount: i32,
  width: i32,
  errorScale: f32,
  view: usize,
): bool {
  const stride = (<usize>pointCount) << 2;
  const row = padded + marginOf(width);
  const weight = <f32>1 / (<f32>width * <f32>width);
  const middleWeight = f32x4.splat(<f32>1 / <f32>width);
  const pairsEnd = stride & ~(<usize>31);
  let sum0 = f32x4.splat(0);
  let squares0 = sum0;
  let sum1 = sum0;
  let squares1 = sum0;
  let at: usize = 0;
  for (; at < pairsEnd; at += 32) {
    const here = smoothed(row + at, width, weight, middleWeight);
    const next = smoothed(row + at + 16, width, weight, middleWeight);
    v128.store(view + at, here);
    v128.store(view + at, next, 16);
    sum0 = f32x4.add(sum0, here);
    sum1 = f32x4.add(sum1, next);
    squares0 = f32x4.add(squares0, f32x4.mul(here, here));
    squares1 = f32x4.add(squares1, f32x4.mul(next, next));
  }
  for (; at < stride; at += 16) {
    const here = smoothed(row + at, width, weight, middleWeight);
    v128.store(view + at, here);
    const inside = v128.and(here, firstLanes(<i32>((stride - at) >> 2)));
    sum0 = f32x4.add(sum0, inside);
    squares0 = f32x4.add(squares0, f32x4.mul(inside, inside));
  }
  const share = <f32>1 / <f32>pointCount;
  const squares = lanesOf(f32x4.add(squares0, squares1)) * share;
  viewMean = lanesOf(f32x4.add(sum0, sum1)) * share;
  const variance = squares - viewMean * viewMean;
  const isMoving = variance > 0;
  viewScale = isMoving ? <f32>1 / sqrt<f32>(variance) : 0;
  viewError = isMoving ? errorScale / variance : Infinity;
  return squares > 0;
}

/** Normalises a view, in the sense of `sign`. */
export function normalise(view: usize, pointCount: i32, sign: i32): void {
  const means = f32x4.splat(viewMean);
  const scales = f32x4.splat(sign < 0 ? -viewScale : viewScale);
  const quadsEnd = (((<usize>pointCount) << 2) + 15) & ~(<usize>15);
  for (let at: usize = 0; at < quadsEnd; at += 16) {
    v128.store(view + at, f32x4.mul(f32x4.sub(v128.load(view + at), means), scales));
  }
}

/** Turns a view over. */
export function mirror(view: usize, pointCount: i32): void {
  const quadsEnd = (((<usize>pointCount) << 2) + 15) & ~(<usize>15);
  for (let at: usize = 0; at < quadsEnd; at += 16) {
    v128.store(view + at, f32x4.neg(v128.load(view + at)));
  }
}

/** Four points smoothed. */
function smoothed(points: usize, width: i32, weight: f32, middleWeight: v128): v128 {
  let sum = f32x4.mul(v128.load(points), middleWeight);
  for (let apart = 1; apart < width; apart++) {
    const reach = (<usize>apart) << 2;
    const both = f32x4.add(v128.load(points - reach), v128.load(points + reach));
    sum = f32x4.add(sum, f32x4.mul(both, f32x4.splat(weight * <f32>(width - apart))));
  }
  return sum;
}

/** All bits of the first so many lanes, and of four where there are more. */
function firstLanes(count: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count));
}
