/** Rules tried on history: which anomalies they would have told of, beside those of the rules in force. */
import type { TimeRange } from "./samples.ts";
import type { Episode } from "./episode.ts";
import type { Rule } from "./rules.ts";

export interface RulesTrialQuery {
  /** Only series whose names match; glob or a part, see `nameMatcher`. */
  readonly match: string;
  readonly range: TimeRange;
  readonly inForce: readonly Rule[];
  readonly tried: readonly Rule[];
  /** A trial stops after so long, and says how far it came. */
  readonly budgetMs: number;
  readonly seriesCountMax: number;
}

export interface TriedEpisode {
  /** "both": told under either; "left-out": no more; "added": only by the tried rules. */
  readonly fate: "both" | "left-out" | "added";
  /** As the tried rules would tell it, where they would. */
  readonly episode: Episode;
}

export interface RulesTrial {
  /** Newest first. */
  readonly episodes: readonly TriedEpisode[];
  /** Anomalies of the tried rules that people marked as normal: shown greyed, and told to nobody. */
  readonly knownCount: number;
  /** Series whose names match. */
  readonly matchedCount: number;
  /** Of these, those that the tried rules judge otherwise than the ones in force; no other is tried. */
  readonly affectedCount: number;
  /** Of these, those for which there was time. */
  readonly triedCount: number;
}

export interface RulesTrialReader {
  /** Undefined where the nine checks alone judge, which know no rules. */
  tryRules(query: RulesTrialQuery): Promise<RulesTrial | undefined>;
}

/**
 * Pairs what the two would have told of one series: an anomaly of one that overlaps one of the other is the
 * same, even where it would have begun or ended at another time.
 */
export function compareTold(before: readonly Episode[], after: readonly Episode[]): TriedEpisode[] {
  const told: TriedEpisode[] = after.map((episode) => ({
    fate: before.some((other) => overlaps(episode, other)) ? "both" : "added",
    episode,
  }));
  for (const episode of before) {
    if (!after.some((other) => overlaps(episode, other))) told.push({ fate: "left-out", episode });
  }
  return told;
}

function overlaps(a: Episode, b: Episode): boolean {
  return a.startedMs <= (b.endedMs ?? Infinity) && b.startedMs <= (a.endedMs ?? Infinity);
}
