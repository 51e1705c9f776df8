/**
 * What a shard thread does, given its parts: takes batches, judges, answers questions.
 *
 * The thread's entry (cli/shard-thread.ts) opens the store and joins the parts; everything here is
 * the same with any store that keeps a warm window.
 */
import type { MessagePort } from "node:worker_threads";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import { type MessageEndpoint, Rpc, Transferred } from "../base/rpc.ts";
import {
  type BandColumns,
  type BandQuery,
  type Episode,
  type EpisodeEvent,
  type Feedback,
  type LessonStats,
  type NamePage,
  type NameQuery,
  type PageQuery,
  partitionOfName,
  type Rule,
  type SampleColumns,
  type SeriesNameList,
  type SeriesSelector,
  type SeriesStore,
  type SeriesWindow,
  type ShardStats,
  type StepColumns,
  type StepQuery,
  type TagQuery,
  type TimeRange,
  type TreeQuery,
  type Verdict,
} from "../model/index.ts";
import { batchWriter, receiveBatches } from "./batch-port.ts";
import type { HistoryLessons } from "./history-lessons.ts";
import type { JudgeLoop } from "./judge-loop.ts";
import { NameIndex } from "./name-index.ts";
import { readPageOf } from "./page-reading.ts";
import type { RoomMeter } from "./room-meter.ts";
import type { RulesTrials, ShardTrialQuery } from "./rules-trial.ts";
import type { ShapePageQuestion, ShapeQuestion, ShardSearch } from "./search-messages.ts";
import { Searcher } from "./searcher.ts";
import type { SeriesSweep } from "./series-sweep.ts";
import type { ShapeKeeper } from "./shape-keeper.ts";
import { SharedIndex } from "./shared-index.ts";

/** A store of whose series other processes judge a part. */
export interface ShardShare {
  /** Resolves when the window has the series of these partitions; `onShown` is called just then. */
  takeOver(partitions: readonly number[], onShown: () => void): Promise<void>;
  drop(partitions: readonly number[]): void;
}

export interface ShardServiceParts {
  readonly shard: number;
  readonly store: SeriesStore;
  readonly window: SeriesWindow;
  /** All series of this shard, those that other processes judge among them. */
  readonly names: SeriesNameList;
  readonly loop: JudgeLoop;
  readonly keeper: ShapeKeeper;
  /** Resolves when the window has what it is judged by. */
  readonly warm: Promise<void>;
  /** Lets go of batches that wait for room in the store, since the program ends. */
  readonly letIn: () => void;
  readonly freshNames: (query: string) => string[];
  readonly share: ShardShare | undefined;
  /** Series of a store whose names the window has only in part; missing where it has all. */
  readonly selectShared: ((selector: SeriesSelector) => Promise<NamePage>) | undefined;
  readonly clock: Clock;
  /** A verdict on a series that the window does not have. */
  readonly judgeStranger: (name: string) => Promise<Verdict | undefined>;
  readonly sweep: SeriesSweep;
  readonly room: RoomMeter;
  /** What stands beside the store and grows with its series. */
  readonly besideBytes: () => number;
  /** Missing where the nine checks alone judge. */
  readonly band?: ((query: BandQuery) => Promise<BandColumns | undefined>) | undefined;
  /** Missing where the nine checks alone judge. @returns what has changed with the open episodes */
  readonly useFeedback?: (feedbacks: readonly Feedback[]) => EpisodeEvent[];
  /** Missing where the nine checks alone judge. */
  readonly trials?: RulesTrials | undefined;
  /** From now on these rules say what matters. */
  readonly useRules?: (rules: readonly Rule[]) => void;
  /** Missing where the nine checks alone judge. */
  readonly lessons?: HistoryLessons | undefined;
  /** Called once judging has ended, before the store is closed. */
  readonly onClose?: () => Promise<void>;
  readonly logger: Logger;
}

/**
 * Serves the main thread on `main` and one producer on each of `producers`, until asked to close.
 * @returns the line to the main thread, for events
 */
