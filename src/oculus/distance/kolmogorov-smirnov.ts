/**
 * The two-sample Kolmogorov-Smirnov test: do two sets of values come from the same distribution?
 *
 *     D = max over x of |F1(x) - F2(x)|,   F being the share of values <= x
 *
 * The p-value is the asymptotic one with Stephens' correction, good from about four values each:
 * λ = (√n + 0.12 + 0.11/√n)·D with n = n1·n2 / (n1 + n2), p = 2 Σ (-1)^(k-1) exp(-2k²λ²).
 *
 * Sources: M. Stephens, "Use of the Kolmogorov-Smirnov, Cramér-von Mises and related statistics
 * without extensive tables" (1970); W. Press and others, "Numerical Recipes" (1992), 14.3.
 */

/**
 * @param first   sorted, at least one value
 * @param second  sorted, at least one value
 */
export function kolmogorovSmirnov(first: Float64Array, second: Float64Array): number {
  let i = 0;
  let j = 0;
  let distance = 0;
  while (i < first.length && j < second.length) {
    const value = Math.min(first[i]!, second[j]!);
    while (i < first.length && first[i]! <= value) i++;
    while (j < second.length && second[j]! <= value) j++;
    const gap = Math.abs(i / first.length - j / second.length);
    if (gap > distance) distance = gap;
  }
  return distance;
}

/** How likely chance alone would part the two sets at least so far. */
export function kolmogorovSmirnovChance(
  distance: number,
  firstCount: number,
  secondCount: number,
): number {
  const root = Math.sqrt((firstCount * secondCount) / (firstCount + secondCount));
  const lambda = (root + 0.12 + 0.11 / root) * distance;
  if (lambda < 0.2) return 1; // the series converges slowly there, to 1 within 1e-12
  let sum = 0;
  for (let k = 1; k <= 100; k++) {
    const term = Math.exp(-2 * k * k * lambda * lambda);
    sum += k % 2 === 1 ? term : -term;
    if (term < 1e-16) break;
  }
  return Math.min(1, Math.max(0, 2 * sum));
}
