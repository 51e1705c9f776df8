/**
 * Wall clocks: between Unix seconds and what a clock on a wall in a zone shows.
 *
 * A wall time is counted in seconds as if the wall stood in UTC. The zones are those of the program's
 * runtime (IANA names). Where clocks are set back an hour comes twice, and the later one is meant; an
 * hour that is left out is read as if clocks had not been set: so does graphite-web (pytz, not in
 * daylight saving time).
 */

export interface WallTime {
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

export class TimeZone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat | undefined;

  private constructor(name: string, format: Intl.DateTimeFormat | undefined) {
    this.name = name;
    this.#format = format;
  }

  static readonly utc = new TimeZone("UTC", undefined);

  /** @returns undefined where there is no such zone */
  static of(name: string): TimeZone | undefined {
    if (name === "UTC") return TimeZone.utc;
    if (!/^[A-Za-z][\w+/-]{0,63}$/.test(name)) return undefined;
    try {
      const format = new Intl.DateTimeFormat("en-US", {
        timeZone: name,
        hourCycle: "h23",
        era: "short",
        year: "numeric",
        month: "numeric",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
        second: "numeric",
      });
      return new TimeZone(name, format);
    } catch {
      return undefined;
    }
  }

  /** How far walls are ahead of UTC at a moment, in seconds. */
  offsetSeconds(seconds: number): number {
    if (this.#format === undefined) return 0;
    const found = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
    for (const { type, value } of this.#format.formatToParts(seconds * 1000)) {
      if (type in found) found[type as keyof typeof found] = Number(value);
    }
    return wallSeconds(found) - Math.floor(seconds);
  }

  /** What the wall shows, as seconds. */
  toWall(seconds: number): number {
    return seconds + this.offsetSeconds(seconds);
  }

  fromWall(wall: number): number {
    const daySeconds = 86_400;
    const offsets = [
      this.offsetSeconds(wall - daySeconds),
      this.offsetSeconds(wall + daySeconds),
    ].sort((a, b) => a - b);
    const fitting = offsets.find((offset) => this.offsetSeconds(wall - offset) === offset);
    return wall - (fitting ?? offsets[0] ?? 0);
  }
}

export function wallSeconds(time: WallTime): number {
  const days = dayNumber(time.year, time.month, time.day);
  return days * 86_400 + time.hour * 3600 + time.minute * 60 + time.second;
}

/** @param wall  seconds on the wall */
export function wallTime(wall: number): WallTime {
  const days = Math.floor(wall / 86_400);
  const rest = Math.floor(wall - days * 86_400);
  return {
    ...dateOf(days),
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
  };
}

/** 0 is Sunday. */
export function weekday(wall: number): number {
  const days = Math.floor(wall / 86_400);
  return (((days + 4) % 7) + 7) % 7;
}

export function monthDays(year: number, month: number): number {
  return dayNumber(month === 12 ? year + 1 : year, (month % 12) + 1, 1) - dayNumber(year, month, 1);
}

/**
 * Days since 1970-01-01 of a date in the Gregorian calendar.
 * Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
 */
export function dayNumber(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The inverse, civil_from_days there. */
export function dateOf(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
}
