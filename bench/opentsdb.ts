/** OpenTSDB's queries as a dashboard meets them: over HTTP, an hour of series every ten seconds. */
import { startKaleProcess } from "../test/support/kale-process.ts";

export interface OpenTsdbFigures {
  readonly query: string;
  readonly seriesCount: number;
  readonly answerBytes: number;
  /** Median of the queries, milliseconds of the wall. */
  readonly wallMs: number;
}

const pointsPerSeries = 360;
const seriesPerBody = 100;

const queries = [
  "sum:bench.cpu",
  "sum:1m-avg:bench.cpu",
  "sum:rate:bench.cpu",
  "p99:1m-max:bench.cpu{rack=*}",
  "none:1m-avg:bench.cpu",
];

export async function benchOpenTsdb(options: {
  readonly seriesCount: number;
  readonly queryCount: number;
}): Promise<OpenTsdbFigures[]> {
  const { seriesCount, queryCount } = options;
  const kale = await startKaleProcess({ args: ["--no-host-metrics", "--max-age", "2h"] });
  try {
    const start = Math.floor(Date.now() / 1000) - 10 * pointsPerSeries;
    for (let from = 0; from < seriesCount; from += seriesPerBody) {
      const points = [];
      for (let n = from; n < Math.min(from + seriesPerBody, seriesCount); n++) {
        const tags = { host: `web${n}`, rack: String(n % 20) };
        for (let i = 0; i < pointsPerSeries; i++) {
          const value = ((n * 7 + i * 13) % 1000) / 10;
          points.push({ metric: "bench.cpu", timestamp: start + i * 10, value, tags });
        }
      }
      const taken = await fetch(`${kale.url}/api/put?sync`, {
        method: "POST",
        body: JSON.stringify(points),
      });
      if (taken.status !== 204) throw new Error(`${taken.status}: ${await taken.text()}`);
    }
    const figures: OpenTsdbFigures[] = [];
    for (const query of queries) {
      const runs: number[] = [];
      let answerBytes = 0;
      for (let i = 0; i < queryCount; i++) {
        const startedMs = performance.now();
        const target = `/api/query?start=${start}&m=${encodeURIComponent(query)}`;
        const answer = await fetch(kale.url + target);
        answerBytes = (await answer.arrayBuffer()).byteLength;
        if (!answer.ok) throw new Error(`${target}: ${answer.status}`);
        runs.push(performance.now() - startedMs);
      }
      const wallMs = runs.toSorted((a, b) => a - b)[queryCount >> 1]!;
      figures.push({ query, seriesCount, answerBytes, wallMs });
    }
    return figures;
  } finally {
    await kale.end();
  }
}
