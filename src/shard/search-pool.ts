/**
 * A search over all shards, seen from the main thread: asks the owner of the query for its shape,
 * then every shard at once, and puts their answers together as they get better.
 */
import type { Clock } from "../base/clock.ts";
import type { Rpc } from "../base/rpc.ts";
import {
  type SimilarityAnswer,
  type SimilarityMatch,
  type SimilarityMethodName,
  type SimilarityQuery,
  type SimilarityReader,
  SimilarityRefusal,
  type SimilarityTarget,
  type ShapePage,
  type ShapeReader,
  type ShapeWindow,
  type SampleColumns,
  shardOfName,
  type TimeRange,
} from "../model/index.ts";
import { Grid, mergeAnswers, planSearch, resample, zNormalise } from "../oculus/index.ts";
import type {
  ShapePageQuestion,
  ShapePageReply,
  ShapeQuestion,
  ShapeReply,
  ShardSearch,
  ShardSearchReply,
} from "./search-messages.ts";
import { pointCountFor, warmRange } from "./shape-keeper.ts";

export interface SearchPoolOptions {
  /** How much of each series a shard holds: no window reaches further back. */
  readonly windowMs: number;
  /** After this a search answers with what it has. */
  readonly budgetMs: number;
  /** The length of the newest window, of which each shard keeps a table warm. */
  readonly warmDurationMs: number;
  /** Other processes hold a part of the series; what is looked for may be one of theirs. */
  readonly isShared?: boolean;
}

/** That can be asked for. */
const pointCountMax = 1000;
/** A window that ends so close to now means the newest one. */
const newestToleranceMs = 5000;
/** Ids whose shapes are handed out at a time: a third of a megabyte, and a millisecond of a shard. */
const pageIdCount = 1000;

interface UnderWay {
  readonly replies: (ShardSearchReply | undefined)[];
  readonly onChange: () => void;
}

export class SearchPool implements SimilarityReader, ShapeReader {
  #shards: readonly Rpc[] = [];
  readonly #clock: Clock;
  readonly #options: SearchPoolOptions;
  readonly #underWay = new Map<number, UnderWay>();
  readonly #searchOfPage = new Map<string, AbortController>();
  #nextId = 1;

