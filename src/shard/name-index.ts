/** A shard's half of the series index: every name that the store lists is looked at, in slices. */
import type { Clock } from "../base/clock.ts";
import { runInSlices, type Steps } from "../base/steps.ts";
import type {
  NamePage,
  SeriesIndex,
  SeriesNameList,
  SeriesSelector,
  TagCount,
  TagQuery,
  TreeNode,
  TreeQuery,
} from "../model/index.ts";
import { browseTree, countTagsOf, selectNames } from "../query/select/index.ts";

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

  #inSlices<Result>(steps: Steps<Result>): Promise<Result> {
    return runInSlices(steps, this.#clock, { sliceMs });
  }
}

/** Names that come while it runs may be given or not. */
function* liveNames(list: SeriesNameList): Generator<string, undefined> {
  for (let id = 0; id < list.idCount; id++) if (list.isLive(id)) yield list.name(id);
  return undefined;
}
