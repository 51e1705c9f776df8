/**
 * StatsD lines, with DataDog's additions: bytes in, what was measured out. Pure; `StatsdAggregator`
 * makes samples of it.
 *
 *     line     name ':' values '|' type ( '|' extra )* ( ':' values '|' type ... )*
 *     values   value ( ':' value )*             several for one name
 *     type     c counter, g gauge, ms h d timer, s set
 *     extra    @rate  #key:value,key  c:container  T seconds
 *     event    _e{titleBytes,textBytes}:title|text ( |d:seconds |h:host |t:kind |#tags )*
 *     check    _sc|name|0..3 ( |d:seconds |h:host |#tags |m:message )*
 *
 * A counter's value may be missing and is 1. A gauge with a sign is a step, not a level. Names are
 * cleaned as StatsD does it: runs of blanks become '_', '/' becomes '-', and of what is left only
 * letters, digits and `_.-;=` stay. Tags go behind the name as Graphite writes them.
 *
 * Source: statsd/statsd 0.9.0, stats.js; docs.datadoghq.com, "DogStatsD datagram format". Deviations:
 * letters beyond ASCII stay in names; a tag without value gets the value "true"; container ids and
 * times of values are passed over, since a value belongs to the flush it came before.
 */
import { isBlank } from "./blanks.ts";
import { parseDecimal } from "./decimal.ts";
import { TaggedNameWriter } from "./tagged-name-writer.ts";

/** DataDog's clients send lines of 8 KiB at most. */
export const statsdLineBytesMax = 8192;

export type StatsdFault =
  | "missing-name"
  | "missing-value"
  | "missing-type"
  | "bad-value"
  | "bad-type"
  | "bad-rate"
  | "bad-event"
  | "bad-check"
  | "long-name"
  | "long-line"
  | "cut-line";

export type StatsdKind = "counter" | "gauge" | "gauge-step" | "timer" | "set" | "check";

/** Something that happened, for the graphs. */
export interface SenderNote {
  readonly title: string;
  readonly text: string;
  /** NaN where the sender gave none. */
  readonly timeMs: number;
  /** As sent: "error", "warning", "info", "success" or "". */
  readonly kind: string;
  readonly host: string;
  readonly tags: readonly string[];
}

export interface StatsdSink {
  /**
   * @param name    cleaned, with its tags; lies in `[start, end)` during the call only
   * @param value   finite; of a set it is NaN, and `member` is what was counted
   * @param weight  1 / rate: how many the sender stands for with this one
   */
  measure(
    kind: StatsdKind,
    bytes: Uint8Array,
    start: number,
    end: number,
    value: number,
    weight: number,
    member: string,
  ): void;
  note(note: SenderNote): void;
  fault(reason: StatsdFault, bytes: Uint8Array, start: number, end: number): void;
}

export class StatsdReader {
  readonly #sink: StatsdSink;
  readonly #name = new TaggedNameWriter();
  readonly #clean = new Uint8Array(statsdLineBytesMax);
  readonly #decoder = new TextDecoder();
  /** Of the line at hand. */
  #cleanLength = 0;

  constructor(sink: StatsdSink) {
    this.#sink = sink;
  }

  /** Reads lines, of which the last needs no LF. */
  readDatagram(bytes: Uint8Array): void {
    let start = 0;
    while (start < bytes.length) {
      const found = bytes.indexOf(lineFeed, start);
      const end = found < 0 ? bytes.length : found;
      this.readLine(bytes, start, end);
      start = end + 1;
    }
  }

  /** Reads one line, given without its LF. */
  readLine(bytes: Uint8Array, start: number, lineEnd: number): void {
    let end = lineEnd;
    while (end > start && isBlank(bytes[end - 1]!)) end -= 1;
    if (end === start) return;
    if (end - start > statsdLineBytesMax) this.#sink.fault("long-line", bytes, start, end);
    else if (startsWith(bytes, start, end, eventMark)) this.#readEvent(bytes, start, end);
    else if (startsWith(bytes, start, end, checkMark)) this.#readCheck(bytes, start, end);
    else this.#readMeasures(bytes, start, end);
  }

