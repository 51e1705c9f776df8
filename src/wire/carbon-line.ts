/**
 * Carbon's plaintext protocol: lines of bytes in, rows out.
 *
 *     name BLANKS value [ BLANKS seconds ] LF
 *
 * - name     bytes above 0x20, so UTF-8 passes; tags ride in it: `disk.used;host=fe1`
 * - value    decimal; words like nan and inf go to the sink as what they mean, which refuses them
 * - seconds  Unix time, may have a fraction; -1 or nothing is "now"
 *
 * Source: Graphite manual, "Feeding In Your Data"; carbon/protocols.py 1.1.7. Deviations: the time
 * may be missing, and CR and leading blanks do not matter. Empty lines are passed over in silence:
 * many senders end a datagram with one.
 */
import { skipBlanks, skipField } from "./blanks.ts";
import { parseDecimal, parseNonFinite } from "./decimal.ts";
import type { PlainSender } from "./plain-rows.ts";
import type { RowSink } from "./row-sink.ts";
import { timeMsOfSeconds } from "./seconds.ts";

/** The longest line, without its LF: a name of the longest kind and two numbers, four times over. */
export const carbonLineBytesMax = 4096;

export type CarbonFault =
  | "missing-value"
  | "bad-value"
  | "bad-time"
  | "extra-field"
  | "long-line"
  /** The connection ended inside a line, so that its value may be cut too. */
  | "cut-line";

/**
 * Reads all whole lines of `bytes[start, end)`.
 *
 * @param plain  takes what it can first
 * @returns where the first line without LF begins, or `end`
 */
export function readCarbonLines(
  bytes: Uint8Array,
  start: number,
  end: number,
  sink: RowSink<CarbonFault>,
  plain?: PlainSender,
): number {
  plain?.begin();
  let lineStart = start;
  for (;;) {
    if (plain !== undefined && lineStart < end) lineStart = plain.lines(bytes, lineStart, end);
    let at = lineStart;
    while (at < end && bytes[at] !== 0x0a) at += 1;
    if (at >= end) break;
    readCarbonLine(bytes, lineStart, at, sink);
    lineStart = at + 1;
  }
  plain?.end();
  return lineStart;
}

/** Reads a datagram: lines, of which the last needs no LF. */
export function readCarbonDatagram(
  bytes: Uint8Array,
  start: number,
  end: number,
  sink: RowSink<CarbonFault>,
  plain?: PlainSender,
): void {
  const rest = readCarbonLines(bytes, start, end, sink, plain);
  if (rest < end) readCarbonLine(bytes, rest, end, sink);
}

/** Reads one line, given without its LF. */
export function readCarbonLine(
  bytes: Uint8Array,
  start: number,
  end: number,
  sink: RowSink<CarbonFault>,
): void {
  if (end - start > carbonLineBytesMax) {
    sink.fault("long-line", bytes, start, end);
    return;
  }
  const nameStart = skipBlanks(bytes, start, end);
  if (nameStart === end) return;
  const nameEnd = skipField(bytes, nameStart, end);
  const valueStart = skipBlanks(bytes, nameEnd, end);
  if (valueStart === end) {
    sink.fault("missing-value", bytes, start, end);
    return;
  }
  const valueEnd = skipField(bytes, valueStart, end);
  let value: number | undefined = parseDecimal(bytes, valueStart, valueEnd);
  if (Number.isNaN(value)) value = parseNonFinite(bytes, valueStart, valueEnd);
  if (value === undefined) {
    sink.fault("bad-value", bytes, start, end);
    return;
  }

  let timeMs = NaN;
  const secondsStart = skipBlanks(bytes, valueEnd, end);
  if (secondsStart < end) {
    const secondsEnd = skipField(bytes, secondsStart, end);
    const seconds = parseDecimal(bytes, secondsStart, secondsEnd);
    if (!Number.isFinite(seconds)) {
      sink.fault("bad-time", bytes, start, end);
      return;
    }
    if (skipBlanks(bytes, secondsEnd, end) < end) {
      sink.fault("extra-field", bytes, start, end);
      return;
    }
    timeMs = timeMsOfSeconds(seconds);
  }
  sink.row(bytes, nameStart, nameEnd, timeMs, value);
}
