/**
 * From rows to episodes: the streaming detector, heard with floors, and remembered.
 *
 *            score ≥ its least                 odd for the least duration
 *     calm ────────────────────→ armed ──────────────────────────────────→ active ──→ ended
 *       ↑                          │ half an hour without                            calm:     back for 2 min
 *       └──────────────────────────┘                                                 stale:    silent
 *                                                                                    accepted: a new level, kept
 *
 * A row is odd where it lies beyond the band (band.ts), or where a series with a rhythm of its own draws
 * a shape it never drew. The detector's score says that something is rare; the band, the least duration and
 * two rows that it matters. While a series is abnormal it learns nothing of what to expect, so that an
 * outage does not become its own normal, and leaves no echo a day or a week later; a level that is
 * accepted is taken over at once.
 *
 * To tell of an episode costs far more than to judge a row: a copy of the day, the nine checks, the
 * sentence. With `tellsLater` what is news waits in a queue for `tellNext`, new episodes before changes
 * and the rarer before the less rare, so that a storm of anomalies cannot hold up judging. What is
 * told is the same, only later.
 *
 * Everything goes by the rows' own times: history that is given after the fact is judged as it would have
 * been. Rows come in order; one that is not later than the newest is the caller's to leave out. Pure.
 */
import { assert } from "../../base/assert.ts";
import {
  areSameFloors,
  defaultFloors,
  type Episode,
  type EpisodeEnd,
  type EpisodeEvent,
  type EpisodeWhy,
  type ExpectedBasis,
  type ExpectedRange,
  type Floors,
  type FloorsPlan,
  type KnownAs,
  type Learning,
  RuleBook,
  type Standing,
  statedBits,
  statedCounter,
  statedGauge,
} from "../../model/index.ts";
import {
  ageSecondsOf,
  type Detector,
  DetectorBank,
  expectedEnds,
  factsOf,
  rowCountOf,
  lastSecondsOf,
  highestOf,
  lowestOf,
  onWeekday,
  originOf,
  hourScale,
  rememberTaught,
  restoreTaught,
  shiftExpected,
  type Stated,
  stateBytes,
} from "../detector/index.ts";
import { episodeId, hasMoved, isFarther } from "../episodes.ts";
import { HourBefore } from "../hour-before.ts";
import type { Judge } from "../judge.ts";
import { onsetIndex } from "../onset.ts";
import { type DayKind, expectedOn, kindOfDay, mayBeOtherDay } from "./day-kind.ts";
import { expectedAt, halfWidth, isSparse, rangeOf } from "./band.ts";
import { stage, StreamColumns } from "./columns.ts";
import { Habits } from "./habits.ts";
import { streamSentence } from "./stream-sentence.ts";
import { TellingQueue } from "./telling-queue.ts";
import { voicesOf } from "./voices.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** A series is judged once it has so many rows, over so long. */
const learnedRows = 60;
const learnedMs = 30 * minuteMs;

/** So many rows have to be odd; one where rows are rarer than that. */
const oddRowsMin = 2;
const rareStepMs = 10 * minuteMs;
const oddRunMax = 250;
const oddRunFall = 3;

/** After a score that high, what is odd within this long, or so many rows, belongs to it. */
const armedMs = 30 * minuteMs;
const armedRows = 10;

/** So many calm rows, reaching so far, end an episode. */
const calmRowCountMin = 3;
const calmMs = 2 * minuteMs;
/** Without an odd row for so long, what a habit explains is over. */
const habitRestMs = 20 * minuteMs;

/** A change in the value is worth an event of its own when so much time has passed. */
const changeIntervalMs = 30_000;
/** Of what waits to be told; a score is at most 1. */
const rulePriority = 1;
const newsPriority = 2;
/** Rows older than this are history: only begin and end are told of it. */
const liveAgeMs = 10 * minuteMs;

/** Every hour of the week was seen. */
const kindKnownMs = 8 * 24 * hourMs;

/** After so many odd rows without an alarm it is asked whether the day is another one. */
const quietlyOddRows = 30;

const usualMemoryRows = 10_000;
const usualClip = 4;
const shareMemoryRows = 1_000;
const habitSeriesCountMax = 50_000;

/** Of the mean level while abnormal. */
const newLevelRows = 120;
/** A person confirmed one like it: it may be this much less rare. */
const confirmedEase = 0.02;

export interface StreamWindow {
  /** Fills the columns with the series up to a time, oldest first. @returns how many samples */
  copy(id: number, untilMs: number): number;
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  name(id: number): string;
}

