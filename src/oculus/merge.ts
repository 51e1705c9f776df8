/**
 * Puts the answers of several shards together. Each gives its nearest from the first on; the page
 * asked for is cut out afterwards, since only together is it known who stands on it.
 */
import type { Match } from "./likeness.ts";

export interface ShardAnswer<Found> {
  readonly matches: readonly Found[];
  readonly isExact: boolean;
  readonly comparedCount: number;
  readonly totalCount: number;
}

/**
 * @param answers  in the order of the shards: equal distances rank by shard, then as they stand
 * @param page     how many to skip, and how many to give
 */
export function mergeAnswers<Found extends Pick<Match, "distance">>(
  answers: readonly ShardAnswer<Found>[],
  page: { readonly offset: number; readonly limit: number },
): ShardAnswer<Found> {
  const matches = answers.flatMap((answer) => answer.matches);
  matches.sort((a, b) => a.distance - b.distance); // a stable sort keeps the shards in order
  return {
    matches: matches.slice(page.offset, page.offset + page.limit),
    isExact: answers.every((answer) => answer.isExact),
    comparedCount: answers.reduce((sum, answer) => sum + answer.comparedCount, 0),
    totalCount: answers.reduce((sum, answer) => sum + answer.totalCount, 0),
  };
}
