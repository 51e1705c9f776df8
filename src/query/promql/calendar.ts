/** Parts of a date in UTC from Unix seconds, for `hour()` and its like; without a clock. */
import { dateOf as dateOfDay } from "../../base/time-zone.ts";

type CalendarPart = (seconds: number) => number;

export const calendarParts: ReadonlyMap<string, CalendarPart> = new Map<string, CalendarPart>([
  ["minute", (seconds) => Math.floor(within(seconds, 3600) / 60)],
  ["hour", (seconds) => Math.floor(within(seconds, 86_400) / 3600)],
  // The first of January 1970 was a Thursday.
  ["day_of_week", (seconds) => within(dayOf(seconds) + 4, 7)],
  ["day_of_month", (seconds) => dateOf(seconds).day],
  ["day_of_year", dayOfYear],
  ["days_in_month", daysInMonth],
  ["month", (seconds) => dateOf(seconds).month],
  ["year", (seconds) => dateOf(seconds).year],
]);

/** Like `%`, but never below 0; of whole seconds. */
function within(value: number, length: number): number {
  const whole = Math.trunc(value);
  return ((whole % length) + length) % length;
}

function dayOf(seconds: number): number {
  return Math.floor(Math.trunc(seconds) / 86_400);
}

function dateOf(seconds: number): ReturnType<typeof dateOfDay> {
  return dateOfDay(dayOf(seconds));
}

const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function daysInMonth(seconds: number): number {
  const { year, month } = dateOf(seconds);
  if (Number.isNaN(month)) return NaN;
  return month === 2 && isLeap(year) ? 29 : monthLengths[month - 1]!;
}

function dayOfYear(seconds: number): number {
  const { year, month, day } = dateOf(seconds);
  let count = day;
  for (let before = 1; before < month; before++) count += monthLengths[before - 1]!;
  return month > 2 && isLeap(year) ? count + 1 : count;
}
