/**
 * What StatsD senders measured, gathered between two flushes and written as samples.
 *
 *     counter   stats.counters.NAME.count   sum of value / rate
 *               stats.counters.NAME.rate    the same per second
 *     gauge     stats.gauges.NAME           the last level
 *     timer     stats.timers.NAME.          count count_ps lower upper mean median std sum
 *                                           sum_squares, and of the fastest 90 %: count_90 mean_90
 *                                           upper_90 sum_90 sum_squares_90
 *     set       stats.sets.NAME.count       members that differ
 *     check     stats.checks.NAME           0 ok, 1 warning, 2 critical, 3 unknown
 *
 * Source: statsd/statsd 0.9.0, lib/process_metrics.js and its names with `legacyNamespace: false`.
 * Deviations: a counter, timer or set of which nothing came is silent instead of 0, unless asked,
 * because a detector takes a sender that stopped for one that measured nothing; a gauge repeats its
 * level for an hour and not for ever; keys are forgotten after a day without input.
 *
 * The number of keys, of timer values and of set members held is limited. Beyond, what is new is
 * refused and counted; the count of a timer goes on being exact, its other numbers are of what is held.
 */
import { assert } from "../base/assert.ts";
import { statedGauge } from "../model/index.ts";
import type { RowSink } from "./row-sink.ts";
import type { SenderNote, StatsdFault, StatsdKind, StatsdSink } from "./statsd-line.ts";

export type StatsdLimitFault =
  /** More names than are kept. */
  | "too-many-keys"
  /** More timer values or set members between two flushes than are kept. */
  | "too-many-values";

export interface StatsdOptions {
  /** Of all kinds together. */
  readonly keyCountMax: number;
  /** Values of timers and members of sets, all keys together. */
  readonly heldValueCountMax: number;
  /** E.g. [90]; negative ones are of the slowest. */
  readonly percentiles: readonly number[];
  /** Whether an idle counter, timer or set is written as 0. */
  readonly writesIdleZeros: boolean;
  readonly gaugeRepeatMs: number;
  readonly keyIdleMaxMs: number;
}

export const defaultStatsdOptions: StatsdOptions = {
  keyCountMax: 200_000,
  heldValueCountMax: 2_000_000,
  percentiles: [90],
  writesIdleZeros: false,
  gaugeRepeatMs: 3_600_000,
  keyIdleMaxMs: 24 * 3_600_000,
};

type StoredKind = Exclude<StatsdKind, "gauge-step">;

interface Key {
  readonly kind: StoredKind;
  /** Name before its tags, and the tags with their first ';'. */
  readonly head: string;
  readonly tags: string;
  lastInputMs: number;
  hasInput: boolean;
  /** Sum of a counter, level of a gauge or check, sum of a timer's values. */
  sum: number;
  /** A timer's: how many the senders stand for. */
  count: number;
  values: number[];
  members: Set<string> | undefined;
}

const prefixes: Readonly<Record<StoredKind, string>> = {
  counter: "stats.counters.",
  gauge: "stats.gauges.",
  timer: "stats.timers.",
  set: "stats.sets.",
  check: "stats.checks.",
};

