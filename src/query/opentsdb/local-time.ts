/**
 * Dates of a time zone, without the machine's own zone: days as whole numbers since 1970-01-01.
 *
 * Zones and their offsets are those of base/time-zone.ts; what a local time means is not, since of an
 * hour that comes twice OpenTSDB means the first and Graphite the second.
 */
import { dateOf, dayNumber, TimeZone as WallZone } from "../../base/time-zone.ts";

export const dayMs = 86_400_000;

export interface CivilDate {
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
  readonly day: number;
}

export class TimeZone {
  readonly name: string;
  readonly #walls: WallZone;

  private constructor(walls: WallZone) {
    this.name = walls.name;
    this.#walls = walls;
  }

  static readonly utc = new TimeZone(WallZone.utc);

  /** @returns undefined where there is no such zone; Intl takes offsets too, which OpenTSDB does not */
  static find(name: string): TimeZone | undefined {
    if (name === "" || name === "UTC") return TimeZone.utc;
    const walls = WallZone.of(name);
    return walls === undefined ? undefined : new TimeZone(walls);
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
    return this.#walls.offsetSeconds(Math.floor(timeMs / 1000)) * 1000;
  }
}

export function dayOfDate({ year, month, day }: CivilDate): number {
  return dayNumber(year, month, day);
}

export function dateOfDay(day: number): CivilDate {
  return dateOf(day);
}
