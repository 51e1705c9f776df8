/**
 * The augmented Dickey-Fuller statistic, operation by operation as src/analyzer/numerics/adf.ts, which
 * gives model, source and the reasons.
 */
import { mean, measureMoments, singularRatio, squares } from "./moments";

const lagCountMax: i32 = 10;
const columnCountMax: i32 = 12;
const singularRatioMin: f64 = 1e-15;
const dependentShare: f64 = 1e-12;
const nothingShare: f64 = 1e-24;
const constantShare: f64 = 1e-13;

const gram: usize = memory.data(8 * 144, 16);
const factor: usize = memory.data(8 * 144, 16);
const transformed: usize = memory.data(8 * 12, 16);
const sums: usize = memory.data(8 * 12, 16);

let hasConstant: bool = true;
let differences: usize = 0;
let levels: usize = 0;

/**
 * @param differencesRoom  room for `count` values; so has `levelsRoom`
 * @returns NaN where the statistic is undefined
 */
export function adfStatistic(
  values: usize,
  count: i32,
  differencesRoom: usize,
  levelsRoom: usize,
): f64 {
  differences = differencesRoom;
  levels = levelsRoom;
  const first = load<f64>(values);
  let greatest: f64 = 0;
  for (let i = 0; i < count; i++) greatest = max<f64>(greatest, abs(at(values, i) - first));
  if (!(greatest > 0 && greatest < Infinity)) return NaN;
  measureMoments(values, count);
  hasConstant = keepsConstant(count);
  const zero = hasConstant ? first : 0;
  for (let i = 0; i < count; i++) put(levels, i, (at(values, i) - zero) / greatest);
  for (let i = 1; i < count; i++) {
    put(differences, i, (at(values, i) - at(values, i - 1)) / greatest);
  }
  return levelRatio(count, chooseLag(count));
}

/** Whether the column of ones survives beside the levels; small levels never endanger it. */
function keepsConstant(count: i32): bool {
  const variance = squares / <f64>count;
  if (mean * mean + variance < 1) return true;
  return singularRatio(mean, variance) >= singularRatioMin;
}

function chooseLag(count: i32): i32 {
  const rowCount = count - 1 - lagCountMax;
  const columnCount = lagCountMax + 2;
  fillGram(count, lagCountMax, true);
  const total = at(gram, columnCount * columnCount - 1);
  let residual = total;
  let bestLag = 0;
  let bestCriterion = Infinity;
  const penalty = exponential(2 / <f64>rowCount);
  let scale = hasConstant ? penalty : 1;
  for (let column = 0; column < columnCount - 1; column++) {
    if (eliminate(column, columnCount)) scale *= penalty;
    residual -= at(transformed, column) * at(transformed, column);
    const share = residual > nothingShare * total ? residual : 0;
    const criterion = share * scale;
    if (criterion < bestCriterion) {
      bestCriterion = criterion;
      bestLag = column;
    }
  }
  return bestLag;
}

/** exp(x) for 0 <= x < 0.16 by its series. */
function exponential(x: f64): f64 {
  let sum: f64 = 1;
  for (let k = 14; k >= 1; k--) sum = 1 + (sum * x) / <f64>k;
  return sum;
}

function levelRatio(count: i32, lag: i32): f64 {
  const columnCount = lag + 2;
  fillGram(count, lag, false);
  const total = at(gram, columnCount * columnCount - 1);
  let residual = total;
  let rank = hasConstant ? 1 : 0;
  let hasLevel = false;
  for (let column = 0; column < columnCount - 1; column++) {
    hasLevel = eliminate(column, columnCount);
    if (hasLevel) rank += 1;
    residual -= at(transformed, column) * at(transformed, column);
  }
  if (!hasLevel || !(total > 0)) return NaN;
  const freedom = count - 1 - lag - rank;
  if (!(residual > nothingShare * total)) residual = 0;
  return at(transformed, lag) / sqrt(residual / <f64>freedom);
}

