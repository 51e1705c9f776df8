/**
 * `kale detect --stream`: a CSV series in, the same rows with an anomaly score out, each row judged
 * by what came before it and itself.
 *
 *     in   timestamp,value          out  timestamp,value,anomaly_score
 *          1700000000,4.2                1700000000,4.2,0
 *
 * The header is needed; with columns named timestamp and value those are taken, otherwise a file of two
 * columns is taken in order. A timestamp is Unix seconds or a date in UTC, "2023-11-14 22:13:20" or
 * ISO 8601; the text of both columns is written back as it came. A value that is empty or no number
 * is a gap: its row has score 0, and later rows do not see it.
 *
 * The score is the streaming detector's (analyzer/detector): a rarity, the same for every series. Rows are
 * taken in the order they come; their times say how far apart they are, so gaps are known as such.
 */
import { Detector, DetectorState } from "../analyzer/index.ts";

/** Scores one series, row by row, in bounded memory. */
export class StreamScorer {
  readonly #detector = new Detector(new DetectorState(1));

  /** @returns 0 to 1; 0 for NaN, which is not kept */
  score(seconds: number, value: number): number {
    return this.#detector.judge(0, seconds, value);
  }
}

export interface CsvColumns {
  readonly timestamp: number;
  readonly value: number;
  readonly count: number;
}

export type CsvHeader =
  | { readonly ok: true; readonly columns: CsvColumns }
  | { readonly ok: false; readonly fault: string };

/** @param line  the first line of the file */
export function readHeader(line: string): CsvHeader {
  const names = splitRow(line).map((name) => name.trim().toLowerCase());
  const timestamp = names.indexOf("timestamp");
  const value = names.indexOf("value");
  const count = names.length;
  if (timestamp >= 0 && value >= 0) return { ok: true, columns: { timestamp, value, count } };
  if (count !== 2)
    return noHeader(`has ${count} columns, none or one of them named timestamp, value`);
  if (readTimestamp(names[0] ?? "") !== undefined) return noHeader("is a row already");
  return { ok: true, columns: { timestamp: 0, value: 1, count: 2 } };
}

function noHeader(fault: string): CsvHeader {
  return { ok: false, fault: `${fault}; the first line must be the header timestamp,value` };
}

export type CsvRow =
  | {
      readonly ok: true;
      readonly timestamp: string;
      readonly seconds: number;
      readonly text: string;
      readonly value: number;
    }
  | { readonly ok: false; readonly fault: string };

/** @returns the row, its value NaN for a gap, or what is wrong with it */
export function readRow(line: string, columns: CsvColumns): CsvRow {
  const cells = splitRow(line);
  if (cells.length !== columns.count) {
    return { ok: false, fault: `has ${cells.length} columns, the header ${columns.count}` };
  }
  const timestamp = (cells[columns.timestamp] ?? "").trim();
  const text = (cells[columns.value] ?? "").trim();
  const seconds = readTimestamp(timestamp);
  if (seconds === undefined) {
    return {
      ok: false,
      fault: `has a timestamp that is none: ${JSON.stringify(timestamp.slice(0, 40))}`,
    };
  }
  return { ok: true, timestamp, seconds, text, value: text === "" ? Number.NaN : Number(text) };
}

const datePattern =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** @returns Unix seconds; undefined where the text is neither seconds nor a date */
export function readTimestamp(text: string): number | undefined {
  if (/^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?$/.test(text)) return Number(text);
  const match = datePattern.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "0", zone] = match;
  const parts = [Number(hour), Number(minute), Number(second)] as const;
  if (Number(day) > daysIn(Number(year), Number(month))) return undefined;
  if (parts[0] > 24 || parts[1] > 59 || parts[2] > 60) return undefined;
  const days = daysBefore(Number(year), Number(month)) + Number(day) - 1;
  const seconds = days * 86_400 + parts[0] * 3600 + parts[1] * 60 + parts[2] + Number(fraction);
  return seconds - zoneSeconds(zone);
}

function zoneSeconds(zone: string | undefined): number {
  if (zone === undefined || zone === "Z") return 0;
  const digits = zone.slice(1).replace(":", "");
  const seconds = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2)) * 60;
  return zone.startsWith("-") ? -seconds : seconds;
}

function daysIn(year: number, month: number): number {
  if (month < 1 || month > 12) return 0;
  if (month === 2) return isLeap(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Days from 1970-01-01 to the first of the month, in the Gregorian calendar. */
function daysBefore(year: number, month: number): number {
  let days = (year - 1970) * 365 + leapsBefore(year) - leapsBefore(1970);
  for (let m = 1; m < month; m++) days += daysIn(year, m);
  return days;
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function leapsBefore(year: number): number {
  const last = year - 1;
  return Math.floor(last / 4) - Math.floor(last / 100) + Math.floor(last / 400);
}

/** Cells of a row, RFC 4180 without line ends inside quotes. */
function splitRow(line: string): string[] {
  if (!line.includes('"')) return line.split(",");
  const cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (let i = 0; i < line.length; i++) {
    const char = line.charAt(i);
    if (char === '"') {
      if (isQuoted && line.charAt(i + 1) === '"') {
        cell += char;
        i += 1;
      } else isQuoted = !isQuoted;
    } else if (char === "," && !isQuoted) {
      cells.push(cell);
      cell = "";
    } else cell += char;
  }
  return [...cells, cell];
}

/** A score as text: six decimals at most, no trailing zeros. */
export function scoreText(score: number): string {
  return String(Math.round(score * 1e6) / 1e6);
}
