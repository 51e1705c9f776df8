/**
 * The index of a store whose names are partly known here, in the windows of the shards, and all known
 * there, in a store that several processes share. Both are asked, since what came last may not have
 * reached the store yet; here their answers become one.
 */
import { finish } from "../../base/steps.ts";
import type {
  NamePage,
  SeriesMatcher,
  TagCount,
  TagQuery,
  TreeNode,
  TreeQuery,
} from "../../model/index.ts";
import { mergeNodes } from "./scans.ts";
import { anyTagKey, pathKey } from "./series-parts.ts";
import { mergeSorted } from "./steps.ts";

/** Conditions that every name passes which has a part in the answer; maybe others too. */
export function treeMatchers({ pattern }: TreeQuery): SeriesMatcher[] {
  const head = /^[^*?[{]*/.exec(pattern)?.[0] ?? "";
  return [{ key: pathKey, test: "wildcard", value: `${head}*` }];
}

/** As `treeMatchers`. */
export function tagMatchers({ tag, matchers, prefix }: TagQuery): readonly SeriesMatcher[] {
  if (tag === undefined || tag === anyTagKey) return matchers;
  const isThere: SeriesMatcher = { key: tag, test: "unequal", value: "" };
  return [...matchers, isThere, { key: tag, test: "wildcard", value: `${prefix}*` }];
}

/** How many there are is exact where neither page was cut. */
export function joinNamePages(here: NamePage, there: NamePage, limit: number): NamePage {
  const isWhole = [here, there].every(({ names, totalCount }) => names.length === totalCount);
  const names = finish(mergeSorted(here.names, there.names, isWhole ? Infinity : limit));
  return {
    names: names.slice(0, limit),
    totalCount: isWhole ? names.length : Math.max(here.totalCount, there.totalCount),
  };
}

export function joinNodes(
  here: readonly TreeNode[],
  there: readonly TreeNode[],
  limit: number,
): TreeNode[] {
  return mergeNodes([here, there], limit);
}

/** Nearly all series are in both, so that the larger count is the better one. */
export function joinTagCounts(
  here: readonly TagCount[],
  there: readonly TagCount[],
  limit: number,
): TagCount[] {
  const counts = new Map(here.map(({ text, seriesCount }) => [text, seriesCount]));
  for (const { text, seriesCount } of there) {
    counts.set(text, Math.max(seriesCount, counts.get(text) ?? 0));
  }
  const texts = finish(
    mergeSorted(
      here.map(({ text }) => text),
      there.map(({ text }) => text),
      limit,
    ),
  );
  return texts.map((text) => ({ text, seriesCount: counts.get(text) ?? 0 }));
}
