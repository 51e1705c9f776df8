/**
 * From a strength to a score: how rare is it, on healthy series, to be this strong?
 *
 *     score s  =  one row in 10^(8 s) scores as high        0.25: 1 in 100    0.5: 1 in 10,000
 *
 * One mapping for all series, measured once over the unlabelled rows of some 160 public series (NAB, AIOPS 2018,
 * WSD, MSCloud, UCR; each series counts the same) and frozen. So a score means the same on every metric, and
 * the first score is the last. The knots are joined by straight lines in the logarithm of the share. Beyond
 * the last knot nothing was seen, and the share is taken to fall with the strength itself.
 */

const scorePerDecade = 1 / 8;

/** Strengths, and minus the decimal logarithm of the share of healthy rows at least as strong. */
const strengths = Float64Array.of(0, 0.1, 0.25, 0.5, 0.75, 1, 1.2, 1.4, 2, 2.5, 3, 5, 10, 20);
const decades = Float64Array.of(
  0,
  0.469,
  1.048,
  1.848,
  2.63,
  3.042,
  3.204,
  3.242,
  3.248,
  3.362,
  3.487,
  3.88,
  4.317,
  5.375,
);

/** @returns 0 to 1, rising with every strength above 0 */
export function rarityScore(strength: number): number {
  if (!(strength > 0)) return 0;
  const last = strengths.length - 1;
  if (strength >= strengths[last]!) {
    const beyond = Math.log10(strength / strengths[last]!);
    return Math.min(1, scorePerDecade * (decades[last]! + beyond));
  }
  let i = 1;
  while (strength >= strengths[i]!) i += 1;
  const share = (strength - strengths[i - 1]!) / (strengths[i]! - strengths[i - 1]!);
  return scorePerDecade * (decades[i - 1]! + share * (decades[i]! - decades[i - 1]!));
}
