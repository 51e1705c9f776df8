/**
 * The series index of a store that several processes share: its names are asked for, narrowed as far
 * as the store can, and gone through here.
 */
import type { Clock } from "../base/clock.ts";
import { runInSlices } from "../base/steps.ts";
import type {
  NamePage,
  SeriesIndex,
  SeriesSelector,
  TagCount,
  TagQuery,
  TreeNode,
  TreeQuery,
} from "../model/index.ts";
import { browseTree, countTagsOf, tagMatchers, treeMatchers } from "../query/select/index.ts";

/** Names gone through for one tree level or list of tags; those beyond, in order, are left out. */
const nameCountMax = 200_000;
const sliceMs = 2;

/** Questions have to be sound, as for `NameIndex`. Rejects as the store does. */
export class SharedIndex implements SeriesIndex {
  readonly #select: (selector: SeriesSelector) => Promise<NamePage>;
  readonly #clock: Clock;

  constructor(select: (selector: SeriesSelector) => Promise<NamePage>, clock: Clock) {
    this.#select = select;
    this.#clock = clock;
  }

  select(selector: SeriesSelector): Promise<NamePage> {
    return this.#select(selector);
  }

  async browse(query: TreeQuery): Promise<TreeNode[]> {
    const { names } = await this.#select({ matchers: treeMatchers(query), limit: nameCountMax });
    return await runInSlices(browseTree(names, query), this.#clock, { sliceMs });
  }

  async countTags(query: TagQuery): Promise<TagCount[]> {
    const { names } = await this.#select({ matchers: tagMatchers(query), limit: nameCountMax });
    return await runInSlices(countTagsOf(names, query), this.#clock, { sliceMs });
  }
}
