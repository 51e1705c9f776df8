/**
 * Which series become one: those with the same values of the tags that filters group by; with the
 * aggregator `none` each stays alone.
 *
 * An answer names as its tags those that all of its series have with one value. The other keys any
 * of them has are its aggregate tags. (OpenTSDB gives a tag that only some have, all with one value,
 * for a tag of all; that would be said of series which do not have it.)
 */
import { noAggregator } from "./aggregators.ts";
import type { SubQuery } from "./query.ts";
import { tagsOf } from "../select/index.ts";

export interface SeriesGroup {
  /** Sorted. */
  readonly names: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  /** Sorted. */
  readonly aggregateTags: readonly string[];
}

/** @param names  of the query's metric, passing its filters, sorted */
export function groupSeries(
  names: readonly string[],
  { aggregator, filters, hasExplicitTags }: SubQuery,
): SeriesGroup[] {
  const groupKeys = [
    ...new Set(filters.filter(({ isGroupBy }) => isGroupBy).map(({ tagKey }) => tagKey)),
  ].sort();
  const wantedKeys = new Set(
    filters.filter(({ type }) => type !== "not_key").map(({ tagKey }) => tagKey),
  );
  const groups = new Map<string, { names: string[]; tags: Map<string, string | undefined> }>();
  for (const name of names) {
    const tags = new Map(tagsOf(name).map(({ key, value }) => [key, value]));
    if (hasExplicitTags && tags.size !== wantedKeys.size) continue;
    const place =
      aggregator.name === noAggregator
        ? name
        : groupKeys.map((key) => tags.get(key) ?? "").join("\u0000");
    const group = groups.get(place);
    if (group === undefined) groups.set(place, { names: [name], tags });
    else {
      group.names.push(name);
      keepCommon(group.tags, tags);
    }
  }
  return [...groups.values()].map((group) => {
    const entries = [...group.tags].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      names: group.names,
      tags: Object.fromEntries(
        entries.filter((entry): entry is [string, string] => entry[1] !== undefined),
      ),
      aggregateTags: entries.filter(([, value]) => value === undefined).map(([key]) => key),
    };
  });
}

/** undefined marks a key that is not the same everywhere. */
function keepCommon(
  common: Map<string, string | undefined>,
  tags: ReadonlyMap<string, string>,
): void {
  for (const [key, value] of common) if (tags.get(key) !== value) common.set(key, undefined);
  for (const key of tags.keys()) if (!common.has(key)) common.set(key, undefined);
}
