/**
 * `kale detect --checks`: a line of JSON with a series in, a line of JSON with the nine checks out.
 *
 *     in   {"name": "web.load", "points": [[1700000000, 4.2], …], "now"?: 1700000500, "ints"?: true}
 *     out  {"name", "status": "ok|TooShort|Stale|Boring",
 *           "algorithms": {CHECK: {"result", "observed", "lower", "upper"}}, "votes", "anomalous"}
 *
 * Times are Unix seconds and may have a fraction. Points are taken by time; those of equal time stay
 * in their order and all count. A value of null is a gap. Without "now" the series is judged at the
 * time of its newest point. The checks are worked out for a series that is Stale or Boring too; it
 * is never anomalous.
 *
 * With compat, "anomalous" is the original's, "result" of the median check is null where the
 * original's said nothing, and "ints" rounds the mean of the last three down. "votes" counts the
 * checks that fired, either way.
 */
import { Judge } from "../analyzer/index.ts";

export type ChecksAnswer =
  { readonly ok: true; readonly line: string } | { readonly ok: false; readonly fault: string };

/** Judges lines; its scratch grows to the longest series seen, which the line limit bounds. */
export class ChecksJudge {
  readonly #isCompat: boolean;
  readonly #judge: Judge;
  readonly #integerJudge: Judge;
  #timesMs = new Float64Array(8_704);
  #values = new Float64Array(8_704);

  constructor(options: { readonly compat: boolean }) {
    this.#isCompat = options.compat;
    this.#judge = new Judge({ compat: options.compat });
    this.#integerJudge = new Judge({ compat: options.compat, floorsTail: true });
  }

  /** @param text  one line; whatever it holds, the answer is a line or a fault */
  answer(text: string): ChecksAnswer {
    let series: unknown;
    try {
      series = JSON.parse(text);
    } catch {
      return refused("is not JSON");
    }
    if (!isRecord(series)) return refused("is not a JSON object");
    const { name, points, now, ints } = series;
    if (typeof name !== "string") return refused('has no text as "name"');
    if (!Array.isArray(points)) return refused('has no list as "points"');
    if (now !== undefined && !isNumber(now)) return refused('has a "now" that is no number');
    if (ints !== undefined && typeof ints !== "boolean") {
      return refused('has an "ints" that is neither true nor false');
    }
    const fault = this.#take(points);
    if (fault !== undefined) return refused(fault);

    const count = points.length;
    const nowMs = now === undefined ? (this.#timesMs[count - 1] ?? 0) : toMs(now);
    const judge = this.#isCompat && ints === true ? this.#integerJudge : this.#judge;
    return { ok: true, line: this.#judgeLine(name, judge, count, nowMs) };
  }

  #judgeLine(name: string, judge: Judge, count: number, nowMs: number): string {
    const found = judge.examine(this.#timesMs, this.#values, count, nowMs);
    const hasValues = found.checks.length > 0;
    const status = hasValues ? judge.status(this.#timesMs, this.#values, count, nowMs) : "TooShort";
    const algorithms: Record<string, unknown> = {};
    for (const { check, outcome, observed, lower, upper } of found.checks) {
      const isSilent = this.#isCompat && found.silentCheck === check;
      const result = isSilent ? null : outcome === "fired";
      algorithms[check] = { result, observed, lower, upper };
    }
    const anomalous = status === "ok" && found.isAnomalous;
    return JSON.stringify({ name, status, algorithms, votes: found.voteCount, anomalous });
  }

  /** Fills the columns, by time. @returns what is wrong, or undefined */
  #take(points: readonly unknown[]): string | undefined {
    const count = points.length;
    if (this.#timesMs.length < count) {
      this.#timesMs = new Float64Array(2 * count);
      this.#values = new Float64Array(2 * count);
    }
    let isSorted = true;
    for (const [i, point] of points.entries()) {
      if (!Array.isArray(point)) return `has a point that is no pair: the ${ordinal(i)}`;
      const [time, value] = point as unknown[];
      if (point.length !== 2 || !isNumber(time) || !(value === null || isNumber(value))) {
        return `has a point that is not [seconds, number]: the ${ordinal(i)}`;
      }
      this.#timesMs[i] = toMs(time);
      this.#values[i] = value ?? Number.NaN;
      if (i > 0 && (this.#timesMs[i - 1] ?? 0) > (this.#timesMs[i] ?? 0)) isSorted = false;
    }
    if (!isSorted) this.#sort(count);
    return undefined;
  }

  #sort(count: number): void {
    const times = this.#timesMs.slice(0, count);
    const values = this.#values.slice(0, count);
    const order = [...times.keys()].sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0));
    for (const [to, from] of order.entries()) {
      this.#timesMs[to] = times[from] ?? 0;
      this.#values[to] = values[from] ?? 0;
    }
  }
}

/** Seconds to milliseconds, to the microsecond: 1700000000.1 is not 1700000000099.9999. */
function toMs(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e3;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function ordinal(index: number): string {
  return `${index + 1}${["st", "nd", "rd"][index] ?? "th"}`;
}

function refused(fault: string): ChecksAnswer {
  return { ok: false, fault };
}
