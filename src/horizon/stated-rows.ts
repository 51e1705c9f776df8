/**
 * Rows of Prometheus, with what is stated of their metrics: its senders tell a metric's type apart from its
 * samples, now and then, and by the name of the whole metric.
 *
 * Rows of one metric mostly follow each other, so that the last answer is kept; a row's own word goes first.
 */
import { statedBits } from "../model/index.ts";
import type { RowSink } from "../wire/index.ts";
import type { RefusalReason } from "./refusals.ts";

/** What is stated of the series of a metric, `_bucket` and its like included; see `statedOfType`. */
export type StatedOf = (series: string) => number;

export class StatedRows implements RowSink<RefusalReason> {
  readonly #sink: RowSink<RefusalReason>;
  readonly #statedOf: StatedOf;
  #last = new Uint8Array(64);
  #lastLength = -1;
  #stated = 0;

  constructor(sink: RowSink<RefusalReason>, statedOf: StatedOf) {
    this.#sink = sink;
    this.#statedOf = statedOf;
  }

  row(
    bytes: Uint8Array,
    start: number,
    end: number,
    timeMs: number,
    value: number,
    types = 0,
  ): void {
    let headEnd = start;
    while (headEnd < end && bytes[headEnd] !== semicolon) headEnd += 1;
    if (!this.#isLast(bytes, start, headEnd)) this.#look(bytes, start, headEnd);
    const stated = (types & statedBits) === 0 ? this.#stated : 0;
    this.#sink.row(bytes, start, end, timeMs, value, types | stated);
  }

  fault(reason: RefusalReason, bytes: Uint8Array, start: number, end: number): void {
    this.#sink.fault(reason, bytes, start, end);
  }

  #isLast(bytes: Uint8Array, start: number, end: number): boolean {
    const length = end - start;
    if (length !== this.#lastLength) return false;
    // Names of one length differ at their end more often than at their start.
    for (let i = length - 1; i >= 0; i--) if (bytes[start + i] !== this.#last[i]) return false;
    return true;
  }

  #look(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (length > this.#last.length) this.#last = new Uint8Array(2 * length);
    for (let i = 0; i < length; i++) this.#last[i] = bytes[start + i] ?? 0;
    this.#lastLength = length;
    this.#stated = this.#statedOf(decoder.decode(bytes.subarray(start, end)));
  }
}

const semicolon = 0x3b;
const decoder = new TextDecoder();
