/**
 * Takes samples in: opens the ports, and hands batches to the shards.
 *
 *     sockets -> wire readers -> admission -> intake -> outlet
 *
 * Bad input is counted where it is met and never ends a listener; a port that cannot be opened
 * leaves the others as they are. When the outlet has no room, TCP clients are paused and datagrams
 * are dropped and counted.
 */
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type {
  BodyOutcome,
  BodyRequest,
  MetadataQuery,
  MetricMetadata,
  SourceStats,
} from "../model/index.ts";
import type { SenderNote } from "../wire/index.ts";
import { BodyIntakes } from "./body-intake.ts";
import { CatalogFile } from "./catalog-file.ts";
import { GangliaPoller } from "./ganglia-poller.ts";
import { type BatchOutlet, Intake } from "./intake.ts";
import { type Listener, listenProblem } from "./listener.ts";
import { MetricCatalog } from "./metric-catalog.ts";
import type { SourceKey } from "./protocols.ts";
import { scrapeLimits, ScrapePoller } from "./scrape-poller.ts";
import {
  completeSettings,
  type HorizonSettings,
  type ListenerKey,
  listenerKeys,
  type ListenerPort,
} from "./settings.ts";
import { Source } from "./source.ts";
import { TcpListener } from "./tcp-listener.ts";
import { UdpListener } from "./udp-listener.ts";

/** How long `close` and `deliver` wait for room for what was read. */
const closeWaitMs = 10_000;

/** A gmetad of a large site gives some ten MiB. */
const gangliaPollLimits = { stallMs: 10_000, answerBytesMax: 256 << 20 };

/** One transport of one port. */
export interface ListenResult {
  readonly key: ListenerKey;
  readonly transport: "tcp" | "udp";
  readonly ok: boolean;
  /** Where it listens, or was to. */
  readonly port: number;
  /** Why it does not listen, and what to do about it. */
  readonly problem?: string;
}

export interface HorizonOptions {
  readonly outlet: BatchOutlet;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The kernel `intake`; its twin does the work without it. */
  readonly kernel?: WebAssembly.Module | undefined;
  /** What is not given is as in `defaultHorizonSettings`; ports that are not given are off. */
  readonly settings: Partial<HorizonSettings> & Pick<HorizonSettings, "ports">;
  /** Keeps what senders say of their metrics; missing where it is to be gone with the process. */
  readonly catalogPath?: string;
  /** Takes the events that senders tell of among their measurements. */
  readonly onNote?: (note: SenderNote) => void;
}

interface OpenPort {
  readonly key: ListenerKey;
  readonly source: Source;
  readonly listeners: readonly Listener[];
}

/** Asks another program for its metrics, again and again. */
interface Poller {
  readonly address: string;
  /** Why the last time failed, for a person. */
  readonly problem: string | undefined;
  start(): void;
  stop(): void | Promise<void>;
}

/** What all who are asked in one protocol share. */
interface PolledSource {
  readonly source: Source;
  readonly pollers: readonly Poller[];
}

export class Horizon {
  readonly #settings: HorizonSettings;
  readonly #logger: Logger;
  readonly #intake: Intake;
  readonly #ports: readonly OpenPort[];
  readonly #polled: readonly PolledSource[];
  readonly #catalog = new MetricCatalog();
  readonly #catalogFile: CatalogFile | undefined;
  readonly #bodies: BodyIntakes;
  #results: readonly ListenResult[] = [];
  #flushTimers: readonly NodeJS.Timeout[] = [];

