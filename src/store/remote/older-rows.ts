/**
 * Rows older than the window that the remote has not acknowledged: history that is being written.
 * They are in the outbox; this is where a read finds them. Bounded: at the limit the intake waits.
 */
import type { TimeRange } from "../../model/index.ts";
import type { ColumnsBuilder } from "../memory/columns.ts";

interface RowsOfSeries {
  /** In the order of writing. */
  readonly ordinals: number[];
  readonly timesMs: number[];
  readonly values: number[];
}

export class OlderRows {
  readonly #countMax: number;
  readonly #bySeries = new Map<string, RowsOfSeries>();
  #count = 0;

  constructor(options: { readonly countMax: number }) {
    this.#countMax = options.countMax;
  }

  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count >= this.#countMax;
  }

  has(name: string): boolean {
    return this.#bySeries.has(name);
  }

  /** Time of the series' oldest such row, Infinity without. */
  minMs(name: string): number {
    let minMs = Infinity;
    for (const timeMs of this.#bySeries.get(name)?.timesMs ?? []) minMs = Math.min(minMs, timeMs);
    return minMs;
  }

  /** Names of the series that have such rows. */
  names(): Iterable<string> {
    return this.#bySeries.keys();
  }

  add(name: string, ordinal: number, timeMs: number, value: number): void {
    let rows = this.#bySeries.get(name);
    if (rows === undefined) {
      rows = { ordinals: [], timesMs: [], values: [] };
      this.#bySeries.set(name, rows);
    }
    rows.ordinals.push(ordinal);
    rows.timesMs.push(timeMs);
    rows.values.push(value);
    this.#count += 1;
  }

  /** Lays the series' rows in range over what is there; the last written wins. */
  overlay(name: string, range: TimeRange, columns: ColumnsBuilder): void {
    const rows = this.#bySeries.get(name);
    if (rows === undefined) return;
    const { timesMs, values } = rows;
    const byTime = new Map<number, number>();
    for (let i = 0; i < timesMs.length; i++) {
      const timeMs = timesMs[i]!;
      if (timeMs >= range.fromMs && timeMs < range.untilMs) byTime.set(timeMs, values[i]!);
    }
    const sorted = Float64Array.from(byTime.keys()).sort();
    const sortedValues = Float64Array.from(sorted, (timeMs) => byTime.get(timeMs)!);
    columns.merge(sorted, sortedValues, 0, sorted.length);
  }

  /** Forgets rows before this ordinal: the remote has them. */
  forgetBefore(end: number): void {
    if (this.#count === 0) return;
    for (const [name, rows] of this.#bySeries) {
      let done = 0;
      while (done < rows.ordinals.length && rows.ordinals[done]! < end) done += 1;
      if (done === 0) continue;
      this.#count -= done;
      if (done === rows.ordinals.length) {
        this.#bySeries.delete(name);
        continue;
      }
      rows.ordinals.splice(0, done);
      rows.timesMs.splice(0, done);
      rows.values.splice(0, done);
    }
  }
}
