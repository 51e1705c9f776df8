/**
 * InfluxDB's line protocol, versions 1 and 2: bytes in, rows out.
 *
 *     line   measurement [,tag=value]* BLANKS field=value [,field=value]* [ BLANKS time ] LF
 *     value  number | number 'i' | number 'u' | t true f false in three spellings | "text"
 *
 * - a backslash before `,` `=` or a blank takes them as they are; in text before `"` and `\`
 * - text may hold a LF; a line that begins with '#' is a comment
 * - time is an integer of the precision that the request names, nanoseconds unless it does
 *
 * A field is the series `measurement.field;tag=value`, with '_' between on demand. True is 1, false
 * is 0; text has no place among numbers, so that it is counted and no row.
 *
 * A line is taken whole or not at all, as InfluxDB does it: what it holds is looked at before the
 * first row is handed on. A bad line ends at its LF.
 *
 * Source: docs.influxdata.com, "Line protocol reference" (2.7) and "Write data with the API" (1.8).
 */
import { parseDecimal } from "./decimal.ts";
import type { RowSink } from "./row-sink.ts";
import { TaggedNameWriter } from "./tagged-name-writer.ts";

export const influxPrecisions = ["ns", "n", "us", "u", "ms", "s", "m", "h"] as const;

export type InfluxPrecision = (typeof influxPrecisions)[number];

export type InfluxFault =
  | "missing-measurement"
  | "missing-field"
  | "bad-tag"
  | "bad-value"
  | "bad-time"
  | "long-name"
  | "long-line"
  | "too-many-fields";

export interface InfluxOptions {
  /** Of times; "ns" unless given. */
  readonly precision?: InfluxPrecision;
  /** Between measurement and field; "." unless given, as Graphite's names have it. */
  readonly separator?: "." | "_";
}

export interface InfluxCounts {
  /** Lines that held something. */
  readonly lineCount: number;
  readonly refusedLineCount: number;
  /** What was handed on. A sink may refuse rows by age or value: count there what it took. */
  readonly sampleCount: number;
  readonly textFieldCount: number;
}

/** Far above what agents send; a line of this length is no line. */
const lineBytesMax = 1 << 20;
const fieldCountMax = 4096;

export function readInfluxLines(
  body: Uint8Array,
  sink: RowSink<InfluxFault>,
  options: InfluxOptions = {},
): InfluxCounts {
  return new InfluxReader(body, sink, options).read();
}

class InfluxReader {
  readonly #body: Uint8Array;
  readonly #sink: RowSink<InfluxFault>;
  readonly #precision: InfluxPrecision;
  readonly #separator: string;
  readonly #name = new TaggedNameWriter();
  /** Unescaped texts. */
  readonly #key = new Uint8Array(textBytesMax);
  readonly #value = new Uint8Array(textBytesMax);
  /** Of the line at hand. */
  readonly #fieldStarts = new Uint32Array(fieldCountMax);
  readonly #fieldEnds = new Uint32Array(fieldCountMax);
  readonly #fieldValues = new Float64Array(fieldCountMax);
  #fieldCount = 0;
  #lineTextCount = 0;
  #at = 0;
  #lineCount = 0;
  #refusedLineCount = 0;
  #sampleCount = 0;
  #textFieldCount = 0;

  constructor(body: Uint8Array, sink: RowSink<InfluxFault>, options: InfluxOptions) {
    this.#body = body;
    this.#sink = sink;
    this.#precision = options.precision ?? "ns";
    this.#separator = options.separator ?? ".";
  }

