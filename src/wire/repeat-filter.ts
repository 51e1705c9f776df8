/**
 * Lets each measurement through once, where a sender is asked more often than it measures.
 *
 * Ganglia tells how many whole seconds ago a value was measured: asked twice between two
 * measurements, it gives one value with times that lie up to a second apart. Rows whose time is not
 * more than `slackMs` after the last one of their name are passed over and counted.
 */
import type { RowSink } from "./row-sink.ts";

export class RepeatFilter<Fault extends string> implements RowSink<Fault> {
  readonly #sink: RowSink<Fault>;
  readonly #slackMs: number;
  readonly #nameCountMax: number;
  readonly #lastMs = new Map<string, number>();
  readonly #decoder = new TextDecoder();
  #repeatCount = 0;

  /** @param nameCountMax  names kept in mind; beyond, all are forgotten, and one repeat each may pass */
  constructor(
    sink: RowSink<Fault>,
    { slackMs, nameCountMax }: { readonly slackMs: number; readonly nameCountMax: number },
  ) {
    this.#sink = sink;
    this.#slackMs = slackMs;
    this.#nameCountMax = nameCountMax;
  }

  get repeatCount(): number {
    return this.#repeatCount;
  }

  row(
    bytes: Uint8Array,
    start: number,
    end: number,
    timeMs: number,
    value: number,
    types = 0,
  ): void {
    const name = this.#decoder.decode(bytes.subarray(start, end));
    const lastMs = this.#lastMs.get(name);
    if (lastMs !== undefined && Math.abs(timeMs - lastMs) <= this.#slackMs) {
      this.#repeatCount += 1;
      return;
    }
    if (lastMs === undefined && this.#lastMs.size >= this.#nameCountMax) this.#lastMs.clear();
    this.#lastMs.set(name, timeMs);
    this.#sink.row(bytes, start, end, timeMs, value, types);
  }

  fault(reason: Fault, bytes: Uint8Array, start: number, end: number): void {
    this.#sink.fault(reason, bytes, start, end);
  }
}
