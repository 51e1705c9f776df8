/**
 * Whether the nine checks could reach consensus on a series, kept up row by row in constant time.
 *
 *     full computation ──→ base ──→ row, row, row … each: surely calm? ── no ──→ full computation
 *                            ↑                                                        │
 *                            └────────────────────────────────────────────────────────┘
 *
 * The base is what the full computation saw: mean, sum of squares, first hour, weighted mean. Rows that
 * come are added to it exactly. Rows that leave are not looked up: which can leave within five minutes
 * is known at the base, and how far they lie from the mean; every figure is then an interval. A check is
 * ruled out only where it is calm anywhere in the interval, less a billionth for rounding, and the verdict
 * is given here only where the checks that are left cannot reach consensus. So what is said here is what
 * the full computation would say, by construction; all else is left to it. Histogram, median and KS are
 * never ruled out; least squares only where it is blind.
 *
 *     of n values with mean m and Q = Σ(y - m)², with a added (A1 = Σ(y - m), A2 = Σ(y - m)²) and at most
 *     l leaving, none farther than e from m:
 *
 *         |mean - m| ≤ D = (|A1| + l·e) / (n + a - l)
 *         Σ(y - mean)² ≥ Q + A2 - l·e² - (n + a)·D²
 *
 * 150 bytes a series, in columns. Pure.
 */
import { grown } from "../../base/grown.ts";
import type { CheckName } from "../../model/index.ts";
import { type Decision, decision } from "../judge.ts";
import { countBefore, measureMoments, type Moments } from "../numerics/moments.ts";
import type { JudgeSettings } from "../settings.ts";

/** How long a base may serve. */
const baseMsMax = 300_000;
const hourMs = 3_600_000;
/** Shorter series are cheap to compute in full. */
const countMin = 200;
const firstHourCountMin = 20;
const leavingCountMax = 65_535;
/** Room for the rounding of either computation. */
const sure = 1 - 1e-9;
const scaleShare = 1e-12;
/** Beyond, squares are computed on another scale. */
const squaresMax = 1e60;

/** As in numerics/ewma.ts. */
const decay = 50 / 51;
const weightCountMax = 4096;
/** Of what lies farther back, as a share of all squares: decay ** 4096, with room. */
const farShare = 1e-30;

const known: readonly CheckName[] = [
  "first_hour_average",
  "mean_subtraction_cumulation",
  "stddev_from_average",
  "stddev_from_moving_average",
  "least_squares",
  "grubbs",
];

/** Columns of the doubles. */
const at = {
  baseMs: 0,
  newestMs: 1,
  mean: 2,
  squares: 3,
  leavingReach: 4,
  hourMean: 5,
  hourSquares: 6,
  hourReach: 7,
  added1: 8,
  added2: 9,
  weight: 10,
  weighted1: 11,
  weighted2: 12,
  last: 13,
  second: 14,
  third: 15,
} as const;
const width = 16;

export class RunningVotes {
  readonly #settings: JudgeSettings;
  readonly #isAble: boolean;
  readonly #unknownCount: number;
  /** Of the checks that can be ruled out. */
  readonly #askedCount: number;
  readonly #asks: Readonly<Record<CheckName, boolean>>;
  readonly #moments: Moments = { mean: 0, squares: 0 };
  #isSuspicious = false;
  #state = new Float64Array(0);
  /** 0 where there is no base. */
  #counts = new Uint32Array(0);
  #added = new Uint32Array(0);
  #hourCounts = new Uint32Array(0);
  #leaving = new Uint16Array(0);
  #entering = new Uint16Array(0);
  /** How many of the newest values are equal, up to what bores. */
  #runs = new Uint16Array(0);

