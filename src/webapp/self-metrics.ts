/** What the program tells Prometheus of itself: one place for every name, help text and unit. */
import type { EpisodeChange, LessonStats, ShardStats, SourceStats } from "../model/index.ts";
import type { RouteCount } from "./http-counters.ts";
import type { CanaryReport, WebappFacts } from "./parts.ts";
import { PrometheusText } from "./prometheus-text.ts";
import { writeRemoteStore } from "./remote-metrics.ts";
import { roomJson } from "./room-json.ts";

export interface SelfMetrics {
  readonly facts: WebappFacts;
  readonly sources: readonly SourceStats[];
  readonly shards: readonly ShardStats[];
  readonly canary: CanaryReport;
  readonly changeCounts: Readonly<Record<EpisodeChange, number>>;
  readonly routes: readonly RouteCount[];
  readonly eventClientCount: number;
  readonly eventCutCount: number;
  readonly eventResetCount: number;
  /** Wrong tokens and passwords; tries that were not looked at, since too many came. */
  readonly signInFailedCount: number;
  readonly signInRefusedCount: number;
  readonly process: {
    readonly cpuSeconds: number;
    readonly residentBytes: number;
    readonly heapBytes: number;
  };
}

export function selfMetricsText(metrics: SelfMetrics): string {
  const text = new PrometheusText();
  text.gauge("kale_build_info", "Always 1; the version is a label.", 1, {
    version: metrics.facts.version,
    store: metrics.facts.store,
  });
  for (const source of metrics.sources) writeSource(text, source);
  for (const shard of metrics.shards) writeShard(text, shard);
  writeRoom(text, metrics.shards);
  writeEpisodes(text, metrics);
  writeHttp(text, metrics);
  writeProcess(text, metrics);
  return text.toString();
}

function writeSource(text: PrometheusText, source: SourceStats): void {
  const labels = { protocol: source.protocol };
  // This machine's own vital signs come over no port that could be closed.
  if (source.addresses.length > 0 || source.problem !== undefined) {
    text.gauge(
      "kale_ingest_listening",
      "Whether the protocol's port is open.",
      source.addresses.length > 0,
      labels,
    );
  }
  text.counter("kale_ingest_samples_total", "Samples taken in.", source.acceptedCount, labels);
  text.counter(
    "kale_ingest_dropped_total",
    "Datagrams dropped because the intake was full.",
    source.droppedCount,
    labels,
  );
  for (const { reason, count } of source.refusals) {
    text.counter("kale_ingest_refused_total", "Input refused, by reason.", count, {
      ...labels,
      reason,
    });
  }
  text.gauge(
    "kale_ingest_samples_per_second",
    "Samples per second over the last minute.",
    source.ratePerSecond,
    labels,
  );
  text.gauge("kale_ingest_clients", "Connections open.", source.clientCount, labels);
  text.gauge(
    "kale_ingest_paused_clients",
    "Connections held back because the intake is full.",
    source.pausedClientCount,
    labels,
  );
  text.gauge(
    "kale_ingest_last_sample_timestamp_seconds",
    "When the newest sample came in.",
    secondsOf(source.lastSampleMs),
    labels,
  );
}

function writeShard(text: PrometheusText, shard: ShardStats): void {
  const labels = { shard: shard.shard };
  const { store } = shard;
  text.gauge("kale_store_series", "Series kept.", store.seriesCount, labels);
  text.gauge("kale_store_samples", "Samples kept.", store.sampleCount, labels);
  text.gauge("kale_store_memory_bytes", "Memory of the samples.", store.memoryBytes, labels);
  text.gauge("kale_store_disk_bytes", "Disk of the samples.", store.diskBytes, labels);
  text.gauge("kale_store_uncommitted", "Samples not yet durable.", store.uncommittedCount, labels);
  text.gauge("kale_store_durable", "0 while the store cannot write.", store.isDurable, labels);
  text.counter(
    "kale_store_refused_series_total",
    "New series refused at the limit.",
    store.refusedSeriesCount,
    labels,
  );
  text.counter("kale_store_late_total", "Samples that came late.", store.lateCount, labels);
  for (const { code, count } of store.faults) {
    text.counter("kale_store_faults_total", "Faults of the store, by code.", count, {
      ...labels,
      code,
    });
  }
  if (store.remote !== undefined) writeRemoteStore(text, store.remote, labels);
  for (const [status, count] of Object.entries(shard.roundStatusCounts)) {
    text.gauge("kale_judging_series", "Series of the last round, by outcome.", count, {
      ...labels,
      status,
    });
  }
  text.counter(
    "kale_judging_abstained_total",
    "Times that a check could say nothing of a series.",
    shard.abstainedCount,
    labels,
  );
  text.gauge(
    "kale_judging_round_seconds",
    "Length of the longest round of the last minute or two.",
    shard.roundMs / 1000,
    labels,
  );
  text.gauge(
    "kale_judging_round_ended_timestamp_seconds",
    "When the last round ended.",
    secondsOf(shard.roundEndedMs),
    labels,
  );
  text.gauge(
    "kale_judging_lag_seconds",
    "How long ago the longest-waiting series was judged.",
    shard.lagMs / 1000,
    labels,
  );
  text.gauge(
    "kale_judging_slice_max_seconds",
    "The longest time a shard was held at once.",
    shard.sliceMaxMs / 1000,
    labels,
  );
  for (const [what, count] of [
    ["samples", shard.waitingRowCount],
    ["behind", shard.behindCount],
    ["suspects", shard.suspectCount],
    ["rechecks", shard.recheckCount],
    ["history", shard.historyCount],
    ["lessons", shard.lessons.waitingCount],
    ["late-lessons", shard.lessons.laterCount],
    ["untold", shard.untoldCount],
  ] as const) {
    const help =
      "What waits: samples; series behind, suspects among them, to judge anew, with history to learn, lessons among that; anomalies to tell.";
    text.gauge("kale_judging_waiting", help, count, { ...labels, what });
  }
  writeLessons(text, shard.lessons, labels);
  text.gauge(
    "kale_judging_suspect_seconds",
    "How long the likely abnormal series has waited that waits longest to be judged.",
    shard.suspectMs / 1000,
    labels,
  );
  text.gauge(
    "kale_judging_untold_seconds",
    "How long the anomaly has waited that waits longest to be told.",
    shard.untoldMs / 1000,
    labels,
  );
  text.counter(
    "kale_episodes_refused_total",
    "Anomalies not kept, since there were too many.",
    shard.refusedEpisodeCount,
    labels,
  );
  text.counter(
    "kale_verdict_differences_total",
    "Quick verdicts that the full computation did not confirm.",
    shard.verdictDifferenceCount,
    labels,
  );
  text.counter("kale_shard_cpu_seconds_total", "CPU time of the shard.", shard.cpuSeconds, labels);
  text.gauge(
    "kale_shard_waiting_batches",
    "Batches on their way in.",
    shard.waitingBatchCount,
    labels,
  );
  text.gauge("kale_episodes_active", "Series abnormal now.", shard.activeEpisodeCount, labels);
}

