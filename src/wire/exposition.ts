/**
 * What a program that Prometheus scrapes answers: the text format 0.0.4 and OpenMetrics 1.0, rows out.
 *
 *     # TYPE http_requests_total counter
 *     http_requests_total{code="200",path="/a\"b"} 1027 1700000000000     text: milliseconds
 *     http_requests_total{code="200"} 1027 1700000000.5 # {trace="x"} 1   OpenMetrics: seconds
 *     {"http.requests","host.name"="a"} 3                                 names in quotes (3.0)
 *     # EOF                                                               OpenMetrics only
 *
 * A series is named `metric;label=value;...`, labels sorted, as by remote write, with the labels of
 * the target added; a label of the same key that the program gave becomes `exported_KEY`. Buckets,
 * sums, counts and quantiles are series of their own, as in Prometheus. NaN is what a summary without
 * observations says; it is counted and no row. Exemplars are passed over. A line that is none is a
 * fault, and the next one is read: Prometheus would drop the whole answer.
 *
 * Source: prometheus.io, "Exposition formats"; OpenMetrics 1.0 (RFC draft). A byte order mark, CRLF and
 * tabs are taken too.
 */
import { parseDecimal, parseNonFinite } from "./decimal.ts";
import type { RowSink } from "./row-sink.ts";
import { TaggedNameWriter } from "./tagged-name-writer.ts";

export type ExpositionFault =
  | "bad-line"
  | "bad-value"
  | "bad-time"
  | "long-name"
  /** Samples beyond what is taken of one answer. */
  | "too-many-samples";

export interface ExpositionOptions {
  readonly format: "text" | "openmetrics";
  /** Of samples that carry none. */
  readonly nowMs: number;
  readonly labels: readonly (readonly [key: string, value: string])[];
  readonly sampleCountMax: number;
  /** Takes what `# TYPE`, `# HELP` and `# UNIT` say. */
  readonly onMetadata?: ((said: ExpositionMetadata) => void) | undefined;
}

export interface ExpositionMetadata {
  readonly metric: string;
  readonly field: "type" | "help" | "unit";
  readonly text: string;
}

export interface ExpositionCounts {
  readonly sampleCount: number;
  /** Samples that were NaN. */
  readonly unmeasuredCount: number;
  readonly refusedCount: number;
}

export function readExposition(
  body: Uint8Array,
  sink: RowSink<ExpositionFault>,
  options: ExpositionOptions,
): ExpositionCounts {
  return new ExpositionReader(body, sink, options).read();
}

class ExpositionReader {
  readonly #body: Uint8Array;
  readonly #sink: RowSink<ExpositionFault>;
  readonly #options: ExpositionOptions;
  readonly #ownKeys: readonly Uint8Array[];
  readonly #name = new TaggedNameWriter();
  #scratch = new Uint8Array(1024);
  #at = 0;
  #lineEnd = 0;
  /** Start and end of the text that was read last, in the body or in `#scratch`. */
  #text: Uint8Array;
  #textStart = 0;
  #textEnd = 0;
  #sampleCount = 0;
  #unmeasuredCount = 0;
  #refusedCount = 0;

  constructor(body: Uint8Array, sink: RowSink<ExpositionFault>, options: ExpositionOptions) {
    this.#body = body;
    this.#text = body;
    this.#sink = sink;
    this.#options = options;
    this.#ownKeys = options.labels.map(([key]) => encoder.encode(key));
  }

