/**
 * Samples as columns, of one series and of many.
 *
 * Times are Unix milliseconds. Ranges are half-open: from <= t < until.
 */

export interface TimeRange {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Samples of one series: ascending times, each once. Owned by who receives them. */
export interface SampleColumns {
  readonly timesMs: Float64Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer>;
}

/** How far what is kept of series reaches, each in its place: `Infinity` and `-Infinity` where nothing is. */
export interface KeptExtents {
  /** No sample of the series is before this, and none after that. */
  readonly firstMs: Float64Array;
  readonly lastMs: Float64Array;
}

/** Asks for the samples of many series. */
export interface PageQuery {
  /** At least one; each once. */
  readonly names: readonly string[];
  readonly range: TimeRange;
  /** Of all series together, at least 1; a first one that has more comes alone. */
  readonly sampleCountMax: number;
}

/** Samples of many series as series-page.ts draws them. Owned by who receives it; both columns lie in one buffer. */
export interface SeriesPage {
  readonly timesMs: Float64Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer>;
  /** Of the first names of the question, at least one. */
  readonly counts: Int32Array<ArrayBuffer>;
}

/**
 * A store that reads one series into one buffer leaves this much in front of it, so that a header fits
 * there without a copy: `[headroom | times, capacity c | values, capacity c]`, of 32 + 16c bytes.
 */
export const columnsHeadroomBytes = 32;
