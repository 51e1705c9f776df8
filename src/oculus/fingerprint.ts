/**
 * The original Oculus' fingerprint: how a shape rises and falls, in words that a search engine can
 * look for as a phrase.
 *
 * The values are scaled to whole levels from 0 to 25, rounded up. Each step from one level to the
 * next is a word by how far it falls:
 *
 *     4 and more   sdec     1 to 3   dec     0 or -1   nothing     -2 to -4   inc     -5 and less   sinc
 *
 * The rule is the original's to the letter, lopsided as it is (a fall of one level is a word, a rise
 * of one is none), since its ranges overlap and the first that fits wins. Small steps leave no word
 * and no gap, so that time is lost: what is found has the same steps in about the same order,
 * whenever they were. A shape without a large step has no words and can neither look nor be found.
 *
 * Deviation: a ten-thousandth of a level is forgiven before rounding up, so that values that are levels
 * exactly stay so when they were z-normalised in single precision.
 */
const levelMax = 25;
const forgiven = 1e-4;

/** @param values  that are not all equal */
export function fingerprint(values: ArrayLike<number>): string {
  let lowest = Infinity;
  let highest = -Infinity;
  for (let i = 0; i < values.length; i++) {
    lowest = Math.min(lowest, values[i]!);
    highest = Math.max(highest, values[i]!);
  }
  const perUnit = levelMax / (highest - lowest);
  const words: string[] = [];
  for (let i = 1; i < values.length; i++) {
    const before = Math.ceil(perUnit * (values[i - 1]! - lowest) - forgiven);
    const word = wordOf(before - Math.ceil(perUnit * (values[i]! - lowest) - forgiven));
    if (word !== "") words.push(word);
  }
  return words.join(" ");
}

function wordOf(fall: number): string {
  if (fall >= 4) return "sdec";
  if (fall >= 1) return "dec";
  if (fall >= -1) return "";
  return fall >= -4 ? "inc" : "sinc";
}
