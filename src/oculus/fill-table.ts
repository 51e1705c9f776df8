/**
 * Makes a table of shapes from a shard's series, in slices.
 *
 * A shard keeps one table for the last hour and fills it anew every minute; for another window it
 * makes one when somebody asks. Ids that no longer live lose their rows.
 */
import type { SeriesWindow, TimeRange } from "../model/index.ts";
import { Grid } from "./grid.ts";
import type { ShapeTable } from "./shape-table.ts";

/** Of a series with more samples in the window, the newest so many are taken: 1 s for a day and a half. */
const sampleCountMax = 131_072;
/** An hour at 2 s. */
const roomAtFirst = 2048;
/** A step ends early after so many, so that its time hangs little on how dense the series are. */
const samplesPerStep = 32_768;

export class TableFiller {
  readonly #source: SeriesWindow;
  readonly #table: ShapeTable;
  readonly #grid: Grid;
  readonly #shape: Float64Array<ArrayBuffer>;
  #timesMs = new Float64Array(roomAtFirst);
  #values = new Float64Array(roomAtFirst);
  #nextId = 0;
  #sampleCount = 0;

  constructor(source: SeriesWindow, range: TimeRange, table: ShapeTable) {
    this.#source = source;
    this.#table = table;
    this.#grid = new Grid(range, table.pointCount);
    this.#shape = new Float64Array(table.pointCount);
  }

  /** Ids done, for progress. */
  get doneCount(): number {
    return this.#nextId;
  }

  /**
   * Fills the rows of so many more ids, fewer where they have many samples.
   * @returns whether all are filled
   */
  step(idCount: number): boolean {
    // An id that expired since the last filling has to lose its row.
    const idsEnd = Math.max(this.#source.idCount, this.#table.idCount);
    const until = Math.min(this.#nextId + idCount, idsEnd);
    this.#sampleCount = 0;
    while (this.#nextId < until && this.#sampleCount < samplesPerStep) {
      this.#fillRow(this.#nextId++);
    }
    return this.#nextId >= idsEnd;
  }

  #fillRow(id: number): void {
    if (id >= this.#source.idCount || !this.#source.isLive(id)) {
      this.#table.remove(id);
      return;
    }
    const { range } = this.#grid;
    let copied = this.#source.copy(id, range, this.#timesMs, this.#values);
    // Where the room was full there may be more; asking first would cost about as much as a copy of few.
    if (copied === this.#values.length && this.#makeRoom(id)) {
      copied = this.#source.copy(id, range, this.#timesMs, this.#values);
    }
    this.#sampleCount += copied;
    const fault = this.#grid.shape(this.#timesMs, this.#values, copied, this.#shape);
    if (fault === undefined) this.#table.put(id, this.#shape);
    else this.#table.refuse(id, fault);
  }

  /** @returns whether there is more room now */
  #makeRoom(id: number): boolean {
    const count = Math.min(this.#source.sampleCountMax(id, this.#grid.range), sampleCountMax);
    if (count <= this.#values.length) return false;
    this.#timesMs = new Float64Array(count);
    this.#values = new Float64Array(count);
    return true;
  }
}
