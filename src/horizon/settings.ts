/** What the listeners can be told, and what they do unless told. */
import { assert } from "../base/assert.ts";
import {
  type CollectdTypes,
  pickleFrameBytesMaxDefault,
  type StatsdOptions,
} from "../wire/index.ts";
import type { CollectdSecurityOptions } from "./collectd-security.ts";
import type { HttpAddress } from "./http-tunnel.ts";

export const listenerKeys = [
  "pickle",
  "carbon-pickle",
  "msgpack",
  "carbon",
  "statsd",
  "collectd",
  "ganglia",
  "opentsdb",
] as const;

/**
 * "carbon-pickle" is a second port for the same pickles, for Carbon's own 2004; "ganglia" is for the
 * packets of gmond and gmetric, whose XML is asked for (`gangliaTargets`).
 */
export type ListenerKey = (typeof listenerKeys)[number];

/** 0 is off, "any" is a free one of the system's choice. */
export type ListenerPort = number | "any";

/** One gmond or gmetad. */
export interface GangliaTarget {
  readonly host: string;
  readonly port: number;
}

/** One program that is asked for its metrics as Prometheus asks. */
export interface ScrapeTarget {
  readonly job: string;
  /** http or https; no user in it. */
  readonly url: string;
  /** `scrapeEveryMs` unless given. */
  readonly everyMs?: number;
  /** The header of this name; a secret. */
  readonly authorization?: string;
}

export interface HorizonSettings {
  /** Address to listen on, e.g. "127.0.0.1", "0.0.0.0" or "::". */
  readonly bind: string;
  /** Each key opens TCP and UDP on its port, as its protocol has them; one that is missing is off. */
  readonly ports: Readonly<Partial<Record<ListenerKey, ListenerPort>>>;
  /** A TCP client that sends nothing for this long is dropped and counted. */
  readonly idleTimeoutMs: number;
  /** TCP clients per port; further ones are closed and counted. */
  readonly clientCountMax: number;
  /** The longest pickle frame; a longer one costs its sender the connection. */
  readonly frameBytesMax: number;
  /** What all connections of one port may hold of unfinished pickle frames. */
  readonly heldBytesMax: number;
  /** Samples whose name contains one of these are refused. The original's SKIP_LIST. */
  readonly skipList: readonly string[];
  /** Older samples are refused. The original's MAX_RESOLUTION. */
  readonly maxAgeMs: number;
  /** Samples further ahead of our clock are refused. */
  readonly futureMaxMs: number;
  readonly rowsPerBatch: number;
  /** No sample waits longer for its batch to fill. */
  readonly flushAfterMs: number;
  /** Asked of the system for each UDP socket; it may give less. */
  readonly receiveBufferBytes: number;
  /** How often what came over StatsD is written as samples. */
  readonly statsdFlushMs: number;
  /** What is not given is as in the wire's `defaultStatsdOptions`. */
  readonly statsd: Partial<StatsdOptions>;
  readonly collectd: {
    /** Nothing is asked for and nothing encrypted can be read without it. */
    readonly security?: CollectdSecurityOptions;
    /** Of a site's own types.db; collectd's own unless given. */
    readonly types?: CollectdTypes;
  };
  /** The gmonds and gmetads that are asked for their XML. */
  readonly gangliaTargets: readonly GangliaTarget[];
  readonly gangliaPollMs: number;
  readonly scrapeTargets: readonly ScrapeTarget[];
  readonly scrapeEveryMs: number;
  /** An answer that is not there whole by then is given up. */
  readonly scrapeTimeoutMs: number;
  /** Where the webapp is, for requests on OpenTSDB's port; missing where there is none. */
  readonly httpAt?: HttpAddress | undefined;
}

export const defaultHorizonSettings: HorizonSettings = {
  bind: "127.0.0.1",
  ports: { pickle: 2024, msgpack: 2025, carbon: 2003 },
  idleTimeoutMs: 10 * 60_000,
  clientCountMax: 1000,
  frameBytesMax: pickleFrameBytesMaxDefault,
  heldBytesMax: 64 << 20,
  skipList: [],
  maxAgeMs: 1_000_000,
  // Clocks that nobody sets drift by minutes. A wrong time zone is a multiple of 15 minutes, and
  // would hide a metric's silence for as long, so it has to show.
  futureMaxMs: 10 * 60_000,
  rowsPerBatch: 8192,
  flushAfterMs: 20,
  receiveBufferBytes: 8 << 20,
  statsdFlushMs: 10_000,
  statsd: {},
  collectd: {},
  gangliaTargets: [],
  // gmond measures every 20 s at most often; what comes twice is passed over.
  gangliaPollMs: 15_000,
  scrapeTargets: [],
  scrapeEveryMs: 15_000,
  scrapeTimeoutMs: 10_000,
};

/** @param given  `bind` and `ports` at least; `ports` are taken as given, the rest is filled in */
export function completeSettings(
  given: Partial<HorizonSettings> & Pick<HorizonSettings, "ports">,
): HorizonSettings {
  const settings = { ...defaultHorizonSettings, ...given };
  assert(settings.idleTimeoutMs > 0, "an idle client is dropped after some time");
  assert(settings.clientCountMax >= 1, "a port serves at least one client");
  assert(settings.frameBytesMax >= 1 && settings.frameBytesMax < 2 ** 30, "frames end below 1 GiB");
  assert(settings.gangliaPollMs >= 1, "Ganglia is asked after some time");
  assert(settings.scrapeEveryMs >= 1, "targets are scraped after some time");
  assert(settings.statsdFlushMs >= 1, "StatsD is flushed after some time");
  assert(settings.rowsPerBatch >= 1, "a batch holds at least one row");
  return settings;
}
