/**
 * How far what is kept of series reaches, told without reading a sample: an archive file's index names the
 * series that have samples in its block, and backfill lies in memory. So a series' extent is exact to a block, and
 * costs one long read a file, however many series there are.
 */
import type { KeptExtents, TimeRange } from "../../model/index.ts";
import { errorCode } from "../log/disk.ts";
import type { Slicer } from "../log/slice.ts";
import type { Archive } from "./archive.ts";
import type { Backfill } from "./backfill.ts";
import { idCountMax } from "./block-archiver.ts";

/**
 * @param serials  of the series asked for, each once; 0 for one that is gone, of which nothing is kept
 * @returns of each how far it reaches within `range`, in the order of `serials`
 */
export async function keptExtents(
  parts: {
    readonly archive: Archive;
    readonly backfills: readonly Backfill[];
    readonly slicer: Slicer;
  },
  serials: Float64Array,
  range: TimeRange,
): Promise<KeptExtents> {
  const { archive, backfills, slicer } = parts;
  const places = new Places(serials, range);
  for (const backfill of backfills) {
    backfill.visit((serial, timeMs) => {
      places.widen(serial, timeMs, timeMs + 1);
    });
  }
  for (let files = archive.files; ;) {
    try {
      for (const file of files) {
        const { startMs, endMs } = file.head;
        if (startMs >= range.untilMs || endMs <= range.fromMs) continue;
        places.widenAll(await file.serials(), startMs, endMs);
        if (slicer.isDue) await slicer.pause();
      }
      return places;
    } catch (error) {
      // A file was merged or expired since the list was taken; what replaced it tells of the same.
      if (errorCode(error) !== "ENOENT" || archive.files === files) throw error;
      files = archive.files;
    }
  }
}

/** What is known of the series asked for, found by serial. */
class Places implements KeptExtents {
  readonly firstMs: Float64Array;
  readonly lastMs: Float64Array;
  readonly #range: TimeRange;
  /** serial * 2^21 + place, ascending. */
  readonly #sorted: Float64Array;

  constructor(serials: Float64Array, range: TimeRange) {
    this.firstMs = new Float64Array(serials.length).fill(Infinity);
    this.lastMs = new Float64Array(serials.length).fill(-Infinity);
    this.#range = range;
    this.#sorted = serials.map((serial, place) => serial * idCountMax + place).sort();
  }

  widen(serial: number, fromMs: number, untilMs: number): void {
    const { fromMs: leastMs, untilMs: mostMs } = this.#range;
    if (fromMs >= mostMs || untilMs <= leastMs) return;
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#sorted[middle]! < serial * idCountMax) low = middle + 1;
      else high = middle;
    }
    const found = this.#sorted[low];
    if (found !== undefined && Math.floor(found / idCountMax) === serial)
      this.#widenAt(found % idCountMax, fromMs, untilMs);
  }

  /** @param serials  ascending */
  widenAll(serials: Uint32Array, fromMs: number, untilMs: number): void {
    let at = 0;
    for (const found of this.#sorted) {
      const serial = Math.floor(found / idCountMax);
      while (at < serials.length && serials[at]! < serial) at += 1;
      if (at === serials.length) return;
      if (serials[at] === serial) this.#widenAt(found % idCountMax, fromMs, untilMs);
    }
  }

  #widenAt(place: number, fromMs: number, untilMs: number): void {
    const { fromMs: leastMs, untilMs: mostMs } = this.#range;
    this.firstMs[place] = Math.max(leastMs, Math.min(this.firstMs[place]!, fromMs));
    this.lastMs[place] = Math.min(mostMs - 1, Math.max(this.lastMs[place]!, untilMs - 1));
  }
}
