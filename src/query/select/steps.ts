/** Sorting in small steps, see base/steps.ts. */
import type { Steps } from "../../base/steps.ts";

/** Names looked at between two yields; each may cost some microseconds. */
export const namesPerStep = 16;
/** Texts moved between two yields. */
const textsPerStep = 512;
const runLength = 512;

/** The first of the texts, sorted by code units, each once. */
export function* firstSorted(texts: Iterable<string>, limit: number): Steps<string[]> {
  let runs: string[][] = [];
  let run: string[] = [];
  for (const text of texts) {
    run.push(text);
    if (run.length < runLength) continue;
    runs.push(run.sort());
    run = [];
    yield;
  }
  runs.push(run.sort());
  while (runs.length > 1) {
    const merged: string[][] = [];
    for (let i = 0; i < runs.length; i += 2) {
      merged.push(yield* mergeSorted(runs[i] ?? [], runs[i + 1] ?? [], limit));
    }
    runs = merged;
  }
  // Sorted runs may still hold a text twice where there was only one.
  return yield* mergeSorted(runs[0] ?? [], [], limit);
}

/** The first of two sorted lists together; what stands in both, or twice, is there once. */
export function* mergeSorted(
  a: readonly string[],
  b: readonly string[],
  limit: number,
): Steps<string[]> {
  const merged: string[] = [];
  let atA = 0;
  let atB = 0;
  let last: string | undefined;
  while (merged.length < limit) {
    const nextA = a[atA];
    const nextB = b[atB];
    const isFromA = nextB === undefined || (nextA !== undefined && nextA <= nextB);
    const next = isFromA ? nextA : nextB;
    if (next === undefined) break;
    if (isFromA) atA += 1;
    else atB += 1;
    if (next !== last) merged.push(next);
    last = next;
    if ((atA + atB) % textsPerStep === 0) yield;
  }
  return merged;
}
