/**
 * The envelope of a row: for each point the lowest and the highest value at most `band` points away.
 * A row that may be warped by the band never leaves it, which is what LB_Keogh counts on.
 *
 * Streaming minimum and maximum with two monotone queues, about three comparisons per point whatever
 * the band: D. Lemire, "Streaming maximum-minimum filter using no more than three comparisons per
 * element" (2006).
 */
import type { ShapeRows } from "./rows.ts";

export interface Envelope {
  readonly lower: Float64Array<ArrayBuffer>;
  readonly upper: Float64Array<ArrayBuffer>;
}

/** Makes envelopes of rows of one length; owns its queues, so one is used by one loop at a time. */
export class EnvelopeMaker {
  readonly #length: number;
  readonly #band: number;
  readonly #lows: Int32Array;
  readonly #highs: Int32Array;

  constructor(length: number, band: number) {
    this.#length = length;
    this.#band = band;
    this.#lows = new Int32Array(length);
    this.#highs = new Int32Array(length);
  }

  empty(): Envelope {
    return { lower: new Float64Array(this.#length), upper: new Float64Array(this.#length) };
  }

  /** Writes the envelope of the row that begins at `base` into `into`. */
  fill(rows: ShapeRows, base: number, into: Envelope): void {
    const length = this.#length;
    const band = this.#band;
    const lows = this.#lows;
    const highs = this.#highs;
    const { lower, upper } = into;
    let lowHead = 0;
    let lowTail = 0;
    let highHead = 0;
    let highTail = 0;
    for (let ahead = 0, at = -band; at < length; ahead++, at++) {
      if (ahead < length) {
        const value = rows[base + ahead]!;
        while (lowTail > lowHead && rows[base + lows[lowTail - 1]!]! >= value) lowTail--;
        lows[lowTail++] = ahead;
        while (highTail > highHead && rows[base + highs[highTail - 1]!]! <= value) highTail--;
        highs[highTail++] = ahead;
      }
      if (at < 0) continue;
      if (lows[lowHead]! < at - band) lowHead++;
      if (highs[highHead]! < at - band) highHead++;
      lower[at] = rows[base + lows[lowHead]!]!;
      upper[at] = rows[base + highs[highHead]!]!;
    }
  }
}
