/**
 * The entry of a shard thread: joins the store, the judge and the loop that runs it over
 * the store's window, and serves them to the main thread.
 */
import { flushCompileCache } from "node:module";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { EpisodeTracker, Judge, StreamJudge } from "../analyzer/index.ts";
import { assert } from "../base/assert.ts";
import { systemClock } from "../base/clock.ts";
import { type Rpc, tell } from "../base/rpc.ts";
import { openChunkKernel, RowKernel } from "../kernel/index.ts";
import { RuleBook, type Verdict } from "../model/index.ts";
import {
  HistoryLessons,
  JudgeLoop,
  KnownShapes,
  LearnedFile,
  replayBand,
  RoomMeter,
  RulesTrials,
  type SeriesSweep,
  type ShardServiceParts,
  serveShard,
  ShapeKeeper,
  StreamSweep,
  threadCpuMs,
  VoteSweep,
  WindowScratch,
} from "../shard/index.ts";
import { configuredRules } from "./configured-rules.ts";
import { openShardStore } from "./shard-store.ts";
import { adoptTriggers, openSkylineMemory, triggerWriter } from "./skyline-memory.ts";
import type { ShardThreadData } from "./thread-messages.ts";
import { threadLogger } from "./thread-log.ts";

assert(parentPort !== null, "this file is the entry of a worker thread");
const data = workerData as ShardThreadData;
const { shard, settings, isJudging, producers } = data;
const clock = systemClock;

/** Columns that judging decodes series to: the sweep's, and those of shapes known by feedback. */
const scratchPairCount = 2;

const logger = threadLogger(parentPort, `shard ${shard}`);
// Opened with the service, below; the loop tells nothing before it is started.
let main: Rpc | undefined = undefined;

const chunks = openChunkKernel(data.kernels, scratchPairCount);
const mainPort = parentPort;
/** What the detector and the shapes take: known once they are made. */
let besideBytes = (): number => 0;
const { store, window, ...opened } = await openShardStore(data, {
  clock,
  logger,
  chunks,
  rows: new RowKernel(data.kernels),
  besideBytes: () => besideBytes(),
  onProgress: (share) => {
    tell(mainPort, "progress", share);
  },
});
const judge = new Judge(
  {
    fullDurationMs: settings.fullDurationMs,
    stalePeriodMs: settings.stalePeriodMs,
    minTolerableLength: settings.minTolerableLength,
    maxTolerableBoredom: settings.maxTolerableBoredom,
    boredomSetSize: settings.boredomSetSize,
    checks: settings.checks,
    consensus: settings.consensusCount,
    compat: settings.isCompatible,
  },
  chunks,
);
const skyline = settings.isSecondOrder ? openSkylineMemory(data.store, settings) : undefined;
let adoptEarlierTriggers: (() => Promise<void>) | undefined;
let learned: LearnedFile | undefined;
let isClosed = false;
let stream: StreamJudge | undefined;
let known: KnownShapes | undefined;
const sweep = settings.detectorName === "skyline" ? voteSweep() : streamSweep();
const loop = new JudgeLoop(window, sweep, (events) => main?.tell("episodes", events), clock, {
  threadCpuMs,
  stalePeriodMs: settings.stalePeriodMs,
});
const keeper = new ShapeKeeper(window, clock, {
  warmDurationMs: settings.miniDurationMs,
  kernel: data.kernels.distances,
});
besideBytes = () =>
  keeper.memoryBytes +
  loop.tableBytes +
  sweep.tableBytes +
  (stream?.bytesPerSeries ?? 0) * store.stats().seriesCount;
