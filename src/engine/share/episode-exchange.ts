/**
 * Episodes as all processes of a cluster know them: each writes those that it judges and reads those
 * of the others, so that any process answers any page, and whoever takes a partition over goes on with
 * its open episodes.
 *
 * One document an episode, replaced as it changes; only who judges a series writes its episodes. What
 * cannot be written waits here, the newest state of each, up to a limit.
 */
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import { type Episode, type EpisodeEvent, partitionOfName } from "../../model/index.ts";
import { bulk } from "../bulk.ts";
import type { EngineClient } from "../client.ts";
import { createIndex, refreshIndex } from "../indexes.ts";
import { scanPages } from "../search.ts";

const dayMs = 86_400_000;
/** A start reads what changed since then. */
const historyMs = 14 * dayMs;
/** Clocks of the processes may differ by so much, the time until searches see a write included. */
const overlapMs = 15_000;
const waitingCountMax = 20_000;
const writtenAtOnce = 1000;

export interface EpisodeExchangeOptions {
  readonly client: EngineClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly prefix: string;
  readonly processId: string;
  readonly intervalMs: number;
  /** Ended episodes older than this are removed. */
  readonly retentionMs: number;
  /** What others changed, each episode as it now is. */
  readonly onForeign: (episodes: readonly Episode[]) => void;
}

interface EpisodeSource {
  readonly partition: number;
  readonly isActive: boolean;
  readonly changedMs: number;
  readonly writer: string;
  readonly episode: Episode;
}

export class EpisodeExchange {
  readonly #options: EpisodeExchangeOptions;
  readonly #index: string;
  readonly #waiting = new Map<string, Episode>();
  /** Foreign changes that were told within the overlap: by episode, when it was changed. */
  readonly #told = new Map<string, number>();
  #readFromMs: number;
  #lostCount = 0;
  #isPrepared = false;
  #prunedAtMs = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #writing: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: EpisodeExchangeOptions) {
    this.#options = options;
    this.#index = `${options.prefix}-episodes`;
    this.#readFromMs = options.clock.nowMs() - historyMs;
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  /** Changes that found no room while the cluster was away. */
  get lostCount(): number {
    return this.#lostCount;
  }

  start(): void {
    this.#schedule(0);
  }

  publish(events: readonly EpisodeEvent[]): void {
    for (const { episode } of events) {
      this.#waiting.delete(episode.id);
      this.#waiting.set(episode.id, episode);
    }
    for (const id of this.#waiting.keys()) {
      if (this.#waiting.size <= waitingCountMax) break;
      this.#waiting.delete(id);
      this.#lostCount += 1;
    }
  }

  /** Resolves when all that was published is in the cluster; rejects with an EngineError. */
  flush(): Promise<void> {
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#write());
    return this.#writing;
  }

  /** Episodes of these partitions that nobody has ended. Rejects with an EngineError. */
  async active(partitions: readonly number[]): Promise<Episode[]> {
    await this.#prepare();
    await refreshIndex(this.#options.client, this.#index);
    const query = {
      bool: { filter: [{ terms: { partition: partitions } }, { term: { isActive: true } }] },
    };
    const episodes: Episode[] = [];
    for await (const page of this.#pages(query)) {
      episodes.push(...page.map(({ episode }) => episode));
    }
    return episodes;
  }

  /** Writes what waits, and reads what others wrote. Rejects with an EngineError. */
  async exchange(): Promise<void> {
    await this.#prepare();
    await this.flush();
    await this.#read();
    await this.#prune();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#round;
    await this.flush().catch((error: unknown) => {
      this.#options.logger.warn("the others do not know of the newest anomalies", {
        count: this.#waiting.size,
        cause: error instanceof Error ? error.message : String(error),
      });
    });
  }

  #schedule(delayMs: number): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#round = this.exchange()
        // The claims' keeper says when the cluster is away; here it is tried again.
        .catch(() => undefined)
        .finally(() => {
          this.#schedule(this.#options.intervalMs);
        });
    }, delayMs);
    this.#timer.unref();
  }

  async #prepare(): Promise<void> {
    if (this.#isPrepared) return;
    await createIndex(this.#options.client, this.#index, {
      settings: { number_of_shards: 1, auto_expand_replicas: "0-1", refresh_interval: "1s" },
      mappings: {
        dynamic: false,
        properties: {
          partition: { type: "short" },
          isActive: { type: "boolean" },
          changedMs: { type: "long" },
          writer: { type: "keyword" },
          episode: { type: "object", enabled: false },
        },
      },
    });
    this.#isPrepared = true;
  }

  async #write(): Promise<void> {
    await this.#prepare();
    const { client, clock, processId } = this.#options;
    while (this.#waiting.size > 0) {
      const taken = [...this.#waiting.values()].slice(0, writtenAtOnce);
      const changedMs = clock.nowMs();
      const { outcomes } = await bulk(
        client,
        taken.map((episode) => {
          const source: EpisodeSource = {
            partition: partitionOfName(episode.name),
            isActive: episode.endedMs === null,
            changedMs,
            writer: processId,
            episode,
          };
          const { id } = episode;
          return { action: "index", index: this.#index, id, source: JSON.stringify(source) };
        }),
      );
      let doneCount = 0;
      for (const [i, episode] of taken.entries()) {
        const isRefused = outcomes[i]?.fault !== undefined;
        if (isRefused) continue;
        doneCount += 1;
        if (this.#waiting.get(episode.id) === episode) this.#waiting.delete(episode.id);
      }
      // The rest waits for the next round.
      if (doneCount < taken.length) return;
    }
  }

  async #read(): Promise<void> {
    const { clock, processId, onForeign } = this.#options;
    const startedMs = clock.nowMs();
    const query = {
      bool: {
        filter: [{ range: { changedMs: { gte: this.#readFromMs } } }],
        must_not: [{ term: { writer: processId } }],
      },
    };
    for await (const page of this.#pages(query)) {
      const news = page.filter(
        ({ episode, changedMs }) => (this.#told.get(episode.id) ?? -1) < changedMs,
      );
      for (const { episode, changedMs } of news) this.#told.set(episode.id, changedMs);
      if (news.length > 0) onForeign(news.map(({ episode }) => episode));
    }
    this.#readFromMs = startedMs - overlapMs;
    for (const [id, changedMs] of this.#told) {
      if (changedMs < this.#readFromMs - overlapMs) this.#told.delete(id);
    }
  }

  /** What is older than all processes keep. Whoever comes first; doing it twice changes nothing. */
  async #prune(): Promise<void> {
    const { client, clock, retentionMs } = this.#options;
    if (clock.elapsedMs() - this.#prunedAtMs < dayMs) return;
    await client.send({
      method: "POST",
      path: `/${encodeURIComponent(this.#index)}/_delete_by_query`,
      query: { conflicts: "proceed" },
      json: { query: { range: { changedMs: { lt: clock.nowMs() - retentionMs } } } },
      accept: [404, 409],
    });
    this.#prunedAtMs = clock.elapsedMs();
  }

  async *#pages(
    query: Readonly<Record<string, unknown>>,
  ): AsyncGenerator<readonly EpisodeSource[]> {
    const pages = scanPages<EpisodeSource>(this.#options.client, this.#index, { query });
    for await (const page of pages) yield page.map(({ source }) => source);
  }
}