  constructor(settings: JudgeSettings) {
    this.#settings = settings;
    const { checks, compat, floorsTail, fullDurationMs } = settings;
    this.#isAble =
      settings.boredomSetSize === 1 &&
      settings.maxTolerableBoredom >= 1 &&
      settings.maxTolerableBoredom <= countMin / 2 &&
      !(compat && floorsTail) &&
      fullDurationMs >= 2 * hourMs + baseMsMax &&
      settings.stalePeriodMs < hourMs / 2;
    this.#unknownCount = checks.filter((check) => !known.includes(check)).length;
    this.#askedCount = checks.length - this.#unknownCount;
    this.#asks = Object.fromEntries(
      known.map((check) => [check, checks.includes(check)]),
    ) as Record<CheckName, boolean>;
  }

  get bytesPerSeries(): number {
    return 8 * width + 3 * 4 + 3 * 2;
  }

  /**
   * Whether `take` or `decide` left the verdict open, and of the checks that can be ruled out at most one was: what a
   * step or an outage looks like. What is near the edge of two or three is not.
   */
  get isSuspicious(): boolean {
    return this.#isSuspicious;
  }

  /** Of the rows seen; NaN without a base. */
  newestMs(id: number): number {
    return id < this.#counts.length && this.#counts[id]! > 0
      ? this.#state[id * width + at.newestMs]!
      : NaN;
  }

  /** From now on the full computation is asked. */
  forget(id: number): void {
    if (id < this.#counts.length) this.#counts[id] = 0;
  }

  /**
   * Takes note of what a full computation saw: the first `count` of the columns, all of the window.
   * Where the series does not suit, it is as after `forget`.
   */
  rebase(
    id: number,
    timesMs: Float64Array,
    values: Float64Array,
    count: number,
    nowMs: number,
  ): void {
    this.#grow(id + 1);
    this.#counts[id] = 0;
    if (!this.#isAble || count < countMin) return;
    const { fullDurationMs, maxTolerableBoredom } = this.#settings;
    const leaving = countBefore(timesMs, count, nowMs - fullDurationMs + baseMsMax);
    const hourUntilMs = nowMs - (fullDurationMs - hourMs);
    const hourCount = countBefore(timesMs, count, hourUntilMs);
    const hourEnd = countBefore(timesMs, count, hourUntilMs + baseMsMax);
    if (Math.max(leaving, hourEnd - hourCount) > leavingCountMax) return;

    const moments = this.#moments;
    measureMoments(values, 0, count, moments);
    if (!(moments.squares < squaresMax)) return;
    const s = this.#state;
    const base = id * width;
    const { mean } = moments;
    s[base + at.baseMs] = nowMs;
    s[base + at.newestMs] = timesMs[count - 1]!;
    s[base + at.mean] = mean;
    s[base + at.squares] = moments.squares;
    s[base + at.leavingReach] = reach(values, 0, leaving, mean);
    s[base + at.added1] = 0;
    s[base + at.added2] = 0;
    this.#weigh(base, values, count, mean);
    s[base + at.last] = values[count - 1]!;
    s[base + at.second] = values[count - 2]!;
    s[base + at.third] = values[count - 3]!;
    measureMoments(values, 0, hourCount, moments);
    s[base + at.hourMean] = moments.mean;
    s[base + at.hourSquares] = moments.squares;
    s[base + at.hourReach] = Math.max(
      reach(values, 0, leaving, moments.mean),
      reach(values, hourCount, hourEnd, moments.mean),
    );
    let run = 1;
    const last = values[count - 1]!;
    while (run < maxTolerableBoredom && values[count - 1 - run] === last) run += 1;
    this.#runs[id] = run;
    this.#hourCounts[id] = hourCount;
    this.#leaving[id] = leaving;
    this.#entering[id] = hourEnd - hourCount;
    this.#added[id] = 0;
    this.#counts[id] = count;
  }

  /**
   * Adds a row. One that is not later than the newest, or long past, ends the base.
   * @returns as `decide`
   */
  take(id: number, timeMs: number, value: number, nowMs: number): Decision | undefined {
    this.#isSuspicious = false;
    if (id >= this.#counts.length || this.#counts[id] === 0) return undefined;
    const s = this.#state;
    const base = id * width;
    const isNews =
      timeMs > s[base + at.newestMs]! && nowMs - timeMs <= this.#settings.stalePeriodMs;
    const difference = value - s[base + at.mean]!;
    if (!isNews || !(difference * difference < squaresMax)) {
      this.#counts[id] = 0;
      return undefined;
    }
    s[base + at.newestMs] = timeMs;
    s[base + at.added1] = s[base + at.added1]! + difference;
    s[base + at.added2] = s[base + at.added2]! + difference * difference;
    s[base + at.weight] = s[base + at.weight]! * decay + 1;
    s[base + at.weighted1] = s[base + at.weighted1]! * decay + difference;
    s[base + at.weighted2] = s[base + at.weighted2]! * decay + difference * difference;
    const isSame = value === s[base + at.last]!;
    this.#runs[id] = isSame ? Math.min(this.#runs[id]! + 1, this.#settings.maxTolerableBoredom) : 1;
    s[base + at.third] = s[base + at.second]!;
    s[base + at.second] = s[base + at.last]!;
    s[base + at.last] = value;
    this.#added[id] = this.#added[id]! + 1;
    return this.decide(id, nowMs);
  }

  /** @returns what the full computation would say; undefined where only it can tell */
  decide(id: number, nowMs: number): Decision | undefined {
    this.#isSuspicious = false;
    if (id >= this.#counts.length || this.#counts[id] === 0) return undefined;
    const s = this.#state;
    const base = id * width;
    const ageMs = nowMs - s[base + at.baseMs]!;
    if (!(ageMs >= 0 && ageMs <= baseMsMax)) return undefined;
    const leaving = this.#leaving[id]!;
    const countMost = this.#counts[id]! + this.#added[id]!;
    const countLeast = countMost - leaving;
    const { minTolerableLength, stalePeriodMs, maxTolerableBoredom } = this.#settings;
    if (countLeast < Math.max(minTolerableLength, countMin / 2)) return undefined;
    if (nowMs - s[base + at.newestMs]! > stalePeriodMs) return decision.stale;
    if (this.#runs[id]! >= maxTolerableBoredom) return decision.boring;
    const possible = this.#possibleOf(id, base, countLeast, countMost);
    if (this.#unknownCount + possible < this.#settings.consensus) return decision.calm;
    this.#isSuspicious = possible >= this.#askedCount - 1;
    return undefined;
  }

  /** Of the checks that may be ruled out here, how many are not. */
  #possibleOf(id: number, base: number, countLeast: number, countMost: number): number {
    const s = this.#state;
    const asks = this.#asks;
    const mean = s[base + at.mean]!;
    const squares = s[base + at.squares]!;
    const leaving = this.#leaving[id]!;
    const e = s[base + at.leavingReach]!;
    const added1 = s[base + at.added1]!;
    const added2 = s[base + at.added2]!;
    const last = s[base + at.last]!;
    const second = s[base + at.second]!;
    const third = s[base + at.third]!;
    const tail = (last + second + third) / 3;
    const slack = scaleShare * (Math.abs(mean) + Math.abs(tail) + Math.abs(last));
    const left2 = leaving * e * e;

    const shift = (Math.abs(added1) + leaving * e) / countLeast;
    const all = squares + added2;
    const least = all * sure - left2 - countMost * shift * shift;
    const isTailCalm = isWithin(Math.abs(tail - mean) + shift + slack, least / countMost);
    let possible = 0;
    if (asks.stddev_from_average && !isTailCalm) possible += 1;
    // Its limit is above 3.3 deviations for a hundred values and more.
    if (asks.grubbs && !isTailCalm) possible += 1;
    if (asks.least_squares && !(all / countLeast < 0.25 * sure)) possible += 1;

    const d = last - mean;
    const shift1 = (Math.abs(added1 - d) + leaving * e) / (countLeast - 1);
    const least1 = all * sure - d * d - left2 - countMost * shift1 * shift1;
    const isLastCalm = isWithin(Math.abs(d) + shift1 + slack, least1 / countMost);
    if (asks.mean_subtraction_cumulation && !isLastCalm) possible += 1;
    if (
      asks.stddev_from_moving_average &&
      !this.#isWeightedCalm(base, d, slack, leaving, countLeast)
    )
      possible += 1;
    if (asks.first_hour_average && !this.#isHourCalm(id, base, tail, slack)) possible += 1;
    return possible;
  }

  #isWeightedCalm(
    base: number,
    d: number,
    slack: number,
    leaving: number,
    countLeast: number,
  ): boolean {
    const s = this.#state;
    const gone = leaving * decay ** countLeast;
    const e = s[base + at.leavingReach]!;
    const weight = s[base + at.weight]!;
    const far = farShare * (s[base + at.squares]! + 1);
    const mean1 = s[base + at.weighted1]! / weight;
    const mean2 = s[base + at.weighted2]! / weight;
    const off = (gone * (e + Math.abs(mean1)) + Math.sqrt(far)) / (weight - gone);
    const widest = Math.abs(mean1) + off;
    const variance = mean2 * sure - (gone * e * e + far) / weight - widest * widest;
    return isWithin(Math.abs(d - mean1) + off + slack, variance);
  }

  #isHourCalm(id: number, base: number, tail: number, slack: number): boolean {
    const s = this.#state;
    const count = this.#hourCounts[id]!;
    const entering = this.#entering[id]!;
    if (count + entering === 0) return true;
    const leaving = this.#leaving[id]!;
    const countLeast = count - leaving;
    if (countLeast < firstHourCountMin) return false;
    const e = s[base + at.hourReach]!;
    const mean = s[base + at.hourMean]!;
    const shift = ((leaving + entering) * e) / countLeast;
    const countMost = count + entering;
    const least = s[base + at.hourSquares]! * sure - leaving * e * e - countMost * shift * shift;
    return isWithin(Math.abs(tail - mean) + shift + slack, least / countMost);
  }

  #weigh(base: number, values: Float64Array, count: number, mean: number): void {
    let weight = 1;
    let total = 0;
    let sum = 0;
    let squares = 0;
    for (let i = count - 1; i >= Math.max(0, count - weightCountMax); i--) {
      const difference = values[i]! - mean;
      const weighted = weight * difference;
      total += weight;
      sum += weighted;
      squares += weighted * difference;
      weight *= decay;
    }
    const s = this.#state;
    s[base + at.weight] = total;
    s[base + at.weighted1] = sum;
    s[base + at.weighted2] = squares;
  }

  #grow(idCount: number): void {
    if (idCount <= this.#counts.length) return;
    const length = Math.max(1024, idCount, 2 * this.#counts.length);
    this.#state = grown(this.#state, new Float64Array(length * width));
    this.#counts = grown(this.#counts, new Uint32Array(length));
    this.#added = grown(this.#added, new Uint32Array(length));
    this.#hourCounts = grown(this.#hourCounts, new Uint32Array(length));
    this.#leaving = grown(this.#leaving, new Uint16Array(length));
    this.#entering = grown(this.#entering, new Uint16Array(length));
    this.#runs = grown(this.#runs, new Uint16Array(length));
  }
}

/** Whether a distance is surely no more than three deviations of at least this variance. */
function isWithin(distance: number, variance: number): boolean {
  return variance > 0 && distance <= 3 * Math.sqrt(variance) * sure;
}

/** The farthest that one of `values[from, until)` lies from a center. */
function reach(values: Float64Array, from: number, until: number, center: number): number {
  let farthest = 0;
  for (let i = from; i < until; i++) {
    farthest = Math.max(farthest, Math.abs(values[i]! - center));
  }
  return farthest;
}
