/** Room for the judged part of one series, filled from the shard's window: nothing is made per series. */
import { columnCountMax, type ColumnPair } from "../kernel/index.ts";
import type { SeriesWindow } from "../model/index.ts";

/** Of a series with more samples than this in its window the newest are judged. */
export const judgedSampleCountMax = columnCountMax;

export class WindowScratch {
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  readonly #window: SeriesWindow;
  readonly #fullDurationMs: number;
  readonly #range = { fromMs: 0, untilMs: Infinity };
  /** The start of both columns, as long as the newest samples were asked for the last time. */
  #newestTimesMs: Float64Array = new Float64Array(0);
  #newestValues: Float64Array = new Float64Array(0);
  #count = 0;
  #isWhole = true;

  /** @param options  `columns`: where to copy to, of `judgedSampleCountMax` samples */
  constructor(
    window: SeriesWindow,
    options: { readonly fullDurationMs: number; readonly columns?: ColumnPair | undefined },
  ) {
    this.timesMs = options.columns?.timesMs ?? new Float64Array(judgedSampleCountMax);
    this.values = options.columns?.values ?? new Float64Array(judgedSampleCountMax);
    this.#window = window;
    this.#fullDurationMs = options.fullDurationMs;
  }

  /** How many samples the last copy brought. */
  get count(): number {
    return this.#count;
  }

  /** Whether it brought all there was, not the newest alone. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** All that is judged at a moment, samples that lie ahead of it too. @returns how many samples */
  copyFrom(id: number, nowMs: number): number {
    this.#range.fromMs = nowMs - this.#fullDurationMs;
    this.#range.untilMs = Infinity;
    this.#isWhole = true;
    this.#count = this.#window.copy(id, this.#range, this.timesMs, this.values);
    return this.#count;
  }

  /** The newest `countMax` samples of what `copyFrom` copies. @returns how many there are of them */
  copyNewest(id: number, nowMs: number, countMax: number): number {
    if (this.#newestTimesMs.length !== countMax) {
      this.#newestTimesMs = this.timesMs.subarray(0, countMax);
      this.#newestValues = this.values.subarray(0, countMax);
    }
    this.#range.fromMs = nowMs - this.#fullDurationMs;
    this.#range.untilMs = Infinity;
    const newest = this.#newestTimesMs;
    this.#isWhole = false;
    this.#count = this.#window.copy(id, this.#range, newest, this.#newestValues);
    return this.#count;
  }

  /** The judged part up to and with a time. @returns how many samples */
  copy(id: number, untilMs: number): number {
    this.#range.fromMs = untilMs - this.#fullDurationMs;
    this.#range.untilMs = untilMs + 1;
    this.#isWhole = true;
    this.#count = this.#window.copy(id, this.#range, this.timesMs, this.values);
    return this.#count;
  }

  name(id: number): string {
    return this.#window.name(id);
  }
}
