/**
 * When metrics were judged last, in words: "judged 4 s ago". While history is read after a start, those of which it is
 * read are not judged for minutes, though the others are: then it says what is under way instead.
 */
import type { SummaryJson } from "../../src/webapp/contract.ts";
import { formatCount, formatDuration } from "./format.ts";

/** Judged within this, nothing needs to be said of history: a metric that is new is read within moments. */
const freshSeconds = 5;

/** @returns "" where nothing was judged yet */
export function judgedWords(
  {
    judgedSecondsAgo,
    keepsUp,
    reading,
  }: Pick<SummaryJson, "judgedSecondsAgo" | "keepsUp" | "reading">,
  summaryAgeSeconds = 0,
): string {
  const age = judgedSecondsAgo === null ? null : judgedSecondsAgo + Math.max(0, summaryAgeSeconds);
  if (keepsUp && reading > 0 && (age === null || age > freshSeconds)) {
    return `reading the history of ${formatCount(reading)}`;
  }
  return age === null ? "" : `judged ${formatDuration(age)} ago`;
}
