/**
 * All shards as one, seen from the main thread: asks the shard that owns a name, or all of them,
 * and puts their answers together.
 */
import type { Rpc } from "../base/rpc.ts";
import {
  type BandColumns,
  type BandQuery,
  type BandReader,
  type CardinalityReader,
  type CardinalityReport,
  type Episode,
  type EpisodeEvent,
  type Feedback,
  type NamePage,
  type NameQuery,
  type Rule,
  type RulesTrial,
  type RulesTrialQuery,
  type RulesTrialReader,
  type SampleColumns,
  type SeriesIndex,
  type SeriesReader,
  type SeriesSelector,
  type ShardStats,
  shardOfName,
  sortNames,
  type StepColumns,
  type StepQuery,
  type TagCount,
  type TagQuery,
  type TimeRange,
  type TreeNode,
  type TreeQuery,
  type Verdict,
} from "../model/index.ts";
import {
  checkSelector,
  checkTree,
  joinNamePages,
  joinNodes,
  joinTagCounts,
  mergeCardinality,
  mergeNamePages,
  mergeNodes,
  mergeTagCounts,
} from "../query/select/index.ts";
import { readPages } from "./page-reading.ts";
import { type ShardTrial, tryRulesOver } from "./rules-trial.ts";

/** So many places a list of cardinality has, of each order. */
const cardinalityTopCount = 100;

