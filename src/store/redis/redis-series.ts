/**
 * Series in Redis, in the original's layout, beside an existing Skyline or without one.
 *
 *     metrics.NAME             a day of points and some grace, see points.ts
 *     metrics.unique_metrics   the set of their keys
 *     mini.NAME, mini.unique_metrics   the same of the last hour, where it is switched on
 *
 * What is asked goes through one connection per server; what follows others and what trims goes
 * through another one, so that neither waits behind the other.
 */
import type {
  NamePage,
  NameQuery,
  SampleBatch,
  SampleColumns,
  TimeRange,
} from "../../model/index.ts";
import {
  type RemoteHealth,
  type RemoteSeries,
  type ScannedSeries,
  type ScanRequest,
} from "../remote/remote-series.ts";
import { KeySpace } from "./key-space.ts";
import { type RedisSeriesOptions, showRedisAddress } from "./options.ts";
import { openServerLink } from "./open-link.ts";
import { RedisLedger } from "./redis-ledger.ts";
import { SeriesFollower } from "./series-follower.ts";
import { SeriesNames } from "./series-names.ts";
import { SeriesTrimmer } from "./series-trimmer.ts";
import { SeriesValues } from "./series-values.ts";
import { SeriesWriter } from "./series-writer.ts";
import type { ServerLink } from "./server-link.ts";

/** The original's ROOMBA_GRACE_TIME. */
const graceMs = 600_000;
const followIntervalStandardMs = 5000;
/** Names are listed anew before trimming and scanning when this old. */
const listAgeMaxMs = 60_000;

/** Begins to connect, and comes back by itself whenever the server does. Never fails. */
export function openRedisSeries(options: RedisSeriesOptions): RemoteSeries {
  return new RedisSeries(options);
}

class RedisSeries implements RemoteSeries {
  readonly #options: RedisSeriesOptions;
  readonly #link: ServerLink;
  readonly #backgroundLink: ServerLink;
  readonly #ledger = new RedisLedger();
  readonly #names: SeriesNames;
  readonly #values: SeriesValues;
  readonly #writer: SeriesWriter;
  readonly #kept: readonly { readonly names: SeriesNames; readonly trimmer: SeriesTrimmer }[];
  readonly #follower: SeriesFollower;
  readonly #full: KeySpace;
  #maintaining: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: RedisSeriesOptions) {
    const { clock, logger, wants, seriesCountMax } = options;
    this.#options = options;
    this.#link = openServerLink(options.server);
    this.#backgroundLink = openServerLink(options.server);
    this.#full = new KeySpace({
      prefix: options.fullNamespace,
      keptMs: options.fullDurationMs + graceMs,
      seriesCountMax,
    });
    const mini = new KeySpace({
      prefix: options.miniNamespace,
      keptMs: options.miniDurationMs + graceMs,
      seriesCountMax,
    });
    const spaces = options.isMiniOn ? [this.#full, mini] : [this.#full];
    const ledger = this.#ledger;
    const background = { link: this.#backgroundLink, ledger, clock };
    this.#names = new SeriesNames({ ...background, space: this.#full, wants });
    this.#values = new SeriesValues({ link: this.#link, space: this.#full, ledger, clock });
    this.#writer = new SeriesWriter({
      link: this.#link,
      spaces,
      ledger,
      clock,
      replicaCount: options.replicaCount ?? 0,
    });
    this.#kept = spaces.map((space) => ({
      names: space === this.#full ? this.#names : new SeriesNames({ ...background, space, wants }),
      trimmer: new SeriesTrimmer({ ...background, space }),
    }));
    this.#follower = new SeriesFollower({
      ...background,
      space: this.#full,
      names: this.#names,
      logger,
      intervalMs: options.followIntervalMs ?? followIntervalStandardMs,
    });
  }

  async write(batch: SampleBatch, { isRepeat }: { readonly isRepeat: boolean }): Promise<void> {
    await this.#writer.write(batch, isRepeat);
  }

  read(name: string, range: TimeRange): Promise<SampleColumns | undefined> {
    return this.#values.read(name, range);
  }

  findNames(query: NameQuery): Promise<NamePage> {
    return this.#names.find(query);
  }

  async *scan({ range, wants, onProgress }: ScanRequest): AsyncGenerator<ScannedSeries> {
    await this.#names.refresh(listAgeMaxMs);
    const space = this.#full;
    const names: string[] = [];
    for (let id = 0; id < space.idCount; id++) {
      const name = space.nameOf(id);
      if (name !== undefined && wants(name)) names.push(name);
    }
    yield* this.#values.scan(names, { range, onProgress });
  }

  follow(onSamples: (batch: SampleBatch) => Promise<void>): void {
    this.#follower.start(onSamples);
  }

  maintain(): Promise<void> {
    this.#maintaining ??= this.#maintainOnce().finally(() => (this.#maintaining = undefined));
    return this.#maintaining;
  }

  health(): RemoteHealth {
    const { writtenSampleCount, writtenBytes, retryCount, lastWriteMs } = this.#ledger;
    return {
      description: `redis ${this.#link.description}`,
      isReachable: this.#link.isReachable,
      problem: this.#link.problem ?? this.#ledger.problem ?? this.#overflow,
      writtenSampleCount,
      writtenBytes,
      retryCount: retryCount + this.#link.lossCount,
      lastWriteMs,
    };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#backgroundLink.close();
    await this.#follower.stop();
    await this.#maintaining?.catch(() => undefined);
    this.#link.close();
  }

  get #overflow(): string | undefined {
    const { refusedCount } = this.#full;
    if (refusedCount === 0) return undefined;
    const { server, seriesCountMax } = this.#options;
    return `${showRedisAddress(server.address)} holds more than ${seriesCountMax} series: further ones are neither listed nor trimmed (series-limit)`;
  }

  async #maintainOnce(): Promise<void> {
    for (const { names, trimmer } of this.#kept) {
      await names.refresh(listAgeMaxMs);
      await trimmer.round();
    }
  }
}