  constructor(clock: Clock, options: SearchPoolOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Once, in the order of the shards' numbers, when they have started. */
  connect(shards: readonly Rpc[]): void {
    this.#shards = shards;
  }

  /** Takes a shard's answer on the way. */
  progress(shard: number, reply: ShardSearchReply): void {
    const search = this.#underWay.get(reply.searchId);
    if (search === undefined) return;
    search.replies[shard] = reply;
    search.onChange();
  }

  async search(
    query: SimilarityQuery,
    options: {
      readonly page?: string;
      readonly signal?: AbortSignal;
      readonly onProgress?: (answer: SimilarityAnswer) => void;
    },
  ): Promise<SimilarityAnswer> {
    const replaced = new AbortController();
    const { page } = options;
    if (page !== undefined) {
      this.#searchOfPage.get(page)?.abort();
      this.#searchOfPage.set(page, replaced);
    }
    try {
      const signals = [replaced.signal, ...(options.signal === undefined ? [] : [options.signal])];
      return await this.#search(query, AbortSignal.any(signals), options.onProgress);
    } finally {
      if (page !== undefined && this.#searchOfPage.get(page) === replaced) {
        this.#searchOfPage.delete(page);
      }
    }
  }

  newestWindow(): ShapeWindow {
    const range = warmRange(this.#clock.nowMs(), this.#options.warmDurationMs);
    return { range, pointCount: pointCountFor(range) };
  }

  isNewest({ fromMs, untilMs }: TimeRange): boolean {
    const isNow = Math.abs(untilMs - this.#clock.nowMs()) < newestToleranceMs;
    return isNow && untilMs - fromMs === this.#options.warmDurationMs;
  }

  async *shapePages(window: ShapeWindow): AsyncGenerator<ShapePage> {
    for (const shard of this.#shards) {
      let fromId: number | undefined = 0;
      while (fromId !== undefined) {
        const asked: ShapePageQuestion = { ...window, fromId, idCount: pageIdCount };
        const reply: ShapePageReply = await shard.ask<ShapePageReply>("shapePage", asked);
        if (reply.page.names.length > 0) yield reply.page;
        fromId = reply.nextId;
      }
    }
  }

  async queryValues(
    target: SimilarityTarget,
    { range, pointCount }: ShapeWindow,
    method: SimilarityMethodName,
  ): Promise<Float64Array<ArrayBuffer>> {
    if (target.kind === "shape") {
      if (method === "change") {
        throw new SimilarityRefusal(
          "bad-method",
          "What changed is asked of a metric, not of a shape.",
        );
      }
      const values = resample(target.values, pointCount);
      if (!zNormalise(Float64Array.from(values))) {
        throw new SimilarityRefusal("flat", "The shape is flat: a level line looks like nothing.");
      }
      return values;
    }
    const reply = await this.#shapeOf({ name: target.name, range, pointCount });
    if (reply.kind === "unknown") {
      throw new SimilarityRefusal("unknown-series", `There is no metric named ${target.name}.`);
    }
    if (method === "change") {
      return reply.kind === "values" ? reply.values : new Float64Array(pointCount).fill(NaN);
    }
    if (reply.kind === "fault") throw new SimilarityRefusal(reply.fault, faultWords(reply.fault));
    if (!zNormalise(Float64Array.from(reply.values))) {
      throw new SimilarityRefusal("flat", faultWords("flat"));
    }
    return reply.values;
  }

  async #shapeOf(question: ShapeQuestion): Promise<ShapeReply> {
    const { name, range, pointCount } = question;
    const owner = this.#shards[shardOfName(name, this.#shards.length)]!;
    const reply = await owner.ask<ShapeReply>("shapeOf", question);
    if (reply.kind !== "unknown" || this.#options.isShared !== true) return reply;
    // The store has the samples of all processes.
    const columns = await owner.ask<SampleColumns | undefined>("read", { name, range });
    if (columns === undefined) return reply;
    const { timesMs, values: samples } = columns;
    const values = new Float64Array(pointCount);
    const fault = new Grid(range, pointCount).fill(timesMs, samples, timesMs.length, values);
    return fault === undefined ? { kind: "values", values } : { kind: "fault", fault };
  }

  async #search(
    query: SimilarityQuery,
    signal: AbortSignal,
    onProgress: ((answer: SimilarityAnswer) => void) | undefined,
  ): Promise<SimilarityAnswer> {
    const startedMs = this.#clock.elapsedMs();
    const range = this.#checkedRange(query);
    query = { ...query, range };
    const pointCount = pointCountOf(query);
    const window = { range, pointCount };
    const queryValues = await this.queryValues(query.target, window, query.method);
    const asked = this.#plan(query, queryValues, pointCount);

    const toAnswer = (
      replies: readonly (ShardSearchReply | undefined)[],
      isFinal: boolean,
    ): SimilarityAnswer => {
      const known = replies.filter((reply) => reply !== undefined);
      const merged = mergeAnswers<SimilarityMatch>(known, query);
      return {
        range,
        queryValues,
        matches: merged.matches,
        isFinal,
        isExact: isFinal && merged.isExact && known.length === this.#shards.length,
        comparedCount: merged.comparedCount,
        totalCount: merged.totalCount,
        unmatchedCounts: sumCounts(known.map(({ unmatchedCounts }) => unmatchedCounts)),
        tookMs: this.#clock.elapsedMs() - startedMs,
      };
    };

    const replies = new Array<ShardSearchReply | undefined>(this.#shards.length).fill(undefined);
    this.#underWay.set(asked.searchId, {
      replies,
      onChange: () => {
        // With the answer of only some shards the page would jump when the others come.
        if (replies.every((reply) => reply !== undefined)) onProgress?.(toAnswer(replies, false));
      },
    });
    const cancel = (): void => {
      for (const shard of this.#shards) shard.tell("cancelSearch", asked.searchId);
    };
    signal.addEventListener("abort", cancel, { once: true });
    try {
      const final = await Promise.all(
        this.#shards.map(async (shard, i) => {
          const reply = await shard.ask<ShardSearchReply>("search", asked);
          this.progress(i, reply);
          return reply;
        }),
      );
      if (signal.aborted)
        throw new SimilarityRefusal("cancelled", "A newer search took its place.");
      const room = Math.min(...final.map((reply) => reply.pointCountMax ?? Infinity));
      if (room < Infinity) {
        const message = `So many metrics find room at ${room} points and no more.`;
        throw new SimilarityRefusal("bad-points", message);
      }
      return toAnswer(final, true);
    } finally {
      signal.removeEventListener("abort", cancel);
      this.#underWay.delete(asked.searchId);
    }
  }