  constructor({ outlet, clock, logger, kernel, settings, catalogPath, onNote }: HorizonOptions) {
    this.#settings = completeSettings(settings);
    this.#logger = logger;
    this.#catalogFile =
      catalogPath === undefined ? undefined : new CatalogFile(catalogPath, this.#catalog, logger);
    this.#intake = new Intake(outlet, { ...this.#settings, kernel });
    const sourceOf = (key: SourceKey): Source => {
      const options = { clock, logger: logger.for(key), settings: this.#settings, onNote };
      return new Source(key, this.#intake, options);
    };
    this.#ports = listenerKeys
      .filter((key) => this.#portOf(key) !== 0)
      .map((key) => {
        const source = sourceOf(key);
        const listeners: Listener[] = [];
        if (source.hasStreams) {
          const { idleTimeoutMs, clientCountMax } = this.#settings;
          const httpAt = key === "opentsdb" ? this.#settings.httpAt : undefined;
          const options = { idleTimeoutMs, clientCountMax, httpAt };
          listeners.push(new TcpListener(source, this.#intake, options));
        }
        if (source.hasDatagrams) {
          listeners.push(new UdpListener(source, this.#intake, this.#settings));
        }
        return { key, source, listeners };
      });
    this.#bodies = new BodyIntakes(this.#intake, { sourceOf, catalog: this.#catalog });
    this.#polled = [this.#gangliaPolls(sourceOf), this.#scrapes(sourceOf, clock)].filter(
      ({ pollers }) => pollers.length > 0,
    );
  }

  /** Opens every port that is on. Never rejects: what could not be opened is in the result. */
  async start(): Promise<ListenResult[]> {
    await this.#catalogFile?.load();
    this.#catalogFile?.start();
    const results = await Promise.all(this.#ports.map((port) => this.#open(port)));
    this.#results = results.flat();
    this.#flushTimers = this.#ports.flatMap(({ source }) =>
      source.flushEveryMs === undefined
        ? []
        : [setInterval(() => source.flush(), source.flushEveryMs)],
    );
    for (const { pollers } of this.#polled) for (const poller of pollers) poller.start();
    for (const { key, transport, port, problem } of this.#results) {
      if (problem === undefined) this.#logger.debug("listens", { key, transport, port });
      else this.#logger.warn("does not listen", { key, problem });
    }
    return [...this.#results];
  }

  /** Takes in what came as the body of a request; see `BodyIntake`. */
  takeBody(request: BodyRequest): Promise<BodyOutcome> {
    return this.#bodies.take(request);
  }

  /** What senders said of their metrics. */
  metadata(query: MetadataQuery): MetricMetadata[] {
    return this.#catalog.find(query);
  }

  /** Hands on to the shards whatever was taken, as far as they have room within a while. */
  async deliver(): Promise<void> {
    await this.#intake.drain(closeWaitMs);
  }

  /**
   * One for each port that is on, in the order of `listenerKeys`; one for each protocol that is asked
   * for, and for each that came in bodies.
   */
  stats(): SourceStats[] {
    const stats = this.#ports.map(({ source, listeners }) => {
      const results = this.#results.filter(({ key }) => key === source.key);
      const problem = results.flatMap((result) => result.problem ?? []).join("; ");
      const counts = source.stats();
      return {
        ...counts,
        droppedCount: counts.droppedCount + sumOf(listeners, ({ missedCount }) => missedCount),
        addresses: results.filter(({ ok }) => ok).map((result) => this.#addressOf(result)),
        ...(problem === "" ? {} : { problem }),
        clientCount: sumOf(listeners, ({ clientCount }) => clientCount),
        pausedClientCount: sumOf(listeners, ({ pausedClientCount }) => pausedClientCount),
      };
    });
    return [...stats, ...this.#polled.map(polledStats), ...this.#bodies.stats()];
  }

  /** Closes the ports, drops the clients, and hands on what was read from them. */
  async close(): Promise<void> {
    const listeners = this.#ports.flatMap((port) => port.listeners);
    for (const { pollers } of this.#polled) for (const poller of pollers) await poller.stop();
    await Promise.all(listeners.map((listener) => listener.close()));
    await this.#bodies.close();
    this.#results = [];
    for (const timer of this.#flushTimers) clearInterval(timer);
    this.#flushTimers = [];
    for (const { source } of this.#ports) source.flush();
    await this.#catalogFile?.close();
    const lostCount = await this.#intake.drain(closeWaitMs);
    if (lostCount > 0) {
      this.#logger.error("closed with samples that no shard had room for", { lostCount });
    }
  }

  #gangliaPolls(sourceOf: (key: SourceKey) => Source): PolledSource {
    const { gangliaTargets, gangliaPollMs } = this.#settings;
    const source = sourceOf("ganglia-xml");
    const options = { everyMs: gangliaPollMs, ...gangliaPollLimits };
    const pollers = gangliaTargets.map(
      (target) => new GangliaPoller(source, this.#intake, target, options),
    );
    return { source, pollers };
  }

  #scrapes(sourceOf: (key: SourceKey) => Source, clock: Clock): PolledSource {
    const { scrapeTargets, scrapeEveryMs: everyMs, scrapeTimeoutMs: timeoutMs } = this.#settings;
    const source = sourceOf("scrape");
    const options = { everyMs, timeoutMs, ...scrapeLimits, clock, catalog: this.#catalog };
    const pollers = scrapeTargets.map(
      (target) => new ScrapePoller(source, this.#intake, target, options),
    );
    return { source, pollers };
  }

  #portOf(key: ListenerKey): ListenerPort {
    return this.#settings.ports[key] ?? 0;
  }

  async #open({ key, listeners }: OpenPort): Promise<ListenResult[]> {
    const asked = this.#portOf(key);
    const results: ListenResult[] = [];
    for (const listener of listeners) {
      // With "any", UDP tries to have the number that TCP was given.
      const alike = asked === "any" ? results.find(({ ok }) => ok)?.port : undefined;
      let result = await this.#listen(key, listener, asked === "any" ? (alike ?? 0) : asked);
      if (!result.ok && alike !== undefined) result = await this.#listen(key, listener, 0);
      results.push(result);
    }
    return results;
  }

  async #listen(key: ListenerKey, listener: Listener, port: number): Promise<ListenResult> {
    const { transport } = listener;
    const address = this.#settings.bind;
    try {
      return { key, transport, ok: true, port: await listener.listen(address, port) };
    } catch (error) {
      const problem = listenProblem(error, { key, transport, address, port });
      return { key, transport, ok: false, port, problem };
    }
  }

  #addressOf({ transport, port }: ListenResult): string {
    const { bind } = this.#settings;
    return `${transport} ${bind.includes(":") ? `[${bind}]` : bind}:${port}`;
  }
}

function polledStats({ source, pollers }: PolledSource): SourceStats {
  const problem = pollers.flatMap((poller) => poller.problem ?? []).join("; ");
  return {
    ...source.stats(),
    addresses: pollers.map(({ address }) => address),
    ...(problem === "" ? {} : { problem }),
    clientCount: 0,
    pausedClientCount: 0,
  };
}

function sumOf<Item>(items: readonly Item[], countOf: (item: Item) => number): number {
  let sum = 0;
  for (const item of items) sum += countOf(item);
  return sum;
}
