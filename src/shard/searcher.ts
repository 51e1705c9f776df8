/**
 * A shard's half of a search: finds or fills the table of the window, then goes through it in
 * slices, telling of what it has so far.
 */
import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import { nameMatcher, type SeriesWindow, type SimilarityMatch } from "../model/index.ts";
import {
  ChangeSearch,
  Grid,
  type Match,
  planSearch,
  ShapeSearch,
  type ShapeTable,
  zNormalise,
} from "../oculus/index.ts";
import type {
  ShapePageQuestion,
  ShapePageReply,
  ShapeQuestion,
  ShapeReply,
  ShardSearch,
  ShardSearchReply,
} from "./search-messages.ts";
import { type ShapeKeeper, searchSliceMs } from "./shape-keeper.ts";

/** When an answer on the way is told for the first time, and how often after that. */
const firstProgressMs = 60;
const progressMs = 150;

type Running = Pick<ShapeSearch, "runFor" | "isDone" | "cancel"> & {
  answer(): {
    readonly matches: readonly Match[];
    readonly isExact: boolean;
    readonly comparedCount: number;
    readonly totalCount: number;
    readonly faultCounts?: Readonly<Record<string, number>>;
  };
};

export class Searcher {
  readonly #window: SeriesWindow;
  readonly #keeper: ShapeKeeper;
  readonly #clock: Clock;
  readonly #tell: (reply: ShardSearchReply) => void;
  readonly #cancelled = new Set<number>();
  readonly #underWay = new Set<number>();

  /** @param tell  hears of answers on the way */
  constructor(
    window: SeriesWindow,
    keeper: ShapeKeeper,
    clock: Clock,
    tell: (reply: ShardSearchReply) => void,
  ) {
    this.#window = window;
    this.#keeper = keeper;
    this.#clock = clock;
    this.#tell = tell;
  }

  /** The stretch of a series that is to be looked for, on the grid of the search. */
  shapeOf({ name, range, pointCount }: ShapeQuestion): ShapeReply {
    const id = this.#window.find(name);
    if (id === undefined) return { kind: "unknown" };
    const room = this.#window.sampleCountMax(id, range);
    const timesMs = new Float64Array(room);
    const samples = new Float64Array(room);
    const count = this.#window.copy(id, range, timesMs, samples);
    const values = new Float64Array(pointCount);
    const fault = new Grid(range, pointCount).fill(timesMs, samples, count, values);
    return fault === undefined ? { kind: "values", values } : { kind: "fault", fault };
  }

  /** Rows of the table of a window, which is found or filled, copied so that they can be sent. */
  async shapePage(shard: number, asked: ShapePageQuestion): Promise<ShapePageReply> {
    const { range, pointCount, fromId } = asked;
    const filled = await this.#keeper.tableOf(range, pointCount, () => true);
    assert(filled.kind === "filled", "a shard that closes, or has no room, is asked for no pages");
    const { table } = filled;
    const untilId = Math.min(fromId + asked.idCount, table.idCount);
    const ids: number[] = [];
    for (let id = fromId; id < untilId; id++) {
      // A series may have gone since the table was filled.
      const isKnown = table.isComparable(id) || table.faultOf(id) !== undefined;
      if (isKnown && this.#window.isLive(id)) ids.push(id);
    }
    const rows = new Float32Array(ids.length * pointCount);
    for (const [at, id] of ids.entries()) {
      if (!table.isComparable(id)) continue;
      const from = id * pointCount;
      rows.set(table.rows.subarray(from, from + pointCount), at * pointCount);
    }
    return {
      page: {
        shard,
        ids: Int32Array.from(ids),
        names: ids.map((id) => this.#window.name(id)),
        faults: ids.map((id) => table.faultOf(id) ?? ""),
        rows,
      },
      nextId: untilId < table.idCount ? untilId : undefined,
    };
  }

  cancel(searchId: number): void {
    if (this.#underWay.has(searchId)) this.#cancelled.add(searchId);
  }

  async search(asked: ShardSearch): Promise<ShardSearchReply> {
    this.#underWay.add(asked.searchId);
    try {
      return await this.#run(asked);
    } finally {
      this.#underWay.delete(asked.searchId);
      this.#cancelled.delete(asked.searchId);
    }
  }

  async #run(asked: ShardSearch): Promise<ShardSearchReply> {
    const endMs = this.#clock.elapsedMs() + asked.budgetMs;
    const isOver = (): boolean =>
      this.#cancelled.has(asked.searchId) || this.#clock.elapsedMs() >= endMs;
    if (asked.method === "change") {
      const excludeId = this.#excludeId(asked);
      const search = new ChangeSearch(this.#window, asked.range, {
        ...asked,
        excludeId,
        accepts: this.#accepts(asked),
      });
      return await this.#finish(asked, search, undefined, isOver);
    }

    let tellMs = this.#clock.elapsedMs() + firstProgressMs;
    let partial: ShapeTable | undefined;
    const filled = await this.#keeper.tableOf(asked.range, asked.values.length, async (table) => {
      partial = table;
      if (isOver()) return false;
      if (this.#clock.elapsedMs() >= tellMs) {
        this.#tell(await this.#lookAhead(asked, table));
        tellMs = this.#clock.elapsedMs() + progressMs;
      }
      return true;
    });
    switch (filled.kind) {
      case "filled":
        return await this.#finish(asked, this.#searchIn(filled.table, asked), filled.table, isOver);
      case "too-large":
        return { ...this.#noReply(asked), pointCountMax: filled.pointCountMax };
      case "given-up": {
        const isUnwanted = partial === undefined || this.#cancelled.has(asked.searchId);
        return isUnwanted ? this.#noReply(asked) : await this.#lookAhead(asked, partial!);
      }
    }
  }

