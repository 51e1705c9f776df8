/**
 * Many series with few questions: each shard is asked for its share of the names, a page at a time, and
 * the pages are put back into the order of the names. While one page is worked on, each shard has the
 * next one under way, so that two pages a shard are in memory and no shard is idle.
 */
import { assert } from "../base/assert.ts";
import type { Rpc } from "../base/rpc.ts";
import {
  columnsOfPage,
  type PageQuery,
  type SampleColumns,
  type SeriesPage,
  SeriesPageBuilder,
  type SeriesStore,
  shardOfName,
  type TimeRange,
} from "../model/index.ts";

/** Of one page: 4 MB, of which the decoding takes about a millisecond. */
const pageSampleCountMax = 262_144;
/** Names sent with the first question to a shard; later ones send what the page before has shown to fit. */
const firstNameCount = 256;
/** Series that a store without pages is asked for at once. */
const aheadCount = 32;

/** The side of whoever asks: lists that together have an entry for each name, in their order. */
export async function* readPages(
  shards: readonly Rpc[],
  names: readonly string[],
  range: TimeRange,
): AsyncGenerator<readonly (SampleColumns | undefined)[]> {
  const namesOf = shards.map((): string[] => []);
  const owners = names.map((name) => shardOfName(name, shards.length));
  for (let i = 0; i < names.length; i++) namesOf[owners[i]!]!.push(names[i]!);
  const lines = shards.map((shard, i) => new PageLine(shard, namesOf[i]!, range));
  let ready: (SampleColumns | undefined)[] = [];
  for (const owner of owners) {
    const line = lines[owner]!;
    if (line.isDry) {
      if (ready.length > 0) yield ready;
      ready = [];
      await line.refill();
    }
    ready.push(line.take());
  }
  if (ready.length > 0) yield ready;
}

/** The side of a shard: a page of its store, put together from single reads where that has none. */
export async function readPageOf(
  store: Pick<SeriesStore, "read" | "readPage">,
  query: PageQuery,
): Promise<SeriesPage> {
  if (store.readPage !== undefined) return await store.readPage(query);
  const { names, range, sampleCountMax } = query;
  const page = new SeriesPageBuilder(query);
  const coming: Promise<SampleColumns | undefined>[] = [];
  let askedCount = 0;
  do {
    // What is under way is taken to be like what has come; all of it goes into this page.
    const meanCount = page.sampleCount / Math.max(1, page.seriesCount);
    const hasRoom = (): boolean =>
      coming.length < aheadCount && page.sampleCount + coming.length * meanCount < sampleCountMax;
    while (askedCount < names.length && hasRoom()) {
      const read = store.read(names[askedCount]!, range);
      read.catch(() => undefined); // heard of below, when its turn has come
      coming.push(read);
      askedCount += 1;
    }
    page.addColumns(await coming.shift());
  } while (coming.length > 0 || (!page.isComplete && page.sampleCount < sampleCountMax));
  return page.take();
}

/** The pages of one shard, in the order of its share of the names. */
class PageLine {
  readonly #shard: Rpc;
  readonly #names: readonly string[];
  readonly #range: TimeRange;
  #askedFrom = 0;
  #coming: Promise<SeriesPage> | undefined;
  #page: readonly (SampleColumns | undefined)[] = [];
  #taken = 0;

  constructor(shard: Rpc, names: readonly string[], range: TimeRange) {
    this.#shard = shard;
    this.#names = names;
    this.#range = range;
    this.#ask(firstNameCount);
  }

  /** Whether the next series is not here yet. */
  get isDry(): boolean {
    return this.#taken === this.#page.length;
  }

  async refill(): Promise<void> {
    assert(this.#coming !== undefined, "there is a page to come for a name that is left");
    const page = await this.#coming;
    this.#page = columnsOfPage(page);
    this.#taken = 0;
    this.#askedFrom += this.#page.length;
    this.#ask(2 * this.#page.length);
  }

  take(): SampleColumns | undefined {
    const columns = this.#page[this.#taken];
    this.#taken += 1;
    return columns;
  }

  #ask(nameCount: number): void {
    this.#coming = undefined;
    const names = this.#names.slice(this.#askedFrom, this.#askedFrom + nameCount);
    if (names.length === 0) return;
    const query: PageQuery = { names, range: this.#range, sampleCountMax: pageSampleCountMax };
    this.#coming = this.#shard.ask<SeriesPage>("readPage", query);
    // Whoever asks may stop before it comes, and hears of a failure only when its turn has come.
    this.#coming.catch(() => undefined);
  }
}
