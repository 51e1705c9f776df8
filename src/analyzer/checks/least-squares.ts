/**
 * least_squares: do the last three values stand off the straight line through the window?
 *
 * Rule: fit value = m·time + c; R is the mean of the last three residuals, s the deviation of all
 * (with n). Fires where |R| > 3·s and neither s nor R rounds to 0, halves away from it. Fewer than three
 * values are calm.
 *
 * The rounding makes the check blind to metrics that live below one: it cannot fire where s < 0.5.
 * That is shown as limits that are absent. Where s >= 0.5, |R| > 3·s is above 1.5 already, so the
 * second half of the rounding never decides. The limits drawn are the line's mean over the last three
 * times, plus and minus 3·s; observed is the true mean of the last three values.
 *
 * The original gave raw epoch seconds to a solver that drops singular values below 2^-53 of the
 * largest. The columns [time, 1] are then one: a span of a few minutes gets a constant, a longer one a
 * line. We work that ratio out (numerics/singular-ratio.ts) and fit a constant or a centred line
 * accordingly: the same answers with good digits.
 */
import { sumFrom } from "../numerics/moments.ts";
import { singularRatio } from "../numerics/singular-ratio.ts";
import { answerByReach, answerNothingToCompare, type Answer, type Comparison } from "./check.ts";
import type { SeriesFacts } from "../facts.ts";

const singularRatioMin = 2 ** -53;

export function checkLeastSquares(facts: SeriesFacts, comparison: Comparison): Answer {
  const { count, timesMs, values, mean } = facts;
  comparison.isValue = true;
  if (count < 3) return answerNothingToCompare(comparison);

  const firstMs = timesMs[0]!;
  const meanMs = firstMs + sumFrom(timesMs, 0, count, firstMs) / count;
  measureProducts(timesMs, values, count, meanMs, mean);
  const { timeSquares, cross } = products;

  let slope = 0;
  let squares = facts.squares;
  if (singularRatio(meanMs / 1000, timeSquares / count / 1e6) >= singularRatioMin) {
    slope = cross / timeSquares;
    squares = facts.squares - slope * cross;
    // Where the line explains nearly all, the difference has lost its digits: sum the residuals.
    if (!(squares > 1e-3 * facts.squares)) {
      squares = 0;
      for (let i = 0; i < count; i++) {
        const residual = values[i]! - mean - slope * (timesMs[i]! - meanMs);
        squares += residual * residual;
      }
    }
  }

  const deviation = Math.sqrt(squares / count);
  const tailTime = (timesMs[count - 1]! + timesMs[count - 2]! + timesMs[count - 3]!) / 3 - meanMs;
  const line = mean + slope * tailTime;
  if (deviation * facts.unit < 0.5) {
    comparison.observed = facts.trueTail * facts.unit;
    comparison.lower = null;
    comparison.upper = null;
    return "calm";
  }
  return answerByReach(facts, comparison, facts.trueTail, line, 3 * deviation);
}

// Each thread loads its own copy of this file, and a check ends before the next begins.
const products = { timeSquares: 0, cross: 0 };

/** Σ time² and Σ time·value, both less their means, in lanes as numerics/moments.ts says. */
function measureProducts(
  timesMs: Float64Array,
  values: Float64Array,
  count: number,
  meanMs: number,
  mean: number,
): void {
  let squares0 = 0;
  let squares1 = 0;
  let squares2 = 0;
  let squares3 = 0;
  let cross0 = 0;
  let cross1 = 0;
  let cross2 = 0;
  let cross3 = 0;
  for (let i = 0; i < count; i += 4) {
    const a = timesMs[i]! - meanMs;
    squares0 += a * a;
    cross0 += a * (values[i]! - mean);
    if (i + 1 >= count) break;
    const b = timesMs[i + 1]! - meanMs;
    squares1 += b * b;
    cross1 += b * (values[i + 1]! - mean);
    if (i + 2 >= count) break;
    const c = timesMs[i + 2]! - meanMs;
    squares2 += c * c;
    cross2 += c * (values[i + 2]! - mean);
    if (i + 3 >= count) break;
    const d = timesMs[i + 3]! - meanMs;
    squares3 += d * d;
    cross3 += d * (values[i + 3]! - mean);
  }
  products.timeSquares = squares0 + squares2 + (squares1 + squares3);
  products.cross = cross0 + cross2 + (cross1 + cross3);
}
