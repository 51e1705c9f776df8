/** The strip of abnormal counts over time: which bars stand out, and where a pointer is. */

/** Below this a bar is part of the background even on a very calm day. */
const outstandingCountMin = 4;

/** Whether each count stands out from the usual one of the day. */
export function outstanding(counts: readonly number[]): boolean[] {
  const sorted = counts.toSorted((a, b) => a - b);
  const usual = sorted[sorted.length >> 1] ?? 0;
  return counts.map((count) => count >= Math.max(outstandingCountMin, usual * 2));
}

/** The bar under a pointer, kept inside the strip. */
export function barAt(x: number, width: number, count: number): number {
  return Math.min(Math.max(Math.floor((x / width) * count), 0), count - 1);
}
