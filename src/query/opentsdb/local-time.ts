/**
 * Dates of a time zone, without the machine's own zone: days as whole numbers since 1970-01-01.
 *
 * Zones are those of Intl (the IANA database). They are not those of base/time-zone.ts, since of an hour
 * that comes twice OpenTSDB means the first and Graphite the second.
 */
import { dateOf, dayNumber } from "../../base/time-zone.ts";

export const dayMs = 86_400_000;

export interface CivilDate {
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
  readonly day: number;
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
  static find(name: string): TimeZone | undefined {
    if (name === "" || name === "UTC") return TimeZone.utc;
    // Intl takes offsets too, which OpenTSDB does not.
    if (name.length > 64 || !/^[A-Za-z]/.test(name)) return undefined;
    try {
      const format = new Intl.DateTimeFormat("en-US", {
        timeZone: name,
        hourCycle: "h23",
        year: "numeric",
        month: "numeric",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
        second: "numeric",
      });
      return new TimeZone(name, format);
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  /** The local day in which it is. */
  dayAt(timeMs: number): number {
    return Math.floor((timeMs + this.#offsetMs(timeMs)) / dayMs);
  }

  /** When the local clock shows this; where twice the first time; where never, as if set later. */
  timeOf(day: number, msOfDay = 0): number {
    const local = day * dayMs + msOfDay;
    const first = local - this.#offsetMs(local - dayMs);
    if (first + this.#offsetMs(first) === local) return first;
    const second = local - this.#offsetMs(local + dayMs);
    return second + this.#offsetMs(second) === local ? second : first;
  }

  /** How far the local clock is ahead of UTC. */
  #offsetMs(timeMs: number): number {
    if (this.#format === undefined) return 0;
    const parts = new Map<string, number>();
    for (const { type, value } of this.#format.formatToParts(Math.floor(timeMs / 1000) * 1000)) {
      parts.set(type, Number(value));
    }
    const part = (name: string): number => parts.get(name) ?? 0;
    const day = dayOfDate({ year: part("year"), month: part("month"), day: part("day") });
    const seconds = part("hour") * 3600 + part("minute") * 60 + part("second");
    return day * dayMs + seconds * 1000 - Math.floor(timeMs / 1000) * 1000;
  }
}

export function dayOfDate({ year, month, day }: CivilDate): number {
  return dayNumber(year, month, day);
}

export function dateOfDay(day: number): CivilDate {
  return dateOf(day);
}
