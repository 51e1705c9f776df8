/** What samples come to, step by step of time; whoever works it out, here or in a remote. */
import type { SampleColumns, StepColumns } from "../../model/index.ts";

/** One step of one series; steps without samples are left out. */
export interface StepSummary {
  readonly fromMs: number;
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

/** Steps are counted from 1970; the ends of the samples need not be ends of steps. */
export function summarizePoints({ timesMs, values }: SampleColumns, stepMs: number): StepSummary[] {
  const summaries: StepSummary[] = [];
  for (let i = 0; i < timesMs.length;) {
    const fromMs = Math.floor(timesMs[i]! / stepMs) * stepMs;
    const step = { fromMs, count: 0, sum: 0, min: Infinity, max: -Infinity };
    for (; i < timesMs.length && timesMs[i]! < fromMs + stepMs; i++) {
      const value = values[i]!;
      step.count += 1;
      step.sum += value;
      step.min = Math.min(step.min, value);
      step.max = Math.max(step.max, value);
    }
    summaries.push(step);
  }
  return summaries;
}

export function stepColumnsOf(summaries: readonly StepSummary[]): StepColumns {
  return {
    timesMs: Float64Array.from(summaries, ({ fromMs }) => fromMs),
    counts: Float64Array.from(summaries, ({ count }) => count),
    sums: Float64Array.from(summaries, ({ sum }) => sum),
    minima: Float64Array.from(summaries, ({ min }) => min),
    maxima: Float64Array.from(summaries, ({ max }) => max),
  };
}
