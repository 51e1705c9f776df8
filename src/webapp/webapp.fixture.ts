/**
 * A whole webapp on simulated data, without any other part of the program: for its tests, and to
 * look at the pages while they are made.
 *
 *     node src/webapp/webapp.fixture.ts --port 1500 [--pages dist/web]
 *
 * Samples are computed from name and time alone, so that any range of any series is the same
 * whenever it is asked for: a daily wave and noise, and what the episodes add to it.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { systemClock, type Clock } from "../base/clock.ts";
import { createLogger, silentLogger } from "../base/log.ts";
import { nextInteger, seededRandom } from "../base/random.ts";
import {
  checkNames,
  hashName,
  nameMatcher,
  type CheckResult,
  type Episode,
  type EpisodeEvent,
  type EpisodeJournal,
  type EpisodeQuery,
  type NamePage,
  type NameQuery,
  type SampleColumns,
  type SeriesReader,
  type ShardStats,
  type SourceStats,
  type TimeRange,
  type Verdict,
} from "../model/index.ts";
import { EpisodeFeed } from "./episode-feed.ts";
import type { WebappParts } from "./parts.ts";
import { startWebapp } from "./server.ts";

const stepMs = 10_000;
const minuteMs = 60_000;
const hourMs = 3_600_000;
const keptMs = 14 * 24 * hourMs;

/** Names that a careless page would turn into markup, a path or a parameter. */
export const oddNames = [
  '<script>alert("x")</script>.load',
  "quotes.'single'.\"double\".`back`",
  "snow.☃.日本語.emoji.😀",
  "disk.used;datacenter=dc1;host=fe 1",
  "path/with/slashes?and=query&more#hash%20",
] as const;

/** Everything the webapp asks for, on simulated data, and the means to make things happen. */
export interface SimulatedSite {
  readonly parts: WebappParts;
  readonly series: SimulatedSeries;
  readonly journal: MemoryJournal;
  readonly feed: EpisodeFeed;
  /** Begins an episode now and tells everybody. */
  begin(name: string, level: number): Episode;
  /** Goes on as time does: episodes change, begin and end. Call every second or so. */
  tick(): void;
}

export function simulateSite(clock: Clock, options: { readonly seed: number }): SimulatedSite {
  const random = seededRandom(options.seed);
  const startMs = clock.nowMs();
  const journal = new MemoryJournal(clock);
  const series = new SimulatedSeries(siteNames(), journal, clock);
  const feed = new EpisodeFeed(clock);
  let episodeCount = 0;

  function tell(events: readonly EpisodeEvent[]): void {
    journal.record(events);
    feed.publish(events);
  }
  function episodeOf(name: string, startedMs: number, level: number): Episode {
    episodeCount += 1;
    const id = `${startedMs.toString(36)}-${episodeCount.toString(36)}`;
    return series.describe(id, name, startedMs, level);
  }
  function pickName(): string {
    return series.names[nextInteger(random, series.names.length)] ?? "";
  }
  function ended(episode: Episode, endedMs: number): Episode {
    const isStale = nextInteger(random, 8) === 0;
    return { ...episode, endedMs, lastSeenMs: endedMs, endReason: isStale ? "stale" : "calm" };
  }

  for (let i = 0; i < 160; i++) {
    const startedMs = startMs - nextInteger(random, 3 * 24 * hourMs) - 40 * minuteMs;
    const episode = episodeOf(pickName(), startedMs, 2 + 6 * random.next());
    const endedMs = startedMs + minuteMs + nextInteger(random, 35 * minuteMs);
    journal.record([{ change: "ended", episode: ended(episode, endedMs) }]);
  }
  const abnormalNames = [
    "web.fe1.requests",
    "queue.orders.depth",
    "db.primary.latency",
    "cache.c3.evictions",
    ...oddNames,
  ];
  for (const [i, name] of abnormalNames.entries()) {
    const startedMs = startMs - (2 + 5 * i) * minuteMs;
    const episode = episodeOf(name, startedMs, i % 3 === 2 ? -0.7 : 3 + i / 2);
    journal.record([{ change: "started", episode }]);
  }

  const site: SimulatedSite = {
    series,
    journal,
    feed,
    begin(name, level) {
      const episode = episodeOf(name, clock.nowMs(), level);
      tell([{ change: "started", episode }]);
      return episode;
    },
    tick() {
      const active = journal.find({ state: "active", limit: 1_000 });
      const chance = nextInteger(random, 60);
      const chosen = active[nextInteger(random, active.length)];
      if (chance < 2) site.begin(pickName(), 2 + 6 * random.next());
      else if (chance < 4 && chosen !== undefined && active.length > 6) {
        tell([{ change: "ended", episode: ended(chosen, clock.nowMs()) }]);
      } else if (chance < 20 && chosen !== undefined) {
        tell([{ change: "changed", episode: series.refresh(chosen) }]);
      }
    },
    parts: {
      series,
      episodes: journal,
      feed,
      sources: () => Promise.resolve(simulatedSources(clock, startMs)),
      shards: () => Promise.resolve(simulatedShards(clock, series, journal)),
      canary: () => ({ state: "ok", lastSeenMs: clock.nowMs() - 2_400, roundTripMs: 41 }),
      settings: () => [
        { key: "bind", value: "127.0.0.1", source: "default" },
        { key: "ports.webapp", value: "1500", source: "--port-webapp" },
        { key: "data", value: "./kale-data", source: "kale.yaml:3" },
        { key: "consensus", value: "6", source: "default" },
        { key: "skip", value: '["<b>odd</b>", "test."]', source: "KALE_SKIP" },
      ],
      clock,
      logger: silentLogger,
    },
  };
  return site;
}

