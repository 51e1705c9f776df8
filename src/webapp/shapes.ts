/** From the words of the program to the JSON of contract.ts: seconds for milliseconds, no infinities. */
import {
  searchWindowOf,
  type CheckResult,
  type Episode,
  type EpisodeWhy,
  type ExpectedRange,
  type LessonStats,
  type MetricMetadata,
  type SearchEngineReport,
  type ShardStats,
  type ShareReport,
  type SourceStats,
  type Standing,
  type Verdict,
} from "../model/index.ts";
import type {
  AnomalyJson,
  CanaryJson,
  CheckJson,
  ExpectedJson,
  LessonsJson,
  SearchEngineJson,
  ShardJson,
  ShareJson,
  SourceJson,
  StandingJson,
  VerdictJson,
  WhyJson,
} from "./contract.ts";
import type { CanaryReport } from "./parts.ts";

export function anomalyJson(episode: Episode, nowMs: number): AnomalyJson {
  const { expected } = episode;
  const window = searchWindowOf(episode, nowMs);
  return {
    id: episode.id,
    name: episode.name,
    state: episode.endedMs === null ? "active" : "ended",
    started: episode.startedMs / 1000,
    ended: secondsOrNull(episode.endedMs),
    endReason: episode.endReason,
    lastSeen: episode.lastSeenMs / 1000,
    observed: episode.observed,
    before: finiteOrNull(episode.before),
    peak: episode.peak,
    peakTime: episode.peakMs / 1000,
    expected: expected === null ? null : { lower: expected.lower, upper: expected.upper },
    votes: episode.voteCount,
    checks: episode.checks.map(checkJson),
    sentence: episode.sentence,
    why: episode.why === undefined ? null : whyJson(episode.why),
    known:
      episode.known === undefined
        ? null
        : {
            feedback: episode.known.feedbackId,
            kind: episode.known.kind,
            label: episode.known.label,
            likeness: episode.known.likeness,
          },
    searchFrom: window.fromMs / 1000,
    searchUntil: window.untilMs / 1000,
  };
}

export function verdictJson(
  name: string,
  verdict: Verdict,
  metadata: MetricMetadata | undefined,
): VerdictJson {
  return {
    name,
    status: verdict.status,
    checks: verdict.checks.map(checkJson),
    votes: verdict.voteCount,
    anomalous: verdict.isAnomalous,
    standing: verdict.standing === undefined ? null : standingJson(verdict.standing),
    metadata: metadata === undefined ? null : { ...metadata },
  };
}

function whyJson(why: EpisodeWhy): WhyJson {
  return {
    score: why.score,
    scored: why.scoredMs / 1000,
    expected: expectedJson(why.expected),
    voices: why.voices.map(({ voice, strength }) => ({ voice, strength })),
    step: why.stepMs / 1000,
    isRate: why.isRate,
  };
}

function standingJson({ score, learning, expected, nature, stated }: Standing): StandingJson {
  return {
    score,
    learning: learning && { reason: learning.reason, left: secondsOrNull(learning.leftMs) },
    expected: expected === null ? null : expectedJson(expected),
    nature,
    stated,
  };
}

function expectedJson({ lower, upper, center, basis, source }: ExpectedRange): ExpectedJson {
  return { lower, upper, center, basis, source };
}

export function searchEngineJson(report: SearchEngineReport | undefined): SearchEngineJson | null {
  if (report === undefined) return null;
  const { nodes, scorer, window, seriesCount, lastImport, importIntervalMs, problem } = report;
  return {
    nodes: [...nodes],
    scorer,
    window: window && {
      from: window.range.fromMs / 1000,
      until: window.range.untilMs / 1000,
      points: window.pointCount,
    },
    series: seriesCount,
    importIntervalSeconds: importIntervalMs / 1000,
    lastImport: lastImport && {
      started: lastImport.startedMs / 1000,
      seconds:
        lastImport.endedMs === null ? null : (lastImport.endedMs - lastImport.startedMs) / 1000,
      written: lastImport.seriesCount,
      total: lastImport.totalCount,
      outcome: lastImport.outcome,
      problem: lastImport.problem,
    },
    answered: report.answeredCount,
    fallbacks: report.fallbackCount,
    problem,
    collections: {
      agreed: secondsOrNull(report.collections.agreedMs),
      problem: report.collections.problem,
    },
  };
}