function writeLessons(
  text: PrometheusText,
  { endMs, taughtCount, missedCount, unreadableCount }: LessonStats,
  labels: { readonly shard: number },
): void {
  text.gauge(
    "kale_lessons_end_timestamp_seconds",
    "When the last series will be judged that first learns from what is kept of it.",
    secondsOf(endMs),
    labels,
  );
  for (const [outcome, count] of [
    ["taught", taughtCount],
    ["missed", missedCount],
    ["unreadable", unreadableCount],
  ] as const) {
    const help = "Series that learned from weeks kept of them, or were judged without that.";
    text.counter("kale_lessons_total", help, count, { ...labels, outcome });
  }
}

function writeRoom(text: PrometheusText, shards: readonly ShardStats[]): void {
  const room = roomJson(shards);
  if (room === null) return;
  text.gauge("kale_memory_limit_bytes", "What the metrics may take.", room.limitBytes);
  text.gauge("kale_memory_used_bytes", "What the metrics take.", room.usedBytes);
  text.gauge(
    "kale_memory_full_bytes",
    "What the metrics of now will take once their window is full.",
    room.fullBytes,
  );
  text.gauge("kale_series_limit", "Names that are kept at most.", room.seriesLimit);
  text.gauge("kale_series_room", "How many more metrics fit, as far as known.", room.moreMetrics);
  for (const { reason, count } of room.refused) {
    text.counter("kale_names_refused_total", "New names refused, by reason.", count, { reason });
  }
}

function writeEpisodes(text: PrometheusText, { changeCounts, canary }: SelfMetrics): void {
  for (const [change, count] of Object.entries(changeCounts)) {
    text.counter("kale_episode_changes_total", "Changes of episodes, by kind.", count, { change });
  }
  if (canary.state === "off") return;
  text.gauge("kale_canary_ok", "Whether our own metric comes back in time.", canary.state === "ok");
  text.gauge(
    "kale_canary_last_seen_timestamp_seconds",
    "When our own metric last came back.",
    secondsOf(canary.lastSeenMs),
  );
  text.gauge(
    "kale_canary_round_trip_seconds",
    "How long our own metric took.",
    secondsOf(canary.roundTripMs),
  );
}

function writeHttp(text: PrometheusText, metrics: SelfMetrics): void {
  for (const { route, status, count, elapsedMs } of metrics.routes) {
    const labels = { route, status };
    text.counter("kale_http_requests_total", "Requests answered.", count, labels);
    text.counter(
      "kale_http_request_seconds_total",
      "Time until the answer began, summed.",
      elapsedMs / 1000,
      labels,
    );
  }
  text.gauge("kale_event_streams", "Open streams of /kale/events.", metrics.eventClientCount);
  text.counter(
    "kale_event_streams_cut_total",
    "Streams cut because nothing was read.",
    metrics.eventCutCount,
  );
  text.counter(
    "kale_event_resets_total",
    "Streams that had fallen behind and were told to start anew.",
    metrics.eventResetCount,
  );
  text.counter(
    "kale_sign_in_failures_total",
    "Wrong tokens and passwords.",
    metrics.signInFailedCount,
  );
  text.counter(
    "kale_sign_in_refusals_total",
    "Sign-ins that were not looked at, because too many had failed.",
    metrics.signInRefusedCount,
  );
}

function writeProcess(text: PrometheusText, { process, facts }: SelfMetrics): void {
  text.counter("process_cpu_seconds_total", "CPU time of all threads.", process.cpuSeconds);
  text.gauge("process_resident_memory_bytes", "Resident memory.", process.residentBytes);
  text.gauge("process_start_time_seconds", "When the program started.", facts.startedMs / 1000);
  text.gauge("nodejs_heap_size_used_bytes", "Heap of the main thread.", process.heapBytes);
}

function secondsOf(timeMs: number | null): number | null {
  return timeMs === null ? null : timeMs / 1000;
}
