/**
 * How far walls of a zone are ahead of UTC, asked for sample after sample: `TimeZone` asks the runtime, at
 * microseconds a time; this remembers over which stretch the answer holds.
 *
 * A stretch is a day in UTC that begins and ends with one offset (no zone changes its clocks twice a day), or a
 * quarter of an hour of a day on which clocks change: they change at quarters.
 */
import { TimeZone } from "./time-zone.ts";

const daySeconds = 86_400;
const quarterSeconds = 900;

export class WallOffset {
  readonly zone: TimeZone;
  #from = Infinity;
  #until = -Infinity;
  #offset = 0;

  /** @param name  as `TimeZone.of` takes it; UTC where this runtime does not know the zone */
  constructor(name: string) {
    this.zone = TimeZone.of(name) ?? TimeZone.utc;
  }

  /** In seconds. */
  at(seconds: number): number {
    if (this.zone === TimeZone.utc) return 0;
    if (seconds < this.#from || seconds >= this.#until) this.#find(seconds);
    return this.#offset;
  }

  #find(seconds: number): void {
    const day = Math.floor(seconds / daySeconds) * daySeconds;
    this.#from = day;
    this.#until = day + daySeconds;
    this.#offset = this.zone.offsetSeconds(day);
    if (this.zone.offsetSeconds(this.#until) === this.#offset) return;
    this.#from = Math.floor(seconds / quarterSeconds) * quarterSeconds;
    this.#until = this.#from + quarterSeconds;
    this.#offset = this.zone.offsetSeconds(this.#from);
  }
}