export function serveShard(
  main: MessageEndpoint,
  producers: readonly MessagePort[],
  parts: ShardServiceParts,
): Rpc {
  const { store, loop, keeper } = parts;
  const intakes = producers.map((port) => receiveBatches(port, batchWriter(store)));
  const index = new NameIndex(parts.names, parts.clock);
  const shared = sharedIndex(parts);
  const searcher = new Searcher(parts.window, keeper, parts.clock, (reply) => {
    rpc.tell("searchProgress", reply);
  });

  const rpc: Rpc = new Rpc(main, {
    async read({ name, range }: { name: string; range: TimeRange }) {
      const columns = await store.read(name, range);
      return columns === undefined ? undefined : moved(columns);
    },
    async readPage(query: PageQuery) {
      const page = await readPageOf(store, query);
      return new Transferred(page, [page.timesMs.buffer, page.counts.buffer]);
    },
    async readSteps(query: StepQuery) {
      const steps = await store.readSteps?.(query);
      return steps === undefined ? undefined : movedSteps(steps);
    },
    findNames: (query: NameQuery) => store.findNames(query),
    selectSeries: (selector: SeriesSelector) => index.select(selector),
    browseTree: (query: TreeQuery) => index.browse(query),
    countTags: (query: TagQuery) => index.countTags(query),
    cardinality: () => index.cardinality(parts.window, parts.room.windowMs),
    useFeedback: (feedbacks: Feedback[]) => parts.useFeedback?.(feedbacks) ?? [],
    useRules: (rules: Rule[]) => {
      parts.useRules?.(rules);
    },
    tryRules: (query: ShardTrialQuery) => parts.trials?.run(query),
    selectShared: (selector: SeriesSelector) => shared.select(selector),
    browseShared: (query: TreeQuery) => shared.browse(query),
    countShared: (query: TagQuery) => shared.countTags(query),
    band: (query: BandQuery) => parts.band?.(query) ?? noBand,
    freshNames: (query: string) => parts.freshNames(query),
    judge: (name: string) => loop.verdictOf(name) ?? parts.judgeStranger(name),
    // A series that the window does not have yet is not one that fell silent.
    adopt: (episodes: Episode[]) => {
      void parts.warm.then(() => {
        loop.adopt(episodes);
      });
    },
    async takeOver(taken: { partitions: number[]; episodes: Episode[] }) {
      await parts.share?.takeOver(taken.partitions, () => {
        loop.adopt(taken.episodes);
      });
    },
    drop(partitions: number[]) {
      const gone = new Set(partitions);
      parts.share?.drop(partitions);
      loop.release((name) => gone.has(partitionOfName(name)));
    },
    letIn: () => {
      parts.letIn();
    },
    commit: () => store.commit(),
    shapeOf: (question: ShapeQuestion) => searcher.shapeOf(question),
    async shapePage(asked: ShapePageQuestion) {
      const reply = await searcher.shapePage(parts.shard, asked);
      return new Transferred(reply, [reply.page.rows.buffer, reply.page.ids.buffer]);
    },
    search: (asked: ShardSearch) => searcher.search(asked),
    cancelSearch: (searchId: number) => {
      searcher.cancel(searchId);
    },
    stats(): ShardStats {
      const round = loop.stats();
      const stored = store.stats();
      return {
        shard: parts.shard,
        store: stored,
        room: parts.room.read(stored, parts.besideBytes()),
        roundSeriesCount: round.seriesCount,
        roundStatusCounts: round.statusCounts,
        learningCount: round.learningCount,
        abstainedCount: parts.sweep.abstainedCount,
        activeEpisodeCount: round.activeEpisodeCount,
        roundMs: round.durationMs,
        roundEndedMs: round.endedMs,
        lagMs: round.lagMs,
        sliceMaxMs: round.sliceMaxMs,
        waitingRowCount: round.waitingRowCount,
        behindCount: round.behindCount,
        suspectCount: round.suspectCount,
        suspectMs: round.suspectMs,
        recheckCount: round.recheckCount,
        historyCount: round.historyCount,
        lessons: parts.lessons?.stats() ?? noLessons,
        untoldCount: round.untoldCount,
        untoldMs: round.untoldMs,
        refusedEpisodeCount: round.refusedCount,
        verdictDifferenceCount: round.differenceCount,
        cpuSeconds: threadCpuMs() / 1000,
        shapeTableBytes: keeper.memoryBytes,
        comparableCount: keeper.comparableCount,
        waitingBatchCount: intakes.reduce((sum, intake) => sum + intake.waitingCount(), 0),
      };
    },
    async close() {
      parts.lessons?.stop();
      loop.stop();
      keeper.stop();
      await parts.onClose?.();
      for (const port of producers) port.close();
      await store.close();
      parts.logger.debug("closed");
    },
  });
  return rpc;
}

/** Asked only where the main thread knows that the names are shared. */
function sharedIndex({ selectShared, clock }: ShardServiceParts): SharedIndex {
  const none = (): Promise<NamePage> => Promise.reject(new Error("the names are not shared"));
  return new SharedIndex(selectShared ?? none, clock);
}

const noLessons: LessonStats = {
  waitingCount: 0,
  endMs: null,
  laterCount: 0,
  taughtCount: 0,
  missedCount: 0,
  unreadableCount: 0,
};

const nothing = new Float64Array(0);
const noBand: BandColumns = { timesMs: nothing, lower: nothing, upper: nothing };

/** The columns belong to whoever read them, and so do their buffers, which may be one. */
function moved(columns: SampleColumns): Transferred<SampleColumns> {
  const buffers = new Set([columns.timesMs.buffer, columns.values.buffer]);
  return new Transferred(columns, [...buffers]);
}

function movedSteps(steps: StepColumns): Transferred<StepColumns> {
  const { timesMs, counts, sums, minima, maxima } = steps;
  const columns = [timesMs, counts, sums, minima, maxima];
  return new Transferred(
    steps,
    columns.map(({ buffer }) => buffer),
  );
}

/** CPU time of the calling thread so far. */
export function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