function siteNames(): string[] {
  const names: string[] = [...oddNames];
  for (const host of ["fe1", "fe2", "fe3", "fe4"]) {
    for (const what of [
      "requests",
      "errors",
      "latency.p50",
      "latency.p99",
      "cpu.user",
      "mem.used",
    ]) {
      names.push(`web.${host}.${what}`);
    }
  }
  for (const queue of ["orders", "mail", "thumbnails"]) {
    names.push(`queue.${queue}.depth`, `queue.${queue}.in`, `queue.${queue}.out`);
  }
  for (const host of ["primary", "replica1", "replica2"]) {
    names.push(`db.${host}.latency`, `db.${host}.connections`, `db.${host}.slow_queries`);
  }
  for (const host of ["c1", "c2", "c3"])
    names.push(`cache.${host}.hits`, `cache.${host}.evictions`);
  names.push("business.signups", "business.orders", "business.revenue");
  return names.sort();
}

/** Series as functions of time. */
export class SimulatedSeries implements SeriesReader {
  readonly names: readonly string[];
  readonly #known: ReadonlySet<string>;
  readonly #journal: MemoryJournal;
  readonly #clock: Clock;

  constructor(names: readonly string[], journal: MemoryJournal, clock: Clock) {
    this.names = names;
    this.#known = new Set(names);
    this.#journal = journal;
    this.#clock = clock;
  }

