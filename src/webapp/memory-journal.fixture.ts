/** A journal in memory, slow and obvious, for tests of the webapp. */
import type { Clock } from "../base/clock.ts";
import type {
  Episode,
  EpisodeEvent,
  EpisodeJournal,
  EpisodeQuery,
  TimeRange,
} from "../model/index.ts";

export class MemoryJournal implements EpisodeJournal {
  readonly #episodes = new Map<string, Episode>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  record(events: readonly EpisodeEvent[]): void {
    for (const { episode } of events) this.#episodes.set(episode.id, episode);
  }

  find({ state, range, name, limit }: EpisodeQuery): Episode[] {
    return [...this.#episodes.values()]
      .filter((episode) => state === "all" || (state === "active") === (episode.endedMs === null))
      .filter((episode) => name === undefined || episode.name === name)
      .filter(
        ({ startedMs, endedMs }) =>
          range === undefined ||
          (startedMs < range.untilMs && (endedMs ?? Infinity) > range.fromMs),
      )
      .sort((a, b) => b.startedMs - a.startedMs)
      .slice(0, limit);
  }

  get(id: string): Episode | undefined {
    return this.#episodes.get(id);
  }

  countOverTime({ fromMs, untilMs }: TimeRange, stepMs: number): number[] {
    const counts: number[] = [];
    for (let atMs = fromMs; atMs < untilMs; atMs += stepMs) {
      const range = { fromMs: atMs, untilMs: Math.min(atMs + stepMs, this.#clock.nowMs()) };
      counts.push(this.find({ state: "all", range, limit: Infinity }).length);
    }
    return counts;
  }

  close(): void {
    this.#episodes.clear();
  }
}