  /** What can be found by a slice of work in a table that is still being filled. */
  async #lookAhead(asked: ShardSearch, partial: ShapeTable): Promise<ShardSearchReply> {
    await this.#keeper.turns.next();
    const search = this.#searchIn(partial, asked);
    search.runFor(searchSliceMs, this.#clock);
    const reply = this.#reply(asked, search, partial);
    const unfilledCount = Math.max(0, this.#window.idCount - partial.idCount);
    return { ...reply, isExact: false, totalCount: reply.totalCount + unfilledCount };
  }

  #searchIn(table: ShapeTable, asked: ShardSearch): ShapeSearch {
    const { method, bandShare, radius, lagMax, inverse, limit, offset } = asked;
    assert(method !== "change", "a change is not looked for by shape");
    const planned = planSearch(
      {
        ...{ method, bandShare, radius, lagMax, inverse, limit, offset },
        excludeId: this.#excludeId(asked),
        accepts: this.#accepts(asked),
      },
      table.pointCount,
    );
    assert(planned.ok, "the main thread sends only searches that can be made");
    const shape = Float64Array.from(asked.values);
    assert(zNormalise(shape), "the main thread sends only shapes that move");
    return new ShapeSearch(table, shape, planned.plan);
  }

  async #finish(
    asked: ShardSearch,
    search: Running,
    table: ShapeTable | undefined,
    isOver: () => boolean,
  ): Promise<ShardSearchReply> {
    const { turns } = this.#keeper;
    let tellMs = this.#clock.elapsedMs() + firstProgressMs;
    await turns.next();
    while (!search.runFor(searchSliceMs, this.#clock)) {
      if (isOver()) search.cancel();
      else if (this.#clock.elapsedMs() >= tellMs) {
        this.#tell(this.#reply(asked, search, table));
        tellMs = this.#clock.elapsedMs() + progressMs;
      }
      await turns.next();
    }
    return this.#reply(asked, search, table);
  }

  #reply(
    { searchId, range, values }: ShardSearch,
    search: Running,
    table: ShapeTable | undefined,
  ): ShardSearchReply {
    const answer = search.answer();
    const stepMs = (range.untilMs - range.fromMs) / Math.max(values.length, 1);
    const matches = answer.matches.map(
      ({ id, distance, likeness, lag, sign }): SimilarityMatch => ({
        name: this.#window.name(id),
        distance,
        likeness,
        lagMs: lag * stepMs,
        sign,
      }),
    );
    const unmatchedCounts = table?.faultCounts() ?? answer.faultCounts ?? {};
    const { isExact, comparedCount, totalCount } = answer;
    return { searchId, matches, isExact, comparedCount, totalCount, unmatchedCounts };
  }

  #noReply({ searchId }: ShardSearch): ShardSearchReply {
    return {
      searchId,
      matches: [],
      isExact: false,
      comparedCount: 0,
      totalCount: this.#window.idCount,
      unmatchedCounts: {},
    };
  }

  #excludeId({ excludeName }: ShardSearch): number | undefined {
    return excludeName === undefined ? undefined : this.#window.find(excludeName);
  }

  #accepts({ filter, exclude }: ShardSearch): ((id: number) => boolean) | undefined {
    if (filter === "" && exclude.length === 0) return undefined;
    const isWanted = nameMatcher(filter);
    const isUnwanted = exclude.map(exclusion);
    return (id) => {
      const name = this.#window.name(id);
      return isWanted(name) && !isUnwanted.some((matches) => matches(name));
    };
  }
}

/** A part of the name between dots, as the original's filters had it, or a glob over the whole. */
function exclusion(text: string): (name: string) => boolean {
  if (/[*?[{]/.test(text)) return nameMatcher(text);
  return (name) => name === text || name.split(/[.;]/).includes(text);
}