export interface StreamJudgeOptions {
  readonly activeCountMax: number;
  readonly stalePeriodMs: number;
  /** What is news is told by `tellNext`, and not at once. */
  readonly tellsLater?: boolean;
  /** Whether an episode is like one that a person spoke of. */
  readonly knownAs?: (id: number, episode: Episode) => KnownAs | undefined;
}

interface Armed {
  readonly score: number;
  readonly why: EpisodeWhy;
  readonly kept: Float32Array;
  untilMs: number;
  /** Since when a habit explains it, and how far it went; see habits.ts. */
  habit:
    | {
        readonly sinceMs: number;
        readonly size: number;
        readonly peak: number;
        readonly lastOddMs: number;
      }
    | undefined;
}

/** What today is like, and what the series knew before it. */
interface KeptKind extends DayKind {
  readonly kept: Float32Array;
}

/** An episode that began and was not told yet; also over, perhaps. */
interface Untold {
  readonly why: EpisodeWhy;
  readonly timeMs: number;
  readonly observed: number;
  readonly run: number;
  /** When the one before of this series ended. */
  readonly afterMs: number;
  ended: { readonly reason: EpisodeEnd; readonly atMs: number } | undefined;
}

interface Active {
  readonly id: number;
  episode: Episode;
  /** Its episode is a sketch until then. */
  untold: Untold | undefined;
  /** It waits for `tellNext`. */
  isQueued: boolean;
  /** Nobody is to hear of it any more. */
  isGone: boolean;
  /** What was expected before it began; undefined where an earlier run knew it. */
  kept: Float32Array | undefined;
  calmRows: number;
  told: Episode;
  toldMs: number;
  /** Level and spread while it lasts. */
  mean: number;
  spread: number;
  rows: number;
}

export class StreamJudge {
  readonly bank = new DetectorBank();
  readonly columns = new StreamColumns();
  readonly habits = new Habits({ seriesCountMax: habitSeriesCountMax });
  readonly #window: StreamWindow;
  readonly #judge: Judge;
  readonly #options: StreamJudgeOptions;
  readonly #armed = new Map<number, Armed>();
  readonly #active = new Map<number, Active>();
  readonly #endedMs = new Map<number, number>();
  /** Of series whose today is another kind of day; see day-kind.ts. */
  readonly #kinds = new Map<number, KeptKind>();
  readonly #hour = new HourBefore();
  #rules = new RuleBook([]);
  /** Distinct ones; a column names them by place. */
  #plans: FloorsPlan[] = [];
  readonly #planByKey = new Map<string, number>();
  #confirmedIds: (name: string) => boolean = () => false;
  #refusedCount = 0;
  readonly #tellings: TellingQueue<Active>;
  /** Over before they were told. */
  readonly #endedUntold = new Set<Active>();

  constructor(window: StreamWindow, judge: Judge, options: StreamJudgeOptions) {
    assert(options.activeCountMax >= 1, "at least one episode is kept");
    this.#window = window;
    this.#judge = judge;
    this.#options = options;
    this.#tellings = new TellingQueue({ countMax: options.activeCountMax });
  }

  /** Anomalies and changes that wait to be told. */
  get untoldCount(): number {
    return this.#tellings.count;
  }

  /** Since when, by the clock given to `take`, the one that waits longest does. */
  get untoldSinceMs(): number | undefined {
    return this.#tellings.sinceMs;
  }

  /** What every series costs, abnormal or not. */
  get bytesPerSeries(): number {
    return stateBytes + this.columns.bytesPerSeries;
  }

  get activeCount(): number {
    return this.#active.size;
  }

  /** How often an anomaly was not kept since there were too many. */
  get refusedCount(): number {
    return this.#refusedCount;
  }

  get rules(): RuleBook {
    return this.#rules;
  }

  isActive(id: number): boolean {
    return this.columns.stage[id] === stage.active;
  }

  isWatched(id: number): boolean {
    return id < this.columns.room && this.columns.stage[id] !== stage.calm;
  }

  /** As it was told; undefined for none. */
  episodeOf(id: number): Episode | undefined {
    const active = this.#active.get(id);
    return active?.untold === undefined ? active?.episode : undefined;
  }

