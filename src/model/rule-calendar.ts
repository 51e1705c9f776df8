/**
 * When a rule holds: on given dates, days of the month or the week, between hours, on the clock of a time zone.
 *
 *     when:
 *       time-zone: Europe/Berlin      UTC if not said
 *       dates: [2026-12-25, 01-01]    a date, or month and day for every year
 *       days: [1, 15, last]           of the month
 *       weekdays: [sat, sun]
 *       hours: "22:00-06:00"          from the first until before the second, over midnight too
 *
 * All that is said has to hold. A moment belongs to the day that the wall shows then.
 */
import { monthDays, TimeZone, wallTime, weekday } from "../base/time-zone.ts";
import { WallOffset } from "../base/wall-offset.ts";

export interface RuleCalendar {
  readonly timeZone: string;
  /** "2026-12-25" or "12-25"; empty is every date, as below. */
  readonly dates: readonly string[];
  readonly days: readonly (number | "last")[];
  /** 0 is Sunday. */
  readonly weekdays: readonly number[];
  /** Minutes of the day; null is all day. */
  readonly hours: { readonly fromMinute: number; readonly untilMinute: number } | null;
}

const entryCountMax = 366;
export const weekdayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** @returns the calendar, or what is wrong with it: what was found, and what is allowed */
export function readCalendar(input: unknown): RuleCalendar | string {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    return `when is ${shown(input)}; allowed is a map of ${Object.keys(readers).join(", ")}`;
  }
  const calendar: Record<string, unknown> = { ...always };
  const given = Object.entries(input);
  for (const [key, value] of given) {
    const reader = readers[key];
    if (reader === undefined) {
      return `nothing in when is called ${shown(key)}; known are ${Object.keys(readers).join(", ")}`;
    }
    const read = reader.read(value);
    if (read === undefined) return `${key} is ${shown(value)}; allowed is ${reader.allowed}`;
    calendar[reader.field] = read;
  }
  if (!given.some(([key]) => key !== "time-zone")) {
    return "when says no dates, days, weekdays or hours; say one, or leave when out";
  }
  return calendar as unknown as RuleCalendar;
}

/** As `readCalendar` takes it. */
export function calendarJson(calendar: RuleCalendar): Record<string, unknown> {
  const { timeZone, dates, days, weekdays, hours } = calendar;
  return {
    "time-zone": timeZone,
    ...(dates.length === 0 ? {} : { dates }),
    ...(days.length === 0 ? {} : { days }),
    ...(weekdays.length === 0 ? {} : { weekdays: weekdays.map((day) => weekdayNames[day]) }),
    ...(hours === null
      ? {}
      : { hours: `${clockText(hours.fromMinute)}-${clockText(hours.untilMinute)}` }),
  };
}

export function calendarHolds(calendar: RuleCalendar, timeMs: number): boolean {
  const { dates, days, weekdays, hours } = calendar;
  const seconds = Math.floor(timeMs / 1000);
  const wall = seconds + offsetIn(calendar.timeZone).at(seconds);
  const { year, month, day, hour, minute } = wallTime(wall);
  if (dates.length > 0) {
    const yearly = `${two(month)}-${two(day)}`;
    if (!dates.includes(yearly) && !dates.includes(`${year}-${yearly}`)) return false;
  }
  if (days.length > 0 && !days.includes(day)) {
    if (!days.includes("last") || day !== monthDays(year, month)) return false;
  }
  if (weekdays.length > 0 && !weekdays.includes(weekday(wall))) return false;
  if (hours === null) return true;
  const now = 60 * hour + minute;
  const { fromMinute, untilMinute } = hours;
  if (fromMinute < untilMinute) return now >= fromMinute && now < untilMinute;
  return now >= fromMinute || now < untilMinute;
}

const always: RuleCalendar = { timeZone: "UTC", dates: [], days: [], weekdays: [], hours: null };

interface FieldReader {
  readonly field: keyof RuleCalendar;
  readonly allowed: string;
  readonly read: (input: unknown) => unknown;
}

const readers: Readonly<Record<string, FieldReader>> = {
  "time-zone": {
    field: "timeZone",
    allowed: 'a zone such as "Europe/Berlin" or "UTC"',
    read: (input) =>
      typeof input === "string" && TimeZone.of(input) !== undefined ? input : undefined,
  },
  dates: {
    field: "dates",
    allowed: 'a list of dates such as 2026-12-25, or "12-25" for every year',
    read: (input) => listOf(input, dateOf),
  },
  days: {
    field: "days",
    allowed: "a list of days of the month, 1 to 31, or last",
    read: (input) =>
      listOf(input, (day) => (isWithin(day, 1, 31) || day === "last" ? day : undefined)),
  },
  weekdays: {
    field: "weekdays",
    allowed: `a list of ${weekdayNames.join(", ")}`,
    read: (input) =>
      listOf(input, (day) => {
        const place = weekdayNames.indexOf(String(day));
        return place < 0 ? undefined : place;
      }),
  },
  hours: { field: "hours", allowed: 'two times such as "22:00-06:00"', read: hoursOf },
};

function listOf<Value>(
  input: unknown,
  read: (entry: unknown) => Value | undefined,
): Value[] | undefined {
  if (!Array.isArray(input) || input.length === 0 || input.length > entryCountMax) return undefined;
  const found: Value[] = [];
  for (const entry of input as unknown[]) {
    const value = read(entry);
    if (value === undefined) return undefined;
    found.push(value);
  }
  return found;
}

function dateOf(input: unknown): string | undefined {
  const found = typeof input === "string" ? /^(?:(\d{4})-)?(\d\d)-(\d\d)$/.exec(input) : null;
  if (found === null) return undefined;
  // Without a year the 29th of February is a date too.
  const [year, month, day] = [Number(found[1] ?? 2000), Number(found[2]), Number(found[3])];
  const isDate = isWithin(month, 1, 12) && isWithin(day, 1, monthDays(year, month));
  return isDate ? found[0] : undefined;
}

function hoursOf(input: unknown): RuleCalendar["hours"] | undefined {
  const found =
    typeof input === "string" ? /^(\d\d):(\d\d) ?- ?(\d\d):(\d\d)$/.exec(input.trim()) : null;
  if (found === null) return undefined;
  const [fromHour = 0, from = 0, untilHour = 0, until = 0] = found.slice(1).map(Number);
  const [fromMinute, untilMinute] = [60 * fromHour + from, 60 * untilHour + until];
  if (from > 59 || until > 59 || fromMinute >= 1440 || untilMinute > 1440) return undefined;
  return fromMinute === untilMinute ? undefined : { fromMinute, untilMinute };
}

function isWithin(input: unknown, min: number, max: number): boolean {
  return Number.isInteger(input) && (input as number) >= min && (input as number) <= max;
}

/** To make one costs far more than to ask it. */
const offsets = new Map<string, WallOffset>();

function offsetIn(zone: string): WallOffset {
  const known = offsets.get(zone);
  if (known !== undefined) return known;
  const made = new WallOffset(zone);
  offsets.set(zone, made);
  return made;
}

function clockText(minute: number): string {
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

function two(count: number): string {
  return String(count).padStart(2, "0");
}

function shown(input: unknown): string {
  return JSON.stringify(input).slice(0, 80);
}
