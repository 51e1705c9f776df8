/**
 * Shapes: what is left of a stretch of values when level and scale are taken away.
 *
 * A shape is z-normalised: mean 0, population deviation 1. What barely moves has no shape: where the
 * deviation is below a billionth of the largest value, it is the rounding of the sums and not the
 * metric that would be compared, and such a stretch is refused as "flat".
 *
 * What is z-normalised already stays as it is, bit for bit: values that somebody else has normalised are
 * compared as they were given, ties included.
 */

/**
 * Why a stretch cannot be compared:
 * - empty:        no sample in it
 * - flat:         it does not move
 * - starts-late:  the first tenth of the window is empty
 * - ends-early:   the last tenth of the window is empty
 * - too-sparse:   a gap inside is longer than a fifth of the window
 */
export type ShapeFault = "empty" | "flat" | "starts-late" | "ends-early" | "too-sparse";

export const shapeFaults: readonly ShapeFault[] = [
  "empty",
  "flat",
  "starts-late",
  "ends-early",
  "too-sparse",
];

const flatShare = 1e-9;
/** Mean and deviation of normalised values are off by rounding, which is far less than this. */
const normalisedSlack = 1e-12;
/** Sums and differences of larger values may overflow; they are shrunk by a power of two, which is exact. */
const largeMin = 2 ** 1000;
const shrinkFactor = 2 ** -100;

/** @returns false, with the values untouched, where they are flat; else they are z-normalised */
export function zNormalise(values: Float64Array): boolean {
  const count = values.length;
  let largest = 0;
  for (let i = 0; i < count; i++) {
    const size = Math.abs(values[i]!);
    if (size > largest) largest = size;
  }
  if (!(largest > 0 && largest < Infinity)) return false;
  const factor = largest > largeMin ? shrinkFactor : 1;
  largest *= factor;
  let mean = 0;
  for (let i = 0; i < count; i++) mean += (values[i]! * factor) / count;
  // Scaled by the largest, so that the squares of very large or small values stay in range.
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < count; i++) {
    const deviation = (values[i]! * factor - mean) / largest;
    sum += deviation;
    squares += deviation * deviation;
  }
  const drift = sum / count; // what rounding left of the mean
  const deviation = Math.sqrt(squares / count - drift * drift);
  if (!(deviation > flatShare)) return false;
  const isNormalised =
    Math.abs(mean + drift * largest) <= normalisedSlack &&
    Math.abs(deviation * largest - 1) <= normalisedSlack;
  if (isNormalised) return true;
  for (let i = 0; i < count; i++) {
    values[i] = ((values[i]! * factor - mean) / largest - drift) / deviation;
  }
  return true;
}

/** Stretches or shrinks values to another count by straight lines; first and last stay. */
export function resample(values: ArrayLike<number>, count: number): Float64Array<ArrayBuffer> {
  const resampled = new Float64Array(count);
  const last = values.length - 1;
  for (let i = 0; i < count; i++) {
    const at = count === 1 ? 0 : (i * last) / (count - 1);
    const whole = Math.min(Math.floor(at), Math.max(0, last - 1));
    const here = values[whole] ?? Number.NaN;
    const next = values[Math.min(whole + 1, last)] ?? here;
    resampled[i] = at === whole ? here : between(here, next, at - whole);
  }
  return resampled;
}

function between(here: number, next: number, share: number): number {
  const rise = next - here;
  return Number.isFinite(rise) ? here + share * rise : here * (1 - share) + next * share;
}
