/**
 * Upper quantiles of Student's t distribution, for the critical value of the Grubbs check.
 *
 * The upper tail is half a regularised incomplete beta function,
 *
 *     P(T > t) = I_x(v/2, 1/2) / 2,   x = v / (v + t²)
 *
 * computed by its continued fraction (DLMF 8.17.22, evaluated by the modified Lentz method) and
 * kept as a logarithm, so that neither a tail of 1e-300 nor 100,000 degrees of freedom underflows.
 * The quantile is its root by Newton's method in ln t: there the logarithm of the tail is concave
 * and falling, so from the second step on the iterates fall monotonically to the root.
 *
 * Relative error below 1e-12 for p from 0.025 down to 1e-300.
 */
import { assert } from "../../base/assert.ts";

const stepCountMax = 200;

/**
 * @param p        upper tail probability, 0 < p <= 0.025: the continued fraction wants t² > 3
 * @param freedom  degrees of freedom, at least 1
 * @returns t with P(T > t) = p
 */
export function studentTUpperQuantile(p: number, freedom: number): number {
  assert(p > 0 && p <= 0.025, "the tail probability is in (0, 0.025]");
  assert(freedom >= 1, "there is at least one degree of freedom");
  const wanted = Math.log(p);
  const a = freedom / 2;
  const front = Math.log(gammaHalfRatio(a) / Math.sqrt(Math.PI) / freedom);
  let logT = Math.log(1.8);
  for (let i = 0; i < stepCountMax; i++) {
    const square = Math.exp(2 * logT) / freedom;
    const logX = -Math.log1p(square);
    const fraction = betaFraction(a, 1 / (1 + square));
    const logTail = front + a * logX + 0.5 * (Math.log(square) + logX) + Math.log(fraction);
    // The slope of ln tail over ln t is -freedom / fraction: all other factors cancel.
    const step = ((logTail - wanted) * fraction) / freedom;
    logT += step;
    if (Math.abs(step) < 1e-15 * Math.max(1, Math.abs(logT))) break;
  }
  return Math.exp(logT);
}

/** Γ(a + 1/2) / Γ(a): lifted to a >= 16 by the recurrence, then the asymptotic series in 1/a. */
function gammaHalfRatio(a: number): number {
  let lift = 1;
  while (a < 16) {
    lift *= a / (a + 0.5);
    a += 1;
  }
  const inverse = 1 / a;
  const square = inverse * inverse;
  const log =
    0.5 * Math.log(a) +
    inverse * (-1 / 8 + square * (1 / 192 + square * (-1 / 640 + square * (17 / 14336))));
  return lift * Math.exp(log);
}

/** The continued fraction of I_x(a, 1/2) without its front factor x^a (1 - x)^b / (a B(a, b)). */
function betaFraction(a: number, x: number): number {
  const b = 0.5;
  const tiny = 1e-300;
  let c = 1;
  let d = 1 - ((a + b) * x) / (a + 1);
  d = 1 / (Math.abs(d) < tiny ? tiny : d);
  let result = d;
  for (let m = 1; m < 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 + even * d;
    c = 1 + even / c;
    d = 1 / (Math.abs(d) < tiny ? tiny : d);
    if (Math.abs(c) < tiny) c = tiny;
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 + odd * d;
    c = 1 + odd / c;
    d = 1 / (Math.abs(d) < tiny ? tiny : d);
    if (Math.abs(c) < tiny) c = tiny;
    const change = d * c;
    result *= change;
    if (Math.abs(change - 1) < 1e-16) break;
  }
  return result;
}
