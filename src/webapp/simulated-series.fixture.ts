/**
 * Series as functions of time: samples are computed from name and time alone, so that any range of
 * any series is the same whenever it is asked for. A daily wave and noise, and what the episodes of
 * the journal add to it.
 */
import type { Clock } from "../base/clock.ts";
import { seededRandom } from "../base/random.ts";
import {
  checkNames,
  hashName,
  nameMatcher,
  type CheckResult,
  type Episode,
  type EpisodeJournal,
  type NamePage,
  type NameQuery,
  type SampleColumns,
  type SeriesIndex,
  type SeriesReader,
  type SeriesSelector,
  type TagCount,
  type TagQuery,
  type TimeRange,
  type TreeNode,
  type TreeQuery,
  type Verdict,
} from "../model/index.ts";
import {
  browseTree,
  checkSelector,
  checkTree,
  countTagsOf,
  finish,
  selectNames,
} from "../query/select/index.ts";

const stepMs = 10_000;
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

export function siteNames(): string[] {
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

export class SimulatedSeries implements SeriesReader, SeriesIndex {
  readonly names: readonly string[];
  readonly #known: ReadonlySet<string>;
  readonly #journal: EpisodeJournal;
  readonly #clock: Clock;

  constructor(names: readonly string[], journal: EpisodeJournal, clock: Clock) {
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

  select(selector: SeriesSelector): Promise<NamePage> {
    return answered(() => {
      checkSelector(selector.matchers);
      return finish(selectNames(this.names, selector));
    });
  }

  browse(query: TreeQuery): Promise<readonly TreeNode[]> {
    return answered(() => {
      checkTree(query);
      return finish(browseTree(this.names, query));
    });
  }

  countTags(query: TagQuery): Promise<readonly TagCount[]> {
    return answered(() => {
      checkSelector(query.matchers);
      return finish(countTagsOf(this.names, query));
    });
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

/** Rejects with what the work throws, as the shards do. */
function answered<Answer>(work: () => Answer): Promise<Answer> {
  return new Promise((resolve) => {
    resolve(work());
  });
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