const trials = trialsOf(stream);
const lessons = lessonsOf(stream);
main = serveShard(parentPort, producers, {
  shard,
  store,
  window,
  loop,
  keeper,
  ...opened,
  judgeStranger,
  clock,
  sweep,
  room: new RoomMeter(window, clock, { windowMs: settings.fullDurationMs }),
  besideBytes,
  band: bandReader(stream),
  useFeedback: (feedbacks) => {
    known?.use(feedbacks);
    trials?.useFeedback(feedbacks);
    return stream?.recogniseAgain() ?? [];
  },
  trials,
  lessons,
  useRules: (rules) => {
    stream?.useRules(new RuleBook(rules));
  },
  onClose: async () => {
    isClosed = true;
    skyline?.close();
    await learned?.close();
  },
  logger,
});
if (isJudging) {
  void opened.warm
    .then(() => adoptEarlierTriggers?.())
    .then(() => learned?.load())
    .then(() => {
      learned?.start();
      const given = isClosed ? undefined : lessons?.give();
      loop.start();
      return given?.then(() => lessons?.giveLate());
    });
}
if (settings.roles.includes("oculus")) keeper.start();
main.tell("ready", undefined);
flushCompileCache();

/** A series that others judge, or that was silent for longer than the window: from its samples. */
async function judgeStranger(name: string): Promise<Verdict | undefined> {
  if (settings.storeKind === "embedded") return undefined;
  const nowMs = clock.nowMs();
  const range = { fromMs: nowMs - settings.fullDurationMs, untilMs: Number.MAX_SAFE_INTEGER };
  const columns = await store.read(name, range);
  return columns && judge.judge(columns.timesMs, columns.values, columns.timesMs.length, nowMs);
}

function voteSweep(): SeriesSweep {
  const tracker = new EpisodeTracker({
    secondOrder: settings.isSecondOrder,
    ...(skyline === undefined ? {} : { onTrigger: triggerWriter(skyline, logger) }),
  });
  adoptEarlierTriggers = async () => {
    if (skyline !== undefined) await adoptTriggers(skyline, window, tracker, logger);
  };
  return new VoteSweep(window, judge, tracker, {
    fullDurationMs: settings.fullDurationMs,
    columns: chunks.takePair(),
  });
}

function streamSweep(): SeriesSweep {
  const { fullDurationMs, stalePeriodMs } = settings;
  const scratch = new WindowScratch(window, { fullDurationMs, columns: chunks.takePair() });
  const shapes = new KnownShapes(
    new WindowScratch(window, { fullDurationMs, columns: chunks.takePair() }),
  );
  known = shapes;
  stream = new StreamJudge(scratch, judge, {
    activeCountMax: 10_000,
    stalePeriodMs,
    tellsLater: true,
    knownAs: (id, episode) => shapes.knownAs(id, episode),
  });
  stream.useRules(new RuleBook(configuredRules(settings)));
  stream.useConfirmed((name) => shapes.isConfirmed(name));
  learned = new LearnedFile(join(data.folder, "learned"), window, stream, logger);
  return new StreamSweep({ window, stream, judge, scratch }, { stalePeriodMs, fullDurationMs });
}

function trialsOf(judged: StreamJudge | undefined): RulesTrials | undefined {
  if (judged === undefined) return undefined;
  return new RulesTrials({
    store,
    judge,
    stalePeriodMs: settings.stalePeriodMs,
    clock,
    statedOf: (name) => statedOf(judged, name),
  });
}

function lessonsOf(judged: StreamJudge | undefined): HistoryLessons | undefined {
  if (judged === undefined || !(sweep instanceof StreamSweep)) return undefined;
  const { fullDurationMs, stalePeriodMs } = settings;
  const parts = { store, window, stream: judged, judge, sweep, clock, logger };
  return new HistoryLessons(parts, { fullDurationMs, stalePeriodMs });
}

/** A function, since the variable is only known to be set once the sweep was made. */
function bandReader(judged: StreamJudge | undefined): ShardServiceParts["band"] {
  if (judged === undefined) return undefined;
  const ofName = (name: string): number => statedOf(judged, name);
  return (query) => replayBand({ store, judge, rules: judged.rules, statedOf: ofName }, query);
}

function statedOf(judged: StreamJudge, name: string): number {
  const id = window.find(name);
  return id === undefined ? 0 : judged.statedOf(id);
}
