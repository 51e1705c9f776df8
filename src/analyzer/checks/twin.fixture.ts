/**
 * The slow, obvious twin of the nine checks: each straight from its rule, on plain arrays, sorting
 * and looping as often as it likes. Tests hold the fast checks against it.
 *
 * It gives both sides of each comparison, so that a test can pass over a case where they differ by no
 * more than rounding.
 */
import type { CheckName } from "../../model/index.ts";
import { studentTUpperQuantile } from "../numerics/student-t.ts";

export interface TwinResult {
  readonly fired: boolean;
  /** What was compared, the left side to be greater; NaN where nothing was. */
  readonly left: number;
  readonly right: number;
  /** The magnitude that both sides were subtracted from: rounding is a share of it. */
  readonly scale: number;
}

export interface TwinSeries {
  readonly timesMs: readonly number[];
  readonly values: readonly number[];
  readonly nowMs: number;
}

export const twins: Readonly<Record<CheckName, (series: TwinSeries) => TwinResult>> = {
  first_hour_average: ({ timesMs, values, nowMs }) => {
    const hour = values.filter((value, i) => timesMs[i]! < nowMs - 82_800_000);
    return greater(Math.abs(tailOf(values) - mean(hour)), 3 * deviation(hour, 1), values);
  },
  mean_subtraction_cumulation: ({ values }) => {
    const others = values.slice(0, -1);
    return greater(Math.abs(values.at(-1)! - mean(others)), 3 * deviation(others, 1), values);
  },
  stddev_from_average: ({ values }) =>
    greater(Math.abs(tailOf(values) - mean(values)), 3 * deviation(values, 1), values),
  stddev_from_moving_average: ({ values }) => {
    const weights = values.map((value, i) => (50 / 51) ** (values.length - 1 - i));
    const total = sum(weights);
    const centre = sum(values.map((value, i) => (weights[i]! / total) * value));
    const variance = sum(values.map((value, i) => (weights[i]! / total) * (value - centre) ** 2));
    const squares = sum(weights.map((weight) => weight * weight));
    const corrected = (variance * total ** 2) / (total ** 2 - squares);
    const spread = values.length === 1 ? NaN : Math.sqrt(corrected);
    return greater(Math.abs(values.at(-1)! - centre), 3 * spread, values);
  },
  least_squares: ({ timesMs, values }) => {
    if (values.length < 3) return greater(NaN, NaN, values);
    const seconds = timesMs.map((timeMs) => timeMs / 1000);
    const isConstant = deviation(seconds, 0) / mean(seconds) ** 2 < 2 ** -53;
    const t = seconds.map((second) => second - mean(seconds));
    const v = values.map((value) => value - mean(values));
    const slope = isConstant ? 0 : sum(t.map((x, i) => x * v[i]!)) / sum(t.map((x) => x * x));
    const residuals = v.map((y, i) => y - slope * t[i]!);
    const left = Math.abs(mean(residuals.slice(-3)));
    const spread = deviation(residuals, 0);
    const result = greater(left, 3 * spread, values);
    const roundsToNothing = Math.round(spread) === 0 || Math.round(left) === 0;
    return { ...result, fired: result.fired && !roundsToNothing };
  },
  grubbs: ({ values }) => {
    const n = values.length;
    const spread = deviation(values, 0);
    if (n < 3 || spread === 0) return greater(NaN, NaN, values);
    const t = studentTUpperQuantile(0.05 / (2 * n), n - 2);
    const critical = ((n - 1) / Math.sqrt(n)) * Math.sqrt((t * t) / (n - 2 + t * t));
    return greater((tailOf(values) - mean(values)) / spread, critical, values);
  },
  histogram_bins: ({ values }) => {
    const isFlat = min(values) === max(values);
    const least = isFlat ? min(values) - 0.5 : min(values);
    const greatest = isFlat ? max(values) + 0.5 : max(values);
    const edges = Array.from({ length: 16 }, (edge, i) =>
      i === 15 ? greatest : least + i * ((greatest - least) / 15),
    );
    const tail = values.length < 3 ? values.at(-1)! : sum(values.slice(-3)) / 3;
    for (let bin = 0; bin < 15; bin++) {
      const left = edges[bin]!;
      const right = edges[bin + 1]!;
      const isLast = bin === 14;
      const count = values.filter(
        (v) => v >= left && (v < right || (isLast && v === right)),
      ).length;
      const isInside = bin === 0 ? tail <= left : tail >= left && tail < right;
      if (isInside && count <= 20) return { fired: true, left: 1, right: 0, scale: 0 };
    }
    return { fired: false, left: 0, right: 1, scale: 0 };
  },
  median_absolute_deviation: ({ values }) => {
    const centre = median(values);
    const distances = values.map((value) => Math.abs(value - centre));
    const middle = median(distances);
    if (middle === 0) return greater(NaN, NaN, values);
    return { ...greater(distances.at(-1)! / middle, 6, values), scale: 0 };
  },
  ks_test: ({ timesMs, values, nowMs }) => {
    const reference = values.filter(
      (value, i) => timesMs[i]! >= nowMs - 3_600_000 && timesMs[i]! < nowMs - 600_000,
    );
    const probe = values.filter((value, i) => timesMs[i]! >= nowMs - 600_000);
    if (reference.length < 20 || probe.length < 20) return greater(NaN, NaN, values);
    const distance = twinDistance(reference, probe);
    if (!(distance > 0.5) || reference.length < 24) return { ...greater(0, 1, values), scale: 0 };
    const statistic = twinStatistic(reference);
    return { ...greater(-statistic, 2.8615927630970894, values), scale: 0 };
  },
};