export function sourceJson(source: SourceStats): SourceJson {
  return {
    protocol: source.protocol,
    addresses: [...source.addresses],
    problem: source.problem ?? null,
    clients: source.clientCount,
    accepted: source.acceptedCount,
    ratePerSecond: source.ratePerSecond,
    lastSample: secondsOrNull(source.lastSampleMs),
    dropped: source.droppedCount,
    pausedClients: source.pausedClientCount,
    refusals: source.refusals.map((refusal) => ({
      reason: refusal.reason,
      count: refusal.count,
      last: refusal.lastMs / 1000,
      example: refusal.lastExample,
    })),
  };
}

export function shardJson(shard: ShardStats): ShardJson {
  const { store } = shard;
  return {
    shard: shard.shard,
    series: store.seriesCount,
    samples: store.sampleCount,
    memoryBytes: store.memoryBytes,
    diskBytes: store.diskBytes,
    durable: store.isDurable,
    uncommitted: store.uncommittedCount,
    late: store.lateCount,
    refusedSeries: store.refusedSeriesCount,
    faults: store.faults.map(({ code, message, count, lastMs }) => {
      return { code, message, count, last: lastMs / 1000 };
    }),
    roundSeries: shard.roundSeriesCount,
    roundStatus: { ...shard.roundStatusCounts },
    learning: shard.learningCount,
    abstained: shard.abstainedCount,
    activeEpisodes: shard.activeEpisodeCount,
    roundSeconds: shard.roundMs / 1000,
    roundEnded: secondsOrNull(shard.roundEndedMs),
    lagSeconds: shard.lagMs / 1000,
    sliceMaxMs: shard.sliceMaxMs,
    waitingRows: shard.waitingRowCount,
    behindSeries: shard.behindCount,
    suspects: shard.suspectCount,
    suspectSeconds: shard.suspectMs / 1000,
    rechecks: shard.recheckCount,
    historySeries: shard.historyCount,
    lessons: lessonsJson(shard.lessons),
    untold: shard.untoldCount,
    untoldSeconds: shard.untoldMs / 1000,
    refusedEpisodes: shard.refusedEpisodeCount,
    verdictDifferences: shard.verdictDifferenceCount,
    cpuSeconds: shard.cpuSeconds,
    waitingBatches: shard.waitingBatchCount,
  };
}

function lessonsJson(lessons: LessonStats): LessonsJson {
  return {
    waiting: lessons.waitingCount,
    end: secondsOrNull(lessons.endMs),
    later: lessons.laterCount,
    taught: lessons.taughtCount,
    missed: lessons.missedCount,
    unreadable: lessons.unreadableCount,
  };
}

export function canaryJson(canary: CanaryReport): CanaryJson {
  return {
    state: canary.state,
    lastSeen: secondsOrNull(canary.lastSeenMs),
    roundTripSeconds: secondsOrNull(canary.roundTripMs),
  };
}

function checkJson(result: CheckResult): CheckJson {
  return {
    check: result.check,
    outcome: result.outcome,
    observed: finiteOrNull(result.observed),
    lower: finiteOrNull(result.lower),
    upper: finiteOrNull(result.upper),
    isValue: result.isValue,
  };
}

function secondsOrNull(timeMs: number | null): number | null {
  return timeMs === null ? null : timeMs / 1000;
}

function finiteOrNull(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

export function shareJson(report: ShareReport | undefined): ShareJson | null {
  if (report === undefined) return null;
  return {
    problem: report.problem ?? null,
    held: report.heldCount,
    partitions: report.partitionCount,
    processes: report.processes.map((process) => ({
      id: process.id,
      label: process.label,
      self: process.isSelf,
      living: process.isLiving,
      seen: process.seenMs / 1000,
      series: process.seriesCount,
      held: process.heldCount,
    })),
  };
}
