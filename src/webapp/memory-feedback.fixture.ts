/** Feedback in memory, with the shape of a bump for every anomaly. */
import type { Clock } from "../base/clock.ts";
import type { EpisodeJournal, Feedback, FeedbackDesk, FeedbackOutcome } from "../model/index.ts";

export class MemoryFeedback implements FeedbackDesk {
  readonly #episodes: EpisodeJournal;
  readonly #clock: Clock;
  #said: Feedback[] = [];
  #count = 0;

  constructor(episodes: EpisodeJournal, clock: Clock) {
    this.#episodes = episodes;
    this.#clock = clock;
  }

  list(): readonly Feedback[] {
    return this.#said;
  }

  say(given: Parameters<FeedbackDesk["say"]>[0]): Promise<FeedbackOutcome> {
    const episode = this.#episodes.get(given.episodeId);
    if (episode === undefined) return Promise.resolve({ ok: false, fault: "unknown-anomaly" });
    this.#count += 1;
    const { name } = episode;
    const values = Array.from({ length: 40 }, (_, i) => {
      return 50 + ((i * 7) % 5) + (i >= 15 && i < 32 ? 40 + 30 * Math.sin(i / 4) : 0);
    });
    const feedback: Feedback = {
      ...{ ...given, pattern: given.pattern === "" ? name : given.pattern },
      ...{ id: String(this.#count), name, createdMs: this.#clock.nowMs() },
      shape: { stepMs: 60_000, leadCount: 15, values },
    };
    this.#said = [feedback, ...this.#said];
    return Promise.resolve({ ok: true, feedback });
  }

  takeBack(id: string): Promise<boolean> {
    const before = this.#said.length;
    this.#said = this.#said.filter((said) => said.id !== id);
    return Promise.resolve(this.#said.length < before);
  }
}
