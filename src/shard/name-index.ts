/** A shard's half of the series index: every name of the window is looked at, in slices. */
import type { Clock } from "../base/clock.ts";
import { runInSlices, type Steps } from "../base/steps.ts";
import type {
  NamePage,
  SeriesIndex,
  SeriesSelector,
  SeriesWindow,
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
  readonly #window: SeriesWindow;
  readonly #clock: Clock;

  constructor(window: SeriesWindow, clock: Clock) {
    this.#window = window;
    this.#clock = clock;
  }

  select(selector: SeriesSelector): Promise<NamePage> {
    return this.#inSlices(selectNames(liveNames(this.#window), selector));
  }

  browse(query: TreeQuery): Promise<TreeNode[]> {
    return this.#inSlices(browseTree(liveNames(this.#window), query));
  }

  countTags(query: TagQuery): Promise<TagCount[]> {
    return this.#inSlices(countTagsOf(liveNames(this.#window), query));
  }

  #inSlices<Result>(steps: Steps<Result>): Promise<Result> {
    return runInSlices(steps, this.#clock, { sliceMs });
  }
}

/** Names that come while it runs may be given or not. */
function* liveNames(window: SeriesWindow): Generator<string, undefined> {
  for (let id = 0; id < window.idCount; id++) if (window.isLive(id)) yield window.name(id);
  return undefined;
}
