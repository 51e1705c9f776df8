/** The level of a series before something began: median and band of the last hour. */
import type { ValueRange } from "../model/index.ts";
import { countBefore } from "./numerics/moments.ts";
import { sortRange } from "./numerics/sort.ts";

const hourMs = 3_600_000;

/** Without its outermost hundredths. */
const bandShare = 0.02;

export interface HourMeasure {
  readonly before: number | null;
  readonly expected: ValueRange | null;
}

export class HourBefore {
  #scratch = new Float64Array(512);

  /** Median and band of the hour up to `untilMs`, which itself is not part of it; nulls for an empty one. */
  measure(
    timesMs: Float64Array,
    values: Float64Array,
    count: number,
    untilMs: number,
  ): HourMeasure {
    const from = countBefore(timesMs, count, untilMs - hourMs);
    const until = countBefore(timesMs, count, untilMs);
    if (this.#scratch.length < until - from) this.#scratch = new Float64Array(2 * (until - from));
    const sorted = this.#scratch;
    let kept = 0;
    for (let i = from; i < until; i++) {
      const value = values[i]!;
      if (Number.isFinite(value)) sorted[kept++] = value;
    }
    if (kept === 0) return { before: null, expected: null };
    sortRange(sorted, 0, kept);
    return {
      before: quantileOfSorted(sorted, kept, 0.5),
      expected: {
        lower: quantileOfSorted(sorted, kept, bandShare),
        upper: quantileOfSorted(sorted, kept, 1 - bandShare),
      },
    };
  }
}

/** Linear between neighbours. */
function quantileOfSorted(sorted: Float64Array, count: number, share: number): number {
  const place = (count - 1) * share;
  const low = Math.floor(place);
  const high = Math.min(low + 1, count - 1);
  const part = place - low;
  return sorted[low]! + (sorted[high]! - sorted[low]!) * part;
}
