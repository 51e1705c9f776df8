/**
 * Rates: the change per second from each point to the next, at the later one.
 *
 * A counter that falls has overflowed: what it ran up to `counterMax` and from 0 on counts. Where that
 * gives more than `resetValue` a second it was set back instead, and the rate is 0; with `dropResets`
 * there is no point at all where it fell.
 *
 * Source: opentsdb.net, "User Guide: rate" (2.4). Deviation: the first point gives no rate, and is
 * not held against 1970 either.
 */
import type { SampleColumns } from "../../model/index.ts";

export interface RateOptions {
  readonly isCounter: boolean;
  readonly counterMax: number;
  /** 0: none. */
  readonly resetValue: number;
  readonly dropsResets: boolean;
}

export const defaultRateOptions: RateOptions = {
  isCounter: false,
  counterMax: 2 ** 63,
  resetValue: 0,
  dropsResets: false,
};

export function rateOf({ timesMs, values }: SampleColumns, options: RateOptions): SampleColumns {
  const rateTimesMs = new Float64Array(Math.max(0, timesMs.length - 1));
  const rates = new Float64Array(rateTimesMs.length);
  let written = 0;
  for (let i = 1; i < timesMs.length; i++) {
    const seconds = ((timesMs[i] ?? 0) - (timesMs[i - 1] ?? 0)) / 1000;
    const difference = (values[i] ?? NaN) - (values[i - 1] ?? NaN);
    let rate = difference / seconds;
    if (options.isCounter && difference < 0) {
      if (options.dropsResets) continue;
      rate = (options.counterMax + difference) / seconds;
      if (options.resetValue > 0 && rate > options.resetValue) rate = 0;
    }
    rateTimesMs[written] = timesMs[i] ?? 0;
    rates[written++] = rate;
  }
  return { timesMs: rateTimesMs.slice(0, written), values: rates.slice(0, written) };
}