/** At every value of either sample, the difference of the shares at or below it. */
export function twinDistance(first: readonly number[], second: readonly number[]): number {
  const shareOf = (sample: readonly number[], limit: number): number =>
    sample.filter((value) => value <= limit).length / sample.length;
  return max(
    [...first, ...second].map((value) => Math.abs(shareOf(first, value) - shareOf(second, value))),
  );
}

/** Eleven regressions in full, each by Gram-Schmidt on its columns; NaN for a line. */
export function twinStatistic(sample: readonly number[]): number {
  const steps = sample.slice(1).map((value, i) => value - sample[i]!);
  if (deviation(steps, 0) <= 1e-6 * Math.abs(mean(steps))) return NaN;
  let bestLag = 0;
  let bestCriterion = Infinity;
  for (let lag = 0; lag <= 10; lag++) {
    const { residual, rank, rowCount } = regress(sample, lag, 10);
    const criterion = rowCount * Math.log(residual / rowCount) + 2 * rank;
    if (criterion < bestCriterion) {
      bestCriterion = criterion;
      bestLag = lag;
    }
  }
  const { residual, rank, rowCount, levelPart } = regress(sample, bestLag, bestLag);
  return levelPart / Math.sqrt(residual / (rowCount - rank));
}

/** @param lagReserve  rows are taken as a model with this many lags could take them */
function regress(
  sample: readonly number[],
  lag: number,
  lagReserve: number,
): { residual: number; rank: number; rowCount: number; levelPart: number } {
  const rows: number[] = [];
  for (let t = lagReserve + 1; t < sample.length; t++) rows.push(t);
  const difference = (t: number): number => sample[t]! - sample[t - 1]!;
  const keepsOnes = Math.abs(mean(sample)) < 1 || deviation(sample, 0) / mean(sample) ** 2 >= 1e-15;
  const columns = keepsOnes ? [rows.map(() => 1)] : [];
  for (let k = 1; k <= lag; k++) columns.push(rows.map((t) => difference(t - k)));
  columns.push(rows.map((t) => sample[t - 1]!));

  const basis: number[][] = [];
  const project = (column: readonly number[]): number[] => {
    let rest = [...column];
    for (let pass = 0; pass < 2; pass++) {
      for (const unit of basis) {
        const part = sum(rest.map((x, i) => x * unit[i]!));
        rest = rest.map((x, i) => x - part * unit[i]!);
      }
    }
    return rest;
  };
  const target = rows.map(difference);
  let levelPart = NaN;
  for (const [index, column] of columns.entries()) {
    const rest = project(column);
    const size = Math.hypot(...rest);
    if (
      !(
        size >
        1e-6 * Math.hypot(...column.map((x) => x - (keepsOnes && index > 0 ? mean(column) : 0)))
      )
    ) {
      continue;
    }
    const unit = rest.map((x) => x / size);
    if (index === columns.length - 1) levelPart = sum(project(target).map((x, i) => x * unit[i]!));
    basis.push(unit);
  }
  const residuals = project(target);
  return {
    residual: sum(residuals.map((x) => x * x)),
    rank: basis.length,
    rowCount: rows.length,
    levelPart,
  };
}

function greater(left: number, right: number, values: readonly number[]): TwinResult {
  return { fired: left > right, left, right, scale: max(values.map(Math.abs)) };
}

function tailOf(values: readonly number[]): number {
  if (values.length < 3) return values.at(-1)!;
  const [a, b, c] = values.slice(-3) as [number, number, number];
  return a === b && b === c ? a : (a + b + c) / 3;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle]!;
  return (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Of a constant exactly that constant. */
function mean(values: readonly number[]): number {
  const first = values[0] ?? NaN;
  return first + sum(values.map((value) => value - first)) / values.length;
}

function deviation(values: readonly number[], lost: 0 | 1): number {
  if (values.length <= lost) return NaN;
  const centre = mean(values);
  return Math.sqrt(sum(values.map((value) => (value - centre) ** 2)) / (values.length - lost));
}

function min(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Infinity);
}

function max(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), -Infinity);
}
