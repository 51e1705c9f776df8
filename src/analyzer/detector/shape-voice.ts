/**
 * Has the series drawn this shape before? The distance from its latest stretch to the most similar one in
 * its own past, against how large that distance usually is: a discord, found as it happens (Lu, Wu, Mueen,
 * Zuluaga and Keogh, "Matrix Profile XXIV", KDD 2022, for the idea of looking back only).
 *
 * What it may cost decides the rest. The past is a ring of 256 points of a byte each, every point the mean
 * of as many rows as make one cycle sixteen points long (cycle.ts). So the ring holds sixteen cycles, and a search
 * happens once per point, not per row. Where nobody asks, as the other voices are calm, it happens for one point
 * in eight only, which then counts for all eight in how large the distance usually is.
 * Deviations from the published: windows lose their mean, not their deviation (a quiet stretch is no shape).
 */
import {
  countCrossings,
  crossingsWanted,
  cyclePoints,
  isCycleOther,
  isCycleTold,
  strideWanted,
} from "./cycle.ts";
import { addToHistory, standing } from "./history.ts";
import { cell, ringCount } from "./layout.ts";
import type { Row } from "./row.ts";

/** A window is one cycle. */
const windowPoints = cyclePoints;
/** One point in so many is searched for unasked, and counts for them all. */
const sampledEvery = 8;
const levelsPerDeviation = 32;
const byteMax = 127;

/** What makes a rhythm: how much intervals may vary, and how far a cycle may be from its like. */
const intervalSpreadMax = 1;
const distanceShareMax = 0.25;
const distanceMemoryPoints = 3_000;
/** So many points in a row beyond a byte: the series has moved, the ring starts again around it. */
const clippedMax = 2 * windowPoints;

/** Whole numbers up to here are exact in a cell; half of it is a multiple of the ring. */
const pointsMax = 2 ** 24;

/** The ring from oldest to newest, while it is searched. */
const line = new Int32Array(ringCount);

/**
 * @param isAsked  whether somebody wants to know of every point; see above
 * @returns standard deviations above the usual distance, as of the newest point searched for; 0 while learning
 */
export function judgeShape(
  cells: Float32Array,
  ring: Int8Array,
  base: number,
  ringBase: number,
  row: Row,
  isAsked: boolean,
): number {
  const isBegun = cells[base + cell.stride] !== 0;
  const hasCrossed = countCrossings(cells, base, row);
  if (!isBegun) {
    if (isCycleTold(cells, base, row)) startRing(cells, base, row);
    return 0;
  }
  if (hasCrossed && isCycleOther(cells, base, row)) startRing(cells, base, row);
  const stride = cells[base + cell.stride]!;
  cells[base + cell.sums] = cells[base + cell.sums]! + row.value;
  cells[base + cell.summed] = cells[base + cell.summed]! + 1;
  if (cells[base + cell.summed]! < stride) return cells[base + cell.shapeScore]!;

  const mean = cells[base + cell.sums]! / cells[base + cell.summed]!;
  cells[base + cell.sums] = 0;
  cells[base + cell.summed] = 0;
  addPoint(cells, ring, base, ringBase, mean, row);
  const points = cells[base + cell.points]!;
  if (points < 3 * windowPoints) return 0;
  if (!isAsked && points % sampledEvery !== 0) return cells[base + cell.shapeScore]!;
  const distance = nearestDistance(ring, ringBase, points);
  const learned = points - 3 * windowPoints + 1;
  const score = learned > 10 ? standing(cells, base + cell.distances, distance, 0.05) : 0;
  const weight = isAsked ? 1 : Math.min(learned, sampledEvery);
  const memory = distanceMemoryPoints / weight;
  addToHistory(cells, base + cell.distances, distance, learned / weight, memory);
  cells[base + cell.shapeScore] = score;
  return cells[base + cell.shapeScore]!;
}

function startRing(cells: Float32Array, base: number, row: Row): void {
  cells[base + cell.stride] = Math.round(strideWanted(cells, base, row));
  cells[base + cell.sums] = 0;
  cells[base + cell.summed] = 0;
  cells[base + cell.points] = 0;
  cells[base + cell.clipped] = 0;
  cells[base + cell.shapeScore] = 0;
  cells[base + cell.center] = row.mean;
  cells[base + cell.scale] = row.deviation;
}

