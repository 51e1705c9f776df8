/**
 * Judges what comes to a shard, as it comes, in slices short enough that batches and questions never
 * wait long. What judging means is its sweep's: stream-sweep.ts or vote-sweep.ts.
 *
 *     store ── row ──→ rows ────────────→ judged at once
 *                       │ full, not caught up, or more than a row can tell
 *                       ↓
 *     round ── id ──→ lanes of waiting-ids.ts ──→ read from the window
 *
 * A slice does first the rows, then the series that wait, the most urgent lane first, then what of the costly
 * telling has room, then a stretch of the round. Only where nothing of that is left it learns from history, and then rests
 * (history-pace.ts): history takes at most half of a busy thread.
 */
import type { Clock } from "../base/clock.ts";
import type {
  Episode,
  EpisodeEvent,
  Verdict,
  VerdictStatus,
  WatchedWindow,
  WindowListener,
} from "../model/index.ts";
import { ClockRound, type ClockRoundOptions } from "./clock-round.ts";
import { HistoryHold } from "./history-hold.ts";
import { HistoryPace } from "./history-pace.ts";
import { MinuteMax } from "./minute-max.ts";
import { RowRing } from "./row-ring.ts";
import type { SeriesSweep } from "./series-sweep.ts";
import { type Lane, lane, WaitingIds } from "./waiting-ids.ts";

/** No row and no series is begun after this; one series more may be under way. */
const sliceBudgetMs = 3;
/** Nothing more is told after this in a slice; one thing is in any case. */
const tellBudgetMs = 1.5;
/** Rows between two looks at the clock. */
const rowsPerLook = 16;
/** Rows that may wait; what comes beyond is read from the window. */
const rowCountMax = 65_536;

export interface JudgeLoopOptions extends ClockRoundOptions {
  /** Rows that may wait, a power of two. */
  readonly rowCountMax?: number;
  /** What is older is history, though it comes just now. */
  readonly stalePeriodMs?: number;
  /** CPU time of this thread so far. */
  readonly threadCpuMs?: () => number;
}

export interface LoopStats {
  readonly seriesCount: number;
  /** A series that is being learned counts as too short. */
  readonly statusCounts: Record<VerdictStatus, number>;
  readonly learningCount: number;
  /** Without those that are kept back while history is read. */
  readonly activeEpisodeCount: number;
  /** The longest round and the longest slice of the last minute or two. */
  readonly durationMs: number;
  /** As of when all that had come was judged; null before the first time. */
  readonly endedMs: number | null;
  /** The longest that something that came has waited for its verdict, in the last minute or two. */
  readonly lagMs: number;
  readonly sliceMaxMs: number;
  readonly waitingRowCount: number;
  /** Series that are read from the window: their rows found no room, or a row alone cannot tell. */
  readonly behindCount: number;
  /** Those of them that are likely to be abnormal, and the longest wait of one now. */
  readonly suspectCount: number;
  readonly suspectMs: number;
  /** Series that are to be judged anew, since time has passed. */
  readonly recheckCount: number;
  /** Series of which there is history to be learned. */
  readonly historyCount: number;
  /** Anomalies and changes that wait to be told, and the longest wait of one now. */
  readonly untoldCount: number;
  readonly untoldMs: number;
  readonly refusedCount: number;
  readonly differenceCount: number;
}

export class JudgeLoop implements WindowListener {
  readonly #window: WatchedWindow;
  readonly #sweep: SeriesSweep;
  readonly #emit: (events: EpisodeEvent[]) => void;
  readonly #clock: Clock;
  readonly #threadCpuMs: () => number;
  readonly #stalePeriodMs: number;
  readonly #round: ClockRound;
  readonly #rows: RowRing;
  readonly #waiting = new WaitingIds();
  readonly #held = new HistoryHold();
  readonly #pace = new HistoryPace();
  #isOpenNext = false;
  /** When rows that come now have come; looked up now and then. */
  #cameMs = 0;
  #sinceLook = 0;
  #immediate: NodeJS.Immediate | undefined;
  #stepTimer: NodeJS.Timeout | undefined;
  #restTimer: NodeJS.Timeout | undefined;
  #isRunning = false;
  readonly #sliceMax = new MinuteMax();
  readonly #lagMax = new MinuteMax();
  #endedMs: number | null = null;

  constructor(
    window: WatchedWindow,
    sweep: SeriesSweep,
    emit: (events: EpisodeEvent[]) => void,
    clock: Clock,
    options: JudgeLoopOptions = {},
  ) {
    this.#window = window;
    this.#sweep = sweep;
    this.#emit = emit;
    this.#clock = clock;
    this.#threadCpuMs = options.threadCpuMs ?? (() => clock.elapsedMs());
    this.#stalePeriodMs = options.stalePeriodMs ?? Infinity;
    this.#round = new ClockRound(options);
    this.#rows = new RowRing(options.rowCountMax ?? rowCountMax);
  }

  /** What grows with the series. */
  get tableBytes(): number {
    return this.#waiting.tableBytes;
  }

