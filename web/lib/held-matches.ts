/**
 * Matches that get better while somebody looks at them. As long as they are held (pointer over them,
 * focus in them) each stays in its place and only its numbers change; a better order waits.
 */
import type { SimilarMatchJson } from "../../src/webapp/contract.ts";

export interface HeldMatches {
  readonly shown: readonly SimilarMatchJson[];
  /** A better order waits. */
  readonly isBehind: boolean;
}

export const noMatches: HeldMatches = { shown: [], isBehind: false };

export function nextMatches(
  before: HeldMatches,
  newest: readonly SimilarMatchJson[],
  isHeld: boolean,
): HeldMatches {
  if (!isHeld || before.shown.length === 0) return { shown: newest, isBehind: false };
  const byName = new Map(newest.map((match) => [match.name, match]));
  const kept = before.shown.map((match) => byName.get(match.name) ?? match);
  const known = new Set(before.shown.map(({ name }) => name));
  // What is only appended moves nothing, so it need not wait.
  const isContinued = before.shown.every(({ name }, i) => newest[i]?.name === name);
  const added = isContinued ? newest.filter(({ name }) => !known.has(name)) : [];
  return { shown: [...kept, ...added], isBehind: !isContinued };
}
