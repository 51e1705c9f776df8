/**
 * From rows to episodes: the streaming detector, heard with floors, and remembered.
 *
 *            score ≥ its least                 odd for the least duration
 *     calm ────────────────────→ armed ──────────────────────────────────→ active ──→ ended
 *       ↑                          │ half an hour without                            calm:     back for 2 min
 *       └──────────────────────────┘                                                 stale:    silent
 *                                                                                    accepted: a new level, kept
 *
 * A row is odd where it lies beyond the band (row-reading.ts). The detector's score says that something is
 * rare; the band, the least duration and two rows that it matters. What comes at its time by habit
 * (habits.ts), or is explained by another kind of day (other-days.ts), is not told. While a series is
 * abnormal it learns nothing of what to expect, so that an outage does not become its own normal, and
 * leaves no echo a day or a week later; a level that is accepted is taken over at once.
 *
 * Everything goes by the rows' own times: history that is given after the fact is judged as it would have
 * been. Rows come in order; one that is not later than the newest is the caller's to leave out. Pure.
 */
import { assert } from "../../base/assert.ts";
import type { Steps } from "../../base/steps.ts";
import {
  type Episode,
  type EpisodeEvent,
  type Floors,
  type KnownAs,
  type Learning,
  type RuleBook,
  type SampleColumns,
  type Standing,
  statedBits,
  statedCounter,
  statedGauge,
} from "../../model/index.ts";
import {
  type Detector,
  DetectorBank,
  factsOf,
  lastSecondsOf,
  learnHistory,
  rememberTaught,
  restoreTaught,
  rowCountOf,
  shiftExpected,
  type Stated,
  stateBytes,
} from "../detector/index.ts";
import type { Judge } from "../judge.ts";
import { type Armed, ArmedSeries } from "./armed-series.ts";
import { clockOf, expectedAt, isSparse } from "./band.ts";
import { stage, StreamColumns } from "./columns.ts";
import type { DayKind } from "./day-kind.ts";
import { EpisodeTeller } from "./episode-teller.ts";
import { FloorsTable } from "./floors-table.ts";
import { Habits } from "./habits.ts";
import { isRowLearned, isSeriesLearned, learningOf } from "./learning.ts";
import type { JudgedRow } from "./open-episode.ts";
import { OpenEpisodes, type OpenEpisodesOptions } from "./open-episodes.ts";
import { OtherDays } from "./other-days.ts";
import { RowReading } from "./row-reading.ts";
import { SeriesClocks } from "./series-clocks.ts";
import type { StreamWindow } from "./stream-window.ts";
import { voicesOf } from "./voices.ts";

/** So many rows have to be odd; one where rows are rarer than that. */
const oddRowsMin = 2;
const rareStepMs = 10 * 60_000;
const oddRunMax = 250;
const oddRunFall = 3;

/** After so many odd rows without an alarm it is asked whether the day is another one. */
const quietlyOddRows = 30;

const habitSeriesCountMax = 50_000;

/** A person confirmed one like it: it may be this much less rare. */
const confirmedEase = 0.02;

export interface StreamJudgeOptions extends OpenEpisodesOptions {
  readonly stalePeriodMs: number;
  /** Whether an episode is like one that a person spoke of. */
  readonly knownAs?: (id: number, episode: Episode) => KnownAs | undefined;
}

export class StreamJudge {
  readonly bank = new DetectorBank();
  readonly columns = new StreamColumns();
  readonly clocks = new SeriesClocks(this.bank, this.columns);
  readonly habits = new Habits({ seriesCountMax: habitSeriesCountMax }, (id, timeMs) =>
    this.clocks.wallMs(id, timeMs),
  );
  readonly #window: StreamWindow;
  readonly #options: StreamJudgeOptions;
  readonly #floors: FloorsTable;
  readonly #armed = new ArmedSeries(this.habits);
  readonly #open: OpenEpisodes;
  readonly #otherDays: OtherDays;
  readonly #reading = new RowReading();
  #isConfirmed: (name: string) => boolean = () => false;

