/** A shard's half of the series index: every name that the store lists is looked at, in slices. */
import type { Clock } from "../base/clock.ts";
import { runInSlices, type Steps } from "../base/steps.ts";
import type {
  CardinalityReport,
  NamePage,
  SeriesIndex,
  SeriesNameList,
  SeriesSelector,
  SeriesWindow,
  TagCount,
  TagQuery,
  TreeNode,
  TreeQuery,
} from "../model/index.ts";
import {
  browseTree,
  countNameParts,
  countTagsOf,
  type DatedName,
  selectNames,
} from "../query/select/index.ts";

/** Half of what one turn may take: several questions may be under way. */
const sliceMs = 2;

/** Questions have to be sound, see `checkSelector` and `checkTree`. */
export class NameIndex implements SeriesIndex {
  readonly #names: SeriesNameList;
  readonly #clock: Clock;

  constructor(names: SeriesNameList, clock: Clock) {
    this.#names = names;
    this.#clock = clock;
  }

  select(selector: SeriesSelector): Promise<NamePage> {
    return this.#inSlices(selectNames(liveNames(this.#names), selector));
  }

  browse(query: TreeQuery): Promise<TreeNode[]> {
    return this.#inSlices(browseTree(liveNames(this.#names), query));
  }

  countTags(query: TagQuery): Promise<TagCount[]> {
    return this.#inSlices(countTagsOf(liveNames(this.#names), query));
  }

  /** @param window  that dates the names, where it is the same series that are listed */
  cardinality(window: SeriesWindow, windowMs: number): Promise<CardinalityReport> {
    const oldestMs = (id: number): number =>
      this.#names === window ? (window.oldestMs?.(id) ?? NaN) : NaN;
    const nowMs = this.#clock.nowMs();
    return this.#inSlices(countNameParts(datedNames(this.#names, oldestMs), { nowMs, windowMs }));
  }

  #inSlices<Result>(steps: Steps<Result>): Promise<Result> {
    return runInSlices(steps, this.#clock, { sliceMs });
  }
}

function* datedNames(
  list: SeriesNameList,
  oldestMs: (id: number) => number,
): Generator<DatedName, undefined> {
  for (let id = 0; id < list.idCount; id++)
    if (list.isLive(id)) yield { name: list.name(id), oldestMs: oldestMs(id) };
  return undefined;
}

/** Names that come while it runs may be given or not. */
function* liveNames(list: SeriesNameList): Generator<string, undefined> {
  for (let id = 0; id < list.idCount; id++) if (list.isLive(id)) yield list.name(id);
  return undefined;
}
