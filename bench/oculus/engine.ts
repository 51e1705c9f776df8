/**
 * What the search costs inside a real OpenSearch: an import of all series, then queries of each class
 * of series by painless scripts and by Kale's plugin. CPU is that of the server's process.
 *
 * Needs what `npm run setup:backends` installs.
 */
import { chmodSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { seededRandom } from "../../src/base/random.ts";
import { EngineSimilarity } from "../../src/engine/oculus/engine-similarity.ts";
import { MemoryShapes } from "../../src/engine/oculus/memory-shapes.fixture.ts";
import { wholeShare } from "../../src/engine/oculus/import-share.ts";
import { importShapes } from "../../src/engine/oculus/shape-importer.ts";
import { EngineClient } from "../../src/engine/index.ts";
import { openSearchHomeWithPlugin } from "../../test/support/oculus-scorer.ts";
import { startOpenSearchNode } from "../../test/support/opensearch-node.ts";
import { buildBenchTable } from "./series.ts";

export interface EngineSearchFigures {
  readonly method: string;
  readonly scorer: "plugin" | "painless";
  /** Medians over the queries, milliseconds. */
  readonly wallMs: number;
  readonly serverCpuMs: number;
  readonly serverCpuMaxMs: number;
}

export interface EngineFigures {
  readonly seriesCount: number;
  readonly pointCount: number;
  readonly importWallSeconds: number;
  readonly importServerCpuSeconds: number;
  readonly importOwnCpuSeconds: number;
  readonly indexMiB: number;
  readonly queryCount: number;
  readonly searches: readonly EngineSearchFigures[];
}

const pointCount = 60;
const range = { fromMs: 0, untilMs: 3_600_000 };
const memberCount = 50;
const familyShare = 0.12;
const warmUpCount = 10;

export async function benchOculusEngine(options: {
  readonly seriesCount: number;
  readonly queriesPerClass: number;
  readonly seed: number;
}): Promise<EngineFigures> {
  const { seriesCount, queriesPerClass } = options;
  const folder = await mkdtemp(join(tmpdir(), "kale-bench-engine-"));
  chmodSync(folder, 0o755);
  const node = await startOpenSearchNode({
    folder: join(folder, "node"),
    home: openSearchHomeWithPlugin,
    heapMegabytes: 1024,
    isFullyCompiled: true,
  });
  const client = new EngineClient({ nodes: [node.url], clock: systemClock });
  try {
    const familyCount = Math.round((seriesCount * familyShare) / memberCount);
    const backgroundCount = seriesCount - familyCount * memberCount;
    const { table, queries } = benchSeries(options.seed, {
      ...{ pointCount, backgroundCount, familyCount, memberCount, warpedShare: 0.5 },
      queriesPerClass,
    });
    const series = Array.from({ length: table.idCount }, (_, id) => ({
      name: `site.host${id % 500}.metric${id}`,
      values: table.shape(id) ?? new Float64Array(pointCount),
    }));
    const shapes = new MemoryShapes(series, { range, pointCount }, 2);

    const importing = measure(node.pid);
    const outcome = await importShapes(
      {
        ...{ client, shapes, prefix: "bench", holder: "bench", clock: systemClock },
        ...{ window: shapes.newestWindow(), share: wholeShare },
        signal: new AbortController().signal,
      },
      () => undefined,
    );
    if (outcome.outcome !== "done") throw new Error("the import was locked out");
    const { serving } = outcome;
    const [part] = serving?.parts ?? [];
    if (part === undefined) throw new Error("the import does not serve");
    const imported = importing();
    const { json } = await client.send({ method: "GET", path: `/${part.index}/_stats/store` });
    const { _all: all } = json as { _all: { total: { store: { size_in_bytes: number } } } };

    const searches: EngineSearchFigures[] = [];
    for (const method of ["euclidean", "dtw", "fastdtw"] as const) {
      for (const scorer of ["painless", "plugin"] as const) {
        if (method === "fastdtw" && scorer === "painless") continue;
        const similarity = new EngineSimilarity({
          ...{ client, shapes, shards: shapes, clock: systemClock },
          state: {
            update: () => Promise.resolve(undefined),
            serving: () => serving,
            scorer: () => scorer,
            problem: () => undefined,
            lookAgain: () => Promise.resolve(),
            count: () => undefined,
          },
        });
        const ask = async (id: number): Promise<{ wallMs: number; serverCpuMs: number }> => {
          const asking = measure(node.pid);
          const answer = await similarity.search(
            {
              target: { kind: "series", name: series[id]!.name },
              ...{ range, method, filter: "", exclude: [], limit: 20, offset: 0 },
            },
            {},
          );
          if (answer.searchedBy !== scorer) throw new Error(`${answer.whyShards}`);
          return asking();
        };
        for (let i = 0; i < warmUpCount; i++) await ask(queries[i % queries.length]!);
        const runs = [];
        for (const id of queries) runs.push(await ask(id));
        searches.push({
          method,
          scorer,
          wallMs: median(runs.map(({ wallMs }) => wallMs)),
          serverCpuMs: median(runs.map(({ serverCpuMs }) => serverCpuMs)),
          serverCpuMaxMs: Math.max(...runs.map(({ serverCpuMs }) => serverCpuMs)),
        });
      }
    }
    return {
      seriesCount: series.length,
      pointCount,
      importWallSeconds: imported.wallMs / 1000,
      importServerCpuSeconds: imported.serverCpuMs / 1000,
      importOwnCpuSeconds: imported.ownCpuMs / 1000,
      indexMiB: all.total.store.size_in_bytes / 2 ** 20,
      queryCount: queries.length,
      searches,
    };
  } finally {
    client.close();
    await node.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

function benchSeries(
  seed: number,
  options: Parameters<typeof buildBenchTable>[0] & { readonly queriesPerClass: number },
) {
  const bench = buildBenchTable(options, seededRandom(seed));
  const classes = [...bench.background.values(), bench.members.map(({ id }) => id)];
  const queries = classes.flatMap((ids) => ids.slice(0, options.queriesPerClass));
  return { table: bench.table, queries };
}

function measure(pid: number): () => { wallMs: number; serverCpuMs: number; ownCpuMs: number } {
  const startedMs = performance.now();
  const startedServerMs = cpuMsOf(pid);
  const startedOwn = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(startedOwn);
    return {
      wallMs: performance.now() - startedMs,
      serverCpuMs: cpuMsOf(pid) - startedServerMs,
      ownCpuMs: (user + system) / 1000,
    };
  };
}

/** In steps of 10 ms, the clock of Linux' accounts; the figures are medians over many. */
function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