  constructor(window: StreamWindow, judge: Judge, options: StreamJudgeOptions) {
    this.#window = window;
    this.#options = options;
    this.#floors = new FloorsTable(
      this.columns,
      (id) => window.name(id),
      (id, { usual }) => {
        if (this.clocks.change(id, usual.timeZone)) this.#otherDays.forget(id);
      },
    );
    const teller = new EpisodeTeller(window, judge, options.knownAs);
    this.#open = new OpenEpisodes(teller, this.habits, options);
    this.#otherDays = new OtherDays(window, this.columns, this.clocks);
  }

  /** Anomalies and changes that wait to be told. */
  get untoldCount(): number {
    return this.#open.untoldCount;
  }

  /** Since when, by the clock given to `take`, the one that waits longest does. */
  get untoldSinceMs(): number | undefined {
    return this.#open.untoldSinceMs;
  }

  /** What every series costs, abnormal or not. */
  get bytesPerSeries(): number {
    return stateBytes + this.columns.bytesPerSeries;
  }

  get activeCount(): number {
    return this.#open.count;
  }

  /** How often an anomaly was not kept since there were too many. */
  get refusedCount(): number {
    return this.#open.refusedCount;
  }

  get rules(): RuleBook {
    return this.#floors.rules;
  }

  isActive(id: number): boolean {
    return this.columns.stage[id] === stage.active;
  }

  isWatched(id: number): boolean {
    return id < this.columns.room && this.columns.stage[id] !== stage.calm;
  }

  /** As it was told; undefined for none. */
  episodeOf(id: number): Episode | undefined {
    return this.#open.episodeOf(id);
  }

  activeIds(): number[] {
    return this.#open.ids;
  }

  /** From now on these apply. What goes on and is ignored now ends with its next row. */
  useRules(rules: RuleBook): void {
    this.#floors.use(rules);
  }

  /** @param isConfirmed  whether a person confirmed an anomaly of this metric: it is heard a little earlier */
  useConfirmed(isConfirmed: (name: string) => boolean): void {
    this.#isConfirmed = isConfirmed;
  }

  /** Looks anew which open episodes are like ones that a person spoke of. */
  recogniseAgain(): EpisodeEvent[] {
    return this.#open.recogniseAgain();
  }

  /** Tells the most important of what waits, into `events`. @returns false where nothing waits */
  tellNext(events: EpisodeEvent[]): boolean {
    return this.#open.tellNext(events);
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
    this.columns.clear(id);
    this.#armed.forget(id);
    this.#open.forget(id);
    this.#otherDays.forget(id);
    this.habits.forget(id);
  }

  /** What kind of day the series has; undefined for a day like every other. */
  kindOf(id: number): DayKind | undefined {
    return this.#otherDays.of(id);
  }

  /** Goes on with a day of an earlier run, once what was learned is back. */
  restoreKind(id: number, kind: DayKind): void {
    if (this.#otherDays.count >= this.#options.activeCountMax) return;
    const kept = rememberTaught(this.bank.detectorOf(id).state, this.bank.indexOf(id));
    this.#otherDays.restore(id, kind, kept);
  }

  /** Goes on with an episode of an earlier run. @returns false where there is no room */
  adopt(id: number, episode: Episode): boolean {
    this.columns.grow(id + 1);
    if (episode.endedMs !== null || this.#open.has(id)) return true;
    if (this.#open.isFull) {
      this.#open.refuse();
      return false;
    }
    this.#open.adopt(id, episode);
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
    if (columns.stage[id] === stage.active && this.#open.isAdopted(id)) {
      // What an earlier run learned before it: the anomaly is to teach nothing over a restart either.
      const isKnown = rowCountOf(detector.state, index) > 0;
      this.#open.keep(id, isKnown ? rememberTaught(detector.state, index) : undefined);
    }
    const plan = this.#floors.planOf(id);
    const wallShift = plan.profileShift(timeMs);
    const score = detector.judge(index, timeMs / 1000, value, stated, wallShift);
    if (!Number.isFinite(value)) return undefined;
    const { row } = detector;
    columns.score[id] = score;
    // The first row, and the first of a series whose nature was found out: all is learned anew.
    if (row.rowCount === 1) {
      columns.clearLearned(id);
      // What was abnormal by the nature it was thought to have is not by the one it has.
      return lastMs > 0 && this.isActive(id) ? this.#end(id, "accepted", timeMs) : undefined;
    }
    const floors = plan.at(timeMs);
    const kind = this.#otherDays.count > 0 ? this.#otherDays.at(id, timeMs) : undefined;
    const series = { id, detector, index, columns, kind };
    const reading = this.#reading;
    reading.read(series, floors, score);
    const { isOdd, size, observed } = reading;
    const run = columns.oddRun[id]!;
    if (isOdd && run >= 1) this.habits.seeAgain(id, timeMs, size);
    columns.oddRun[id] = isOdd ? Math.min(oddRunMax, run + 1) : Math.max(0, run - oddRunFall);

    const judged = { timeMs, observed, isOdd, floors, nowMs };
    if (columns.stage[id] === stage.active) return this.#goOn(id, judged);
    // Odd for long, and never rare enough to be told: it would be learned otherwise.
    const isQuietlyOdd = columns.oddRun[id] === quietlyOddRows && columns.stage[id] === stage.calm;
    if (
      isQuietlyOdd &&
      kind === undefined &&
      this.#otherDays.count < this.#options.activeCountMax
    ) {
      const kept = rememberTaught(detector.state, index);
      const isLevel = detector.expectation.baseline === "level";
      if (!isLevel && this.#isOtherDay(id, judged, kept)) return undefined;
    }
    const steps = (timeMs - lastMs) / 1000 / row.stepSeconds;
    if (kind === undefined) columns.learn(id, { rowCount: row.rowCount, size, value, steps });
    if (floors.isIgnored || !isRowLearned(row)) return undefined;
    const isConfirmed =
      score >= floors.leastScore - confirmedEase && this.#isConfirmed(this.#window.name(id));
    if (score >= floors.leastScore || isConfirmed) {
      const stepMs = row.stepSeconds * 1000;
      this.#armed.arm(id, timeMs, stepMs, () => ({
        why: {
          score,
          scoredMs: timeMs,
          expected: reading.expected(detector, index, kind, clockOf(floors)),
          voices: voicesOf(detector),
          stepMs,
          isRate: factsOf(detector.state, index).isCounter,
        },
        kept: rememberTaught(detector.state, index),
      }));
      columns.stage[id] = stage.armed;
    }
    return columns.stage[id] === stage.armed ? this.#tryBegin(id, judged) : undefined;
  }

  /**
   * Begins a series that was never judged with what came before its next row, without judging it. Until it
   * is done nothing else is to be done with the series.
   * @returns whether there was enough of it
   */
  learnHistory(id: number, { timesMs, values }: SampleColumns): Steps<boolean> {
    this.columns.grow(id + 1);
    const plan = this.#floors.planOf(id);
    return learnHistory(this.bank.detectorOf(id).state, this.bank.indexOf(id), {
      ...{ timesMs, values },
      stated: statedOf(this.columns.stated[id]!),
      wallShift: (timeMs) => plan.profileShift(timeMs),
    });
  }

  /** A look at a series that brought no row: has it fallen silent? */
  look(id: number, newestMs: number, nowMs: number): EpisodeEvent | undefined {
    if (!this.isWatched(id) || nowMs - newestMs <= this.#options.stalePeriodMs) return undefined;
    this.#armed.forget(id);
    return this.#end(id, "stale", nowMs);
  }

  floorsOf(id: number, timeMs: number): Floors {
    return this.#floors.planOf(id).at(timeMs);
  }

  /** Whether the series is known well enough to be judged; says the same as `learningOf`. */
  isLearned(id: number): boolean {
    return isSeriesLearned(this.bank.detectorOf(id).state, this.bank.indexOf(id));
  }

  learningOf(id: number): Learning | null {
    return learningOf(this.bank.detectorOf(id).state, this.bank.indexOf(id));
  }

  /** How the series stands, for a person who looks. */
  standingOf(id: number, seconds: number): Standing {
    const { columns } = this;
    columns.grow(id + 1);
    const detector = this.bank.detectorOf(id);
    const index = this.bank.indexOf(id);
    const { rowCount, isCounter } = factsOf(detector.state, index);
    const learning = this.learningOf(id);
    const kind = this.#otherDays.at(id, seconds * 1000);
    const series = { detector, index, columns, id, kind };
    return {
      score: learning === null ? columns.score[id]! : 0,
      learning,
      nature: isCounter ? "counter" : isSparse(columns, id) ? "sparse" : "steady",
      stated: statedOf(columns.stated[id]!) ?? null,
      expected: rowCount < 2 ? null : expectedAt(series, this.#floors.planOf(id), seconds),
    };
  }

  #tryBegin(id: number, row: JudgedRow): EpisodeEvent | undefined {
    const armed = this.#armed.of(id);
    assert(armed !== undefined, "an armed series has what armed it");
    const { timeMs, observed } = row;
    if (this.#armed.isOver(id, armed, timeMs)) {
      this.columns.stage[id] = stage.calm;
      return undefined;
    }
    const run = this.columns.oddRun[id]!;
    if (!row.isOdd || !hasLasted(armed, run, row.floors)) return undefined;
    if (this.#armed.isHabit(id, armed, { timeMs, observed, run })) return undefined;
    if (Math.max(this.#open.count, this.#otherDays.count) >= this.#options.activeCountMax) {
      this.#open.refuse();
      return undefined;
    }
    const isLevel = armed.why.expected.basis === "level";
    if (!isLevel && this.#isOtherDay(id, row, armed.kept)) return undefined;
    if (this.#open.refusesBegin(row)) return undefined;
    this.#armed.forget(id);
    this.columns.stage[id] = stage.active;
    return this.#open.begin(id, armed, row, run);
  }

  /** Whether today is another kind of day, which explains what is odd; from then on it is judged by that. */
  #isOtherDay(id: number, { timeMs }: JudgedRow, kept: Float32Array): boolean {
    const detector = this.bank.detectorOf(id);
    const index = this.bank.indexOf(id);
    const plan = this.#floors.planOf(id);
    const kind = this.#otherDays.explain({ id, detector, index }, timeMs, plan, kept);
    if (kind === undefined) return false;
    this.#armed.forget(id);
    restoreTaught(detector.state, index, kind.kept);
    this.columns.stage[id] = stage.calm;
    this.columns.oddRun[id] = 0;
    return true;
  }

  #goOn(id: number, row: JudgedRow): EpisodeEvent | undefined {
    const detector = this.bank.detectorOf(id);
    const index = this.bank.indexOf(id);
    const kept = this.#open.keptOf(id);
    if (kept !== undefined) restoreTaught(detector.state, index, kept);
    const { center } = this.#reading;
    const event = this.#open.goOn(id, row, (mean, spread) => {
      this.#acceptLevel(id, detector, mean - center, spread);
    });
    if (!this.#open.has(id)) this.columns.stage[id] = stage.calm;
    return event;
  }

  /** Everything that is expected moves to where the series has been; its spread there is usual now. */
  #acceptLevel(id: number, detector: Detector, shift: number, spread: number): void {
    shiftExpected(detector.state, this.bank.indexOf(id), shift);
    this.columns.usual[id] = Math.max(this.columns.usual[id]!, spread);
    this.columns.oddRun[id] = 0;
  }

  #end(id: number, reason: "accepted" | "stale", atMs: number): EpisodeEvent | undefined {
    this.columns.stage[id] = stage.calm;
    return this.#open.end(id, reason, atMs);
  }
}

function hasLasted({ why }: Armed, run: number, floors: Floors): boolean {
  const lastedMs = run === oddRunMax ? Infinity : run * why.stepMs;
  return run >= (why.stepMs >= rareStepMs ? 1 : oddRowsMin) && lastedMs >= floors.leastDurationMs;
}

function statedOf(bits: number): Stated {
  if (bits === statedCounter) return "counter";
  return bits === statedGauge ? "gauge" : undefined;
}
