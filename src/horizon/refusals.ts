/**
 * What a source refused: counted by reason, with the last example of each.
 *
 * Reasons come from closed unions, so there are only so many entries. An example is kept as bytes
 * and turned into text when somebody looks: a flood of bad input costs a short copy each.
 */
import type { Logger } from "../base/log.ts";
import type { RefusalCount, RefusedPiece } from "../model/index.ts";
import type {
  CarbonFault,
  CollectdFault,
  ExpositionFault,
  GangliaFault,
  InfluxFault,
  MsgpackFault,
  OpenTsdbFault,
  OtlpFault,
  PickleFault,
  PrometheusWriteFault,
  SnappyFault,
  StatsdFault,
  StatsdLimitFault,
} from "../wire/index.ts";
import { exampleCharsMax, printableText } from "./printable.ts";

/** Why a sample that a reader understood was not taken. */
export type AdmissionFault =
  | "empty-name"
  | "long-name"
  | "name-not-utf8"
  | "name-control-character"
  | "not-finite"
  | "negative-time"
  | "too-old"
  | "too-far-ahead"
  | "skip-list";

/** What ended a connection, or kept one out. */
export type ConnectionFault = "idle-client" | "too-many-clients" | "socket-error";

/** Why a body of a request was not read, or not to its end. */
export type BodyRefusal = "unknown-encoding" | "bad-encoding" | "too-many-rows";

/** Why a reader did not understand what was sent. */
type WireFault =
  | CarbonFault
  | CollectdFault
  | ExpositionFault
  | GangliaFault
  | InfluxFault
  | MsgpackFault
  | OpenTsdbFault
  | OtlpFault
  | PickleFault
  | PrometheusWriteFault
  | SnappyFault
  | StatsdFault
  | StatsdLimitFault;

export type RefusalReason = WireFault | AdmissionFault | ConnectionFault | BodyRefusal;

interface Entry {
  count: number;
  lastMs: number;
  readonly example: Uint8Array;
  exampleBytes: number;
  /** Whether the example is the name of a row that had this value and time. */
  isRow: boolean;
  value: number;
  timeMs: number;
}

/** More than can be shown, so that a cut shows. */
const exampleBytesMax = exampleCharsMax * 4 + 1;

export class RefusalLedger {
  readonly #logger: Logger;
  readonly #entries = new Map<RefusalReason, Entry>();
  #gathered: RefusedPiece[] = [];
  #gatherCountMax = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Counts a piece of input that no row came of. */
  count(reason: RefusalReason, nowMs: number, bytes: Uint8Array, start: number, end: number): void {
    const entry = this.#entries.get(reason) ?? this.#open(reason);
    entry.isRow = false;
    this.#note(reason, entry, nowMs, bytes, start, end);
  }

  /** Counts a row; the example is the row as a Carbon line. */
  countRow(
    reason: AdmissionFault,
    nowMs: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    timeMs: number,
    value: number,
  ): void {
    const entry = this.#entries.get(reason) ?? this.#open(reason);
    entry.isRow = true;
    entry.value = value;
    entry.timeMs = timeMs;
    this.#note(reason, entry, nowMs, bytes, start, end);
  }

  /** Counts a connection. */
  countPeer(reason: ConnectionFault, nowMs: number, peer: string): void {
    const bytes = new TextEncoder().encode(peer);
    this.count(reason, nowMs, bytes, 0, bytes.length);
  }

  /** From now on each refusal is kept by itself too, up to so many. */
  gather(countMax: number): void {
    this.#gathered = [];
    this.#gatherCountMax = countMax;
  }

  /** What was gathered; nothing is gathered from now on. */
  takeGathered(): RefusedPiece[] {
    const gathered = this.#gathered;
    this.gather(0);
    return gathered;
  }

  /** How often each reason was counted so far. */
  counts(): Map<string, number> {
    return new Map(Array.from(this.#entries, ([reason, { count }]) => [reason, count]));
  }

  /** Most frequent first. */
  report(): RefusalCount[] {
    return Array.from(this.#entries, ([reason, entry]) => ({
      reason,
      count: entry.count,
      lastMs: entry.lastMs,
      lastExample: exampleText(entry),
    })).sort((a, b) => b.count - a.count);
  }

  #open(reason: RefusalReason): Entry {
    const entry: Entry = {
      count: 0,
      lastMs: 0,
      example: new Uint8Array(exampleBytesMax),
      exampleBytes: 0,
      value: 0,
      timeMs: 0,
      isRow: false,
    };
    this.#entries.set(reason, entry);
    return entry;
  }

  #note(
    reason: RefusalReason,
    entry: Entry,
    nowMs: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    entry.count += 1;
    entry.lastMs = nowMs;
    entry.exampleBytes = Math.min(end - start, exampleBytesMax);
    entry.example.set(bytes.subarray(start, start + entry.exampleBytes));
    if (this.#gathered.length < this.#gatherCountMax && reason !== "skip-list") {
      this.#gathered.push({ reason, example: exampleText(entry) });
    }
    if (entry.count === 1) {
      this.#logger.warn("refused input, the first of its kind", {
        reason,
        example: exampleText(entry),
      });
    }
  }
}

function exampleText(entry: Entry): string {
  const text = printableText(entry.example, 0, entry.exampleBytes);
  if (!entry.isRow) return text;
  const seconds = Number.isNaN(entry.timeMs) ? -1 : entry.timeMs / 1000;
  const numbers = ` ${entry.value} ${seconds}`;
  const roomForName = exampleCharsMax - numbers.length;
  return text.length <= roomForName
    ? text + numbers
    : `${text.slice(0, roomForName - 1)}…${numbers}`;
}
