/**
 * The verdict on one series: the original's three reasons not to judge, its nine checks, and the
 * vote.
 *
 * A series is abnormal where at least `consensus` of the checks fired. The original counted those that
 * were not calm, and its median check says nothing rather than calm; with `compat` the count is
 * the original's. A check that fails abstains: it does not vote, and is counted.
 *
 * `judge` gives all the numbers, for people. `decide` gives one code, for the sweep over all series:
 * cheap checks first, and it stops as soon as the rest cannot change the outcome. Both run the same
 * functions, so they cannot differ.
 *
 * With a kernel (checks-kernel.ts), a series that lies in its memory is decided there: the same answer.
 */
import { assert } from "../base/assert.ts";
import type { CheckName, CheckResult, Verdict, VerdictStatus } from "../model/index.ts";
import type { ChunkKernel } from "../kernel/index.ts";
import { answerBits, type ChecksKernel, openChecksKernel } from "./checks-kernel.ts";
import {
  checksByCost,
  checksByName,
  runCheck,
  type Check,
  type Comparison,
} from "./checks/index.ts";
import { SeriesFacts } from "./facts.ts";
import { defaultJudgeSettings, type JudgeSettings } from "./settings.ts";

/** The answers of `decide`. */
export const decision = { calm: 0, anomalous: 1, tooShort: 2, stale: 3, boring: 4 } as const;

export type Decision = (typeof decision)[keyof typeof decision];

/** What the nine checks found, whatever the status of the series. */
export interface Examination {
  readonly checks: CheckResult[];
  readonly voteCount: number;
  readonly isAnomalous: boolean;
  /** The check that the original would have heard say nothing, if one did. */
  readonly silentCheck: CheckName | null;
}

export class Judge {
  readonly settings: JudgeSettings;
  readonly #facts = new SeriesFacts();
  readonly #cheapestFirst: readonly Check[];
  readonly #comparison: Comparison = { observed: null, lower: null, upper: null, isValue: false };
  readonly #distinct: Float64Array;
  readonly #kernel: ChecksKernel | undefined;
  #abstainedCount = 0;