  read(): ExpositionCounts {
    const body = this.#body;
    const hasMark = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf;
    let lineStart = hasMark ? 3 : 0;
    while (lineStart < body.length) {
      const newline = body.indexOf(0x0a, lineStart);
      const next = newline < 0 ? body.length : newline;
      this.#lineEnd = next > lineStart && body[next - 1] === 0x0d ? next - 1 : next;
      this.#at = lineStart;
      this.#skipBlanks();
      if (this.#byte() === hash) {
        if (this.#readComment()) break;
      } else if (this.#at < this.#lineEnd) this.#readLine(lineStart);
      lineStart = next + 1;
    }
    return {
      sampleCount: this.#sampleCount,
      unmeasuredCount: this.#unmeasuredCount,
      refusedCount: this.#refusedCount,
    };
  }

  /** @returns whether it says that this is the end */
  #readComment(): boolean {
    const line = latin1Head(this.#body, this.#at, this.#lineEnd);
    if (this.#options.format === "openmetrics" && line === "# EOF") return true;
    const { onMetadata } = this.#options;
    if (onMetadata === undefined || !/^#[ \t]+(?:TYPE|HELP|UNIT)[ \t]/.test(line)) return false;
    const bytes = this.#body.subarray(
      this.#at,
      Math.min(this.#lineEnd, this.#at + commentBytesMax),
    );
    const found = /^#[ \t]+(TYPE|HELP|UNIT)[ \t]+("[^"]*"|\S+)(?:[ \t]+(.*))?$/.exec(
      decoder.decode(bytes),
    );
    if (found === null) return false;
    const [, keyword = "", metric = "", text = ""] = found;
    const field = keyword === "TYPE" ? "type" : keyword === "HELP" ? "help" : "unit";
    onMetadata({ metric: metric.replaceAll('"', ""), field, text: unescaped(text.trim()) });
    return false;
  }

  #readLine(lineStart: number): void {
    const fault = this.#readSample();
    if (fault === undefined) return;
    this.#refusedCount += 1;
    this.#sink.fault(fault, this.#body, lineStart, this.#lineEnd);
  }

  #readSample(): ExpositionFault | undefined {
    this.#name.clear();
    const nameStart = this.#at;
    while (isNameByte(this.#byte())) this.#at += 1;
    this.#name.head(this.#body, nameStart, this.#at);
    this.#skipBlanks();
    if (this.#byte() === openBrace && !this.#readLabels()) return "bad-line";
    if (this.#name.headLength === 0) return "bad-line";

    const value = this.#readValue();
    if (value === undefined) return "bad-value";
    const timeMs = this.#readTime();
    if (timeMs === undefined) return "bad-time";
    if (this.#sampleCount >= this.#options.sampleCountMax) return "too-many-samples";
    if (Number.isNaN(value)) {
      this.#unmeasuredCount += 1;
      return undefined;
    }
    for (const [key, text] of this.#options.labels) this.#name.tagText(key, text);
    const length = this.#name.compose();
    if (length === 0) return "long-name";
    this.#sampleCount += 1;
    this.#sink.row(this.#name.bytes, 0, length, timeMs, value);
    return undefined;
  }

  #readLabels(): boolean {
    this.#at += 1;
    for (;;) {
      this.#skipBlanks();
      if (this.#byte() === closeBrace) break;
      const isQuoted = this.#byte() === quote;
      if (isQuoted ? !this.#readQuoted() : !this.#readLabelName()) return false;
      const [key, keyStart, keyEnd] = this.#takeText();
      this.#skipBlanks();
      if (this.#byte() === equals) {
        this.#at += 1;
        this.#skipBlanks();
        if (this.#byte() !== quote || !this.#readQuoted()) return false;
        this.#addLabel(key, keyStart, keyEnd);
      } else if (isQuoted && this.#name.headLength === 0) this.#name.head(key, keyStart, keyEnd);
      else return false;
      this.#skipBlanks();
      if (this.#byte() === comma) this.#at += 1;
      else if (this.#byte() !== closeBrace) return false;
    }
    this.#at += 1;
    return true;
  }

  /** @returns the text with a buffer that the next one leaves alone */
  #takeText(): [bytes: Uint8Array, start: number, end: number] {
    if (this.#text === this.#body) return [this.#body, this.#textStart, this.#textEnd];
    const own = this.#text.slice(this.#textStart, this.#textEnd);
    return [own, 0, own.length];
  }

  #addLabel(key: Uint8Array, keyStart: number, keyEnd: number): void {
    const isOwn = this.#ownKeys.some((own) => isSame(own, key, keyStart, keyEnd));
    if (isOwn) {
      const exported = encoder.encode(`exported_${latin1Head(key, keyStart, keyEnd)}`);
      this.#name.tag(exported, 0, exported.length, this.#text, this.#textStart, this.#textEnd);
    } else this.#name.tag(key, keyStart, keyEnd, this.#text, this.#textStart, this.#textEnd);
  }

  #readLabelName(): boolean {
    const start = this.#at;
    while (isNameByte(this.#byte()) && this.#byte() !== colon) this.#at += 1;
    [this.#text, this.#textStart, this.#textEnd] = [this.#body, start, this.#at];
    return this.#at > start;
  }

  /** From quote to quote; only a text with escapes is copied. */
  #readQuoted(): boolean {
    const start = ++this.#at;
    let hasEscapes = false;
    while (this.#at < this.#lineEnd && this.#body[this.#at] !== quote) {
      if (this.#body[this.#at] === backslash) {
        hasEscapes = true;
        this.#at += 1;
      }
      this.#at += 1;
    }
    if (this.#at >= this.#lineEnd) return false;
    const end = this.#at++;
    [this.#text, this.#textStart, this.#textEnd] = [this.#body, start, end];
    if (hasEscapes) this.#unescape(start, end);
    return true;
  }

  #unescape(start: number, end: number): void {
    if (this.#scratch.length < end - start) this.#scratch = new Uint8Array(2 * (end - start));
    let to = 0;
    for (let at = start; at < end; at++) {
      let byte = this.#body[at]!;
      if (byte === backslash && at + 1 < end) {
        byte = this.#body[++at]!;
        if (byte === letterN) byte = 0x0a;
        else if (byte !== quote && byte !== backslash) this.#scratch[to++] = backslash;
      }
      this.#scratch[to++] = byte;
    }
    [this.#text, this.#textStart, this.#textEnd] = [this.#scratch, 0, to];
  }

  #readValue(): number | undefined {
    this.#skipBlanks();
    const start = this.#at;
    this.#skipWord();
    const value = parseDecimal(this.#body, start, this.#at);
    return Number.isNaN(value) ? parseNonFinite(this.#body, start, this.#at) : value;
  }

  #readTime(): number | undefined {
    this.#skipBlanks();
    if (this.#at >= this.#lineEnd) return this.#options.nowMs;
    const isOpenMetrics = this.#options.format === "openmetrics";
    if (isOpenMetrics && this.#byte() === hash) return this.#options.nowMs;
    const start = this.#at;
    this.#skipWord();
    const time = parseDecimal(this.#body, start, this.#at);
    this.#skipBlanks();
    const isAtEnd = this.#at >= this.#lineEnd || (isOpenMetrics && this.#byte() === hash);
    const timeMs = isOpenMetrics ? Math.round(time * 1000) : time;
    return isAtEnd && Number.isSafeInteger(timeMs) ? timeMs : undefined;
  }

  /** -1 at the end of the line. */
  #byte(): number {
    return this.#at < this.#lineEnd ? this.#body[this.#at]! : -1;
  }

  #skipBlanks(): void {
    while (this.#byte() === space || this.#byte() === tab) this.#at += 1;
  }

  #skipWord(): void {
    while (this.#at < this.#lineEnd && this.#byte() !== space && this.#byte() !== tab) {
      this.#at += 1;
    }
  }
}

/** Of a comment no more than this is looked at. */
const commentBytesMax = 4096;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

const tab = 0x09;
const space = 0x20;
const quote = 0x22;
const hash = 0x23;
const comma = 0x2c;
const colon = 0x3a;
const equals = 0x3d;
const backslash = 0x5c;
const letterN = 0x6e;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** `[a-zA-Z0-9_:]` */
function isNameByte(byte: number): boolean {
  const lower = byte | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || (byte >= 0x30 && byte <= 0x3a) || byte === 0x5f;
}

function isSame(own: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== own.length) return false;
  for (let i = 0; i < own.length; i++) if (bytes[start + i] !== own[i]) return false;
  return true;
}

function latin1Head(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < Math.min(end, start + 64); at++)
    text += String.fromCharCode(bytes[at]!);
  return text;
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(\\|n|")/g, (_, char: string) => (char === "n" ? "\n" : char));
}
