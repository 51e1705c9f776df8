/** Everything the webapp asks for, on simulated data, and the means to make things happen. */
import type { Clock } from "../base/clock.ts";
import { silentLogger } from "../base/log.ts";
import { nextInteger, seededRandom } from "../base/random.ts";
import type { Episode, EpisodeEvent } from "../model/index.ts";
import { EpisodeFeed } from "./episode-feed.ts";
import { MemoryAlerts } from "./memory-alerts.fixture.ts";
import { MemoryCollections } from "./memory-collections.fixture.ts";
import { MemoryFeedback } from "./memory-feedback.fixture.ts";
import { MemoryJournal } from "./memory-journal.fixture.ts";
import { MemoryNotes } from "./memory-notes.fixture.ts";
import { MemoryViews } from "./memory-views.fixture.ts";
import { MemoryRules } from "./memory-rules.fixture.ts";
import { MemoryKeeper } from "./memory-keeper.fixture.ts";
import type { WebappParts } from "./parts.ts";
import { oddNames, SimulatedSeries, siteNames } from "./simulated-series.fixture.ts";
import { SimulatedSimilarity } from "./simulated-similarity.fixture.ts";
import { simulatedShards, simulatedSources } from "./simulated-stats.fixture.ts";

const minuteMs = 60_000;
const hourMs = 3_600_000;

/** As long as a real one, and known to everybody. */
export const simulatedToken = "simulated-token-for-looking-at-the-pages-00";

export interface SimulatedSite {
  readonly parts: WebappParts;
  readonly series: SimulatedSeries;
  readonly journal: MemoryJournal;
  readonly rules: MemoryRules;
  readonly collections: MemoryCollections;
  readonly keeper: MemoryKeeper;
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
  const collections = new MemoryCollections(clock);
  const keeper = new MemoryKeeper(clock, simulatedToken);
  const similarity = new SimulatedSimilarity(series, collections, clock);
  const rules = new MemoryRules(clock, journal);
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
  function counts(): { seriesCount: number; activeCount: number } {
    const activeCount = journal.find({ state: "active", limit: Infinity }).length;
    return { seriesCount: series.names.length, activeCount };
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
    rules,
    collections,
    keeper,
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
      index: series,
      episodes: journal,
      feedback: new MemoryFeedback(journal, clock),
      rules,
      trials: rules,
      feed,
      similarity,
      seenBefore: similarity,
      collections,
      keeper,
      alerts: new MemoryAlerts(clock),
      notes: new MemoryNotes(),
      views: new MemoryViews(clock),
      sources: () => Promise.resolve(simulatedSources(clock, startMs)),
      shards: () => Promise.resolve(simulatedShards(clock, counts())),
      journal: () => ({
        fileBytes: 1_400_000,
        episodeCount: journal.find({ state: "all", limit: Infinity }).length,
        unsavedCount: 0,
        lostCount: 0,
      }),
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
