/**
 * An anomaly in one sentence, for somebody who was woken by it:
 *
 *     62 → 410; the last hour stayed between 40 and 75; 7 of 9 checks
 *
 * First what happened, then what was normal, then how sure the program is. `formatNumber` rounds;
 * where rounding would make the two sides of the arrow equal, more digits are given.
 */
import type { ValueRange } from "../model/index.ts";
import { formatNumber } from "./numbers.ts";

export interface SentenceFacts {
  /** Level of the last calm hour; null if there was none. */
  readonly before: number | null;
  readonly observed: number;
  /** Where the last calm hour stayed; null if there was none. */
  readonly expected: ValueRange | null;
  readonly voteCount: number;
  readonly checkCount: number;
  /** Told when it is over: then "the last hour" is another one. */
  readonly isOver?: boolean;
}

export function sentenceOf(facts: SentenceFacts): string {
  return [movement(facts), normality(facts), votes(facts)].join("; ");
}

function movement({ before, observed }: SentenceFacts): string {
  if (before === null) return `now ${formatNumber(observed)}`;
  if (before === observed) return `${formatNumber(observed)}, as before`;
  const [from, to] = formatApart(before, observed);
  return `${from} → ${to}`;
}

function normality({ before, expected, isOver = false }: SentenceFacts): string {
  const hour = isOver ? "the hour before" : "the last hour";
  if (before === null || expected === null) return "there is no calm hour before it to compare";
  const { lower, upper } = expected;
  if (lower === upper) return `${hour} was always ${formatNumber(lower)}`;
  const [low, high] = formatApart(lower, upper);
  return `${hour} stayed between ${low} and ${high}`;
}

function votes({ voteCount, checkCount }: SentenceFacts): string {
  return `${voteCount} of ${checkCount} checks`;
}

/** Both numbers, with as many digits as it takes to see that they differ. */
export function formatApart(a: number, b: number): readonly [string, string] {
  const texts = [formatNumber(a), formatNumber(b)] as const;
  if (texts[0] !== texts[1] || a === b) return texts;
  for (let digits = 5; digits <= 17; digits++) {
    const first = a.toPrecision(digits);
    const second = b.toPrecision(digits);
    if (first !== second) return [signed(Number(first)), signed(Number(second))];
  }
  return texts;
}

function signed(value: number): string {
  return value < 0 ? `−${String(-value)}` : String(value);
}
