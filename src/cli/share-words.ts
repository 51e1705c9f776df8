/**
 * Says it where a search saw less than there is: Kale's shards hold the series of their own process,
 * and others of the cluster hold the rest.
 */
import type { ShareReport, SimilarityAnswer, SimilarityReader } from "../model/index.ts";

/** @param report  undefined where this process judges nothing, and so holds nothing */
export function withShareWords(
  similarity: SimilarityReader,
  report: () => ShareReport | undefined,
): SimilarityReader {
  return {
    async search(query, options) {
      const { onProgress } = options;
      const told =
        onProgress && ((answer: SimilarityAnswer) => onProgress(withWords(answer, report())));
      const asked = told === undefined ? options : { ...options, onProgress: told };
      return withWords(await similarity.search(query, asked), report());
    },
  };
}

function withWords(answer: SimilarityAnswer, report: ShareReport | undefined): SimilarityAnswer {
  const limitedTo = limitWords(answer, report);
  return limitedTo === undefined ? answer : { ...answer, limitedTo };
}

function limitWords(
  { searchedBy = "shards", whyShards }: SimilarityAnswer,
  report: ShareReport | undefined,
): string | undefined {
  if (searchedBy !== "shards") return undefined;
  const { heldCount, partitionCount } = report ?? { heldCount: 0, partitionCount: undefined };
  if (heldCount === partitionCount) return undefined;
  const share =
    partitionCount === undefined
      ? "This process holds no metrics, so none were searched."
      : `Only the share of this process was searched: ${heldCount} of ${partitionCount} parts of all metrics.`;
  // With an engine, what to do is to ask what it can answer.
  const remedy =
    whyShards ?? "Set oculus.engine: elasticsearch on every process, and all are searched.";
  return `${share} ${remedy}`;
}