/** The questions a shard thread answers; see shard-service.ts. */
export class ShardPool
  implements BandReader, CardinalityReader, RulesTrialReader, SeriesReader, SeriesIndex
{
  /** The lines to the shards, in the order of their numbers. */
  readonly shards: readonly Rpc[];

  /** Missing where nobody can do better than to read the samples. */
  readonly readSteps?: (query: StepQuery) => Promise<StepColumns | undefined>;

  readonly #namesAreShared: boolean;

  /**
   * @param shards  in the order of their numbers
   * @param options.namesAreShared  each shard finds the names of all, since one remote has them
   * @param options.remoteAddsUp  whether the remote works out what steps of time come to
   */
  constructor(
    shards: readonly Rpc[],
    options: { readonly namesAreShared: boolean; readonly remoteAddsUp?: boolean } = {
      namesAreShared: false,
    },
  ) {
    this.shards = shards;
    this.#namesAreShared = options.namesAreShared;
    if (options.remoteAddsUp === true) {
      this.readSteps = (query) => this.#owner(query.name).ask("readSteps", query);
    }
  }

  get shardCount(): number {
    return this.shards.length;
  }

  read(name: string, range: TimeRange): Promise<SampleColumns | undefined> {
    return this.#owner(name).ask("read", { name, range });
  }

  readMany(
    names: readonly string[],
    range: TimeRange,
  ): AsyncIterable<readonly (SampleColumns | undefined)[]> {
    return readPages(this.shards, names, range);
  }

  band(query: BandQuery): Promise<BandColumns | undefined> {
    return this.#owner(query.name).ask("band", query);
  }

  /** Tells every shard what people said. @returns what has changed with the open episodes */
  async useFeedback(feedbacks: readonly Feedback[]): Promise<EpisodeEvent[]> {
    return (await this.#askAll<EpisodeEvent[]>("useFeedback", feedbacks)).flat();
  }

  /** From now on these rules say what matters, in every shard. */
  async useRules(rules: readonly Rule[]): Promise<void> {
    await this.#askAll("useRules", rules);
  }

  async tryRules(query: RulesTrialQuery): Promise<RulesTrial | undefined> {
    return await tryRulesOver(
      {
        findNames: (names) => this.findNames(names),
        ask: ({ names, ...asked }) =>
          Promise.all(
            this.shards.map((shard, i) =>
              shard.ask<ShardTrial | undefined>("tryRules", {
                ...asked,
                names: names.filter((name) => shardOfName(name, this.shardCount) === i),
              }),
            ),
          ),
      },
      query,
    );
  }

  judge(name: string): Promise<Verdict | undefined> {
    return this.#owner(name).ask("judge", name);
  }

  async findNames(query: NameQuery): Promise<NamePage> {
    if (this.#namesAreShared) return await this.#findSharedNames(query);
    const pages = await this.#askAll<NamePage>("findNames", query);
    return {
      names: sortNames(
        pages.flatMap(({ names }) => names),
        query.query,
      ).slice(0, query.limit),
      totalCount: pages.reduce((sum, { totalCount }) => sum + totalCount, 0),
    };
  }

  /** Rejects with a SelectorError where a pattern cannot be tested; so do `browse` and `countTags`. */
  async select(selector: SeriesSelector): Promise<NamePage> {
    checkSelector(selector.matchers);
    const { limit } = selector;
    const [pages, shared] = await Promise.all([
      this.#askAll<NamePage>("selectSeries", selector),
      this.#askShared<NamePage>("selectShared", selector),
    ]);
    const page = mergeNamePages(pages, limit);
    return shared === undefined ? page : joinNamePages(page, shared, limit);
  }

  async browse(query: TreeQuery): Promise<readonly TreeNode[]> {
    checkTree(query);
    const [lists, shared] = await Promise.all([
      this.#askAll<readonly TreeNode[]>("browseTree", query),
      this.#askShared<readonly TreeNode[]>("browseShared", query),
    ]);
    const nodes = mergeNodes(lists, query.limit);
    return shared === undefined ? nodes : joinNodes(nodes, shared, query.limit);
  }

  async countTags(query: TagQuery): Promise<readonly TagCount[]> {
    checkSelector(query.matchers);
    const [lists, shared] = await Promise.all([
      this.#askAll<readonly TagCount[]>("countTags", query),
      this.#askShared<readonly TagCount[]>("countShared", query),
    ]);
    const counts = mergeTagCounts(lists, query.limit);
    return shared === undefined ? counts : joinTagCounts(counts, shared, query.limit);
  }

  async cardinality(): Promise<CardinalityReport> {
    return mergeCardinality(
      await this.#askAll<CardinalityReport>("cardinality"),
      cardinalityTopCount,
    );
  }

  stats(): Promise<ShardStats[]> {
    return this.#askAll<ShardStats>("stats");
  }

  /** Hands each shard the episodes that were active when the program ended. */
  async adopt(episodes: readonly Episode[]): Promise<void> {
    await Promise.all(
      this.shards.map((shard, i) =>
        shard.ask<undefined>(
          "adopt",
          episodes.filter(({ name }) => shardOfName(name, this.shardCount) === i),
        ),
      ),
    );
  }

  /**
   * From now on these partitions are judged here: the shards fill their windows, go on with the open
   * episodes and begin to judge. Resolves when all of them have.
   */
  async takeOver(partitions: readonly number[], episodes: readonly Episode[]): Promise<void> {
    await Promise.all(
      this.shards.map((shard, i) =>
        shard.ask<undefined>("takeOver", {
          partitions,
          episodes: episodes.filter(({ name }) => shardOfName(name, this.shardCount) === i),
        }),
      ),
    );
  }

  /** These partitions are judged elsewhere from now on. */
  async drop(partitions: readonly number[]): Promise<void> {
    await this.#askAll("drop", partitions);
  }

  /** The program ends: whoever waits for room in a shard's store is let go. */
  letIn(): void {
    for (const shard of this.shards) shard.tell("letIn", undefined);
  }

  /** Resolves when all that was written before is durable. */
  async commit(): Promise<void> {
    await this.#askAll("commit");
  }

  /** Ends judging and closes the stores. */
  async close(): Promise<void> {
    await this.#askAll("close");
  }

  /** What the remote has, and what the shards have that it has not yet. */
  async #findSharedNames({ query, limit }: NameQuery): Promise<NamePage> {
    const [first, ...others] = this.shards;
    const [page, ...fresh] = await Promise.all([
      first!.ask<NamePage>("findNames", { query, limit }),
      ...others.map((shard) => shard.ask<string[]>("freshNames", query)),
    ]);
    const known = new Set(page.names);
    const added = fresh.flat().filter((name) => !known.has(name));
    return {
      names: sortNames([...page.names, ...added], query).slice(0, limit),
      totalCount: page.totalCount + added.length,
    };
  }

  #owner(name: string): Rpc {
    return this.shards[shardOfName(name, this.shardCount)]!;
  }

  /** Any shard can ask the store that all share; undefined where there is none. */
  async #askShared<Output>(method: string, input: unknown): Promise<Output | undefined> {
    return this.#namesAreShared ? await this.shards[0]!.ask<Output>(method, input) : undefined;
  }

  #askAll<Output>(method: string, input?: unknown): Promise<Output[]> {
    return Promise.all(this.shards.map((shard) => shard.ask<Output>(method, input)));
  }
}
