/**
 * Parts of a date in UTC from Unix seconds, for `hour()` and its like; without a clock.
 *
 * Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (civil_from_days).
 */

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

interface CivilDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

function dateOf(seconds: number): CivilDate {
  // Years that begin in March, in eras of 400 years, so that a leap day is the last of its year.
  const shifted = dayOf(seconds) + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const leapDays =
    Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return { year, month, day: dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1 };
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
