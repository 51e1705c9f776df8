/** Intervals that a function goes by: never none, never backwards. */
import { parseTimeOffset } from "../at-time.ts";
import { GraphiteError, quoted } from "../errors.ts";

/** @throws GraphiteError  "bad-argument" where it is not longer than nothing */
export function positiveInterval(text: string, seconds = parseTimeOffset(text)): number {
  if (seconds > 0) return seconds;
  throw new GraphiteError(
    "bad-argument",
    `An interval is longer than nothing; found ${quoted(text)}.`,
  );
}
