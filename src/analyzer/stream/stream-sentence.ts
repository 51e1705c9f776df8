/**
 * An anomaly of the streaming detector in one sentence:
 *
 *     62 → 410; expected 40 to 75 (Mondays 03:00 UTC, 6 weeks); one sample in 1,900 is as odd; 7 of 9 checks agree
 *
 * First what happened, then what was expected and why, then how rare it is and how many of the nine agree;
 * where all of them abstained, nothing is said of them.
 */
import type { Episode } from "../../model/index.ts";
import { formatNumber } from "../numbers.ts";
import { formatApart } from "../sentence.ts";

export function streamSentence(episode: Omit<Episode, "sentence">): string {
  const { why, voteCount, checks } = episode;
  const parts = [movement(episode)];
  if (why !== undefined) {
    const { lower, upper, source } = why.expected;
    const [low, high] = formatApart(lower, upper);
    const range = lower === upper ? low : `${low} to ${high}`;
    parts.push(`expected ${range}${why.isRate ? " per second" : ""} (${source})`);
    if (why.score > 0) parts.push(`one sample in ${formatNumber(rarityOf(why.score))} is as odd`);
  }
  const asked = checks.some(({ outcome }) => outcome !== "abstained");
  if (asked) parts.push(agreement(voteCount, checks.length));
  if (episode.endReason === "accepted") parts.push("it stayed so and is the new normal");
  return parts.join("; ");
}

/** A healthy metric has one sample in so many that scores as high; rounded, as the measure is rough. */
export function rarityOf(score: number): number {
  return Number((10 ** (8 * score)).toPrecision(2));
}

/** The checks know no rhythm and no rates, so often none sees what the detector sees. */
function agreement(voteCount: number, checkCount: number): string {
  if (voteCount === 0) return `none of ${checkCount} checks sees it`;
  return `${voteCount} of ${checkCount} checks ${voteCount === 1 ? "agrees" : "agree"}`;
}

function movement({ before, observed, peak, endedMs, why }: Omit<Episode, "sentence">): string {
  const value = endedMs === null ? observed : peak;
  const unit = why?.isRate === true ? " per second" : "";
  if (before === null || before === value) return `${formatNumber(value)}${unit}`;
  const [from, to] = formatApart(before, value);
  return `${from} → ${to}${unit}`;
}
