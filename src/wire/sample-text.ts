/**
 * Times and numbers as people and programs write them into text files.
 *
 *     1700000000  1700000000.25          Unix seconds
 *     1700000000000 … 16 … 19 digits     Unix milliseconds, microseconds, nanoseconds
 *     2023-11-14T22:13:20.5Z  +01:00     ISO 8601; a blank for the T; without a zone it is UTC
 *     2023-11-14                         its first moment, UTC
 *
 * A number is told from its size: seconds reach 100,000,000,000 only in the year 5138.
 */
import { dayNumber } from "../base/time-zone.ts";

const dateTime =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|UTC|[+-]\d\d:?\d\d)?)?$/i;

/** @returns whole Unix milliseconds; undefined where it is no time */
export function parseTimeText(text: string): number | undefined {
  if (/^\d+(\.\d*)?(e\+?\d+)?$/i.test(text)) return timeOfNumber(Number(text));
  const parts = dateTime.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour = 0, minute = 0, second = 0, fraction = "", zone = "Z"] = parts;
  const days = daysSince1970(Number(year), Number(month), Number(day));
  if (days === undefined || Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60) {
    return undefined;
  }
  const seconds = days * 86_400 + Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  return seconds * 1000 + Math.round(Number(`0.${fraction}0`) * 1000) - zoneOffsetMs(zone);
}

/** @returns whole Unix milliseconds out of a number in s, ms, µs or ns; undefined for no time */
export function timeOfNumber(number: number): number | undefined {
  if (!(number >= 0 && number < 1e20)) return undefined;
  if (number >= 1e17) return Math.floor(number / 1e6);
  if (number >= 1e14) return Math.floor(number / 1e3);
  if (number >= 1e11) return Math.floor(number);
  // To the microsecond first: 1700000000.1 is not 1700000000099.9999 ms.
  return Math.floor(Math.round(number * 1e6) / 1e3);
}

/**
 * @returns "none" where the text says that there is no value, which is never a zero; undefined where
 *   it is no finite number
 */
export function parseValueText(text: string): number | "none" | undefined {
  if (/^(|null|none|nan|na|n\/a|nil|-|undefined)$/i.test(text)) return "none";
  if (!/^[+-]?(\d|\.\d)/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function zoneOffsetMs(zone: string): number {
  const parts = /^([+-])(\d\d):?(\d\d)$/.exec(zone);
  if (parts === null) return 0;
  const minutes = Number(parts[2]) * 60 + Number(parts[3]);
  return (parts[1] === "-" ? -1 : 1) * minutes * 60_000;
}

function daysSince1970(year: number, month: number, day: number): number | undefined {
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) {
    return undefined;
  }
  return dayNumber(year, month, day);
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
