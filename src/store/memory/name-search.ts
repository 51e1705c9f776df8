/** Finding series by what a person typed: every name is looked at, in small slices. */
import {
  nameMatcher,
  type NamePage,
  type NameQuery,
  nameRank,
  type SeriesWindow,
} from "../../model/index.ts";
import type { Slicer } from "../log/slice.ts";

export async function findNames(
  window: SeriesWindow,
  { query, limit }: NameQuery,
  slicer: Slicer,
): Promise<NamePage> {
  const matches = nameMatcher(query);
  /** By rank. */
  const best: string[][] = [[], [], []];
  let totalCount = 0;
  for (let id = 0; id < window.idCount; id++) {
    if (id % 64 === 63 && slicer.isDue) await slicer.pause();
    if (!window.isLive(id)) continue;
    const name = window.name(id);
    if (!matches(name)) continue;
    totalCount += 1;
    const names = best[nameRank(query, name)]!;
    names.push(name);
    if (names.length > 4 * limit + 1024) keepFirst(names, limit);
  }
  for (const names of best) keepFirst(names, limit);
  return { names: best.flat().slice(0, limit), totalCount };
}

/** Sorted by code units, so that the order is the same everywhere. */
function keepFirst(names: string[], count: number): void {
  names.sort();
  names.length = Math.min(names.length, Math.max(0, count));
}
