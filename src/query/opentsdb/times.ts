/**
 * Times and durations as OpenTSDB's queries have them.
 *
 *     duration   digits ( ms | s | m | h | d | w | n | y )       n: 30 days, y: 365 days
 *     time       duration "-ago" | "now" | seconds | milliseconds | seconds "." milliseconds
 *              | yyyy/MM/dd [ ( "-" | " " ) HH:mm [ :ss ] ]       in the query's time zone
 *
 * Source: opentsdb.net, "User Guide: dates and times" (2.4). Up to ten digits are seconds.
 */
import { dayOfDate, type TimeZone } from "./local-time.ts";

const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  n: 30 * 86_400_000,
  y: 365 * 86_400_000,
};

export interface DurationText {
  readonly count: number;
  /** A key of the table above. */
  readonly unit: string;
  readonly lengthMs: number;
}

/** @returns undefined where it is none, or zero */
export function parseDuration(text: string): DurationText | undefined {
  const [, digits = "", unit = ""] = /^(\d{1,12})([a-z]{1,2})$/i.exec(text) ?? [];
  const unitMs = unitsMs[unit.toLowerCase()];
  const count = Number(digits);
  if (unitMs === undefined || count === 0) return undefined;
  return { count, unit: unit.toLowerCase(), lengthMs: count * unitMs };
}

export interface TimeContext {
  readonly nowMs: number;
  readonly timeZone: TimeZone;
}

/** @returns Unix milliseconds; undefined where it is no time */
export function parseTime(text: string, { nowMs, timeZone }: TimeContext): number | undefined {
  if (text === "now") return nowMs;
  if (/-ago$/i.test(text)) {
    const duration = parseDuration(text.slice(0, -4));
    return duration === undefined ? undefined : nowMs - duration.lengthMs;
  }
  if (/^\d{1,15}$/.test(text)) return Number(text) * (text.length <= 10 ? 1000 : 1);
  if (/^\d{10}\.\d{1,3}$/.test(text)) return Math.round(Number(text) * 1000);
  return parseDate(text, timeZone);
}

function parseDate(text: string, timeZone: TimeZone): number | undefined {
  const found = /^(\d{4})\/(\d{2})\/(\d{2})(?:[- ](\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(text);
  if (found === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found
    .slice(1)
    .map((digits: string | undefined) => Number(digits ?? 0));
  const isDate = year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
  if (!isDate || hour > 23 || minute > 59 || second > 59) return undefined;
  const msOfDay = ((hour * 60 + minute) * 60 + second) * 1000;
  return timeZone.timeOf(dayOfDate({ year, month, day }), msOfDay);
}
