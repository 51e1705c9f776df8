/**
 * Moments as Graphite's from and until have them, after at(1):
 *
 *     -24h, -1d6h, +30min            before or after now
 *     now, midnight, noon, teatime, 6pm, 14:30, 9:30am
 *     today, yesterday, tomorrow, monday, jan5, 12/31/26, 20261123
 *     noon yesterday, 04:00_20261123, midnight-1d, monday+2h
 *     1764000000                     Unix seconds
 *
 * Source: the manual, "The Render URL API", and graphite-web 1.1.8 at work: case, blanks, commas and
 * underscores do not count; a month is 30 days and a year 365; "m" alone is no unit.
 */
import { GraphiteError, quoted } from "./errors.ts";
import { monthDays, type TimeZone, wallSeconds, wallTime, weekday } from "../../base/time-zone.ts";

const daySeconds = 86_400;
const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
/** The year 10000. */
const secondsMax = 253_402_300_800;

export interface AtTimeOptions {
  readonly nowSeconds: number;
  readonly zone: TimeZone;
}

/**
 * @returns Unix seconds
 * @throws GraphiteError  "bad-parameter"
 */
export function parseAtTime(text: string, options: AtTimeOptions): number {
  const plain = text.toLowerCase().replaceAll(/[\s_,]/g, "");
  if (/^\d{1,15}$/.test(plain) && !isDate(plain)) return within(Number(plain), text);
  const cut = plain.search(/[+-]/);
  // Like there, a "+" anywhere comes before a "-".
  const sign = plain.includes("+") ? plain.indexOf("+") : cut;
  const reference = sign < 0 ? plain : plain.slice(0, sign);
  const offset = sign < 0 ? "" : plain.slice(sign);
  return within(parseReference(reference, text, options) + parseTimeOffset(offset), text);
}

function isDate(digits: string): boolean {
  if (digits.length !== 8) return false;
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)].map(Number);
  return (year ?? 0) > 1900 && (month ?? 13) < 13 && (day ?? 32) < 32;
}

function within(seconds: number, text: string): number {
  if (seconds >= 0 && seconds < secondsMax) return seconds;
  throw unknownTime(text);
}

function parseReference(reference: string, text: string, options: AtTimeOptions): number {
  const { nowSeconds, zone } = options;
  if (reference === "" || reference === "now") return nowSeconds;
  const { hour, minute, rest } = timeOfDay(reference);
  if (!(hour <= 23 && minute <= 59)) throw unknownTime(text);
  const nowWall = zone.toWall(nowSeconds);
  const today = Math.floor(nowWall / daySeconds) * daySeconds;
  const day = dayOf(rest, today);
  if (day === undefined) throw unknownTime(text);
  return zone.fromWall(day + hour * 3600 + minute * 60);
}

/** Takes the time of day from the front. */
function timeOfDay(reference: string): {
  readonly hour: number;
  readonly minute: number;
  readonly rest: string;
} {
  let rest = reference;
  let hour = 0;
  let minute = 0;
  const clock = /^(\d{1,2}):(\d{2})(am|pm)?/.exec(rest) ?? /^(\d{1,2})()(am|pm)/.exec(rest);
  if (clock !== null) {
    hour = Number(clock[1]);
    minute = Number(clock[2]);
    if (clock[3] === "pm") hour = (hour + 12) % 24;
    rest = rest.slice(clock[0].length);
  }
  const named = /^(?:noon|midnight|teatime)/.exec(rest)?.[0];
  if (named !== undefined) {
    hour = named === "noon" ? 12 : named === "teatime" ? 16 : 0;
    minute = 0;
    rest = rest.slice(named.length);
  }
  return { hour, minute, rest };
}

/** @returns the first second of the day on the wall; undefined where the text names none */
function dayOf(text: string, today: number): number | undefined {
  if (text === "" || text === "today") return today;
  if (text === "yesterday") return today - daySeconds;
  if (text === "tomorrow") return today + daySeconds;

  const american = /^(\d{1,2})\/(\d{1,2})\/(\d{1,4})$/.exec(text);
  if (american !== null) {
    let year = Number(american[3]);
    if (year < 1900) year += 1900;
    if (year < 1970) year += 100;
    return dateWall(year, Number(american[1]), Number(american[2]));
  }
  if (/^\d{8}$/.test(text)) {
    return dateWall(Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6)));
  }
  const month = months.indexOf(text.slice(0, 3));
  if (month >= 0) {
    const day = /\d{1,2}$/.exec(text)?.[0];
    return day === undefined ? undefined : dateWall(wallTime(today).year, month + 1, Number(day));
  }
  const wanted = weekdays.indexOf(text.slice(0, 3));
  if (wanted >= 0) return today - ((weekday(today) - wanted + 7) % 7) * daySeconds;
  return undefined;
}

function dateWall(year: number, month: number, day: number): number | undefined {
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= monthDays(year, month))) return undefined;
  return wallSeconds({ year, month, day, hour: 0, minute: 0, second: 0 });
}

export type TimeUnit = "seconds" | "minutes" | "hours" | "days" | "weeks" | "months" | "years";

const unitSeconds: Readonly<Record<TimeUnit, number>> = {
  seconds: 1,
  minutes: 60,
  hours: 3600,
  days: daySeconds,
  weeks: 7 * daySeconds,
  months: 30 * daySeconds,
  years: 365 * daySeconds,
};

/** By how it begins, so that "1hour", "1hr" and "1h" are the same. */
export function timeUnit(text: string): TimeUnit | undefined {
  if (text.startsWith("s")) return "seconds";
  if (text.startsWith("min")) return "minutes";
  if (text.startsWith("h")) return "hours";
  if (text.startsWith("d")) return "days";
  if (text.startsWith("w")) return "weeks";
  if (text.startsWith("mon")) return "months";
  return text.startsWith("y") ? "years" : undefined;
}

/**
 * A length of time with an optional sign, e.g. "1h", "-7d", "1h30min"; "" is none.
 * @returns seconds
 * @throws GraphiteError  "bad-parameter"
 */
export function parseTimeOffset(text: string): number {
  if (text === "") return 0;
  const sign = text.startsWith("-") ? -1 : 1;
  const parts = text.replace(/^[+-]/, "");
  if (!/^(?:\d{1,9}[a-z]{1,20}){1,8}$/i.test(parts)) throw unknownLength(text);
  let seconds = 0;
  for (const [, count = "", word = ""] of parts.matchAll(/(\d+)([a-z]+)/gi)) {
    const unit = timeUnit(word);
    if (unit === undefined) throw unknownLength(text);
    seconds += Number(count) * unitSeconds[unit];
  }
  if (seconds > secondsMax) throw unknownLength(text);
  return sign * seconds;
}

function unknownTime(text: string): GraphiteError {
  const forms = "e.g. -24h, now, midnight, noon yesterday, 04:00_20261123, or Unix seconds";
  return new GraphiteError("bad-parameter", `${quoted(text)} is no moment: ${forms}.`);
}

function unknownLength(text: string): GraphiteError {
  const forms = "a number with s, min, h, d, w, mon or y, e.g. 1h, 10min, 7d";
  return new GraphiteError("bad-parameter", `${quoted(text)} is no length of time: ${forms}.`);
}
