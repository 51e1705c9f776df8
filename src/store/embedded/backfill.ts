/**
 * Samples older than what memory covers, waiting to be written into archive files.
 *
 * They are few or come in bulk (an import), so they are kept as plain rows in the order of arrival
 * and sorted when they are archived. The sample log holds them until then.
 */
import { assert } from "../../base/assert.ts";
import type { TimeRange } from "../../model/index.ts";
import { ColumnsBuilder } from "../memory/columns.ts";

const startCapacity = 256;

export class Backfill {
  readonly #rowCountMax: number;
  #serials = new Float64Array(startCapacity);
  #timesMs = new Float64Array(startCapacity);
  #values = new Float64Array(startCapacity);
  #count = 0;

  constructor(options: { readonly rowCountMax: number }) {
    assert(options.rowCountMax >= 1, "the backfill holds at least one row");
    this.#rowCountMax = options.rowCountMax;
  }

  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count >= this.#rowCountMax;
  }

  get memoryBytes(): number {
    return this.#serials.length * 24;
  }

  /** Who can wait, waits while it is full. */
  add(serial: number, timeMs: number, value: number): void {
    if (this.#count === this.#serials.length) this.#grow();
    this.#serials[this.#count] = serial;
    this.#timesMs[this.#count] = timeMs;
    this.#values[this.#count] = value;
    this.#count += 1;
  }

  /** Rows in order of arrival. */
  visit(visit: (serial: number, timeMs: number, value: number) => void): void {
    for (let i = 0; i < this.#count; i++) {
      visit(this.#serials[i]!, this.#timesMs[i]!, this.#values[i]!);
    }
  }

  /** Lays the series' samples in range over those in `into`. */
  overlay(serial: number, range: TimeRange, into: ColumnsBuilder): void {
    const rows: number[] = [];
    for (let i = 0; i < this.#count; i++) {
      const timeMs = this.#timesMs[i]!;
      if (this.#serials[i] === serial && timeMs >= range.fromMs && timeMs < range.untilMs)
        rows.push(i);
    }
    const columns = this.#sorted(rows);
    into.merge(columns.timesMs, columns.values, 0, columns.count);
  }

  /** Rows by block and series: blocks by start, series by serial, both ascending. */
  byBlock(blockMs: number): Map<number, Map<number, ColumnsBuilder>> {
    const rowsOf = new Map<number, Map<number, number[]>>();
    for (let i = 0; i < this.#count; i++) {
      const block = Math.floor(this.#timesMs[i]! / blockMs) * blockMs;
      let series = rowsOf.get(block);
      if (series === undefined) rowsOf.set(block, (series = new Map<number, number[]>()));
      const rows = series.get(this.#serials[i]!);
      if (rows === undefined) series.set(this.#serials[i]!, [i]);
      else rows.push(i);
    }
    const sorted = new Map<number, Map<number, ColumnsBuilder>>();
    for (const [block, series] of [...rowsOf].sort(([a], [b]) => a - b)) {
      const columns = [...series].sort(([a], [b]) => a - b);
      sorted.set(block, new Map(columns.map(([serial, rows]) => [serial, this.#sorted(rows)])));
    }
    return sorted;
  }

  /** The rows' samples by time, the last of equal times kept. */
  #sorted(rows: number[]): ColumnsBuilder {
    const columns = new ColumnsBuilder(rows.length);
    rows.sort((a, b) => this.#timesMs[a]! - this.#timesMs[b]! || a - b);
    for (const row of rows) {
      const timeMs = this.#timesMs[row]!;
      if (columns.count === 0 || columns.timesMs[columns.count - 1] !== timeMs) columns.count += 1;
      columns.timesMs[columns.count - 1] = timeMs;
      columns.values[columns.count - 1] = this.#values[row]!;
    }
    return columns;
  }

  #grow(): void {
    const capacity = this.#count * 2;
    this.#serials = grown(this.#serials, capacity);
    this.#timesMs = grown(this.#timesMs, capacity);
    this.#values = grown(this.#values, capacity);
  }
}

function grown(column: Float64Array, capacity: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(capacity);
  larger.set(column);
  return larger;
}