  activeIds(): number[] {
    return [...this.#active.keys()];
  }

  /** From now on these apply. What goes on and is ignored now ends with its next row. */
  useRules(rules: RuleBook): void {
    this.#rules = rules;
    this.#plans = [];
    this.#planByKey.clear();
    this.columns.floors.fill(0);
  }

  /** @param isConfirmed  whether a person confirmed an anomaly of this metric: it is heard a little earlier */
  useConfirmed(isConfirmed: (name: string) => boolean): void {
    this.#confirmedIds = isConfirmed;
  }

  /** Looks anew which open episodes are like ones that a person spoke of. */
  recogniseAgain(): EpisodeEvent[] {
    const events: EpisodeEvent[] = [];
    for (const [id, active] of this.#active) {
      if (active.untold !== undefined) continue;
      const before = active.episode.known;
      active.episode = this.#recognised(id, active.episode);
      if (active.episode.known?.feedbackId === before?.feedbackId) continue;
      events.push({ change: "changed", episode: active.episode });
    }
    return events;
  }

  /** Time of the newest row judged; -Infinity if there is none. */
  judgedMs(id: number): number {
    const { state } = this.bank.detectorOf(id);
    const index = this.bank.indexOf(id);
    if (rowCountOf(state, index) === 0) return -Infinity;
    return Math.round(lastSecondsOf(state, index) * 1000);
  }

  /** What senders state of the series, as far as known; see stated-type.ts. */
  statedOf(id: number): number {
    return id < this.columns.room ? this.columns.stated[id]! : 0;
  }

  /**
   * Takes note of what senders state of a series, beside what they stated before.
   * @returns whether what was judged so far was judged as something else, so that it is to be learned anew
   */
  state(id: number, stated: number): boolean {
    this.columns.grow(id + 1);
    const before = this.columns.stated[id]!;
    const after = before | stated;
    if (after === before) return false;
    this.columns.stated[id] = after;
    const { rowCount, isCounter } = factsOf(this.bank.detectorOf(id).state, this.bank.indexOf(id));
    return rowCount > 1 && after !== statedBits && isCounter !== (after === statedCounter);
  }

  /** The id is free, or its series is to be learned anew. */
  forget(id: number): void {
    this.bank.clear(id);
    this.columns.grow(id + 1);
    this.columns.clearLearned(id);
    this.columns.stage[id] = stage.calm;
    this.columns.stated[id] = 0;
    this.columns.floors[id] = 0;
    this.#armed.delete(id);
    const active = this.#active.get(id);
    if (active !== undefined) active.isGone = true;
    this.#active.delete(id);
    for (const ended of this.#endedUntold) if (ended.id === id) ended.isGone = true;
    this.#endedMs.delete(id);
    this.#kinds.delete(id);
    this.habits.forget(id);
  }

  /** Goes on with an episode of an earlier run. @returns false where there is no room */
  adopt(id: number, episode: Episode): boolean {
    this.columns.grow(id + 1);
    if (episode.endedMs !== null || this.#active.has(id)) return true;
    if (this.#active.size >= this.#options.activeCountMax) {
      this.#refusedCount += 1;
      return false;
    }
    this.#active.set(id, startActive(id, episode, undefined, episode.lastSeenMs));
    this.columns.stage[id] = stage.active;
    return true;
  }

  /**
   * Judges a row and learns from it.
   *
   * @param timeMs  later than the series' newest row
   * @param nowMs   of the clock; says whether the row is news or history
   * @returns what to record and show; undefined where nothing noteworthy changed
   */
  take(id: number, timeMs: number, value: number, nowMs: number): EpisodeEvent | undefined {
    const { columns } = this;
    columns.grow(id + 1);
    const detector = this.bank.detectorOf(id);
    const index = this.bank.indexOf(id);
    const lastMs = lastSecondsOf(detector.state, index) * 1000;
    const stated = statedOf(columns.stated[id]!);
    const score = detector.judge(index, timeMs / 1000, value, stated);
    const { row, expectation } = detector;
    if (!Number.isFinite(value)) return undefined;
    columns.score[id] = score;
    // The first row, and the first of a series whose nature was found out: all is learned anew.
    if (row.rowCount === 1) {
      columns.clearLearned(id);
      // What was abnormal by the nature it was thought to have is not by the one it has.
      const active = lastMs > 0 ? this.#active.get(id) : undefined;
      return active && this.#end(id, active, "accepted", timeMs);
    }
    const floors = this.floorsOf(id, timeMs);
    const origin = originOf(detector.state, index);
    const kind = this.#kinds.size > 0 ? this.#kindAt(id, timeMs) : undefined;
    const ownResidual = row.value - expectation.value;
    if (kind !== undefined) {
      restoreTaught(detector.state, index, kind.kept);
      expectation.value = expectedOn(detector, index, kind, row.seconds) - origin;
    }
    const residual = row.value - expectation.value;
    const center = expectation.value + origin;
    const facts = {
      center,
      usual: columns.usual[id]!,
      hourScale: hourScale(detector.state, index, row.seconds, row.ageSeconds),
      isSparse: isSparse(columns, id),
      // Of the rows before: this one has widened the range, where it did, by no more than itself.
      lowest: Math.min(lowestOf(detector.state, index), center),
      highest: Math.max(highestOf(detector.state, index), center),
    };
    const half = halfWidth(facts, floors);
    const isShape =
      detector.rhythm > 0 && score >= floors.leastScore && 2 * Math.abs(residual) > half;
    const isOdd =
      isShape ||
      (Math.abs(residual) > half &&
        isToward(floors, residual) &&
        isPastEnds(detector, index, half, kind) &&
        // Half a holiday: it is as ever again.
        (kind === undefined || Math.abs(ownResidual) > half));
    const run = columns.oddRun[id]!;
    if (isOdd && run >= 1) this.habits.seeAgain(id, timeMs, Math.abs(residual));
    columns.oddRun[id] = isOdd ? Math.min(oddRunMax, run + 1) : Math.max(0, run - oddRunFall);

    const observed = row.value + origin;
    if (columns.stage[id] === stage.active) {
      const kept = this.#active.get(id)?.kept;
      if (kept !== undefined) restoreTaught(detector.state, index, kept);
      return this.#goOn(id, { timeMs, observed, isOdd, center, floors, nowMs });
    }
    // Odd for long, and never rare enough to be told: it would be learned otherwise.
    const isQuietlyOdd = columns.oddRun[id] === quietlyOddRows && columns.stage[id] === stage.calm;
    if (isQuietlyOdd && kind === undefined && this.#kinds.size < this.#options.activeCountMax) {
      const { isCounter: isRate } = factsOf(detector.state, index);
      const kept = rememberTaught(detector.state, index);
      const { baseline } = expectation;
      if (this.#isOtherDay(id, baseline, { timeMs, floors, isRate, kept })) return undefined;
    }
    const steps = (timeMs - lastMs) / 1000 / row.stepSeconds;
    if (kind === undefined) this.#learn(id, row.rowCount, Math.abs(residual), value, steps);
    if (floors.isIgnored || row.rowCount < learnedRows || row.ageSeconds * 1000 < learnedMs) {
      return undefined;
    }
    const isConfirmed =
      score >= floors.leastScore - confirmedEase && this.#confirmedIds(this.#window.name(id));
    if (score >= floors.leastScore || isConfirmed) {
      const { lower, upper } = endsAt(detector, index, half, kind);
      const band = { center, half, lowest: facts.lowest, from: lower + origin, to: upper + origin };
      const expected = rangeOf(expectation.baseline, band, row.seconds, row.ageSeconds, kind);
      this.#arm(id, timeMs, score, expected);
    }
    if (columns.stage[id] !== stage.armed) return undefined;
    return this.#tryBegin(id, { timeMs, observed, isOdd, floors, nowMs });
  }

  /** A look at a series that brought no row: has it fallen silent? */
  look(id: number, newestMs: number, nowMs: number): EpisodeEvent | undefined {
    if (!this.isWatched(id) || nowMs - newestMs <= this.#options.stalePeriodMs) return undefined;
    this.#armed.delete(id);
    const active = this.#active.get(id);
    if (active === undefined) {
      this.columns.stage[id] = stage.calm;
      return undefined;
    }
    return this.#end(id, active, "stale", nowMs);
  }

  floorsOf(id: number, timeMs: number): Floors {
    let place = this.columns.floors[id]! - 1;
    if (place < 0) {
      const plan = this.#rules.planFor(this.#window.name(id));
      place = this.#planByKey.get(plan.key) ?? this.#plans.push(plan) - 1;
      this.#planByKey.set(plan.key, place);
      this.columns.floors[id] = place + 1;
    }
    return this.#plans[place]!.at(timeMs);
  }

  /** Whether the series is known well enough to be judged; says the same as `learningOf`. */
  isLearned(id: number): boolean {
    const { state } = this.bank.detectorOf(id);
    const index = this.bank.indexOf(id);
    return (
      rowCountOf(state, index) >= learnedRows && ageSecondsOf(state, index) * 1000 >= learnedMs
    );
  }

  learningOf(id: number): Learning | null {
    const { rowCount, ageSeconds, stepSeconds } = factsOf(
      this.bank.detectorOf(id).state,
      this.bank.indexOf(id),
    );
    const stepMs = stepSeconds * 1000;
    if (rowCount < learnedRows) {
      const leftMs = Math.max(
        (learnedRows - rowCount) * (stepMs > 0 ? stepMs : minuteMs),
        learnedMs - ageSeconds * 1000,
      );
      return { reason: `${rowCount} of the ${learnedRows} samples that are needed first`, leftMs };
    }
    if (ageSeconds * 1000 >= learnedMs) return null;
    const knownMinutes = Math.floor(ageSeconds / 60);
    return {
      reason: `${knownMinutes} of the ${learnedMs / minuteMs} minutes that are needed first`,
      leftMs: learnedMs - ageSeconds * 1000,
    };
  }

  /** How the series stands, for a person who looks. */
  standingOf(id: number, seconds: number): Standing | undefined {
    if (id >= this.columns.room) return undefined;
    const detector = this.bank.detectorOf(id);
    const index = this.bank.indexOf(id);
    const facts = factsOf(detector.state, index);
    const learning = this.learningOf(id);
    const nature = facts.isCounter ? "counter" : isSparse(this.columns, id) ? "sparse" : "steady";
    return {
      score: learning === null ? this.columns.score[id]! : 0,
      learning,
      nature,
      stated: statedOf(this.columns.stated[id]!) ?? null,
      expected:
        facts.rowCount < 2
          ? null
          : expectedAt(
              {
                detector,
                index,
                columns: this.columns,
                id,
                kind: this.#kindAt(id, seconds * 1000),
              },
              this.floorsOf(id, seconds * 1000),
              seconds,
            ),
    };
  }

  #learn(id: number, rowCount: number, size: number, value: number, steps: number): void {
    const { columns } = this;
    const usual = columns.usual[id]!;
    const counted = rowCount < 20 ? size : Math.min(size, usualClip * usual + 0.01 * size);
    columns.usual[id] = usual + (counted - usual) / Math.min(rowCount, usualMemoryRows);
    const rate = 1 / Math.min(rowCount, shareMemoryRows);
    const isIrregular = steps > 1.5 || steps < 0.5 ? 1 : 0;
    columns.irregular[id] = columns.irregular[id]! + rate * (isIrregular - columns.irregular[id]!);
    columns.zeros[id] = columns.zeros[id]! + rate * ((value === 0 ? 1 : 0) - columns.zeros[id]!);
  }

  #arm(id: number, timeMs: number, score: number, expected: ExpectedRange): void {
    const detector = this.bank.detectorOf(id);
    const index = this.bank.indexOf(id);
    const stepMs = detector.row.stepSeconds * 1000;
    const untilMs = timeMs + Math.max(armedMs, armedRows * stepMs);
    const before = this.#armed.get(id);
    if (before !== undefined) {
      before.untilMs = untilMs;
      return;
    }
    const { isCounter } = factsOf(detector.state, index);
    const why: EpisodeWhy = {
      score,
      scoredMs: timeMs,
      expected,
      voices: voicesOf(detector),
      stepMs,
      isRate: isCounter,
    };
    const kept = rememberTaught(detector.state, index);
    this.#armed.set(id, { score, why, kept, untilMs, habit: undefined });
    this.columns.stage[id] = stage.armed;
  }

  #tryBegin(id: number, at: RowFacts): EpisodeEvent | undefined {
    const armed = this.#armed.get(id);
    assert(armed !== undefined, "an armed series has what armed it");
    const { habit } = armed;
    const isOver =
      habit === undefined ? at.timeMs > armed.untilMs : at.timeMs - habit.lastOddMs > habitRestMs;
    if (isOver) {
      if (habit !== undefined) {
        this.habits.note(id, habit.sinceMs, habit.lastOddMs - habit.sinceMs, habit);
      }
      this.#armed.delete(id);
      this.columns.stage[id] = stage.calm;
      return undefined;
    }
    const run = this.columns.oddRun[id]!;
    const { stepMs } = armed.why;
    const runNeeded = stepMs >= rareStepMs ? 1 : oddRowsMin;
    const lastedMs = run === oddRunMax ? Infinity : run * stepMs;
    if (!at.isOdd || run < runNeeded || lastedMs < at.floors.leastDurationMs) return undefined;
    if (this.#isHabit(id, armed, at, run)) return undefined;
    if (Math.max(this.#active.size, this.#kinds.size) >= this.#options.activeCountMax) {
      this.#refusedCount += 1;
      return undefined;
    }
    const { why, kept } = armed;
    if (this.#isOtherDay(id, why.expected.basis, { ...at, isRate: why.isRate, kept })) {
      return undefined;
    }
    const isLater = this.#isLater(at);
    if (isLater && this.#tellings.isFull) {
      this.#refusedCount += 1;
      return undefined;
    }
    this.#armed.delete(id);
    this.columns.stage[id] = stage.active;
    const { timeMs, observed } = at;
    const afterMs = this.#endedMs.get(id) ?? -Infinity;
    const begun = { why: armed.why, timeMs, observed, run, afterMs };
    if (!isLater) {
      const episode = this.#recognised(id, this.#begin(id, begun));
      this.#active.set(id, startActive(id, episode, armed.kept, timeMs));
      return { change: "started", episode };
    }
    const active = startActive(id, this.#sketch(id, begun), armed.kept, timeMs);
    active.untold = { ...begun, ended: undefined };
    this.#active.set(id, active);
    this.#queue(active, newsPriority + armed.score, at);
    return undefined;
  }

  #isLater({ timeMs, nowMs }: RowFacts): boolean {
    return this.#options.tellsLater === true && nowMs - timeMs <= liveAgeMs;
  }

  /** A metric that rules speak of comes before one that nobody asked for. */
  #queue(active: Active, priority: number, { floors, nowMs }: RowFacts): void {
    const interest = areSameFloors(floors, defaultFloors) ? 0 : rulePriority;
    this.#tellings.push(active, priority + interest, nowMs);
    active.isQueued = true;
  }

  /**
   * Tells the most important of what waits.
   *
   * @param events  what is to be recorded and shown is added to it
   * @returns false where nothing waits
   */
  tellNext(events: EpisodeEvent[]): boolean {
    const active = this.#tellings.pop();
    if (active === undefined) return false;
    active.isQueued = false;
    this.#endedUntold.delete(active);
    if (active.isGone) return true;
    if (active.untold !== undefined) this.#tellBegin(active, active.untold, events);
    else if (this.#active.get(active.id) === active) events.push(this.#tellChange(active));
    return true;
  }

  #tellBegin(active: Active, untold: Untold, events: EpisodeEvent[]): void {
    const { id, episode: sketch } = active;
    const begun = this.#begin(id, untold);
    const { lastSeenMs, observed } = sketch;
    const isPeak = isFarther(sketch.peak, begun.peak, untold.why.expected.center);
    const peak = isPeak ? { peak: sketch.peak, peakMs: sketch.peakMs } : {};
    active.episode = this.#recognised(
      id,
      withSentence({ ...begun, lastSeenMs, observed, ...peak }),
    );
    active.untold = undefined;
    active.told = active.episode;
    active.toldMs = lastSeenMs;
    events.push({ change: "started", episode: active.episode });
    const { ended } = untold;
    if (ended !== undefined) events.push(this.#ended(id, active.episode, ended.reason, ended.atMs));
  }

  #tellChange(active: Active): EpisodeEvent {
    const { id } = active;
    const timeMs = active.episode.lastSeenMs;
    const count = this.#window.copy(id, timeMs);
    const { timesMs, values } = this.#window;
    const { checks, voteCount } = this.#judge.examine(timesMs, values, count, timeMs);
    active.episode = this.#recognised(id, withSentence({ ...active.episode, checks, voteCount }));
    active.told = active.episode;
    active.toldMs = timeMs;
    return { change: "changed", episode: active.episode };
  }

  /** Of an episode that is not told yet: what goes on is noted here until it is. */
  #sketch(id: number, { why, timeMs, observed, run }: Begun): Episode {
    const { lower, upper, center } = why.expected;
    return {
      id: "",
      name: this.#window.name(id),
      startedMs: timeMs - (run - 1) * why.stepMs,
      lastSeenMs: timeMs,
      endedMs: null,
      endReason: null,
      before: center,
      observed,
      peak: observed,
      peakMs: timeMs,
      expected: { lower, upper },
      checks: [],
      voteCount: 0,
      why,
      sentence: "",
    };
  }

  /** Whether the series does just this at this time of day; what it does now then counts as once more. */
  #isHabit(id: number, armed: Armed, { timeMs, observed }: RowFacts, run: number): boolean {
    const size = Math.abs(observed - armed.why.expected.center);
    const sinceMs = armed.habit?.sinceMs ?? timeMs - (run - 1) * armed.why.stepMs;
    const { center } = armed.why.expected;
    if (!this.habits.explains(id, sinceMs, timeMs, { size, center })) return false;
    const before = armed.habit;
    const farthest =
      before !== undefined && before.size >= size ? before : { size, peak: observed };
    armed.habit = { sinceMs, size: farthest.size, peak: farthest.peak, lastOddMs: timeMs };
    return true;
  }

