/** A search as a page meets it: through HTTP, over a fleet in a real Kale, first and last answer. */
import type { SimilarJson } from "../src/webapp/contract.ts";
import { median, type SearchSite } from "./search-site.ts";

export interface SearchFigures {
  readonly method: string;
  /** "newest": the hour that every shard keeps ready. "asked": another hour, made for the question. */
  readonly window: "newest" | "asked";
  readonly comparedCount: number;
  readonly isExact: boolean;
  /** Median over the queries, milliseconds of the wall. */
  readonly firstMs: number;
  readonly lastMs: number;
}

const methods = ["best", "correlation", "euclidean", "dtw", "fastdtw", "change"];

export async function benchSearch(
  { kale, queryNames }: SearchSite,
  queryCount: number,
): Promise<SearchFigures[]> {
  const figures: SearchFigures[] = [];
  for (const window of ["newest", "asked"] as const) {
    for (const method of methods) {
      const runs: { first: number; last: number; answer: SimilarJson }[] = [];
      for (let i = 0; i < queryCount; i++) {
        const name = queryNames[(i * 7919) % queryNames.length]!;
        // Another window each time, so that no table is found again.
        const endSeconds = Math.floor(Date.now() / 1000) - 1800 - 13 * i;
        const range = window === "newest" ? "" : `&from=${endSeconds - 3600}&until=${endSeconds}`;
        const query = `name=${encodeURIComponent(name)}&method=${method}${range}`;
        runs.push(await ask(`${kale.url}/kale/similar?${query}`));
      }
      figures.push({
        method,
        window,
        comparedCount: runs[0]!.answer.compared,
        isExact: runs.every(({ answer }) => answer.exact),
        firstMs: median(runs.map(({ first }) => first)),
        lastMs: median(runs.map(({ last }) => last)),
      });
    }
  }
  return figures;
}

async function ask(url: string): Promise<{ first: number; last: number; answer: SimilarJson }> {
  const startedMs = performance.now();
  const response = await fetch(url, { headers: { accept: "application/x-ndjson" } });
  if (!response.ok) throw new Error(`${url}: ${await response.text()}`);
  const decoder = new TextDecoder();
  let text = "";
  let first: number | undefined;
  for await (const chunk of response.body!) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.includes("\n")) first ??= performance.now() - startedMs;
  }
  const last = performance.now() - startedMs;
  const answer = JSON.parse(text.trim().split("\n").at(-1)!) as SimilarJson;
  return { first: first ?? last, last, answer };
}
