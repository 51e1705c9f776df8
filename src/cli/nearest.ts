/** "Did you mean …": the word of a list that a mistyped word comes closest to. */

/**
 * @returns the nearest word by edits, undefined where none is near: at most a third of the longer
 * word's letters may differ, or the typed text is the beginning of exactly one word
 */
export function nearestWord(typed: string, words: readonly string[]): string | undefined {
  const wanted = typed.toLowerCase().slice(0, 64);
  const begun = wanted.length >= 2 ? words.filter((word) => word.startsWith(wanted)) : [];
  if (begun.length === 1) return begun[0];
  let best: string | undefined;
  let bestCount = Infinity;
  for (const word of words) {
    const count = editCount(wanted, word.toLowerCase());
    if (count < bestCount && count <= Math.ceil(Math.max(wanted.length, word.length) / 3)) {
      best = word;
      bestCount = count;
    }
  }
  return best;
}

/** "; did you mean X?" or nothing, to be put behind a message. */
export function didYouMean(typed: string, words: readonly string[]): string {
  const word = nearestWord(typed, words);
  return word === undefined ? "" : `; did you mean ${word}?`;
}

/**
 * Letters inserted, left out, replaced or swapped with their neighbour ("optimal string alignment",
 * Damerau 1964), by the table of three rows.
 */
function editCount(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = [...Array(b.length + 1).keys()];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let count = Math.min(replaced, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) count = Math.min(count, (beforeLast[j - 2] ?? 0) + 1);
      row.push(count);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