  /** Whether today is another kind of day, which explains what is odd; from then on it is judged by that. */
  #isOtherDay(
    id: number,
    basis: ExpectedBasis,
    {
      timeMs,
      floors,
      isRate,
      kept,
    }: Pick<RowFacts, "timeMs" | "floors"> & {
      readonly isRate: boolean;
      readonly kept: Float32Array;
    },
  ): boolean {
    const detector = this.bank.detectorOf(id);
    const index = this.bank.indexOf(id);
    const { ageSeconds } = factsOf(detector.state, index);
    if (basis === "level" || ageSeconds * 1000 < kindKnownMs) return false;
    const { columns } = this;
    const bounds = {
      usual: columns.usual[id]!,
      isSparse: isSparse(columns, id),
      lowest: lowestOf(detector.state, index),
      highest: highestOf(detector.state, index),
    };
    const halfAt = (center: number, seconds: number): number => {
      const scale = hourScale(detector.state, index, seconds, ageSeconds);
      return halfWidth({ ...bounds, center, hourScale: scale }, floors);
    };
    const seconds = timeMs / 1000;
    const value = detector.row.value + originOf(detector.state, index);
    const half = halfAt(onWeekday(detector.state, index, seconds), seconds);
    if (!mayBeOtherDay(detector, index, { value, seconds, half })) return false;
    const count = this.#window.copy(id, timeMs);
    const { timesMs, values } = this.#window;
    const kind = kindOfDay({ detector, index, timesMs, values, count, isRate, halfAt });
    if (kind === undefined) return false;
    this.#armed.delete(id);
    this.#kinds.set(id, { ...kind, kept: this.#kinds.get(id)?.kept ?? kept });
    restoreTaught(detector.state, index, this.#kinds.get(id)!.kept);
    columns.stage[id] = stage.calm;
    columns.oddRun[id] = 0;
    return true;
  }

  #kindAt(id: number, timeMs: number): KeptKind | undefined {
    const kind = this.#kinds.get(id);
    if (kind === undefined || timeMs < kind.untilMs) return kind;
    this.#kinds.delete(id);
    return undefined;
  }

  #begin(id: number, { why, timeMs, observed, run, afterMs }: Begun): Episode {
    const name = this.#window.name(id);
    const count = this.#window.copy(id, timeMs);
    const { timesMs, values } = this.#window;
    const { checks, voteCount } = this.#judge.examine(timesMs, values, count, timeMs);
    const { lower, upper, center } = why.expected;
    const limits = [
      { check: "grubbs", outcome: "fired", observed, lower, upper, isValue: true },
    ] as const;
    let onset = why.isRate ? Math.max(0, count - run) : onsetIndex(limits, values, count);
    const earliestMs = Math.max(timeMs - Math.max(hourMs, run * why.stepMs), afterMs);
    while (onset < count - 1 && timesMs[onset]! <= earliestMs) onset += 1;
    const startedMs = count === 0 ? timeMs : timesMs[onset]!;
    const { before } = why.isRate
      ? { before: center }
      : this.#hour.measure(timesMs, values, count, startedMs);
    let peak = observed;
    let peakMs = timeMs;
    for (let i = onset; i < count && !why.isRate; i++) {
      if (!isFarther(values[i]!, peak, center)) continue;
      peak = values[i]!;
      peakMs = timesMs[i]!;
    }
    return withSentence({
      id: episodeId(name, startedMs),
      name,
      startedMs,
      lastSeenMs: timeMs,
      endedMs: null,
      endReason: null,
      before: before ?? center,
      observed,
      peak,
      peakMs,
      expected: { lower, upper },
      checks,
      voteCount,
      why,
    });
  }

  #goOn(id: number, at: RowFacts & { readonly center: number }): EpisodeEvent | undefined {
    const active = this.#active.get(id);
    assert(active !== undefined, "an active series has an episode");
    const { timeMs, observed, isOdd, floors, nowMs } = at;
    // Rows that an earlier run has judged already are only learned from.
    if (timeMs <= active.episode.lastSeenMs) return undefined;
    active.rows += 1;
    const rate = 1 / Math.min(active.rows, newLevelRows);
    active.mean += rate * (observed - active.mean);
    active.spread += rate * (Math.abs(observed - active.mean) - active.spread);
    if (floors.isIgnored) return this.#end(id, active, "calm", timeMs);
    if (!isOdd) {
      active.calmRows += 1;
      const isLong = timeMs - active.episode.lastSeenMs >= calmMs;
      return active.calmRows >= calmRowCountMin && isLong
        ? this.#end(id, active, "calm", timeMs)
        : undefined;
    }
    active.calmRows = 0;
    const isPeak = isFarther(
      observed,
      active.episode.peak,
      active.episode.why?.expected.center ?? null,
    );
    active.episode = {
      ...active.episode,
      lastSeenMs: timeMs,
      observed,
      ...(isPeak ? { peak: observed, peakMs: timeMs } : {}),
    };
    if (timeMs - active.episode.startedMs >= floors.newNormalAfterMs) {
      this.#acceptLevel(id, active, at.center);
      return this.#end(id, active, "accepted", timeMs);
    }
    if (active.untold !== undefined || active.isQueued) return undefined;
    if (nowMs - timeMs > liveAgeMs || !isNoteworthy(active, timeMs)) return undefined;
    if (!this.#isLater(at)) return this.#tellChange(active);
    // Without room the next row asks again.
    if (!this.#tellings.isFull) this.#queue(active, active.episode.why?.score ?? 0, at);
    return undefined;
  }

  /** Everything that is expected moves to where the series has been; its spread there is usual now. */
  #acceptLevel(id: number, active: Active, center: number): void {
    const { state } = this.bank.detectorOf(id);
    shiftExpected(state, this.bank.indexOf(id), active.mean - center);
    this.columns.usual[id] = Math.max(this.columns.usual[id]!, active.spread);
    this.columns.oddRun[id] = 0;
  }

  #end(id: number, active: Active, reason: EpisodeEnd, atMs: number): EpisodeEvent | undefined {
    this.#active.delete(id);
    this.columns.stage[id] = stage.calm;
    this.#rememberEnd(id, Math.max(atMs, active.episode.lastSeenMs));
    const { startedMs, lastSeenMs, peak, why } = active.episode;
    if (reason === "calm" && why !== undefined) {
      const size = Math.abs(peak - why.expected.center);
      this.habits.note(id, startedMs, lastSeenMs - startedMs, { size, peak });
    }
    if (active.untold === undefined) return this.#ended(id, active.episode, reason, atMs);
    active.untold.ended = { reason, atMs };
    this.#endedUntold.add(active);
    return undefined;
  }

  #ended(id: number, last: Episode, endReason: EpisodeEnd, atMs: number): EpisodeEvent {
    const endedMs = Math.max(atMs, last.lastSeenMs);
    const episode = withSentence({ ...last, endedMs, endReason });
    return { change: "ended", episode: this.#recognised(id, episode) };
  }

  #rememberEnd(id: number, endedMs: number): void {
    this.#endedMs.delete(id);
    this.#endedMs.set(id, endedMs);
    if (this.#endedMs.size <= this.#options.activeCountMax) return;
    const { value: oldest } = this.#endedMs.keys().next();
    if (oldest !== undefined) this.#endedMs.delete(oldest);
  }

  #recognised(id: number, episode: Episode): Episode {
    const { knownAs } = this.#options;
    return knownAs === undefined ? episode : { ...episode, known: knownAs(id, episode) };
  }
}

