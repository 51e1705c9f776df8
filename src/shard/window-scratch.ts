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

  /** All that is judged at a moment, samples that lie ahead of it too. @returns how many samples */
  copyFrom(id: number, nowMs: number): number {
    this.#range.fromMs = nowMs - this.#fullDurationMs;
    this.#range.untilMs = Infinity;
    return this.#window.copy(id, this.#range, this.timesMs, this.values);
  }

  /** The judged part up to and with a time. @returns how many samples */
  copy(id: number, untilMs: number): number {
    this.#range.fromMs = untilMs - this.#fullDurationMs;
    this.#range.untilMs = untilMs + 1;
    return this.#window.copy(id, this.#range, this.timesMs, this.values);
  }

  name(id: number): string {
    return this.#window.name(id);
  }
}
