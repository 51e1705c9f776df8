/**
 * Keeps back an anomaly that is found in a series' history until it has ended there, or all of that is read: one of
 * last night would be told as going on now for as long as reading up to its end takes.
 *
 * Invariant: at most `seriesCountMax` series are kept back; what is found of further ones is told at once.
 */
import type { EpisodeEvent } from "../model/index.ts";

const seriesCountMaxUsual = 4096;

export class HistoryHold {
  readonly #seriesCountMax: number;
  readonly #held = new Map<string, EpisodeEvent[]>();

  constructor({ seriesCountMax = seriesCountMaxUsual } = {}) {
    this.#seriesCountMax = seriesCountMax;
  }

  /** Episodes kept back that have begun and not ended. */
  get activeCount(): number {
    let count = 0;
    for (const events of this.#held.values()) if (events.at(-1)?.change !== "ended") count += 1;
    return count;
  }

  /**
   * @param events     newly found
   * @param isReading  whether what is judged of a series now is history
   * @returns what may be told now; of one series in the order in which it was found
   */
  sift(events: readonly EpisodeEvent[], isReading: (name: string) => boolean): EpisodeEvent[] {
    const told: EpisodeEvent[] = [];
    for (const event of events) {
      const { name } = event.episode;
      const before = this.#held.get(name);
      if (before !== undefined) before.push(event);
      else if (this.#held.size < this.#seriesCountMax && isReading(name)) {
        this.#held.set(name, [event]);
      } else told.push(event);
    }
    for (const [name, held] of this.#held) {
      if (held.at(-1)?.change !== "ended" && isReading(name)) continue;
      told.push(...held);
      this.#held.delete(name);
    }
    return told;
  }

  /** Everything, whatever was read. */
  release(): EpisodeEvent[] {
    return this.sift([], () => false);
  }
}
