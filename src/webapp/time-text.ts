/**
 * Moments as people and programs write them in a URL:
 *
 *     1764000000          Unix seconds, a fraction allowed
 *     1764000000123       Unix milliseconds: any number above 1e11, as seconds the year 5138
 *     2026-11-23T04:00Z   ISO 8601; without a zone it is UTC, whatever the server's zone
 *     now                 the moment of the request
 *     -30min, now-30min   that long before now
 *
 * Units: s, min, h, d, w and their English names. "m" alone is refused: Graphite's users have long
 * been bitten by its two meanings.
 */

/** What is allowed, for messages. */
export const timeTextForms =
  "Unix seconds, Unix milliseconds, an ISO date, now, or a time before now as in -30min, -1h, -7d";

/** The same of durations. */
export const durationTextForms = "seconds, or a length of time as in 90s, 2min, 1h";

const secondsOfUnit: Readonly<Record<string, number>> = {
  s: 1,
  sec: 1,
  second: 1,
  seconds: 1,
  min: 60,
  minute: 60,
  minutes: 60,
  h: 3_600,
  hour: 3_600,
  hours: 3_600,
  d: 86_400,
  day: 86_400,
  days: 86_400,
  w: 604_800,
  week: 604_800,
  weeks: 604_800,
};

const smallestMilliseconds = 1e11;
/** The year 10000: what lies beyond is a mistake, and no longer has an ISO date. */
const timeMsMax = 253_402_300_800_000;

const numberForm = /^\d{1,16}(?:\.\d{1,9})?$/;
const durationForm = /^(\d{1,9}(?:\.\d{1,9})?)([a-z]{0,7})$/;
const relativeForm = /^(?:now)?-(\d{1,9}(?:\.\d{1,9})?)([a-z]{1,7})$/;
const isoForm =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** @returns whole Unix milliseconds, 0 or later; undefined where the text is no moment */
export function parseTimeText(text: string, nowMs: number): number | undefined {
  if (text === "now") return nowMs;
  if (numberForm.test(text)) {
    const value = Number(text);
    return withinBounds(value > smallestMilliseconds ? value : value * 1000);
  }
  const relative = relativeForm.exec(text);
  if (relative !== null) {
    const [, amount = "", unit = ""] = relative;
    const seconds = unitSeconds(unit);
    return seconds === undefined
      ? undefined
      : withinBounds(nowMs - Number(amount) * seconds * 1000);
  }
  return parseIso(text);
}

/** @returns whole milliseconds; undefined where the text is no length of time */
export function parseDurationText(text: string): number | undefined {
  const found = durationForm.exec(text);
  if (found === null) return undefined;
  const [, amount = "", unit = ""] = found;
  const seconds = unit === "" ? 1 : unitSeconds(unit);
  return seconds === undefined ? undefined : Math.round(Number(amount) * seconds * 1000);
}

function unitSeconds(unit: string): number | undefined {
  return Object.hasOwn(secondsOfUnit, unit) ? secondsOfUnit[unit] : undefined;
}

/** Through the parts, since the language reads a date without zone as local time. */
function parseIso(text: string): number | undefined {
  const found = isoForm.exec(text);
  if (found === null) return undefined;
  const [
    ,
    year,
    month,
    day,
    hour = "00",
    minute = "00",
    second = "00",
    fraction = "0",
    zone = "Z",
  ] = found;
  const offset = zone.toUpperCase() === "Z" ? "Z" : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  const milliseconds = fraction.padEnd(3, "0").slice(0, 3);
  const strict = `${year ?? ""}-${month ?? ""}-${day ?? ""}T${hour}:${minute}:${second}.${milliseconds}${offset}`;
  return withinBounds(dayExists(Number(year), Number(month), Number(day)) ? isoMs(strict) : NaN);
}

/** The language moves the 31st of February into March; a person who wrote it made a mistake. */
function dayExists(year: number, month: number, day: number): boolean {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day >= 1 && day <= (lengths[month - 1] ?? 0);
}

/** e.g. "2026-11-23T04:00:00.000Z" */
export function formatIsoTime(timeMs: number): string {
  // eslint-disable-next-line no-restricted-globals -- writes a time that is given
  return new Date(timeMs).toISOString();
}

function isoMs(strict: string): number {
  // eslint-disable-next-line no-restricted-globals -- parses a text; does not ask for the time
  return Date.parse(strict);
}

function withinBounds(timeMs: number): number | undefined {
  const whole = Math.round(timeMs);
  return whole >= 0 && whole <= timeMsMax ? whole : undefined;
}