  #readMeasures(bytes: Uint8Array, start: number, end: number): void {
    const nameEnd = find(bytes, start, end, colon);
    this.#cleanName(bytes, start, nameEnd);
    if (this.#cleanLength === 0) {
      this.#sink.fault("missing-name", bytes, start, end);
      return;
    }
    if (nameEnd === end) {
      this.#sink.fault("missing-value", bytes, start, end);
      return;
    }
    // Each round reads `values | type | extras`; a colon behind type or rate begins the next.
    let at = nameEnd + 1;
    while (at <= end) {
      const valuesStart = at;
      const valuesEnd = find(bytes, at, end, pipe);
      if (valuesEnd === end) {
        this.#sink.fault("missing-type", bytes, start, end);
        return;
      }
      const typeStart = valuesEnd + 1;
      at = findEither(bytes, typeStart, end, pipe, colon);
      const kind = kindOf(bytes, typeStart, at);
      let weight = 1;
      this.#beginName();
      while (at < end && bytes[at] === pipe) {
        const extraStart = at + 1;
        const mark = bytes[extraStart];
        if (mark === atSign) {
          at = findEither(bytes, extraStart, end, pipe, colon);
          const rate = parseDecimal(bytes, extraStart + 1, at);
          weight = rate > 0 && rate <= 1 ? 1 / rate : NaN;
        } else {
          at = find(bytes, extraStart, end, pipe);
          if (mark === hash) this.#addTags(bytes, extraStart + 1, at);
        }
      }
      if (kind === undefined) this.#sink.fault("bad-type", bytes, start, end);
      else if (Number.isNaN(weight)) this.#sink.fault("bad-rate", bytes, start, end);
      else this.#readValues(kind, bytes, start, end, valuesStart, valuesEnd, weight);
      at += 1;
    }
  }

  #readValues(
    kind: StatsdKind,
    bytes: Uint8Array,
    lineStart: number,
    lineEnd: number,
    start: number,
    end: number,
    weight: number,
  ): void {
    const nameLength = this.#name.compose();
    if (nameLength === 0) {
      this.#sink.fault("long-name", bytes, lineStart, lineEnd);
      return;
    }
    let at = start;
    while (at <= end) {
      const valueEnd = find(bytes, at, end, colon);
      const isMissing = valueEnd === at;
      let value = parseDecimal(bytes, at, valueEnd);
      if (isMissing && kind === "counter") value = 1;
      if (kind === "set" && !isMissing) {
        const member = this.#decoder.decode(bytes.subarray(at, valueEnd));
        this.#sink.measure("set", this.#name.bytes, 0, nameLength, NaN, weight, member);
      } else if (!Number.isFinite(value)) {
        const fault = isMissing ? "missing-value" : "bad-value";
        this.#sink.fault(fault, bytes, lineStart, lineEnd);
      } else {
        const isStep = kind === "gauge" && (bytes[at] === plus || bytes[at] === minus);
        const exactKind = isStep ? "gauge-step" : kind;
        this.#sink.measure(exactKind, this.#name.bytes, 0, nameLength, value, weight, "");
      }
      at = valueEnd + 1;
    }
  }

  #readEvent(bytes: Uint8Array, start: number, end: number): void {
    const lengths = /^_e\{(\d{1,4}),(\d{1,4})\}:/.exec(
      this.#decoder.decode(bytes.subarray(start, Math.min(end, start + 16))),
    );
    const titleStart = start + (lengths?.[0].length ?? 0);
    const titleEnd = titleStart + Number(lengths?.[1]);
    const textEnd = titleEnd + 1 + Number(lengths?.[2]);
    if (!(textEnd <= end && titleEnd > titleStart && bytes[titleEnd] === pipe)) {
      this.#sink.fault("bad-event", bytes, start, end);
      return;
    }
    const facts = this.#facts(bytes, textEnd, end);
    this.#sink.note({
      title: this.#decoder.decode(bytes.subarray(titleStart, titleEnd)),
      text: this.#decoder.decode(bytes.subarray(titleEnd + 1, textEnd)).replaceAll("\\n", "\n"),
      timeMs: Number(facts.get("d") ?? NaN) * 1000,
      kind: facts.get("t") ?? "",
      host: facts.get("h") ?? "",
      tags: (facts.get("#") ?? "").split(",").filter((tag) => tag !== ""),
    });
  }

  #readCheck(bytes: Uint8Array, start: number, end: number): void {
    const nameStart = start + checkMark.length;
    const nameEnd = find(bytes, nameStart, end, pipe);
    const statusEnd = find(bytes, Math.min(nameEnd + 1, end), end, pipe);
    const status = parseDecimal(bytes, nameEnd + 1, statusEnd);
    this.#cleanName(bytes, nameStart, nameEnd);
    if (this.#cleanLength === 0 || !(status >= 0 && status <= 3 && Number.isInteger(status))) {
      this.#sink.fault("bad-check", bytes, start, end);
      return;
    }
    this.#beginName();
    for (let at = statusEnd; at < end;) {
      const extraStart = at + 1;
      at = find(bytes, extraStart, end, pipe);
      if (bytes[extraStart] === hash) this.#addTags(bytes, extraStart + 1, at);
      else if (bytes[extraStart] === lowerM && bytes[extraStart + 1] === colon) break; // the rest is text
    }
    const length = this.#name.compose();
    if (length === 0) this.#sink.fault("long-name", bytes, start, end);
    else this.#sink.measure("check", this.#name.bytes, 0, length, status, 1, "");
  }

  /** Reads `|key:value` and `|#tags` behind an event's text. */
  #facts(bytes: Uint8Array, start: number, end: number): Map<string, string> {
    const facts = new Map<string, string>();
    for (const field of this.#decoder.decode(bytes.subarray(start, end)).split("|")) {
      if (field.startsWith("#")) facts.set("#", field.slice(1));
      else if (field[1] === ":") facts.set(field.slice(0, 1), field.slice(2));
    }
    return facts;
  }

  #cleanName(bytes: Uint8Array, start: number, end: number): void {
    let to = 0;
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      if (isBlank(byte)) {
        if (at === start || !isBlank(bytes[at - 1]!)) this.#clean[to++] = underscore;
      } else if (byte === slash) this.#clean[to++] = minus;
      else if (isNameByte(byte)) this.#clean[to++] = byte;
    }
    this.#cleanLength = to;
  }

  /** Head and tags out of the cleaned name; a sender may write Graphite's tags himself. */
  #beginName(): void {
    const clean = this.#clean;
    const end = this.#cleanLength;
    this.#name.clear();
    let at = find(clean, 0, end, semicolon);
    this.#name.head(clean, 0, at);
    while (at < end) {
      const tagStart = at + 1;
      at = find(clean, tagStart, end, semicolon);
      const keyEnd = find(clean, tagStart, at, equalsSign);
      this.#name.tag(clean, tagStart, keyEnd, clean, keyEnd + 1, at);
    }
  }

  /** `key:value,key:value,key` */
  #addTags(bytes: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end;) {
      const tagEnd = find(bytes, at, end, comma);
      const keyEnd = find(bytes, at, tagEnd, colon);
      if (keyEnd < tagEnd) this.#name.tag(bytes, at, keyEnd, bytes, keyEnd + 1, tagEnd);
      else this.#name.tag(bytes, at, keyEnd, trueText, 0, trueText.length);
      at = tagEnd + 1;
    }
  }
}