export class StatsdAggregator implements StatsdSink {
  readonly #sink: RowSink<StatsdFault | StatsdLimitFault>;
  readonly #onNote: (note: SenderNote) => void;
  readonly #options: StatsdOptions;
  /** By kind and name with tags. */
  readonly #keys: Readonly<Record<StoredKind, Map<string, Key>>> = {
    counter: new Map(),
    gauge: new Map(),
    timer: new Map(),
    set: new Map(),
    check: new Map(),
  };
  readonly #decoder = new TextDecoder();
  readonly #encoder = new TextEncoder();
  /** The longest name that the reader gives, thrice, with room for prefix and suffix. */
  readonly #nameBytes = new Uint8Array(32_768);
  #keyCount = 0;
  #heldValueCount = 0;
  #noteCount = 0;
  #nowMs: number;
  #lastFlushMs: number;

  constructor(
    sink: RowSink<StatsdFault | StatsdLimitFault>,
    {
      nowMs,
      onNote = () => undefined,
      options = {},
    }: {
      readonly nowMs: number;
      readonly onNote?: ((note: SenderNote) => void) | undefined;
      readonly options?: Partial<StatsdOptions> | undefined;
    },
  ) {
    this.#sink = sink;
    this.#onNote = onNote;
    this.#options = { ...defaultStatsdOptions, ...options };
    assert(this.#options.keyCountMax >= 1, "an aggregator keeps at least one key");
    this.#nowMs = nowMs;
    this.#lastFlushMs = nowMs;
  }

  get keyCount(): number {
    return this.#keyCount;
  }

  get noteCount(): number {
    return this.#noteCount;
  }

  measure(
    kind: StatsdKind,
    bytes: Uint8Array,
    start: number,
    end: number,
    value: number,
    weight: number,
    member: string,
  ): void {
    const stored = kind === "gauge-step" ? "gauge" : kind;
    const key = this.#keyOf(stored, bytes, start, end);
    if (key === undefined) {
      this.#sink.fault("too-many-keys", bytes, start, end);
      return;
    }
    key.lastInputMs = this.#nowMs;
    key.hasInput = true;
    if (kind === "counter") key.sum += value * weight;
    else if (kind === "gauge-step") key.sum += value;
    else if (kind === "gauge" || kind === "check") key.sum = value;
    else if (kind === "timer") this.#addTimerValue(key, value, weight, bytes, start, end);
    else this.#addMember(key, member, bytes, start, end);
  }

  note(note: SenderNote): void {
    this.#noteCount += 1;
    this.#onNote(note);
  }

  fault(reason: StatsdFault, bytes: Uint8Array, start: number, end: number): void {
    this.#sink.fault(reason, bytes, start, end);
  }

  /** Writes what came since the last flush as samples of `nowMs`, and forgets what is long idle. */
  flush(nowMs: number): void {
    const seconds = Math.max(0.001, (nowMs - this.#lastFlushMs) / 1000);
    this.#nowMs = nowMs;
    this.#lastFlushMs = nowMs;
    this.#heldValueCount = 0;
    for (const keys of Object.values(this.#keys)) {
      for (const [name, key] of keys) {
        if (nowMs - key.lastInputMs > this.#options.keyIdleMaxMs) {
          keys.delete(name);
          this.#keyCount -= 1;
          continue;
        }
        this.#flushKey(key, nowMs, seconds);
        key.hasInput = false;
      }
    }
  }

  #keyOf(kind: StoredKind, bytes: Uint8Array, start: number, end: number): Key | undefined {
    const name = this.#decoder.decode(bytes.subarray(start, end));
    const keys = this.#keys[kind];
    const known = keys.get(name);
    if (known !== undefined || this.#keyCount >= this.#options.keyCountMax) return known;
    const cut = name.indexOf(";");
    const key: Key = {
      kind,
      head: prefixes[kind] + (cut < 0 ? name : name.slice(0, cut)),
      tags: cut < 0 ? "" : name.slice(cut),
      lastInputMs: this.#nowMs,
      hasInput: false,
      sum: 0,
      count: 0,
      values: [],
      members: kind === "set" ? new Set() : undefined,
    };
    keys.set(name, key);
    this.#keyCount += 1;
    return key;
  }

  #addTimerValue(
    key: Key,
    value: number,
    weight: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (this.#hasRoom(bytes, start, end)) key.values.push(value);
    key.count += weight;
  }

  #addMember(key: Key, member: string, bytes: Uint8Array, start: number, end: number): void {
    const { members } = key;
    assert(members !== undefined, "a key of sets has members");
    if (!members.has(member) && this.#hasRoom(bytes, start, end)) members.add(member);
  }

  #hasRoom(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#heldValueCount < this.#options.heldValueCountMax) {
      this.#heldValueCount += 1;
      return true;
    }
    this.#sink.fault("too-many-values", bytes, start, end);
    return false;
  }

  #flushKey(key: Key, nowMs: number, seconds: number): void {
    const isWritten = key.hasInput || this.#options.writesIdleZeros;
    switch (key.kind) {
      case "counter":
        if (isWritten) {
          this.#write(key, ".count", nowMs, key.sum);
          this.#write(key, ".rate", nowMs, key.sum / seconds);
        }
        key.sum = 0;
        return;
      case "gauge":
      case "check":
        if (nowMs - key.lastInputMs <= this.#options.gaugeRepeatMs) {
          this.#write(key, "", nowMs, key.sum);
        }
        return;
      case "set":
        if (isWritten) this.#write(key, ".count", nowMs, key.members?.size ?? 0);
        key.members?.clear();
        return;
      case "timer":
        if (isWritten) this.#flushTimer(key, nowMs, seconds);
        key.values = [];
        key.count = 0;
    }
  }

  #flushTimer(key: Key, nowMs: number, seconds: number): void {
    this.#write(key, ".count", nowMs, key.count);
    this.#write(key, ".count_ps", nowMs, key.count / seconds);
    const values = Float64Array.from(key.values).sort();
    if (values.length === 0) return;
    const running = runningSums(values);
    const sum = running.sums.at(-1)!;
    const mean = sum / values.length;
    let squaresFromMean = 0;
    for (const value of values) squaresFromMean += (value - mean) ** 2;
    const middle = values.length >> 1;
    const median =
      values.length % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2;
    this.#write(key, ".lower", nowMs, values[0]!);
    this.#write(key, ".upper", nowMs, values.at(-1)!);
    this.#write(key, ".mean", nowMs, mean);
    this.#write(key, ".median", nowMs, median);
    this.#write(key, ".std", nowMs, Math.sqrt(squaresFromMean / values.length));
    this.#write(key, ".sum", nowMs, sum);
    this.#write(key, ".sum_squares", nowMs, running.squares.at(-1)!);
    for (const percentile of this.#options.percentiles) {
      this.#flushPercentile(key, nowMs, values, running, percentile);
    }
  }

  /** Of the fastest `percentile` %, or of the slowest where it is negative. */
  #flushPercentile(
    key: Key,
    nowMs: number,
    values: Float64Array,
    { sums, squares }: RunningSums,
    percentile: number,
  ): void {
    const count = Math.round((Math.abs(percentile) / 100) * values.length);
    if (count === 0) return;
    const isTop = percentile < 0;
    const before = isTop ? values.length - count - 1 : -1;
    const last = isTop ? values.length - 1 : count - 1;
    const sum = sums[last]! - (sums[before] ?? 0);
    const suffix = `_${String(percentile).replace("-", "top").replaceAll(".", "_")}`;
    this.#write(key, `.count${suffix}`, nowMs, count);
    this.#write(key, `.mean${suffix}`, nowMs, sum / count);
    const edge = isTop ? values[values.length - count]! : values[count - 1]!;
    this.#write(key, `.${isTop ? "lower" : "upper"}${suffix}`, nowMs, edge);
    this.#write(key, `.sum${suffix}`, nowMs, sum);
    const square = squares[last]! - (squares[before] ?? 0);
    this.#write(key, `.sum_squares${suffix}`, nowMs, square);
  }

  #write(key: Key, suffix: string, timeMs: number, value: number): void {
    const { written } = this.#encoder.encodeInto(key.head + suffix + key.tags, this.#nameBytes);
    // Counts are of one flush, so that none of them is a total.
    this.#sink.row(this.#nameBytes, 0, written, timeMs, value, statedGauge);
  }
}

/** Of the first 1, 2, 3 ... values. */
interface RunningSums {
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

function runningSums(values: Float64Array): RunningSums {
  const sums = new Float64Array(values.length);
  const squares = new Float64Array(values.length);
  let sum = 0;
  let square = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    sums[i] = sum += value;
    squares[i] = square += value * value;
  }
  return { sums, squares };
}
