/** Runs one check on a short series, for its tests. */
import { SeriesFacts } from "../facts.ts";
import type { Answer, Check, Comparison } from "./check.ts";

export interface CheckRun extends Comparison {
  readonly answer: Answer;
  /** The answer that is sought without numbers; must be the same. */
  readonly quickAnswer: Answer;
}

/** @param stepMs  between samples; the newest is at the clock, which stands at 1,700,000,000 s */
export function runOn(check: Check, values: readonly number[], stepMs = 10_000): CheckRun {
  const nowMs = 1_700_000_000_000;
  const column = Float64Array.from(values);
  const timesMs = column.map((value, i) => nowMs - (column.length - 1 - i) * stepMs);
  const facts = new SeriesFacts();
  facts.prepare(timesMs, column, column.length, nowMs, 86_400_000, false);
  const comparison: Comparison = { observed: null, lower: null, upper: null, isValue: false };
  const quickAnswer = check(facts, { ...comparison }, false);
  const answer = check(facts, comparison, true);
  return { answer, quickAnswer, ...comparison };
}

/** `count` times the values over and over, then the end. */
export function cycled(values: readonly number[], count: number, ...end: number[]): number[] {
  return [...Array.from({ length: count }, (value, i) => values[i % values.length]!), ...end];
}
