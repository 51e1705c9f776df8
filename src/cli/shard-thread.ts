/**
 * The entry of a shard thread: joins the embedded store, the judge and the loop that runs it over
 * the store's window, and serves them to the main thread.
 */
import { parentPort, workerData } from "node:worker_threads";
import { EpisodeTracker, Judge, StreamJudge } from "../analyzer/index.ts";
import { assert } from "../base/assert.ts";
import { systemClock } from "../base/clock.ts";
import type { Rpc } from "../base/rpc.ts";
import {
  JudgeLoop,
  type SeriesSweep,
  serveShard,
  ShapeKeeper,
  StreamSweep,
  threadCpuMs,
  VoteSweep,
  WindowScratch,
} from "../shard/index.ts";
import { EmbeddedStore } from "../store/index.ts";
import type { ShardThreadData } from "./thread-messages.ts";
import { threadLogger } from "./thread-log.ts";

assert(parentPort !== null, "this file is the entry of a worker thread");
const { shard, shardCount, folder, settings, isJudging, producers } = workerData as ShardThreadData;
const clock = systemClock;

const logger = threadLogger(parentPort, `shard ${shard}`);
// Opened with the service, below; the loop tells nothing before it is started.
let main: Rpc | undefined = undefined;

const store = await EmbeddedStore.open(folder, {
  clock,
  logger,
  windowMs: settings.fullDurationMs,
  retentionMs: settings.retentionMs,
  commitIntervalMs: settings.commitIntervalMs,
  commitEveryBatch: settings.commitIntervalMs === 0,
  seriesCountMax: Math.ceil(settings.seriesCountMax / shardCount),
});
const judge = new Judge({
  fullDurationMs: settings.fullDurationMs,
  stalePeriodMs: settings.stalePeriodMs,
  minTolerableLength: settings.minTolerableLength,
  maxTolerableBoredom: settings.maxTolerableBoredom,
  boredomSetSize: settings.boredomSetSize,
  checks: settings.checks,
  consensus: settings.consensusCount,
  compat: settings.isCompatible,
});
const sweep = settings.detectorName === "skyline" ? voteSweep() : streamSweep();
const loop = new JudgeLoop(store.window, sweep, (events) => main?.tell("episodes", events), clock, {
  threadCpuMs,
});
const keeper = new ShapeKeeper(store.window, clock, { warmDurationMs: settings.miniDurationMs });
main = serveShard(parentPort, producers, {
  shard,
  store,
  window: store.window,
  loop,
  keeper,
  clock,
  sweep,
  logger,
});
if (isJudging) loop.start();
if (settings.roles.includes("oculus")) keeper.start();
main.tell("ready", undefined);

function voteSweep(): SeriesSweep {
  const tracker = new EpisodeTracker({ secondOrder: settings.isSecondOrder });
  return new VoteSweep(store.window, judge, tracker, { fullDurationMs: settings.fullDurationMs });
}

function streamSweep(): SeriesSweep {
  const { fullDurationMs, stalePeriodMs } = settings;
  const { window } = store;
  const scratch = new WindowScratch(window, { fullDurationMs });
  const stream = new StreamJudge(scratch, judge, { activeCountMax: 10_000, stalePeriodMs });
  return new StreamSweep({ window, stream, judge, scratch }, { stalePeriodMs, fullDurationMs });
}