/** What an episode began with. */
type Begun = Omit<Untold, "ended">;

interface RowFacts {
  readonly timeMs: number;
  readonly observed: number;
  readonly isOdd: boolean;
  readonly floors: Floors;
  readonly nowMs: number;
}

function startActive(
  id: number,
  episode: Episode,
  kept: Float32Array | undefined,
  toldMs: number,
): Active {
  return {
    id,
    episode,
    untold: undefined,
    isQueued: false,
    isGone: false,
    kept,
    calmRows: 0,
    told: episode,
    toldMs,
    mean: episode.observed,
    spread: 0,
    rows: 1,
  };
}

function statedOf(bits: number): Stated {
  if (bits === statedCounter) return "counter";
  return bits === statedGauge ? "gauge" : undefined;
}

const ends = { lower: 0, upper: 0 };

/** Between what the expected value lies around the newest row; on another kind of day, the value alone. */
function endsAt(
  { state, row, expectation }: Detector,
  index: number,
  half: number,
  kind: KeptKind | undefined,
): { readonly lower: number; readonly upper: number } {
  if (kind === undefined) expectedEnds(state, index, row.seconds, expectation, half, ends);
  else ends.lower = ends.upper = expectation.value;
  return ends;
}

function isPastEnds(
  detector: Detector,
  index: number,
  half: number,
  kind: KeptKind | undefined,
): boolean {
  const { lower, upper } = endsAt(detector, index, half, kind);
  const { value } = detector.row;
  return value > upper + half || value < lower - half;
}

function isToward({ direction }: Floors, residual: number): boolean {
  return direction === "both" || residual > 0 === (direction === "up");
}

function isNoteworthy({ episode, told, toldMs }: Active, timeMs: number): boolean {
  if (timeMs - toldMs >= changeIntervalMs) return true;
  return hasMoved(episode.peak, told.peak) || hasMoved(episode.observed, told.observed);
}

/** Tells of the newest value while that is what is odd; of the peak once it is over. */
function withSentence(episode: Omit<Episode, "sentence">): Episode {
  return { ...episode, sentence: streamSentence(episode) };
}
