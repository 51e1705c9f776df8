/**
 * How far a column and a column of ones are from being the same: the ratio of the lesser to the greater
 * singular value of the matrix [x, 1].
 *
 * The original's solvers drop singular values below a share of the largest, and raw epoch seconds
 * or raw byte counts come down there. Worked out from the eigenvalues of [[mean of x², mean], [mean, 1]],
 * whose determinant is the variance, so that nothing cancels.
 */

/** @returns a ratio from 0 to 1 */
export function singularRatio(mean: number, variance: number): number {
  const trace = mean * mean + variance + 1;
  const greater = (trace + Math.sqrt(Math.max(trace * trace - 4 * variance, 0))) / 2;
  return Math.sqrt(variance) / greater;
}
