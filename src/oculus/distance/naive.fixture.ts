/**
 * The obvious twins of the fast distances, for tests only: straight from the definition, one table
 * cell, one lag, one point at a time.
 */
import { nextInteger, nextNormal, type Random } from "../../base/random.ts";

/** Full table within the band, no pruning. */
export function naiveDtwSquared(
  query: ArrayLike<number>,
  row: ArrayLike<number>,
  band: number,
  cost: (difference: number) => number = (difference) => difference * difference,
): number {
  const table = emptyTable(query.length, row.length);
  for (let i = 0; i < query.length; i++) {
    for (let j = 0; j < row.length; j++) {
      if (Math.abs(i - j) > band) continue;
      const before =
        i === 0 && j === 0
          ? 0
          : Math.min(
              table[i - 1]?.[j - 1] ?? Infinity,
              table[i - 1]?.[j] ?? Infinity,
              table[i]?.[j - 1] ?? Infinity,
            );
      table[i]![j] = before + cost(query[i]! - row[j]!);
    }
  }
  return table[query.length - 1]![row.length - 1]!;
}

function emptyTable(lines: number, columns: number): number[][] {
  return Array.from({ length: lines }, () => new Array<number>(columns).fill(Infinity));
}

/** Pearson's r of the overlap at each lag; the strongest, shortest first, positive first. */
export function naiveLaggedCorrelation(
  query: ArrayLike<number>,
  row: ArrayLike<number>,
  lagMax: number,
): { readonly r: number; readonly lag: number } {
  let best = { r: 0, lag: 0 };
  for (let size = 0; size <= lagMax; size++) {
    for (const lag of size === 0 ? [0] : [size, -size]) {
      const first: number[] = [];
      const second: number[] = [];
      for (let i = 0; i < query.length; i++) {
        if (i + lag < 0 || i + lag >= row.length) continue;
        first.push(query[i]!);
        second.push(row[i + lag]!);
      }
      const r = pearson(first, second);
      if (Math.abs(r) > Math.abs(best.r) + 1e-9) best = { r, lag };
    }
  }
  return best;
}

export function pearson(first: readonly number[], second: readonly number[]): number {
  const meanOf = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const firstMean = meanOf(first);
  const secondMean = meanOf(second);
  let product = 0;
  let firstSquares = 0;
  let secondSquares = 0;
  for (let i = 0; i < first.length; i++) {
    product += (first[i]! - firstMean) * (second[i]! - secondMean);
    firstSquares += (first[i]! - firstMean) ** 2;
    secondSquares += (second[i]! - secondMean) ** 2;
  }
  if (firstSquares < 1e-9 || secondSquares < 1e-9) return 0;
  return product / Math.sqrt(firstSquares * secondSquares);
}

/** A shape of one of several kinds: walks, noise, a few levels only, a rare spike. */
export function randomValues(length: number, random: Random): Float64Array<ArrayBuffer> {
  const values = new Float64Array(length);
  const kind = nextInteger(random, 4);
  let level = 0;
  for (let i = 0; i < length; i++) {
    if (kind === 0) level += nextNormal(random);
    else if (kind === 1) level = nextNormal(random);
    else if (kind === 2) level = nextInteger(random, 3);
    else level = random.next() < 2 / length ? 5 : 0;
    values[i] = level;
  }
  if (values.every((value) => value === values[0])) values[nextInteger(random, length)]! += 1;
  return values;
}
