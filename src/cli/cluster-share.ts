/**
 * This process among the others of its cluster: which series it judges, and what the others judged.
 *
 *     claims ──taken──→ open episodes from the cluster ──→ shards fill their windows, adopt, judge
 *            ──dropped─→ shards let go ──→ their last episodes are written ──→ others may take them
 *     episodes ←──→ journal and feed
 */
import { hostname } from "node:os";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import { ClaimKeeper, EngineClient, EpisodeExchange } from "../engine/index.ts";
import type { Episode, EpisodeEvent, EpisodeJournal, ShareReport } from "../model/index.ts";
import type { ShardPool } from "../shard/index.ts";
import type { EpisodeFeed } from "../webapp/index.ts";
import type { ElasticsearchChoice } from "./store-choice.ts";

const beatIntervalMs = 5_000;
/** A process that was not heard of for so long is taken for dead. */
const leaseMs = 25_000;
const exchangeIntervalMs = 2_000;
const requestTimeoutMs = 10_000;
const episodeRetentionMs = 90 * 86_400_000;
const retryMs = 2_000;

export interface ClusterShareOptions {
  readonly choice: ElasticsearchChoice;
  readonly processId: string;
  readonly session: string;
  /** Where the page of this process is, for the others' pages. */
  readonly label: string;
  readonly isJudging: boolean;
}

export interface ClusterShareParts {
  readonly pool: ShardPool;
  readonly journal: EpisodeJournal;
  readonly feed: EpisodeFeed;
  /**
   * Told of open episodes that this process goes on with, and of those that another one ended: it may
   * have told somebody of them while it judged them itself.
   */
  readonly alert: (events: readonly EpisodeEvent[]) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class ClusterShare {
  readonly #parts: ClusterShareParts;
  readonly #client: EngineClient;
  readonly #claims: ClaimKeeper | undefined;
  readonly #episodes: EpisodeExchange;
  /** By partition: which taking of it, and since when the shards have all of it. */
  readonly #held = new Map<number, { readonly taking: number; readonly sinceMs: number }>();
  #takingCount = 0;
  #counted = 0;
  #isStopped = false;

  constructor(parts: ClusterShareParts, options: ClusterShareOptions) {
    this.#parts = parts;
    const { clock, logger } = parts;
    const { nodes, user, password, apiKey, certificates, indexPrefix: prefix } = options.choice;
    const connection = { nodes, user, password, apiKey, certificates, requestTimeoutMs };
    const client = new EngineClient({ ...connection, clock });
    this.#client = client;
    const { processId, session, label } = options;
    this.#episodes = new EpisodeExchange({
      ...{ client, clock, logger, prefix, processId },
      intervalMs: exchangeIntervalMs,
      retentionMs: episodeRetentionMs,
      onForeign: (episodes) => {
        this.#takeIn(episodes);
      },
    });
    const who = { processId, session, label: `${hostname()} ${label}`.trim() };
    this.#claims = options.isJudging
      ? new ClaimKeeper(
          { ...{ client, clock, logger, prefix }, ...who, beatIntervalMs, leaseMs },
          {
            onTaken: (partitions) => void this.#takeOver(partitions),
            onDropped: (partitions) => this.#drop(partitions),
            seriesCount: () => this.#seriesCount(),
          },
        )
      : undefined;
  }

  start(): void {
    this.#episodes.start();
    this.#claims?.start();
  }

  /** Undefined where this process judges nothing. */
  report(): ShareReport | undefined {
    return this.#claims?.report();
  }

  /** The partitions of which the shards have had all series since before this time. */
  partitionsSince(timeMs: number): number[] {
    return [...this.#held].flatMap(([partition, { sinceMs }]) =>
      sinceMs <= timeMs ? [partition] : [],
    );
  }

  publish(events: readonly EpisodeEvent[]): void {
    this.#episodes.publish(events);
  }

  /** Others may take what was judged here, before anything is let go of here. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#claims?.stop();
    await this.#episodes.stop();
    this.#client.close();
  }

  async #takeOver(partitions: readonly number[]): Promise<void> {
    const taking = ++this.#takingCount;
    for (const partition of partitions) this.#held.set(partition, { taking, sinceMs: Infinity });
    while (!this.#isStopped) {
      try {
        const episodes = await this.#episodes.active(partitions);
        this.#takeIn(episodes);
        await this.#parts.pool.takeOver(partitions, episodes);
        const sinceMs = this.#parts.clock.nowMs();
        for (const partition of partitions) {
          // One that was dropped meanwhile is not had, or was taken again.
          if (this.#held.get(partition)?.taking === taking)
            this.#held.set(partition, { taking, sinceMs });
        }
        this.#parts.alert(episodes.map((episode) => ({ change: "changed", episode })));
        return;
      } catch (error) {
        this.#parts.logger.warn("partitions could not be taken over yet", {
          count: partitions.length,
          cause: error instanceof Error ? error.message : String(error),
        });
        await new Promise((resolve) => setTimeout(resolve, retryMs).unref());
      }
    }
  }

  async #drop(partitions: readonly number[]): Promise<void> {
    for (const partition of partitions) this.#held.delete(partition);
    await this.#parts.pool.drop(partitions);
    // Whoever comes next goes on with the episodes as they were left. Away: the lease is long.
    await this.#episodes.flush().catch(() => undefined);
  }

  /** As it was when it was asked last: a beat does not wait for the shards. */
  #seriesCount(): number {
    void this.#parts.pool.stats().then(
      (shards) => {
        this.#counted = shards.reduce((sum, { store }) => sum + store.seriesCount, 0);
      },
      () => undefined,
    );
    return this.#counted;
  }

  /** Episodes as others left them: into the journal and to open pages, as far as they are news. */
  #takeIn(episodes: readonly Episode[]): void {
    const { journal, feed } = this.#parts;
    const events = episodes.flatMap((episode) => eventOf(episode, journal.get(episode.id)) ?? []);
    if (events.length === 0) return;
    journal.record(events);
    feed.publish(events);
    this.#parts.alert(events.filter(({ change }) => change === "ended"));
  }
}

/** What became of an episode since it was known last; undefined where nothing did. */
export function eventOf(episode: Episode, known: Episode | undefined): EpisodeEvent | undefined {
  if (known === undefined) {
    return { change: episode.endedMs === null ? "started" : "ended", episode };
  }
  // An end is final; a copy that is older than what is known says nothing.
  if (known.endedMs !== null || episode.lastSeenMs < known.lastSeenMs) return undefined;
  if (episode.endedMs !== null) return { change: "ended", episode };
  const isSame =
    episode.lastSeenMs === known.lastSeenMs &&
    episode.voteCount === known.voteCount &&
    episode.sentence === known.sentence;
  return isSame ? undefined : { change: "changed", episode };
}
