/**
 * Second order: does this metric go abnormal at a rhythm that is its habit? Off by default.
 *
 * The original kept the times at which a metric triggered and showed a trigger only where
 * |last gap - mean gap| > 3·s of all gaps, the last one included. That cannot work: one gap has no
 * deviation, and among k gaps none lies farther than (k - 1)/√k deviations from their mean, so that
 * the second to eleventh trigger were never shown, whatever happened.
 *
 * Ours keeps the idea and mends it: a trigger is the start of an episode, not each round of one; the
 * last gap is held against those before it; until `gapCountMin` gaps are known everything is shown; and
 * a rhythm kept to within a tenth of its mean gap is a habit even where its deviation is smaller.
 * As in the original, the same value within 300 s is the same trigger.
 */
import { assert } from "../base/assert.ts";

const gapCountMin = 4;
const gapCountMax = 50;
const sameTriggerMs = 300_000;
const toleranceShare = 0.1;

export interface Trigger {
  readonly timeMs: number;
  readonly value: number;
}

interface TriggerHistory {
  lastMs: number;
  lastValue: number;
  readonly gapsMs: number[];
}

export class SecondOrder {
  readonly #histories = new Map<string, TriggerHistory>();
  readonly #seriesCountMax: number;
  #forgottenCount = 0;

  /** @param options.seriesCountMax  beyond it the series that triggered longest ago is forgotten */
  constructor(options: { readonly seriesCountMax: number }) {
    assert(options.seriesCountMax >= 1, "at least one series is remembered");
    this.#seriesCountMax = options.seriesCountMax;
  }

  /** How many series were forgotten at the limit. */
  get forgottenCount(): number {
    return this.#forgottenCount;
  }

  /**
   * Goes on where another run, or a Skyline, ended.
   *
   * @param triggers  oldest first
   */
  adopt(name: string, triggers: readonly Trigger[]): void {
    const last = triggers.at(-1);
    if (last === undefined) return;
    const gapsMs = triggers.slice(1).map(({ timeMs }, i) => timeMs - (triggers[i]?.timeMs ?? 0));
    this.#histories.delete(name);
    this.#remember(name, {
      lastMs: last.timeMs,
      lastValue: last.value,
      gapsMs: gapsMs.slice(-gapCountMax),
    });
  }

  /** Takes note of a trigger. @returns whether it should be shown */
  surfaces(name: string, value: number, nowMs: number): boolean {
    const history = this.#histories.get(name);
    if (history === undefined) {
      this.#remember(name, { lastMs: nowMs, lastValue: value, gapsMs: [] });
      return true;
    }
    const gapMs = nowMs - history.lastMs;
    if (value === history.lastValue && gapMs <= sameTriggerMs) return false;
    const isShown = !isHabit(history.gapsMs, gapMs);
    history.gapsMs.push(gapMs);
    if (history.gapsMs.length > gapCountMax) history.gapsMs.shift();
    history.lastMs = nowMs;
    history.lastValue = value;
    this.#histories.delete(name);
    this.#remember(name, history);
    return isShown;
  }

  /** A Map keeps the order of insertion, so the first is the one that triggered longest ago. */
  #remember(name: string, history: TriggerHistory): void {
    const oldest = this.#histories.keys().next().value;
    if (this.#histories.size >= this.#seriesCountMax && oldest !== undefined) {
      this.#histories.delete(oldest);
      this.#forgottenCount += 1;
    }
    this.#histories.set(name, history);
  }
}

function isHabit(gapsMs: readonly number[], gapMs: number): boolean {
  const count = gapsMs.length;
  if (count < gapCountMin) return false;
  const mean = gapsMs.reduce((sum, gap) => sum + gap, 0) / count;
  const squares = gapsMs.reduce((sum, gap) => sum + (gap - mean) ** 2, 0);
  const tolerance = Math.max(3 * Math.sqrt(squares / (count - 1)), toleranceShare * mean);
  return Math.abs(gapMs - mean) <= tolerance;
}
