/**
 * The three questions of `SeriesIndex`, answered by looking at every name once. What is kept on the
 * way is bounded by the limit asked for, not by how many names there are.
 *
 * Answers of several shards, each sorted and cut at the limit, are put together by the merges below:
 * what is among the first of all of them is among the first of each that has it.
 */
import { assert } from "../../base/assert.ts";
import { finish, type Steps } from "../../base/steps.ts";
import type {
  NamePage,
  SeriesSelector,
  TagCount,
  TagQuery,
  TreeNode,
  TreeQuery,
} from "../../model/index.ts";
import { SelectorError } from "./fault.ts";
import { compileGlob, matchParts } from "./glob.ts";
import { soundSelector } from "./selector.ts";
import { anyTagKey, partOf, pathKey, tagsOf } from "./series-parts.ts";
import { firstSorted, mergeSorted, namesPerStep } from "./steps.ts";

/** Each name once, in its one spelling. */
export type Names = Iterable<string>;

/** Names that pass every condition, sorted, and how many there are. */
export function* selectNames(names: Names, { matchers, limit }: SeriesSelector): Steps<NamePage> {
  const test = soundSelector(matchers);
  let found: string[] = [];
  let totalCount = 0;
  let seenCount = 0;
  for (const name of names) {
    if (++seenCount % namesPerStep === 0) yield;
    if (!test(name)) continue;
    totalCount += 1;
    found.push(name);
    if (found.length > roomFor(limit)) found = yield* firstSorted(found, limit);
  }
  return { names: yield* firstSorted(found, limit), totalCount };
}

export function mergeNamePages(pages: readonly NamePage[], limit: number): NamePage {
  const empty: readonly string[] = [];
  return {
    names: pages.reduce((all, { names }) => finish(mergeSorted(all, names, limit)), empty),
    totalCount: pages.reduce((sum, { totalCount }) => sum + totalCount, 0),
  };
}

/** @throws SelectorError */
export function checkTree({ pattern }: TreeQuery): void {
  const glob = compileGlob(pattern);
  if (glob.ok) return;
  const { offset, message } = glob;
  throw new SelectorError({ code: "too-large", matcherIndex: 0, offset, message });
}

/**
 * The nodes that match, sorted by path. A series with tags is a leaf at its path, as one without;
 * several series with one path are one leaf.
 */
export function* browseTree(names: Names, { pattern, limit }: TreeQuery): Steps<TreeNode[]> {
  const glob = compileGlob(pattern);
  assert(glob.ok, "only patterns that can be tested are asked for");
  let nodes = new Map<string, number>();
  let seenCount = 0;
  for (const name of names) {
    if (++seenCount % namesPerStep === 0) yield;
    const cut = name.indexOf(";");
    const pathEnd = cut < 0 ? name.length : cut;
    for (const tests of glob.alternatives) {
      const end = matchParts(tests, name, pathEnd);
      if (end < 0) continue;
      const path = name.slice(0, end);
      nodes.set(path, (nodes.get(path) ?? 0) | (end === pathEnd ? isLeafBit : hasChildrenBit));
    }
    if (nodes.size > roomFor(limit)) nodes = yield* firstOf(nodes, limit);
  }
  nodes = yield* firstOf(nodes, limit);
  return Array.from(nodes, ([path, bits]) => nodeOf(path, bits));
}

export function mergeNodes(lists: readonly (readonly TreeNode[])[], limit: number): TreeNode[] {
  const nodes = new Map<string, number>();
  for (const { path, isLeaf, hasChildren } of lists.flat()) {
    const bits = (isLeaf ? isLeafBit : 0) | (hasChildren ? hasChildrenBit : 0);
    nodes.set(path, (nodes.get(path) ?? 0) | bits);
  }
  return Array.from(finish(firstOf(nodes, limit)), ([path, bits]) => nodeOf(path, bits));
}

/** Tags, or the values of one or of all, sorted by text. */
export function* countTagsOf(names: Names, query: TagQuery): Steps<TagCount[]> {
  const { tag, matchers, prefix, limit } = query;
  const test = soundSelector(matchers);
  let counts = new Map<string, number>();
  let seenCount = 0;
  for (const name of names) {
    if (++seenCount % namesPerStep === 0) yield;
    // The names that have no such value are the most: whether they pass is not looked at then.
    const texts = textsOf(name, tag).filter((text) => text.startsWith(prefix));
    if (texts.length === 0 || !test(name)) continue;
    for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
    if (counts.size > roomFor(limit)) counts = yield* firstOf(counts, limit);
  }
  counts = yield* firstOf(counts, limit);
  return Array.from(counts, ([text, seriesCount]) => ({ text, seriesCount }));
}

export function mergeTagCounts(lists: readonly (readonly TagCount[])[], limit: number): TagCount[] {
  const counts = new Map<string, number>();
  for (const { text, seriesCount } of lists.flat()) {
    counts.set(text, (counts.get(text) ?? 0) + seriesCount);
  }
  return Array.from(finish(firstOf(counts, limit)), ([text, seriesCount]) => ({
    text,
    seriesCount,
  }));
}

const isLeafBit = 1;
const hasChildrenBit = 2;

/** How many are kept before those beyond the limit are let go of. */
function roomFor(limit: number): number {
  return 4 * limit + 1024;
}

/** What is let go of here cannot come back among the first: as many smaller keys stay. */
function* firstOf(counts: ReadonlyMap<string, number>, limit: number): Steps<Map<string, number>> {
  const kept = new Map<string, number>();
  for (const key of yield* firstSorted(counts.keys(), limit)) {
    kept.set(key, counts.get(key) ?? 0);
    if (kept.size % 512 === 0) yield;
  }
  return kept;
}

function nodeOf(path: string, bits: number): TreeNode {
  return {
    path,
    isLeaf: (bits & isLeafBit) !== 0,
    hasChildren: (bits & hasChildrenBit) !== 0,
  };
}

function textsOf(name: string, tag: string | undefined): string[] {
  if (tag === undefined) return tagsOf(name).map(({ key }) => key);
  if (tag === anyTagKey) return [...new Set(tagsOf(name).map(({ value }) => value))];
  const value = partOf(name, tag);
  return value === "" && tag !== pathKey ? [] : [value];
}
