/**
 * Tries rules on the history of a shard's series: each is judged anew from its samples, once under the rules in
 * force and once under the tried ones.
 *
 * Bounded: a series is judged from at most so many samples, the newest; series are taken in order until the
 * time is up; the thread does its other work between slices, and one trial waits for the one before it.
 */
import type { Clock } from "../base/clock.ts";
import { runInSlices } from "../base/steps.ts";
import { type Judge, replayEpisodes } from "../analyzer/index.ts";
import {
  compareTold,
  type Rule,
  RuleBook,
  type SeriesStore,
  type TimeRange,
  type TriedEpisode,
} from "../model/index.ts";

const dayMs = 86_400_000;
/** Two weeks teach a day's profile and a week's. */
const leadMs = 15 * dayMs;
const rowCountMax = 60_000;
const sliceMs = 5;
const episodeCountMax = 1_000;

/** To one shard: its series among those that the tried rules judge otherwise. */
export interface ShardTrialQuery {
  readonly names: readonly string[];
  readonly range: TimeRange;
  readonly inForce: readonly Rule[];
  readonly tried: readonly Rule[];
  readonly budgetMs: number;
}

export interface ShardTrial {
  readonly episodes: readonly TriedEpisode[];
  readonly triedCount: number;
}

export interface TrialParts {
  readonly store: Pick<SeriesStore, "read">;
  readonly judge: Judge;
  readonly stalePeriodMs: number;
  readonly clock: Clock;
  /** What senders state of a series, see model/stated-type.ts. */
  readonly statedOf: (name: string) => number;
}

export class RulesTrials {
  readonly #parts: TrialParts;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: TrialParts) {
    this.#parts = parts;
  }

  run(query: ShardTrialQuery): Promise<ShardTrial> {
    const deadlineMs = this.#parts.clock.elapsedMs() + query.budgetMs;
    const trial = this.#last.then(() => this.#try(query, deadlineMs));
    this.#last = trial.catch(() => undefined);
    return trial;
  }

  async #try(query: ShardTrialQuery, deadlineMs: number): Promise<ShardTrial> {
    const { clock } = this.#parts;
    const books = [new RuleBook(query.inForce), new RuleBook(query.tried)] as const;
    const episodes: TriedEpisode[] = [];
    let triedCount = 0;
    for (const name of query.names) {
      if (clock.elapsedMs() >= deadlineMs || episodes.length >= episodeCountMax) break;
      const told = await this.#tryOne(name, query.range, books, deadlineMs);
      if (told === undefined) break;
      episodes.push(...told);
      triedCount += 1;
    }
    return { episodes, triedCount };
  }

  /** @returns undefined where the time was up */
  async #tryOne(
    name: string,
    range: TimeRange,
    books: readonly [RuleBook, RuleBook],
    deadlineMs: number,
  ): Promise<TriedEpisode[] | undefined> {
    const { store, judge, clock, stalePeriodMs, statedOf } = this.#parts;
    const history = { fromMs: range.fromMs - leadMs, untilMs: range.untilMs };
    const read = await store.read(name, history);
    if (read === undefined) return [];
    const samples = {
      timesMs: read.timesMs.slice(-rowCountMax),
      values: read.values.slice(-rowCountMax),
    };
    const stated = statedOf(name);
    const told = [];
    for (const rules of books) {
      const steps = replayEpisodes({ name, samples, stated, rules, range, stalePeriodMs }, judge);
      try {
        const check = (): void => {
          if (clock.elapsedMs() >= deadlineMs) throw new TimeIsUp();
        };
        told.push(await runInSlices(steps, clock, { sliceMs, check }));
      } catch (error) {
        if (error instanceof TimeIsUp) return undefined;
        throw error;
      }
    }
    return compareTold(told[0]!, told[1]!);
  }
}

class TimeIsUp extends Error {}