  start(): void {
    this.#isRunning = true;
    const nowMs = this.#clock.elapsedMs();
    for (let id = 0; id < this.#window.idCount; id++) {
      if (this.#window.isLive(id)) this.#waiting.push(id, lane.unread, nowMs);
    }
    this.#round.start(this.#window.idCount, nowMs);
    this.#window.listen(this);
    this.#stepTimer = setInterval(() => {
      this.#wake();
    }, this.#round.stepMs);
    this.#wake();
  }

  stop(): void {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    this.#window.listen(undefined);
    clearInterval(this.#stepTimer);
    clearTimeout(this.#restTimer);
    clearImmediate(this.#immediate);
    const held = this.#held.release();
    if (held.length > 0) this.#emit(held);
  }

  onRow(id: number, timeMs: number, value: number): void {
    if (this.#waiting.isTaken(id)) return;
    if (this.#immediate === undefined || ++this.#sinceLook >= rowsPerLook) {
      this.#sinceLook = 0;
      this.#cameMs = this.#clock.elapsedMs();
    }
    if (!this.#rows.push(id, timeMs, value, this.#cameMs)) {
      this.#waiting.push(id, lane.behind, this.#cameMs);
    }
    this.#wake();
  }

  onStated(id: number): void {
    this.#waiting.push(id, lane.behind, this.#clock.elapsedMs());
    this.#wake();
  }

  onGone(id: number): void {
    this.#sweep.forget(id);
  }

  /** Takes over the episodes that were open when the program ended. */
  adopt(episodes: readonly Episode[]): void {
    const events = this.#sweep.adopt(episodes, this.#clock.nowMs());
    if (events.length > 0) this.#emit(events);
  }

  /** Lets go of series that another process judges from now on: it goes on with their episodes. */
  release(isGone: (name: string) => boolean): void {
    this.#sweep.release(isGone);
  }

  verdictOf(name: string): Verdict | undefined {
    return this.#sweep.verdictOf(name, this.#clock.nowMs());
  }

  stats(): LoopStats {
    const { learning, ...statusCounts } = this.#sweep.statusCounts;
    const nowMs = this.#clock.elapsedMs();
    this.#noteLag(nowMs);
    return {
      seriesCount: Object.values(statusCounts).reduce((sum, count) => sum + count, learning),
      statusCounts: { ...statusCounts, TooShort: statusCounts.TooShort + learning },
      learningCount: learning,
      activeEpisodeCount: Math.max(0, this.#sweep.activeEpisodeCount - this.#held.activeCount),
      durationMs: this.#round.longestMs(nowMs),
      endedMs: this.#endedMs,
      lagMs: this.#lagMax.max(nowMs),
      sliceMaxMs: this.#sliceMax.max(nowMs),
      waitingRowCount: this.#rows.count,
      behindCount: this.#behindCount,
      suspectCount: this.#waiting.count(lane.urgent),
      suspectMs: this.#waiting.waitedMs(lane.urgent, nowMs),
      recheckCount: this.#waiting.count(lane.routine),
      historyCount: this.#historyCount,
      untoldCount: this.#sweep.untoldCount,
      untoldMs: Math.max(0, this.#clock.nowMs() - (this.#sweep.untoldSinceMs ?? Infinity)),
      refusedCount: this.#sweep.refusedCount,
      differenceCount: this.#sweep.differenceCount,
    };
  }

  #wake(): void {
    if (this.#immediate !== undefined || !this.#isRunning) return;
    this.#immediate = setImmediate(() => {
      this.#immediate = undefined;
      this.#slice();
    });
  }

  #slice(): void {
    if (!this.#isRunning) return;
    const startedMs = this.#clock.elapsedMs();
    const startedCpuMs = this.#threadCpuMs();
    const nowMs = this.#clock.nowMs();
    const untilMs = startedMs + sliceBudgetMs;
    const events: EpisodeEvent[] = [];

    this.#noteLag(startedMs);
    this.#takeRows(nowMs, untilMs, events);
    if (this.#rows.count === 0) this.#judgeWaiting(nowMs, untilMs, events);
    this.#tell(events);
    this.#passOn(startedMs, nowMs);
    if (!this.#isPressed() && this.#restTimer === undefined) this.#learn(nowMs, untilMs, events);

    const told = this.#held.sift(events, (name) => this.#isReading(name, nowMs));
    if (told.length > 0) this.#emit(told);
    // The wall counts other programs' turns, and the system counts CPU in ticks of several ms: a slice
    // took no longer than either.
    const workedMs = this.#clock.elapsedMs() - startedMs;
    const cpuMs = this.#threadCpuMs() - startedCpuMs;
    this.#sliceMax.add(Math.min(workedMs, cpuMs), startedMs);
    if (this.#isPressed()) this.#wake();
    else if (this.#historyCount === 0) this.#endedMs = nowMs;
  }

  /** Whether there is history of the series that was not judged yet, or it is just being sent. */
  #isReading(name: string, nowMs: number): boolean {
    const id = this.#window.find(name);
    if (id === undefined) return false;
    if (this.#window.newestMs(id) < nowMs - this.#stalePeriodMs) return true;
    return this.#waiting.isIn(id, lane.unread) || this.#waiting.isIn(id, lane.history);
  }

  /** Whether something waits that is neither history nor routine. */
  #isPressed(): boolean {
    return this.#rows.count > 0 || this.#behindCount > 0 || this.#sweep.untoldCount > 0;
  }

  get #behindCount(): number {
    const waiting = this.#waiting;
    return waiting.count(lane.urgent) + waiting.count(lane.behind) + waiting.count(lane.open);
  }

  #tell(events: EpisodeEvent[]): void {
    const untilMs = this.#clock.elapsedMs() + tellBudgetMs;
    while (this.#sweep.tellNext(events) && this.#clock.elapsedMs() < untilMs);
  }

  /** Oldest first, as they came. */
  #takeRows(nowMs: number, untilMs: number, events: EpisodeEvent[]): void {
    const rows = this.#rows;
    while (rows.count > 0) {
      for (let k = Math.min(rowsPerLook, rows.count); k > 0; k--) {
        const { id } = rows;
        const to = this.#sweep.take(id, rows.timeMs, rows.value, nowMs, events);
        if (to !== 0) this.#waiting.push(id, to, rows.cameMs);
        rows.shift();
      }
      if (this.#clock.elapsedMs() >= untilMs) return;
    }
  }

  #judgeWaiting(nowMs: number, untilMs: number, events: EpisodeEvent[]): void {
    for (let next = this.#nextLane(); next !== undefined; next = this.#nextLane()) {
      this.#judgeFirst(next, nowMs, events);
      if (this.#clock.elapsedMs() >= untilMs) return;
    }
  }

  /**
   * What may be the begin of something goes before what goes on. That takes turns with what is judged anew, which is
   * left for quiet moments otherwise: a storm that lasts lets neither starve.
   */
  #nextLane(): Lane | undefined {
    const waiting = this.#waiting;
    if (waiting.count(lane.urgent) > 0) return lane.urgent;
    if (waiting.count(lane.behind) > 0) return lane.behind;
    if (waiting.count(lane.open) === 0) return undefined;
    this.#isOpenNext = !this.#isOpenNext;
    return this.#isOpenNext || waiting.count(lane.routine) === 0 ? lane.open : lane.routine;
  }

  #judgeLane(of: Lane, nowMs: number, untilMs: number, events: EpisodeEvent[]): void {
    while (this.#waiting.first(of) >= 0) {
      this.#judgeFirst(of, nowMs, events);
      if (this.#clock.elapsedMs() >= untilMs) return;
    }
  }

  #judgeFirst(of: Lane, nowMs: number, events: EpisodeEvent[]): void {
    const id = this.#waiting.first(of);
    const isDone = !this.#window.isLive(id) || this.#sweep.judge(id, nowMs, events);
    // What is not done in one go goes on where it does not keep others waiting.
    if (isDone || of !== lane.history) this.#waiting.shift(of);
    if (!isDone) this.#waiting.push(id, lane.history, this.#clock.elapsedMs());
  }

  /** What there is to learn at first, of series with little of it before those with much; then it rests. */
  #learn(nowMs: number, untilMs: number, events: EpisodeEvent[]): void {
    const of = this.#historyLane();
    if (of === undefined) return;
    const startedMs = this.#clock.elapsedMs();
    this.#judgeLane(of, nowMs, untilMs, events);
    const endedMs = this.#clock.elapsedMs();
    const restMs = this.#pace.restMs(endedMs - startedMs);
    this.#restTimer = setTimeout(() => {
      this.#restTimer = undefined;
      this.#pace.noteRest(restMs, this.#clock.elapsedMs() - endedMs);
      this.#wake();
    }, restMs);
  }

  get #historyCount(): number {
    const waitingCount = this.#waiting.count(lane.unread) + this.#waiting.count(lane.history);
    return waitingCount + this.#sweep.withheldCount;
  }

  #historyLane(): Lane | undefined {
    for (const some of [lane.unread, lane.routine]) if (this.#waiting.count(some) > 0) return some;
    return this.#waiting.count(lane.history) > 0 ? lane.history : undefined;
  }

  #passOn(elapsedMs: number, nowMs: number): void {
    this.#round.step(this.#window.idCount, elapsedMs, (from, until) => {
      this.#sweep.pass(from, until, nowMs, (id, to) => {
        this.#waiting.push(id, to, elapsedMs);
      });
    });
  }

  #noteLag(nowMs: number): void {
    const rowMs = this.#rows.count === 0 ? 0 : nowMs - this.#rows.cameMs;
    const lanes = [lane.urgent, lane.behind, lane.open] as const;
    const laneMs = lanes.map((of) => this.#waiting.waitedMs(of, nowMs));
    this.#lagMax.add(Math.max(rowMs, ...laneMs), nowMs);
  }
}
