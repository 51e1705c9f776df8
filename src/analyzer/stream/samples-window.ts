/** A window of one series whose samples lie in columns: the last day up to a time, without copying them. */
import type { SampleColumns } from "../../model/index.ts";
import type { StreamWindow } from "./stream-window.ts";

const windowMs = 86_400_000;

export class SamplesWindow implements StreamWindow {
  timesMs: Float64Array = new Float64Array(0);
  values: Float64Array = new Float64Array(0);
  readonly #name: string;
  #samples: SampleColumns;

  constructor(name: string, samples: SampleColumns) {
    this.#name = name;
    this.#samples = samples;
  }

  /** From now on these, which hold those of before. */
  hold(samples: SampleColumns): void {
    this.#samples = samples;
  }

  name(): string {
    return this.#name;
  }

  copy(id: number, untilMs: number): number {
    const { timesMs, values } = this.#samples;
    const first = countUntil(timesMs, untilMs - windowMs);
    const next = countUntil(timesMs, untilMs);
    this.timesMs = timesMs.subarray(first, next);
    this.values = values.subarray(first, next);
    return this.timesMs.length;
  }
}

/** How many of the ascending times are not after this one. */
function countUntil(timesMs: Float64Array, untilMs: number): number {
  let [low, high] = [0, timesMs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timesMs[middle]! <= untilMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
