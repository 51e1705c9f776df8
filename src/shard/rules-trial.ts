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
  type Episode,
  type Feedback,
  type NamePage,
  type NameQuery,
  type Rule,
  RuleBook,
  type RulesTrial,
  type RulesTrialQuery,
  type SeriesStore,
  type TimeRange,
  type TriedEpisode,
} from "../model/index.ts";
import { KnownShapes } from "./known-shapes.ts";

const dayMs = 86_400_000;
/** Two weeks teach a day's profile and a week's. */
const leadMs = 15 * dayMs;
const rowCountMax = 60_000;
const sliceMs = 5;
const episodeCountMax = 1_000;
const nameCountMax = 100_000;

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
  /** Anomalies of the tried rules that people marked as normal: shown greyed, and told to nobody. */
  readonly knownCount: number;
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
  #feedbacks: readonly Feedback[] = [];

  constructor(parts: TrialParts) {
    this.#parts = parts;
  }

  /** What people said of anomalies, from now on. */
  useFeedback(feedbacks: readonly Feedback[]): void {
    this.#feedbacks = feedbacks;
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
    let [triedCount, knownCount] = [0, 0];
    for (const name of query.names) {
      if (clock.elapsedMs() >= deadlineMs || episodes.length >= episodeCountMax) break;
      const told = await this.#tryOne(name, query.range, books, deadlineMs);
      if (told === undefined) break;
      const [before, after] = told.map((found) => found.filter((one) => !isNormal(one)));
      episodes.push(...compareTold(before ?? [], after ?? []));
      knownCount += (told[1] ?? []).filter(isNormal).length;
      triedCount += 1;
    }
    return { episodes, knownCount, triedCount };
  }

  /** @returns what either book tells; undefined where the time was up */
  async #tryOne(
    name: string,
    range: TimeRange,
    books: readonly [RuleBook, RuleBook],
    deadlineMs: number,
  ): Promise<Episode[][] | undefined> {
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
      const saidOver = (window: ConstructorParameters<typeof KnownShapes>[0]): KnownShapes => {
        const shapes = new KnownShapes(window);
        shapes.use(this.#feedbacks);
        return shapes;
      };
      const steps = replayEpisodes(
        { name, samples, stated, rules, range, stalePeriodMs, saidOver },
        judge,
      );
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
    return told;
  }
}

function isNormal({ known }: Episode): boolean {
  return known?.kind === "normal";
}

/** Series on shards, as a trial asks them. */
export interface TriedShards {
  findNames(query: NameQuery): Promise<NamePage>;
  /** Hands each shard those of the names that are its own. */
  ask(query: ShardTrialQuery): Promise<readonly (ShardTrial | undefined)[]>;
}

/** @returns undefined where no shard knows rules */
export async function tryRulesOver(
  shards: TriedShards,
  { match, range, inForce, tried, budgetMs, seriesCountMax }: RulesTrialQuery,
): Promise<RulesTrial | undefined> {
  const page = await shards.findNames({ query: match, limit: nameCountMax });
  const books = [new RuleBook(inForce), new RuleBook(tried)] as const;
  const affected = page.names.filter((name) => {
    return books[0].planFor(name).key !== books[1].planFor(name).key;
  });
  const names = affected.slice(0, seriesCountMax);
  const answers = await shards.ask({ names, range, inForce, tried, budgetMs });
  const trials = answers.filter((answer) => answer !== undefined);
  if (trials.length === 0) return undefined;
  return {
    episodes: trials
      .flatMap(({ episodes }) => episodes)
      .sort((a, b) => b.episode.startedMs - a.episode.startedMs),
    knownCount: trials.reduce((sum, { knownCount }) => sum + knownCount, 0),
    matchedCount: page.totalCount,
    affectedCount: affected.length,
    triedCount: trials.reduce((sum, { triedCount }) => sum + triedCount, 0),
  };
}

class TimeIsUp extends Error {}