  read(): InfluxCounts {
    const { length } = this.#body;
    while (this.#at < length) {
      this.#skipBlanks();
      const start = this.#at;
      if (start === length) break;
      const isComment = this.#body[start] === hash;
      if (isComment) this.#skipLine();
      else if (this.#body[start] !== lineFeed) this.#readLine(start);
      if (this.#body[this.#at] === lineFeed) this.#at += 1;
    }
    return {
      lineCount: this.#lineCount,
      refusedLineCount: this.#refusedLineCount,
      sampleCount: this.#sampleCount,
      textFieldCount: this.#textFieldCount,
    };
  }

  /** Leaves `#at` on the LF, or at the end. */
  #readLine(start: number): void {
    this.#lineCount += 1;
    let fault = this.#readNameAndTags() ?? this.#readFields();
    let timeMs = NaN;
    if (fault === undefined) {
      this.#skipBlanks();
      const timeStart = this.#at;
      this.#skipLine();
      const timeEnd = this.#withoutBlanks(timeStart, this.#at);
      if (timeEnd > timeStart) {
        timeMs = parseTimeMs(this.#body, timeStart, timeEnd, this.#precision);
        if (Number.isNaN(timeMs)) fault = "bad-time";
      }
      if (this.#at - start > lineBytesMax) fault = "long-line";
    }
    fault ??= this.#nameFault();
    if (fault !== undefined) {
      this.#skipLine();
      this.#refusedLineCount += 1;
      this.#sink.fault(fault, this.#body, start, this.#at);
      return;
    }
    this.#textFieldCount += this.#lineTextCount;
    const { headLength } = this.#name;
    for (let i = 0; i < this.#fieldCount; i++) {
      const length = this.#composeField(i);
      this.#name.cutHead(headLength);
      this.#sampleCount += 1;
      this.#sink.row(this.#name.bytes, 0, length, timeMs, this.#fieldValues[i]!);
    }
  }

  #readNameAndTags(): InfluxFault | undefined {
    this.#name.clear();
    // In a measurement '=' is a character like others.
    let length = this.#readText(this.#key, false);
    if (length < 0) return "long-name";
    if (length === 0) return "missing-measurement";
    this.#name.head(this.#key, 0, length);
    while (this.#body[this.#at] === comma) {
      this.#at += 1;
      length = this.#readText(this.#key, true);
      if (length < 0) return "long-name";
      if (length === 0 || this.#body[this.#at] !== equalsSign) return "bad-tag";
      this.#at += 1;
      const valueLength = this.#readText(this.#value, true);
      if (valueLength < 0) return "long-name";
      if (valueLength === 0 || this.#body[this.#at] === equalsSign) return "bad-tag";
      this.#name.tag(this.#key, 0, length, this.#value, 0, valueLength);
    }
    this.#name.headText(this.#separator);
    return undefined;
  }

  #readFields(): InfluxFault | undefined {
    this.#fieldCount = 0;
    this.#lineTextCount = 0;
    this.#skipBlanks();
    for (;;) {
      const keyStart = this.#at;
      const length = this.#readText(this.#key, true);
      if (length < 0) return "long-name";
      if (length === 0 || this.#body[this.#at] !== equalsSign) return "missing-field";
      const keyEnd = this.#at++;
      if (this.#body[this.#at] === quote) {
        if (!this.#skipQuoted()) return "bad-value";
        this.#lineTextCount += 1;
      } else {
        const valueStart = this.#at;
        const end = this.#fieldEnd();
        const value = parseValue(this.#body, valueStart, end);
        if (Number.isNaN(value)) return "bad-value";
        if (this.#fieldCount === fieldCountMax) return "too-many-fields";
        this.#fieldStarts[this.#fieldCount] = keyStart;
        this.#fieldEnds[this.#fieldCount] = keyEnd;
        this.#fieldValues[this.#fieldCount++] = value;
      }
      const next = this.#body[this.#at];
      if (next !== comma)
        return next === undefined || isBlank(next) || next === lineFeed ? undefined : "bad-value";
      this.#at += 1;
    }
  }

  /** Whether every field's name fits, so that the line is taken whole. */
  #nameFault(): InfluxFault | undefined {
    const { headLength } = this.#name;
    for (let i = 0; i < this.#fieldCount; i++) {
      const length = this.#composeField(i);
      this.#name.cutHead(headLength);
      if (length === 0) return "long-name";
    }
    return undefined;
  }

  #composeField(index: number): number {
    const behind = this.#at;
    this.#at = this.#fieldStarts[index]!;
    const length = this.#readText(this.#key, true);
    this.#at = behind;
    this.#name.head(this.#key, 0, length);
    return this.#name.compose();
  }

  /**
   * Copies text up to an unescaped comma, blank, LF, or '=' where `endsAtEquals`.
   *
   * @returns its length; -1 where it does not fit
   */
  #readText(into: Uint8Array, endsAtEquals: boolean): number {
    let to = 0;
    for (; this.#at < this.#body.length; this.#at++) {
      let byte = this.#body[this.#at]!;
      if (byte === comma || byte === lineFeed || isBlank(byte)) break;
      if (byte === equalsSign && endsAtEquals) break;
      if (byte === backslash) {
        const next = this.#body[this.#at + 1];
        if (next === comma || next === space || next === equalsSign || next === backslash) {
          this.#at += 1;
          byte = next;
        }
      }
      if (to === textBytesMax) return -1;
      into[to++] = byte;
    }
    return to;
  }

  /** @returns false where the text has no end */
  #skipQuoted(): boolean {
    const start = this.#at;
    this.#at += 1;
    for (; this.#at < this.#body.length; this.#at++) {
      const byte = this.#body[this.#at];
      if (byte === backslash) this.#at += 1;
      else if (byte === quote) {
        this.#at += 1;
        return true;
      }
      if (this.#at - start > lineBytesMax) break;
    }
    // Without an end, the lines behind it are lines.
    this.#at = start;
    return false;
  }

  #fieldEnd(): number {
    while (this.#at < this.#body.length) {
      const byte = this.#body[this.#at]!;
      if (byte === comma || byte === lineFeed || isBlank(byte)) break;
      this.#at += 1;
    }
    return this.#at;
  }

  #skipBlanks(): void {
    while (this.#at < this.#body.length && isBlank(this.#body[this.#at]!)) this.#at += 1;
  }

  #skipLine(): void {
    const found = this.#body.indexOf(lineFeed, this.#at);
    this.#at = found < 0 ? this.#body.length : found;
  }

  #withoutBlanks(start: number, end: number): number {
    let at = end;
    while (at > start && isBlank(this.#body[at - 1]!)) at -= 1;
    return at;
  }
}

const textBytesMax = 4096;

const lineFeed = 0x0a;
const space = 0x20;
const quote = 0x22;
const hash = 0x23;
const comma = 0x2c;
const equalsSign = 0x3d;
const backslash = 0x5c;

/** CR too: Windows agents end lines with it. */
function isBlank(byte: number): boolean {
  return byte === space || byte === 0x09 || byte === 0x0d;
}

/** @returns NaN where it is no value; infinite ones are none either */
function parseValue(bytes: Uint8Array, start: number, end: number): number {
  if (start === end) return NaN;
  const last = bytes[end - 1]!;
  if (last === 0x69 || last === 0x75) {
    return isInteger(bytes, start, end - 1) ? parseDecimal(bytes, start, end - 1) : NaN;
  }
  if (last >= 0x30 && last <= 0x39) return finite(parseDecimal(bytes, start, end));
  if (last === 0x2e) return finite(parseDecimal(bytes, start, end));
  return parseBoolean(bytes, start, end);
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : NaN;
}

function isInteger(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  if (bytes[at] === 0x2d || bytes[at] === 0x2b) at += 1;
  if (at === end || end - at > 20) return false;
  for (; at < end; at++) if (!(bytes[at]! >= 0x30 && bytes[at]! <= 0x39)) return false;
  return true;
}

function parseBoolean(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > 5) return NaN;
  let text = "";
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at]!);
  if (/^(t|T|true|True|TRUE)$/.test(text)) return 1;
  return /^(f|F|false|False|FALSE)$/.test(text) ? 0 : NaN;
}

/** Digits of nanoseconds lie beyond the exact integers: what is below milliseconds is cut as text. */
function parseTimeMs(
  bytes: Uint8Array,
  start: number,
  end: number,
  precision: InfluxPrecision,
): number {
  if (!isInteger(bytes, start, end)) return NaN;
  switch (precision) {
    case "ns":
    case "n":
      return parseCut(bytes, start, end, 6);
    case "us":
    case "u":
      return parseCut(bytes, start, end, 3);
    case "ms":
      return parseDecimal(bytes, start, end);
    case "s":
      return parseDecimal(bytes, start, end) * 1000;
    case "m":
      return parseDecimal(bytes, start, end) * 60_000;
    case "h":
      return parseDecimal(bytes, start, end) * 3_600_000;
  }
}

/** Towards zero; a time before 1970 is refused anyway. */
function parseCut(bytes: Uint8Array, start: number, end: number, digitCount: number): number {
  const cut = parseDecimal(bytes, start, end - digitCount);
  return Number.isNaN(cut) ? 0 : cut;
}