function fillGram(count: i32, lagCount: i32, isLevelFirst: bool): void {
  const columnCount = lagCount + 2;
  const target = columnCount - 1;
  const level = isLevelFirst ? 0 : lagCount;
  const firstLag = isLevelFirst ? 1 : 0;
  const start = lagCount + 1;

  // Lag k of the differences is one column; lag 0 is the target.
  for (let k = 0; k <= lagCount; k++) {
    const column = k == 0 ? target : firstLag + k - 1;
    let products: f64 = 0;
    let crossed: f64 = 0;
    let sum: f64 = 0;
    for (let t = start; t < count; t++) {
      const shifted = at(differences, t - k);
      products += at(differences, t) * shifted;
      crossed += at(levels, t - 1) * shifted;
      sum += shifted;
    }
    put(sums, column, sum);
    putSymmetric(columnCount, target, column, products);
    putSymmetric(columnCount, level, column, crossed);
  }
  for (let gap = 0; gap <= lagCount; gap++) {
    let products = symmetric(columnCount, target, gap == 0 ? target : firstLag + gap - 1);
    for (let k = 1; k + gap <= lagCount; k++) {
      const l = k + gap;
      products +=
        at(differences, start - k) * at(differences, start - l) -
        at(differences, count - k) * at(differences, count - l);
      putSymmetric(columnCount, firstLag + k - 1, firstLag + l - 1, products);
    }
  }
  let levelSum: f64 = 0;
  let levelSquares: f64 = 0;
  for (let t = start; t < count; t++) {
    levelSum += at(levels, t - 1);
    levelSquares += at(levels, t - 1) * at(levels, t - 1);
  }
  put(sums, level, levelSum);
  put(gram, level * columnCount + level, levelSquares);
  if (hasConstant) centre(columnCount, <f64>(count - start));
}

function centre(columnCount: i32, rowCount: f64): void {
  for (let row = 0; row < columnCount; row++) {
    for (let column = 0; column <= row; column++) {
      const place = row * columnCount + column;
      const product = at(gram, place);
      const centred = product - (at(sums, row) * at(sums, column)) / rowCount;
      // What is left of a column that never moves is rounding.
      const isConstant = row == column && centred <= constantShare * product;
      put(gram, place, isConstant ? 0 : centred);
    }
  }
}

/** @returns false where the column depends on those before it: it is left out */
function eliminate(column: i32, columnCount: i32): bool {
  const row = column * columnCount;
  const target = columnCount - 1;
  let pivot = at(gram, row + column);
  for (let k = 0; k < column; k++) {
    let product = at(gram, row + k);
    for (let m = 0; m < k; m++) product -= at(factor, row + m) * at(factor, k * columnCount + m);
    const diagonal = at(factor, k * columnCount + k);
    const entry = diagonal == 0 ? 0 : product / diagonal;
    put(factor, row + k, entry);
    pivot -= entry * entry;
  }
  if (!(pivot > dependentShare * at(gram, row + column))) {
    put(factor, row + column, 0);
    put(transformed, column, 0);
    return false;
  }
  put(factor, row + column, sqrt(pivot));
  let product = at(gram, target * columnCount + column);
  for (let k = 0; k < column; k++) product -= at(transformed, k) * at(factor, row + k);
  put(transformed, column, product / at(factor, row + column));
  return true;
}

function symmetric(columnCount: i32, a: i32, b: i32): f64 {
  return a > b ? at(gram, a * columnCount + b) : at(gram, b * columnCount + a);
}

function putSymmetric(columnCount: i32, a: i32, b: i32, value: f64): void {
  if (a > b) put(gram, a * columnCount + b, value);
  else put(gram, b * columnCount + a, value);
}

function at(column: usize, index: i32): f64 {
  return load<f64>(column + ((<usize>index) << 3));
}

function put(column: usize, index: i32, value: f64): void {
  store<f64>(column + ((<usize>index) << 3), value);
}
