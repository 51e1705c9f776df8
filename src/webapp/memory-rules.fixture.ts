/** Rules in memory, and a trial of them that knows one answer. */
import type { Clock } from "../base/clock.ts";
import type {
  EpisodeJournal,
  RulesDesk,
  RulesInForce,
  RulesTrial,
  RulesTrialQuery,
  RulesTrialReader,
} from "../model/index.ts";

export class MemoryRules implements RulesDesk, RulesTrialReader {
  readonly asked: RulesTrialQuery[] = [];
  readonly #clock: Clock;
  readonly #episodes: EpisodeJournal;
  #inForce: RulesInForce = {
    configured: [{ match: "web.*", leastRelative: 0.2 }],
    kept: [],
    keptText: "",
    changed: null,
  };

  constructor(clock: Clock, episodes: EpisodeJournal) {
    this.#clock = clock;
    this.#episodes = episodes;
  }

  inForce(): RulesInForce {
    return this.#inForce;
  }

  keep({ text, rules, by }: Parameters<RulesDesk["keep"]>[0]): Promise<void> {
    const changed = { atMs: this.#clock.nowMs(), by };
    this.#inForce = { ...this.#inForce, kept: rules, keptText: text, changed };
    return Promise.resolve();
  }

  /** The newest anomalies, each third of them left out. */
  tryRules(query: RulesTrialQuery): Promise<RulesTrial> {
    this.asked.push(query);
    const found = this.#episodes.find({ state: "all", limit: 12 });
    const episodes = found.map((episode, i) => {
      return { fate: i % 3 === 0 ? "left-out" : "both", episode } as const;
    });
    return Promise.resolve({
      episodes,
      knownCount: 2,
      matchedCount: 120,
      affectedCount: 9,
      triedCount: 9,
    });
  }
}
