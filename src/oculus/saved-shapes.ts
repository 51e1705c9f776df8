/**
 * Windows that people saved, as shapes to recognise: "seen before".
 *
 * Each saved window and the one in question are put on the same number of points, however long they
 * are, and compared by the best correlation over shifts of up to a third of the window: what came
 * back seldom starts at the same place in its window. The same way up only: a drop is not a rise
 * that was seen before.
 */
import { assert } from "../base/assert.ts";
import type { SavedItem, TimeRange } from "../model/index.ts";
import { Grid } from "./grid.ts";
import { matchCountMax } from "./nearest.ts";
import { planSearch } from "./search-options.ts";
import { ShapeSearch } from "./search.ts";
import { ShapeTable } from "./shape-table.ts";
import { resample, zNormalise } from "./shape.ts";

const pointCount = 60;
const lagMax = 20;

/** By shifts alone two unrelated restless series reach 60 to 70 now and then; from here on it is news. */
export const seenBeforeLikenessMin = 80;

export interface SavedMatch {
  readonly collectionId: string;
  readonly collectionName: string;
  readonly itemName: string;
  readonly range: TimeRange;
  /** 0 to 100. */
  readonly likeness: number;
}

type Reference = Omit<SavedMatch, "likeness">;

export class SavedShapes {
  readonly #table = new ShapeTable({ pointCount });
  readonly #references: Reference[] = [];

  /** @param items  read once; ones without a shape of their own are passed over */
  constructor(items: Iterable<SavedItem>) {
    const shape = new Float64Array(pointCount);
    for (const { collectionId, collectionName, item } of items) {
      const timesMs = Float64Array.from(item.timesMs);
      const values = Float64Array.from(item.values);
      const grid = new Grid(item.range, pointCount);
      if (grid.shape(timesMs, values, timesMs.length, shape) !== undefined) continue;
      this.#table.put(this.#references.length, shape);
      this.#references.push({
        collectionId,
        collectionName,
        itemName: item.name,
        range: item.range,
      });
    }
  }

  get count(): number {
    return this.#references.length;
  }

  /**
   * @param timesMs  ascending, with `values` the samples of the window `range`
   * @returns the best item of each collection that is alike enough, best first
   */
  match(
    range: TimeRange,
    timesMs: Float64Array,
    values: Float64Array,
    limit: number,
  ): SavedMatch[] {
    if (this.count === 0) return [];
    const shape = new Float64Array(pointCount);
    if (new Grid(range, pointCount).shape(timesMs, values, timesMs.length, shape) !== undefined) {
      return [];
    }
    return this.#nearest(shape, limit);
  }

  /** The same for values that lie evenly over a window, as a drawn shape's. */
  matchValues(values: Float64Array, limit: number): SavedMatch[] {
    const shape = resample(values, pointCount);
    return this.count > 0 && zNormalise(shape) ? this.#nearest(shape, limit) : [];
  }

  #nearest(shape: Float64Array, limit: number): SavedMatch[] {
    const planned = planSearch(
      // All of them: many items of one collection must not hide the best of another.
      { method: "correlation", lagMax, inverse: false, limit: Math.min(this.count, matchCountMax) },
      pointCount,
    );
    assert(planned.ok, "the plan is one that can be made");
    const search = new ShapeSearch(this.#table, shape, planned.plan);
    while (!search.step(1024));

    const best = new Map<string, SavedMatch>();
    for (const { id, likeness, sign } of search.answer().matches) {
      const reference = this.#references[id]!;
      if (sign < 0 || likeness < seenBeforeLikenessMin) continue;
      if (!best.has(reference.collectionId)) {
        best.set(reference.collectionId, { ...reference, likeness });
      }
    }
    return [...best.values()].slice(0, limit);
  }
}