  read(name: string, range: TimeRange): Promise<SampleColumns | undefined> {
    if (!this.#known.has(name)) return Promise.resolve(undefined);
    const nowMs = this.#clock.nowMs();
    const firstMs = Math.ceil(Math.max(range.fromMs, nowMs - keptMs) / stepMs) * stepMs;
    const untilMs = Math.min(range.untilMs, nowMs);
    const count = Math.max(0, Math.ceil((untilMs - firstMs) / stepMs));
    const timesMs = new Float64Array(count);
    const values = new Float64Array(count);
    const episodes = this.#journal.find({ state: "all", name, limit: 10_000 });
    for (let i = 0; i < count; i++) {
      const timeMs = firstMs + i * stepMs;
      const within = episodes.find(
        (e) => e.startedMs <= timeMs && timeMs < (e.endedMs ?? Infinity),
      );
      timesMs[i] = timeMs;
      values[i] = calmValue(name, timeMs) * (within === undefined ? 1 : factorOf(within));
    }
    return Promise.resolve({ timesMs, values });
  }

  findNames({ query, limit }: NameQuery): Promise<NamePage> {
    const matches = this.names.filter(nameMatcher(query));
    const rank = (name: string): number => (name === query ? 0 : name.startsWith(query) ? 1 : 2);
    matches.sort((a, b) => rank(a) - rank(b));
    return Promise.resolve({ names: matches.slice(0, limit), totalCount: matches.length });
  }

  judge(name: string): Promise<Verdict | undefined> {
    if (!this.#known.has(name)) return Promise.resolve(undefined);
    const [active] = this.#journal.find({ state: "active", name, limit: 1 });
    const nowMs = this.#clock.nowMs();
    const checks = checksOf(name, nowMs, active === undefined ? 1 : factorOf(active));
    const voteCount = checks.filter(({ outcome }) => outcome === "fired").length;
    return Promise.resolve({ status: "ok", checks, voteCount, isAnomalous: voteCount >= 6 });
  }

  /** An episode as it stands now, at a level given in noise-free multiples of the calm value. */
  describe(id: string, name: string, startedMs: number, level: number): Episode {
    const before = calmValue(name, startedMs - hourMs / 2);
    const peak = calmValue(name, startedMs) * (1 + level);
    const checks = checksOf(name, startedMs, 1 + level);
    const voteCount = checks.filter(({ outcome }) => outcome === "fired").length;
    const expected = { lower: before * 0.8, upper: before * 1.25 };
    return {
      id,
      name,
      startedMs,
      lastSeenMs: startedMs,
      endedMs: null,
      endReason: null,
      before,
      observed: peak,
      peak,
      peakMs: startedMs,
      expected,
      checks,
      voteCount,
      sentence:
        `${short(before)} → ${short(peak)}; the last hour stayed between ` +
        `${short(expected.lower)} and ${short(expected.upper)}; ${voteCount} of 9 checks`,
    };
  }

  refresh(episode: Episode): Episode {
    const nowMs = this.#clock.nowMs();
    const observed = calmValue(episode.name, nowMs) * factorOf(episode);
    const isPeak = Math.abs(observed) > Math.abs(episode.peak);
    return {
      ...episode,
      lastSeenMs: nowMs,
      observed,
      ...(isPeak ? { peak: observed, peakMs: nowMs } : {}),
    };
  }
}

/** How many times the calm value an episode's samples have. */
function factorOf({ peak, peakMs, name }: Episode): number {
  return peak / calmValue(name, peakMs);
}

function calmValue(name: string, timeMs: number): number {
  const bytes = new TextEncoder().encode(name);
  const hash = hashName(bytes, 0, bytes.length);
  const level = 10 ** (hash % 4) * (1 + (hash % 97) / 40);
  const phase = ((hash >>> 8) % 1_000) / 1_000;
  const wave = Math.sin(2 * Math.PI * (timeMs / (24 * hourMs) + phase / 6));
  const noise = seededRandom(hash ^ Math.floor(timeMs / stepMs)).next() - 0.5;
  return level * (1 + 0.25 * wave + 0.08 * noise);
}

function checksOf(name: string, timeMs: number, factor: number): CheckResult[] {
  const calm = calmValue(name, timeMs);
  const isFar = Math.abs(factor - 1) > 0.3;
  return checkNames.map((check, i) => {
    const isValue = i < 4 || check === "grubbs";
    if (check === "ks_test") {
      return {
        check,
        outcome: "abstained",
        observed: null,
        lower: null,
        upper: null,
        isValue: false,
      };
    }
    const outcome = isFar && check !== "histogram_bins" ? "fired" : "calm";
    if (!isValue)
      return { check, outcome, observed: Math.abs(factor) * 4, lower: null, upper: 6, isValue };
    const lower = check === "grubbs" ? null : calm * (0.7 - i / 40);
    return {
      check,
      outcome,
      observed: calm * factor,
      lower,
      upper: calm * (1.3 + i / 40),
      isValue,
    };
  });
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** A journal in memory: slow and obvious. */
export class MemoryJournal implements EpisodeJournal {
  readonly #episodes = new Map<string, Episode>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  record(events: readonly EpisodeEvent[]): void {
    for (const { episode } of events) this.#episodes.set(episode.id, episode);
  }

  find({ state, range, name, limit }: EpisodeQuery): Episode[] {
    return [...this.#episodes.values()]
      .filter((episode) => state === "all" || (state === "active") === (episode.endedMs === null))
      .filter((episode) => name === undefined || episode.name === name)
      .filter(
        ({ startedMs, endedMs }) =>
          range === undefined ||
          (startedMs < range.untilMs && (endedMs ?? Infinity) > range.fromMs),
      )
      .sort((a, b) => b.startedMs - a.startedMs)
      .slice(0, limit);
  }

  get(id: string): Episode | undefined {
    return this.#episodes.get(id);
  }

  countOverTime({ fromMs, untilMs }: TimeRange, stepMs: number): number[] {
    const counts: number[] = [];
    for (let atMs = fromMs; atMs < untilMs; atMs += stepMs) {
      const range = { fromMs: atMs, untilMs: Math.min(atMs + stepMs, this.#clock.nowMs()) };
      counts.push(this.find({ state: "all", range, limit: Infinity }).length);
    }
    return counts;
  }

  close(): void {
    this.#episodes.clear();
  }
}

function simulatedSources(clock: Clock, startMs: number): SourceStats[] {
  const nowMs = clock.nowMs();
  const ratePerSecond = 480;
  const calm = { clientCount: 0, droppedCount: 0, pausedClientCount: 0, refusals: [] };
  return [
    {
      ...calm,
      protocol: "carbon",
      addresses: ["tcp 127.0.0.1:2003", "udp 127.0.0.1:2003"],
      clientCount: 3,
      acceptedCount: 1_204_331 + Math.floor(((nowMs - startMs) / 1000) * ratePerSecond),
      ratePerSecond,
      lastSampleMs: nowMs - 120,
      refusals: [
        {
          reason: "bad-value",
          count: 17,
          lastMs: nowMs - 63_000,
          lastExample: "web.fe1.requests <b>not a number</b> 1764000000",
        },
        { reason: "long-name", count: 2, lastMs: nowMs - 5_400_000, lastExample: "x".repeat(200) },
      ],
    },
    {
      ...calm,
      protocol: "msgpack",
      addresses: ["udp 127.0.0.1:2025", "tcp 127.0.0.1:2025"],
      acceptedCount: 88_120,
      ratePerSecond: 12.4,
      lastSampleMs: nowMs - 800,
      droppedCount: 31,
      refusals: [
        {
          reason: "truncated",
          count: 4,
          lastMs: nowMs - 900_000,
          lastExample: "\\x92\\xa3web\\x92",
        },
      ],
    },
    {
      ...calm,
      protocol: "pickle",
      addresses: [],
      problem: "port 2024 is taken by another program",
      acceptedCount: 0,
      ratePerSecond: 0,
      lastSampleMs: null,
    },
  ];
}

function simulatedShards(
  clock: Clock,
  series: SimulatedSeries,
  journal: MemoryJournal,
): ShardStats[] {
  const nowMs = clock.nowMs();
  const activeCount = journal.find({ state: "active", limit: 10_000 }).length;
  return [0, 1].map((shard) => {
    const seriesCount = Math.floor((series.names.length + shard) / 2);
    return {
      shard,
      store: {
        seriesCount,
        sampleCount: seriesCount * 8_640,
        memoryBytes: seriesCount * 21_000,
        diskBytes: seriesCount * 190_000,
        uncommittedCount: 214,
        isDurable: true,
        refusedSeriesCount: 0,
        lateCount: 12,
        faults:
          shard === 0
            ? []
            : [
                {
                  code: "corrupt-record",
                  message: "log 7: a record at offset 81204 fails its checksum; set aside",
                  count: 1,
                  lastMs: nowMs - 7_200_000,
                },
              ],
      },
      roundSeriesCount: seriesCount,
      roundStatusCounts: { ok: seriesCount - 3, TooShort: 0, Stale: 1, Boring: 2 },
      abstainedCount: 5,
      activeEpisodeCount: Math.floor((activeCount + shard) / 2),
      roundMs: 1_840,
      roundEndedMs: nowMs - (nowMs % 20_000),
      lagMs: 2_000 + (nowMs % 20_000),
      sliceMaxMs: 3.1,
      cpuSeconds: 41.2 + shard,
      waitingBatchCount: 1,
    };
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "1500" },
      pages: { type: "string", default: "dist/web" },
    },
  });
  const write = (line: string): void => void process.stderr.write(`${line}\n`);
  const logger = createLogger({ clock: systemClock, level: "info", format: "text", write });
  const site = simulateSite(systemClock, { seed: 7 });
  const webapp = await startWebapp(
    { ...site.parts, logger },
    {
      version: "0.0.0-fixture",
      bind: "127.0.0.1",
      ports: [{ port: Number(values.port), landing: "/" }],
      pagesFolder: resolve(values.pages),
      dataFolder: process.cwd(),
      store: "embedded",
    },
  );
  for (const problem of webapp.problems) write(problem.message);
  if (webapp.ports.length === 0) return;
  for (const { url } of webapp.ports) write(`the simulated site is at ${url}`);
  const timer = setInterval(() => site.tick(), 1_000);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      clearInterval(timer);
      void webapp.close();
    });
  }
}

if (import.meta.main) await main();
