/**
 * Anomalies in Prometheus' words: active ones as firing alerts, and all of them as the series `ALERTS`
 * that a Prometheus writes of its own alerts, so that a dashboard can count and list them.
 *
 *     ALERTS{alertname="KaleAnomaly", alertstate="firing", id="…", metric="web.fe1.load",
 *            page="/m/web.fe1.load", sentence="62 → 410"}                                   1
 *
 * A series per anomaly with the tags of what is abnormal, 1 each minute from its start on, and a
 * staleness marker where it ended. Deviations: `id`, `page` and `sentence` are Kale's own labels, there
 * is no "pending", and the series is there only for selectors that name it by `ALERTS` or
 * `__name__="ALERTS"`: `{job="api"}` is about what was sent. A Prometheus' own ALERTS, sent by remote
 * write, stand beside it.
 */
import {
  type Episode,
  type EpisodeJournal,
  type NamePage,
  readMany,
  type SampleColumns,
  type SeriesMatcher,
  type TimeRange,
} from "../model/index.ts";
import {
  formatSample,
  LabelSet,
  metricNameLabel,
  type PromqlSource,
} from "../query/promql/index.ts";
import { compileSelector, SelectorError } from "../query/select/index.ts";
import { listCountMax } from "./kale-api.ts";
import { formatIsoTime } from "./time-text.ts";

const alertsName = "ALERTS";
const alertName = "KaleAnomaly";
const minuteMs = 60_000;

interface AlertJson {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: "firing";
  readonly activeAt: string;
  readonly value: string;
}

/** Of each active anomaly: what is abnormal as labels, why in words. */
export function alertsOf(episodes: EpisodeJournal): AlertJson[] {
  return episodes.find({ state: "active", limit: listCountMax }).map(alertOf);
}

/**
 * `source` with the series ALERTS beside its own; for one query. Of more anomalies than may be listed
 * the newest count.
 */
export function withAlertSeries(
  source: PromqlSource,
  { episodes, nowMs }: { readonly episodes: EpisodeJournal; readonly nowMs: number },
): PromqlSource {
  const known = new Map<string, Episode>();
  const read: PromqlSource["read"] = (name, range) => {
    const episode = known.get(name);
    if (episode === undefined) return source.read(name, range);
    return Promise.resolve(columnsOf(episode, range, nowMs));
  };
  return {
    async select(selector): Promise<NamePage> {
      const stored = await source.select(selector);
      if (!selector.matchers.some(isAboutAlerts)) return stored;
      const compiled = compileSelector(selector.matchers);
      if (!compiled.ok) throw new SelectorError(compiled.fault);
      const own: string[] = [];
      for (const episode of episodes.find({ state: "all", limit: listCountMax })) {
        const name = seriesNameOf(episode);
        if (!compiled.test(name)) continue;
        known.set(name, episode);
        own.push(name);
      }
      const names = [...new Set([...stored.names, ...own])].sort();
      return {
        names: names.slice(0, selector.limit),
        totalCount: stored.totalCount + names.length - stored.names.length,
      };
    },
    read,
    readMany(names, range) {
      return names.some((name) => known.has(name))
        ? readMany({ read }, names, range)
        : readMany(source, names, range);
    },
  };
}

function alertOf({ name, startedMs, observed, sentence }: Episode): AlertJson {
  const series = LabelSet.ofSeriesName(name);
  return {
    labels: {
      ...series.withoutMetricName().toJson(),
      alertname: alertName,
      metric: series.get(metricNameLabel),
    },
    annotations: { summary: sentence },
    state: "firing",
    activeAt: formatIsoTime(startedMs),
    value: formatSample(observed),
  };
}

function isAboutAlerts({ key, test, value }: SeriesMatcher): boolean {
  return key === "name" && test === "equal" && value === alertsName;
}

/** A label of the series' own that has the name of one of these gives way. */
function seriesNameOf({ id, name, sentence }: Episode): string {
  const [path = "", ...tags] = name.split(";");
  const labels = new Map(
    tags.map((tag): [string, string] => {
      const equals = tag.indexOf("=");
      return equals < 0 ? [tag, ""] : [tag.slice(0, equals), tag.slice(equals + 1)];
    }),
  );
  labels.set("alertname", alertName);
  labels.set("alertstate", "firing");
  labels.set("id", id);
  labels.set("metric", path);
  labels.set("page", `/m/${encodeURIComponent(name)}`);
  // A semicolon begins a tag.
  labels.set("sentence", sentence.replaceAll(";", ","));
  const written = [...labels].sort(([a], [b]) => (a < b ? -1 : 1));
  return [alertsName, ...written.map(([key, value]) => `${key}=${value}`)].join(";");
}

/** @returns undefined where the anomaly lies outside of the range */
function columnsOf(
  { startedMs, endedMs }: Episode,
  range: TimeRange,
  nowMs: number,
): SampleColumns | undefined {
  const lastMs = Math.min(endedMs ?? nowMs, nowMs, range.untilMs - 1);
  const times: number[] = [];
  if (startedMs >= range.fromMs && startedMs <= lastMs) times.push(startedMs);
  const firstMs = Math.max(startedMs + 1, range.fromMs);
  for (let at = Math.ceil(firstMs / minuteMs) * minuteMs; at <= lastMs; at += minuteMs) {
    times.push(at);
  }
  const hasEnd = endedMs !== null && endedMs >= range.fromMs && endedMs < range.untilMs;
  if (hasEnd && times.at(-1) === endedMs) times.pop();
  if (times.length === 0 && !hasEnd) return undefined;
  const timesMs = Float64Array.from(hasEnd ? [...times, endedMs] : times);
  const values = new Float64Array(timesMs.length).fill(1);
  if (hasEnd) new BigUint64Array(values.buffer)[values.length - 1] = staleBits;
  return { timesMs, values };
}

/** The NaN by which Prometheus says that a series has ended. */
const staleBits = 0x7ff0000000000002n;