const lineFeed = 0x0a;
const hash = 0x23;
const plus = 0x2b;
const comma = 0x2c;
const minus = 0x2d;
const slash = 0x2f;
const colon = 0x3a;
const semicolon = 0x3b;
const equalsSign = 0x3d;
const atSign = 0x40;
const underscore = 0x5f;
const lowerM = 0x6d;
const pipe = 0x7c;

const encoder = new TextEncoder();
const eventMark = encoder.encode("_e{");
const checkMark = encoder.encode("_sc|");
const trueText = encoder.encode("true");

function kindOf(bytes: Uint8Array, start: number, end: number): StatsdKind | undefined {
  const first = bytes[start]!;
  if (end - start === 2) return first === lowerM && bytes[start + 1] === 0x73 ? "timer" : undefined;
  if (end - start !== 1) return undefined;
  switch (first) {
    case 0x63: // c
      return "counter";
    case 0x67: // g
      return "gauge";
    case 0x68: // h
    case 0x64: // d
      return "timer";
    case 0x73: // s
      return "set";
    default:
      return undefined;
  }
}

function isNameByte(byte: number): boolean {
  const lower = byte | 0x20;
  return (
    (lower >= 0x61 && lower <= 0x7a) ||
    (byte >= 0x2d && byte <= 0x2e) ||
    (byte >= 0x30 && byte <= 0x39) ||
    byte === semicolon ||
    byte === equalsSign ||
    byte === underscore ||
    byte > 0x7f
  );
}

/** @returns `end` where there is none */
function find(bytes: Uint8Array, start: number, end: number, wanted: number): number {
  let at = start;
  while (at < end && bytes[at] !== wanted) at += 1;
  return at;
}

function findEither(
  bytes: Uint8Array,
  start: number,
  end: number,
  wanted: number,
  orWanted: number,
): number {
  let at = start;
  while (at < end && bytes[at] !== wanted && bytes[at] !== orWanted) at += 1;
  return at;
}

function startsWith(bytes: Uint8Array, start: number, end: number, mark: Uint8Array): boolean {
  if (end - start < mark.length) return false;
  for (let i = 0; i < mark.length; i++) if (bytes[start + i] !== mark[i]) return false;
  return true;
}
