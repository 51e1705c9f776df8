/**
 * When metrics were judged last, in words: "judged 4 s ago". While history is read all that has come is
 * not judged for minutes, though what comes now is: then it says what is under way instead.
 */
import type { SummaryJson } from "../../src/webapp/contract.ts";
import { formatCount, formatDuration } from "./format.ts";

/** Judged within this, nothing needs to be said of history. */
const freshSeconds = 66;

/** @returns "" where nothing was judged yet */
export function judgedWords(
  {
    judgedSecondsAgo,
    keepsUp,
    learning,
  }: Pick<SummaryJson, "judgedSecondsAgo" | "keepsUp" | "learning">,
  summaryAgeSeconds = 0,
): string {
  const age = judgedSecondsAgo === null ? null : judgedSecondsAgo + Math.max(0, summaryAgeSeconds);
  if (keepsUp && learning > 0 && (age === null || age > freshSeconds)) {
    return `reading the history of ${formatCount(learning)}`;
  }
  return age === null ? "" : `judged ${formatDuration(age)} ago`;
}
