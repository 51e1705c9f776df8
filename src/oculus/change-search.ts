/**
 * "What changed at the same time?": which series of a shard are distributed otherwise in a window
 * than in the stretch before it that is four times as long. In slices, like a search by shape.
 *
 * Nothing is asked about form: a series that jumped, one that became restless and one that went
 * quiet are all found, whichever way the one in question moved. Ranked by the distance of the two
 * distributions (`kolmogorov-smirnov.ts`); what chance would show once in a hundred series is left
 * out.
 *
 * A counter that only rises is always elsewhere than it was; of such a series the growth is compared.
 *
 * The idea of comparing with a baseline of four windows is that of Netdata's metric correlations.
 */
import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import type { SeriesWindow, TimeRange } from "../model/index.ts";
import { kolmogorovSmirnov, kolmogorovSmirnovChance } from "./distance/kolmogorov-smirnov.ts";
import type { Match } from "./likeness.ts";
import { Nearest } from "./nearest.ts";

/** How many times as long as the window the stretch before it is. */
export const baselineFactor = 4;

/** With fewer samples no difference could be told from chance. */
export const windowSampleCountMin = 5;
export const baselineSampleCountMin = 20;

const chanceMax = 0.01;
const sampleCountMax = 65_536;
/** A drop to less than this share of the value is a counter that started anew. */
const resetShareMax = 0.1;
/** A counter rises in at least this share of its steps. */
const riseShareMin = 0.5;
const idsBetweenLooks = 16;
/** A step ends early after so many samples: they are sorted, which takes some hundred microseconds. */
const samplesPerStep = 8192;

/** Why a series was not compared; counted. */
export type ChangeFault = "too-few-in-window" | "too-few-before";

export interface ChangeAnswer {
  /** `distance` is 1 - D, `likeness` 100 · D, `sign` the direction in which its mean moved. */
  readonly matches: readonly Match[];
  readonly isExact: boolean;
  readonly comparedCount: number;
  readonly totalCount: number;
  readonly faultCounts: Readonly<Record<ChangeFault, number>>;
}

export interface ChangeOptions {
  readonly limit: number;
  readonly offset?: number | undefined;
  readonly excludeId?: number | undefined;
  readonly accepts?: ((id: number) => boolean) | undefined;
}

export class ChangeSearch {
  readonly #source: SeriesWindow;
  readonly #range: TimeRange;
  readonly #options: ChangeOptions;
  readonly #nearest: Nearest;
  readonly #idsEnd: number;
  readonly #faultCounts = { "too-few-in-window": 0, "too-few-before": 0 };
  #timesMs = new Float64Array(2048);
  #values = new Float64Array(2048);
  #nextId = 0;
  #comparedCount = 0;
  #sampleCount = 0;
  #isCancelled = false;

  /** @param range  the window in which something happened */
  constructor(source: SeriesWindow, range: TimeRange, options: ChangeOptions) {
    assert(range.untilMs > range.fromMs, "a window has a length");
    this.#source = source;
    this.#range = range;
    this.#options = options;
    this.#nearest = new Nearest(options.limit + (options.offset ?? 0));
    this.#idsEnd = source.idCount;
  }

  get isDone(): boolean {
    return this.#isCancelled || this.#nextId >= this.#idsEnd;
  }

  /** Looks at so many more ids, fewer where they have many samples. @returns whether it is done */
  step(idCount: number): boolean {
    const until = this.#isCancelled ? 0 : Math.min(this.#nextId + idCount, this.#idsEnd);
    this.#sampleCount = 0;
    while (this.#nextId < until && this.#sampleCount < samplesPerStep)
      this.#compare(this.#nextId++);
    return this.isDone;
  }

  runFor(budgetMs: number, clock: Clock): boolean {
    const endMs = clock.elapsedMs() + budgetMs;
    while (!this.step(idsBetweenLooks) && clock.elapsedMs() < endMs);
    return this.isDone;
  }

  cancel(): void {
    this.#isCancelled = true;
  }

  answer(): ChangeAnswer {
    const matches: Match[] = [];
    this.#nearest.forEachSorted((distance, id, lag, sign) => {
      matches.push({
        id,
        distance,
        likeness: 100 * (1 - distance),
        lag: 0,
        sign: sign < 0 ? -1 : 1,
      });
    });
    return {
      matches,
      isExact: this.#nextId >= this.#idsEnd,
      comparedCount: this.#comparedCount,
      totalCount: this.#comparedCount + (this.#idsEnd - this.#nextId),
      faultCounts: { ...this.#faultCounts },
    };
  }

  #compare(id: number): void {
    if (id === this.#options.excludeId || !this.#source.isLive(id)) return;
    const { fromMs, untilMs } = this.#range;
    const wholeRange = { fromMs: fromMs - baselineFactor * (untilMs - fromMs), untilMs };
    const room = Math.min(this.#source.sampleCountMax(id, wholeRange), sampleCountMax);
    if (room > this.#values.length) {
      this.#timesMs = new Float64Array(room);
      this.#values = new Float64Array(room);
    }
    let count = this.#source.copy(id, wholeRange, this.#timesMs, this.#values);
    this.#sampleCount += count;
    if (isCounter(this.#values, count)) {
      count = toGrowth(this.#timesMs, this.#values, count);
    }
    let cut = count;
    while (cut > 0 && this.#timesMs[cut - 1]! >= fromMs) cut--;
    if (count - cut < windowSampleCountMin) {
      this.#faultCounts["too-few-in-window"] += 1;
      return;
    }
    if (cut < baselineSampleCountMin) {
      this.#faultCounts["too-few-before"] += 1;
      return;
    }
    this.#comparedCount += 1;
    const before = this.#values.subarray(0, cut);
    const during = this.#values.subarray(cut, count);
    const sign = mean(during) < mean(before) ? -1 : 1;
    before.sort();
    during.sort();
    const parted = kolmogorovSmirnov(before, during);
    const distance = 1 - parted;
    if (!this.#nearest.wouldTake(distance, id)) return;
    if (kolmogorovSmirnovChance(parted, before.length, during.length) > chanceMax) return;
    if (this.#options.accepts?.(id) === false) return;
    this.#nearest.offer(distance, id, 0, sign);
  }
}

/** A counter falls only when it starts anew, near zero, and rises often. */
function isCounter(values: Float64Array, count: number): boolean {
  let riseCount = 0;
  for (let i = 1; i < count; i++) {
    const step = values[i]! - values[i - 1]!;
    if (step > 0) riseCount += 1;
    else if (step < 0 && values[i]! > resetShareMax * values[i - 1]!) return false;
  }
  return count > 1 && values[0]! >= 0 && riseCount >= riseShareMin * (count - 1);
}

/**
 * Growth per millisecond in place of the counter, each at its later time; what a reset left is one.
 *
 * @returns how many are left
 */
function toGrowth(timesMs: Float64Array, values: Float64Array, count: number): number {
  let before = values[0]!;
  for (let i = 1; i < count; i++) {
    const now = values[i]!;
    const growth = now >= before ? now - before : now;
    values[i - 1] = growth / Math.max(1, timesMs[i]! - timesMs[i - 1]!);
    before = now;
  }
  timesMs.copyWithin(0, 1, count);
  return count - 1;
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! / values.length;
  return sum;
}
