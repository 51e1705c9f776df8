/** The state of the whole in a dozen numbers: the line at the top of every page. */
import type { ShardStats, ShareReport, SourceStats } from "../model/index.ts";
import type { SummaryJson } from "./contract.ts";
import { withDeadline } from "./deadline.ts";
import type { WebappParts } from "./parts.ts";
import { remoteStoreJson } from "./remote-store-json.ts";
import { roomJson } from "./room-json.ts";

/**
 * Every metric is judged once a minute. A round planned for each minute ends a little after it, so
 * a tenth more still counts as kept.
 */
export const judgePromiseMs = 66_000;

/** More are not counted. */
const activeCountMax = 100_000;

export function summarize(
  shards: readonly ShardStats[],
  sources: readonly SourceStats[],
  nowMs: number,
): SummaryJson {
  const summary: SummaryJson = {
    now: nowMs / 1000,
    metrics: 0,
    abnormal: 0,
    lagSeconds: 0,
    judgedSecondsAgo: null,
    keepsUp: true,
    untold: 0,
    untoldSeconds: 0,
    suspects: 0,
    suspectSeconds: 0,
    samplesPerSecond: 0,
    durable: true,
    reading: 0,
    learning: 0,
    tooShort: 0,
    stale: 0,
    boring: 0,
    room: roomJson(shards),
    remote: remoteSummaryOf(shards),
  };
  let judgedMs = -Infinity;
  for (const { store, ...shard } of shards) {
    summary.metrics += store.seriesCount;
    summary.abnormal += shard.activeEpisodeCount;
    summary.lagSeconds = Math.max(summary.lagSeconds, shard.lagMs / 1000);
    summary.keepsUp &&= shard.lagMs <= judgePromiseMs && shard.roundMs <= judgePromiseMs;
    summary.untold += shard.untoldCount;
    summary.untoldSeconds = Math.max(summary.untoldSeconds, shard.untoldMs / 1000);
    summary.suspects += shard.suspectCount;
    summary.suspectSeconds = Math.max(summary.suspectSeconds, shard.suspectMs / 1000);
    summary.durable &&= store.isDurable;
    summary.reading += shard.historyCount;
    summary.learning += shard.learningCount;
    summary.tooShort += shard.roundStatusCounts.TooShort;
    summary.stale += shard.roundStatusCounts.Stale;
    summary.boring += shard.roundStatusCounts.Boring;
    judgedMs = Math.max(judgedMs, shard.roundEndedMs ?? -Infinity);
  }
  for (const source of sources) summary.samplesPerSecond += source.ratePerSecond;
  if (judgedMs > -Infinity) summary.judgedSecondsAgo = Math.max(0, (nowMs - judgedMs) / 1000);
  return summary;
}

function remoteSummaryOf(shards: readonly ShardStats[]): SummaryJson["remote"] {
  const remote = remoteStoreJson(shards);
  if (remote === null) return null;
  const { description, reachable, problem, failingSince, waiting, holding, warmShare } = remote;
  return { description, reachable, problem, failingSince, waiting, holding, warmShare };
}

/** Asks shards and listeners once for however many readers come at the same time. */
export class SummaryReader {
  readonly #parts: WebappParts;
  readonly #answerWaitMs: number;
  #asked: Promise<SummaryJson> | undefined;

  constructor(parts: WebappParts, options: { readonly answerWaitMs: number }) {
    this.#parts = parts;
    this.#answerWaitMs = options.answerWaitMs;
  }

  read(): Promise<SummaryJson> {
    this.#asked ??= this.#ask().finally(() => {
      this.#asked = undefined;
    });
    return this.#asked;
  }

  /** What other processes judge is on this page too. */
  #withOthers(summary: SummaryJson, { processes }: ShareReport): SummaryJson {
    const others = processes.filter(({ isSelf, isLiving }) => isLiving && !isSelf);
    const active = this.#parts.episodes.find({ state: "active", limit: activeCountMax });
    return {
      ...summary,
      metrics: others.reduce((sum, { seriesCount }) => sum + seriesCount, summary.metrics),
      abnormal: active.length,
    };
  }

  async #ask(): Promise<SummaryJson> {
    const answers = Promise.all([this.#parts.shards(), this.#parts.sources()]);
    const [shards, sources] = await withDeadline(answers, "the shards", this.#answerWaitMs);
    const summary = summarize(shards, sources, this.#parts.clock.nowMs());
    const share = this.#parts.share?.();
    return share === undefined ? summary : this.#withOthers(summary, share);
  }
}