  /** @param chunks  in whose memory series may lie: they are decided by its kernel */
  constructor(settings: Partial<JudgeSettings> = {}, chunks?: ChunkKernel) {
    this.settings = { ...defaultJudgeSettings, ...settings };
    const { checks, consensus, boredomSetSize } = this.settings;
    assert(new Set(checks).size === checks.length, "each check is listed once");
    assert(consensus >= 1 && consensus <= checks.length, "the consensus can be reached");
    this.#cheapestFirst = checksByCost
      .filter((name) => checks.includes(name))
      .map((name) => checksByName[name]);
    this.#kernel = openChecksKernel(chunks, this.settings, (n) =>
      this.#facts.grubbsCriticalValue(n),
    );
    this.#distinct = new Float64Array(Math.max(boredomSetSize, 0) + 1);
  }

  /** How often a check abstained, over all series so far. */
  get abstainedCount(): number {
    return this.#abstainedCount;
  }

  /** So many of the newest samples settle whether a series is judged at all. */
  get newestCountMax(): number {
    return Math.max(1, this.settings.minTolerableLength, this.settings.maxTolerableBoredom);
  }

  /**
   * All of it, with numbers.
   *
   * @param timesMs  `timesMs[0, count)` ascending, equal ones allowed; Unix milliseconds
   * @param values   beside them; NaN and infinities are gaps. Both columns are only read.
   */
  judge(timesMs: Float64Array, values: Float64Array, count: number, nowMs: number): Verdict {
    const status = this.status(timesMs, values, count, nowMs);
    const examination = status === "ok" ? this.examine(timesMs, values, count, nowMs) : undefined;
    if (examination === undefined || examination.checks.length === 0) {
      return {
        status: status === "ok" ? "TooShort" : status,
        checks: [],
        voteCount: 0,
        isAnomalous: false,
      };
    }
    const { checks, voteCount, isAnomalous } = examination;
    return { status, checks, voteCount, isAnomalous };
  }

  /**
   * The same answer as a bare code; allocates nothing. A series with a gap or with more samples
   * than ever before may make the scratch grow.
   */
  decide(timesMs: Float64Array, values: Float64Array, count: number, nowMs: number): Decision {
    const before = this.precheck(timesMs, values, count, nowMs);
    if (before !== decision.calm) return before;
    const answers = this.#ask(timesMs, values, count, nowMs, true);
    if (answers >= 0) {
      if ((answers & answerBits.abstained) !== 0) this.#abstainedCount += 1;
      return (answers & answerBits.anomalous) === 0 ? decision.calm : decision.anomalous;
    }
    if (!this.#prepare(timesMs, values, count, nowMs)) return decision.tooShort;
    const { consensus, compat } = this.settings;
    let votes = 0;
    let remaining = this.#cheapestFirst.length;
    for (const check of this.#cheapestFirst) {
      const answer = runCheck(check, this.#facts, this.#comparison, false);
      remaining -= 1;
      if (answer === "fired" || (compat && answer === "silent")) votes += 1;
      else if (answer === "abstained") this.#abstainedCount += 1;
      if (votes >= consensus) return decision.anomalous;
      if (votes + remaining < consensus) return decision.calm;
    }
    return decision.calm;
  }

  /** How many checks fire, without status and short-cut; allocates nothing. 0 for no samples. */
  countVotes(timesMs: Float64Array, values: Float64Array, count: number, nowMs: number): number {
    const answers = this.#ask(timesMs, values, count, nowMs, false);
    if (answers >= 0) return bitCount(answers & answerBits.fired);
    if (!this.#prepare(timesMs, values, count, nowMs)) return 0;
    let votes = 0;
    for (const check of this.#cheapestFirst) {
      if (runCheck(check, this.#facts, this.#comparison, false) === "fired") votes += 1;
    }
    return votes;
  }

  /** Runs the checks whatever the status, in the order of the settings. Empty for no samples. */
  examine(timesMs: Float64Array, values: Float64Array, count: number, nowMs: number): Examination {
    const checks: CheckResult[] = [];
    let silentCheck: CheckName | null = null;
    if (!this.#prepare(timesMs, values, count, nowMs)) {
      return { checks, voteCount: 0, isAnomalous: false, silentCheck };
    }
    let voteCount = 0;
    for (const name of this.settings.checks) {
      const answer = runCheck(checksByName[name], this.#facts, this.#comparison, true);
      if (answer === "fired") voteCount += 1;
      if (answer === "silent") silentCheck = name;
      if (answer === "abstained") this.#abstainedCount += 1;
      const outcome = answer === "silent" ? "calm" : answer;
      checks.push({ check: name, outcome, ...this.#comparison });
    }
    const counted = voteCount + (this.settings.compat && silentCheck !== null ? 1 : 0);
    return { checks, voteCount, isAnomalous: counted >= this.settings.consensus, silentCheck };
  }

  /** Whether the series would be judged at all. */
  status(timesMs: Float64Array, values: Float64Array, count: number, nowMs: number): VerdictStatus {
    const code = this.precheck(timesMs, values, count, nowMs);
    if (code === decision.tooShort) return "TooShort";
    if (code === decision.stale) return "Stale";
    return code === decision.boring ? "Boring" : "ok";
  }

  /**
   * The original's three reasons not to judge, in its order; "calm" stands for none of them. The newest
   * `newestCountMax` samples say the same as all.
   */
  precheck(timesMs: Float64Array, values: Float64Array, count: number, nowMs: number): Decision {
    const { minTolerableLength, stalePeriodMs } = this.settings;
    if (count === 0 || count < minTolerableLength) return decision.tooShort;
    if (nowMs - timesMs[count - 1]! > stalePeriodMs) return decision.stale;
    if (this.#isBoring(values, count)) return decision.boring;
    return decision.calm;
  }

  #ask(
    timesMs: Float64Array,
    values: Float64Array,
    count: number,
    nowMs: number,
    stopsEarly: boolean,
  ): number {
    return this.#kernel?.ask(timesMs, values, count, nowMs, stopsEarly) ?? -1;
  }

  #prepare(timesMs: Float64Array, values: Float64Array, count: number, nowMs: number): boolean {
    const { fullDurationMs, compat, floorsTail } = this.settings;
    this.#facts.prepare(timesMs, values, count, nowMs, fullDurationMs, compat && floorsTail);
    return this.#facts.count > 0;
  }

  /** Whether the newest samples have exactly as many distinct values as bores. */
  #isBoring(values: Float64Array, count: number): boolean {
    const { maxTolerableBoredom, boredomSetSize } = this.settings;
    const distinct = this.#distinct;
    let distinctCount = 0;
    for (let i = Math.max(count - maxTolerableBoredom, 0); i < count; i++) {
      const value = values[i]!;
      if (!Number.isFinite(value)) continue;
      let seen = 0;
      while (seen < distinctCount && distinct[seen] !== value) seen += 1;
      if (seen < distinctCount) continue;
      if (distinctCount === boredomSetSize) return false;
      distinct[distinctCount++] = value;
    }
    return distinctCount === boredomSetSize;
  }
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