/**
 * Has the series a rhythm of its own: does it cross its mean at like intervals, long enough to hold a
 * shape, and is its shape found again in its past?
 */
export function hasRhythm(cells: Float32Array, base: number, row: Row): boolean {
  if (cells[base + cell.crossings]! < crossingsWanted) return false;
  const interval = cells[base + cell.intervals]!;
  if (interval < windowPoints) return false;
  if (cells[base + cell.intervals + 1]! > (intervalSpreadMax * interval) ** 2) return false;
  const distance = (cells[base + cell.distances]! / levelsPerDeviation) * cells[base + cell.scale]!;
  return distance > 0 && distance <= distanceShareMax * row.deviation;
}

function addPoint(
  cells: Float32Array,
  ring: Int8Array,
  base: number,
  ringBase: number,
  value: number,
  row: Row,
): void {
  const scaled =
    ((value - cells[base + cell.center]!) / cells[base + cell.scale]!) * levelsPerDeviation;
  const level = Math.round(scaled);
  const isClipped = !(level >= -byteMax && level <= byteMax);
  cells[base + cell.clipped] = isClipped ? cells[base + cell.clipped]! + 1 : 0;
  if (cells[base + cell.clipped]! >= clippedMax) {
    cells[base + cell.clipped] = 0;
    cells[base + cell.points] = 0;
    cells[base + cell.center] = value;
    cells[base + cell.scale] = row.deviation;
    return;
  }
  const points = cells[base + cell.points]!;
  ring[ringBase + (points % ringCount)] = isClipped ? (scaled > 0 ? byteMax : -byteMax) : level;
  cells[base + cell.points] = points + 1 < pointsMax ? points + 1 : pointsMax / 2;
}

/**
 * The root mean square between the newest window and its nearest earlier one that does not overlap it, both
 * without their means. All sums are of whole numbers, so they are exact. A window whose own size differs
 * from the newest one's by more than the best distance cannot be nearer (triangle inequality): most are
 * passed over by that. Exported for its test.
 */
export function nearestDistance(ring: Int8Array, ringBase: number, points: number): number {
  const count = Math.min(points, ringCount);
  const oldest = (points - count) % ringCount;
  const tail = Math.min(count, ringCount - oldest);
  for (let i = 0; i < tail; i++) line[i] = ring[ringBase + oldest + i]!;
  for (let i = tail; i < count; i++) line[i] = ring[ringBase + i - tail]!;

  const newest = count - windowPoints;
  const sum = sumOf(newest);
  const size = squaresOf(newest) - (sum * sum) / windowPoints;
  let start = newest - windowPoints;
  let otherSum = sumOf(start);
  let otherSquares = squaresOf(start);
  let best = Infinity;
  let least = -1;
  let most = Infinity;
  while (start >= 0) {
    const otherSize = otherSquares - (otherSum * otherSum) / windowPoints;
    if (otherSize > least && otherSize < most) {
      const product = productOf(newest, start) - (sum * otherSum) / windowPoints;
      const distance = Math.max(0, size + otherSize - 2 * product);
      if (distance < best) {
        best = distance;
        const length = Math.sqrt(size);
        const reach = Math.sqrt(best);
        least = length > reach ? (length - reach) ** 2 : -1;
        most = (length + reach) ** 2;
      }
    }
    start -= 1;
    if (start < 0) break;
    const coming = line[start]!;
    const leaving = line[start + windowPoints]!;
    otherSum += coming - leaving;
    otherSquares += coming * coming - leaving * leaving;
  }
  return Math.sqrt(best / windowPoints);
}

function sumOf(start: number): number {
  let sum = 0;
  for (let i = 0; i < windowPoints; i++) sum += line[start + i]!;
  return sum;
}

function squaresOf(start: number): number {
  return productOf(start, start);
}

function productOf(start: number, other: number): number {
  let product = 0;
  for (let i = 0; i < windowPoints; i++) {
    product = (product + Math.imul(line[start + i]!, line[other + i]!)) | 0;
  }
  return product;
}
