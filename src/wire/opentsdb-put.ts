/**
 * OpenTSDB's put, as lines of its telnet protocol and as JSON of its HTTP API: bytes in, rows out.
 *
 *     line   put BLANKS metric BLANKS time BLANKS value ( BLANKS tag=value )+ LF
 *     body   { metric, timestamp, value, tags: { tag: value } } or an array of such
 *
 * - time   seconds, seconds with a fraction, or milliseconds: more than ten digits are these
 * - value  decimal, in JSON also as text
 * - tags   at least one; blanks between them may be several, as collectd writes them
 *
 * Source: opentsdb.net, "User Guide: put" (telnet) and "/api/put" (2.4). Deviation: names may hold
 * any character.
 */
import { skipBlanks, skipField } from "./blanks.ts";
import { parseDecimal } from "./decimal.ts";
import { exampleOf, type Json, memberOf, numberOf, parseJson, textOf } from "./json-body.ts";
import type { RowSink } from "./row-sink.ts";
import { TaggedNameWriter } from "./tagged-name-writer.ts";

/** Without its LF. */
export const opentsdbLineBytesMax = 4096;

export type OpenTsdbFault =
  /** The first word is none of the protocol's. */
  | "unknown-command"
  /** Fewer than metric, time, value and a tag. */
  | "missing-argument"
  | "bad-time"
  | "bad-value"
  | "bad-tag"
  | "long-name"
  | "long-line"
  | "cut-line"
  | "bad-json"
  | "bad-point";

/** What was handed on. A sink may refuse rows by age or value: count there what it took. */
export interface OpenTsdbCounts {
  readonly sampleCount: number;
  readonly refusedCount: number;
  readonly isIntact: boolean;
}

/** Reads the body of a request to /api/put. */
export function readOpenTsdbJson(body: Uint8Array, sink: RowSink<OpenTsdbFault>): OpenTsdbCounts {
  const parsed = parseJson(body);
  if (typeof parsed !== "object" || parsed === null) {
    sink.fault("bad-json", body, 0, body.length);
    return { sampleCount: 0, refusedCount: 0, isIntact: false };
  }
  const points: readonly Json[] = Array.isArray(parsed) ? (parsed as Json[]) : [parsed];
  const name = new TaggedNameWriter();
  let refusedCount = 0;
  for (const point of points) {
    const fault = readPoint(point, name, sink);
    if (fault === undefined) continue;
    refusedCount += 1;
    const example = exampleOf(point);
    sink.fault(fault, example, 0, example.length);
  }
  return { sampleCount: points.length - refusedCount, refusedCount, isIntact: true };
}

function readPoint(
  point: Json,
  name: TaggedNameWriter,
  sink: RowSink<OpenTsdbFault>,
): OpenTsdbFault | undefined {
  const metric = textOf(memberOf(point, "metric"));
  const tags = memberOf(point, "tags");
  if (metric === "" || typeof tags !== "object" || tags === null) return "bad-point";
  const timeMs = timeMsOf(numberOf(memberOf(point, "timestamp")));
  if (Number.isNaN(timeMs)) return "bad-time";
  const value = numberOf(memberOf(point, "value"));
  if (Number.isNaN(value)) return "bad-value";
  name.clear();
  name.headText(metric);
  for (const [key, text] of Object.entries(tags as Record<string, unknown>)) {
    if (key === "" || text === "") return "bad-tag";
    if (typeof text !== "string" && typeof text !== "number" && typeof text !== "boolean") {
      return "bad-tag";
    }
    name.tagText(key, String(text));
  }
  if (name.tagCount === 0) return "missing-argument";
  const length = name.compose();
  if (length === 0) return "long-name";
  sink.row(name.bytes, 0, length, timeMs, value);
  return undefined;
}

/** What a line of the telnet protocol asks for; "put" is done, "refused" is counted. */
export type OpenTsdbCommand = "put" | "refused" | "empty" | "version" | "stats" | "help" | "exit";

/** Reads lines of the telnet protocol. The caller answers what asks for an answer. */
export class OpenTsdbLineReader {
  readonly #sink: RowSink<OpenTsdbFault>;
  readonly #name = new TaggedNameWriter();

  constructor(sink: RowSink<OpenTsdbFault>) {
    this.#sink = sink;
  }

  /** Reads one line, given without its LF. */
  readLine(bytes: Uint8Array, start: number, end: number): OpenTsdbCommand {
    const wordStart = skipBlanks(bytes, start, end);
    if (wordStart === end) return "empty";
    const wordEnd = skipField(bytes, wordStart, end);
    const command = commandOf(bytes, wordStart, wordEnd);
    if (command !== undefined && command !== "put") return command;
    const isLong = end - start > opentsdbLineBytesMax;
    const fault =
      command === undefined
        ? "unknown-command"
        : isLong
          ? "long-line"
          : this.#readPut(bytes, wordEnd, end);
    if (fault === undefined) return "put";
    this.#sink.fault(fault, bytes, start, end);
    return "refused";
  }

  #readPut(bytes: Uint8Array, start: number, end: number): OpenTsdbFault | undefined {
    const nameStart = skipBlanks(bytes, start, end);
    const nameEnd = skipField(bytes, nameStart, end);
    const timeStart = skipBlanks(bytes, nameEnd, end);
    const timeEnd = skipField(bytes, timeStart, end);
    const valueStart = skipBlanks(bytes, timeEnd, end);
    const valueEnd = skipField(bytes, valueStart, end);
    let tagStart = skipBlanks(bytes, valueEnd, end);
    if (tagStart === end) return "missing-argument";
    const timeMs = timeMsOf(parseDecimal(bytes, timeStart, timeEnd));
    if (Number.isNaN(timeMs)) return "bad-time";
    const value = parseDecimal(bytes, valueStart, valueEnd);
    if (Number.isNaN(value)) return "bad-value";
    this.#name.clear();
    this.#name.head(bytes, nameStart, nameEnd);
    while (tagStart < end) {
      const tagEnd = skipField(bytes, tagStart, end);
      let equals = tagStart;
      while (equals < tagEnd && bytes[equals] !== equalsSign) equals += 1;
      if (equals === tagStart || equals + 1 >= tagEnd) return "bad-tag";
      this.#name.tag(bytes, tagStart, equals, bytes, equals + 1, tagEnd);
      tagStart = skipBlanks(bytes, tagEnd, end);
    }
    const length = this.#name.compose();
    if (length === 0) return "long-name";
    this.#sink.row(this.#name.bytes, 0, length, timeMs, value);
    return undefined;
  }
}

const equalsSign = 0x3d;

const commands: readonly Exclude<OpenTsdbCommand, "refused" | "empty">[] = [
  "put",
  "version",
  "stats",
  "help",
  "exit",
];

function commandOf(
  bytes: Uint8Array,
  start: number,
  end: number,
): (typeof commands)[number] | undefined {
  return commands.find((command) => {
    if (command.length !== end - start) return false;
    for (let i = 0; i < command.length; i++) {
      if ((bytes[start + i]! | 0x20) !== command.charCodeAt(i)) return false;
    }
    return true;
  });
}

/** @returns NaN where it is no time; -1 is one before 1970 here, not "now" */
function timeMsOf(time: number): number {
  if (!Number.isFinite(time)) return NaN;
  return time > secondsMax ? Math.floor(time) : Math.floor(time * 1000 + decimalSlackMs);
}

/** Ten digits of seconds reach to the year 2286. */
const secondsMax = 9_999_999_999;
/** As in seconds.ts. */
const decimalSlackMs = 0.0005;