  /** The window asked for; the newest hour is moved back to the whole minutes that are kept warm. */
  #checkedRange({ range }: SimilarityQuery): TimeRange {
    const nowMs = this.#clock.nowMs();
    const oldestMs = nowMs - this.#options.windowMs;
    if (!(range.untilMs - range.fromMs >= 60_000)) {
      throw new SimilarityRefusal("short-window", "A window to search with is a minute or longer.");
    }
    if (range.fromMs < oldestMs) {
      const hours = Math.round(this.#options.windowMs / 3_600_000);
      throw new SimilarityRefusal(
        "old-window",
        `The search looks at the last ${hours} hours, which are held in memory; this window begins earlier.`,
      );
    }
    return this.isNewest(range) ? this.newestWindow().range : range;
  }

  #plan(
    query: SimilarityQuery,
    values: Float64Array<ArrayBuffer>,
    pointCount: number,
  ): ShardSearch {
    const { target, range, method, bandShare, radius, inverse, filter, exclude } = query;
    const stepMs = (range.untilMs - range.fromMs) / pointCount;
    const lagMax = query.lagMaxMs === undefined ? undefined : Math.round(query.lagMaxMs / stepMs);
    const { limit, offset } = query;
    if (method === "classic") {
      throw new SimilarityRefusal(
        "bad-method",
        "The original's search needs a search engine; set oculus.engine to have one.",
      );
    }
    if (method !== "change") {
      const options = { method, bandShare, radius, lagMax, inverse, limit, offset };
      const planned = planSearch(options, pointCount);
      if (!planned.ok) throw new SimilarityRefusal(planned.fault, `${planned.message}.`);
    }
    return {
      searchId: this.#nextId++,
      ...{ range, values, method, bandShare, radius, lagMax, inverse, filter, exclude },
      excludeName: target.kind === "series" ? target.name : undefined,
      limit,
      offset,
      budgetMs: this.#options.budgetMs,
    };
  }
}

function pointCountOf({ range, pointCount }: SimilarityQuery): number {
  if (pointCount === undefined) return pointCountFor(range);
  if (Number.isInteger(pointCount) && pointCount >= 2 && pointCount <= pointCountMax) {
    return pointCount;
  }
  throw new SimilarityRefusal("bad-points", `A shape has 2 to ${pointCountMax} points.`);
}

function sumCounts(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const one of counts) {
    for (const [reason, count] of Object.entries(one)) sums[reason] = (sums[reason] ?? 0) + count;
  }
  return sums;
}

function faultWords(fault: string): string {
  switch (fault) {
    case "empty":
      return "The metric has no samples in this window; choose another window.";
    case "flat":
      return "The metric does not move in this window; a level line looks like nothing.";
    case "starts-late":
      return "The metric begins too late in this window; choose one that begins with its samples.";
    case "ends-early":
      return "The metric ends too early in this window; choose one that ends with its samples.";
    default:
      return "The metric has too large a gap in this window; choose a longer or another one.";
  }
}
