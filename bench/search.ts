/** A search as a page meets it: through HTTP, over a fleet in a real Kale, first and last answer. */
import { encodeCarbon } from "../src/cli/send/encode.ts";
import { TcpSender } from "../src/cli/send/senders.ts";
import type { SimilarJson, SourcesJson } from "../src/webapp/contract.ts";
import { startKaleProcess, until } from "../test/support/kale-process.ts";
import { Fleet } from "./fleet.ts";

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

const methods = ["best", "correlation", "euclidean", "dtw", "change"];

export async function benchSearch(options: {
  readonly seriesCount: number;
  readonly queryCount: number;
}): Promise<SearchFigures[]> {
  const { seriesCount, queryCount } = options;
  const kale = await startKaleProcess({ args: ["--no-host-metrics", "--max-age", "10h"] });
  try {
    const fleet = new Fleet(seriesCount);
    const sender = await TcpSender.connect({ host: "127.0.0.1", port: kale.ports.carbon });
    const roundCount = 6 * 60 * 6;
    const startMs = Date.now() - roundCount * 10_000;
    for (let round = 0; round < roundCount; round++) {
      await sender.send(encodeCarbon(fleet.round(startMs + round * 10_000)));
    }
    await until(async () => {
      const { sources } = await kale.get<SourcesJson>("/kale/sources");
      const accepted = sources.find(({ protocol }) => protocol === "carbon")?.accepted ?? 0;
      return accepted >= seriesCount * roundCount;
    }, 600_000);
    await sender.close();
    // Until the table of the newest hour is filled with all of it.
    await new Promise((resolve) => setTimeout(resolve, 70_000));

    const names = fleet.names.filter((name) => /rate|gauge|counter/.test(name));
    const figures: SearchFigures[] = [];
    for (const window of ["newest", "asked"] as const) {
      for (const method of methods) {
        const runs: { first: number; last: number; answer: SimilarJson }[] = [];
        for (let i = 0; i < queryCount; i++) {
          const name = names[(i * 7919) % names.length]!;
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
  } finally {
    await kale.end();
  }
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

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[sorted.length >> 1]! * 10) / 10;
}
