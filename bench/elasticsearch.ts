/**
 * What it costs to keep series in OpenSearch: a document for each hour, as Kale does, against a document
 * for each point; and the same hours with other ways to lay the points into a document.
 *
 * Every way keeps the same hour of the made-up fleet, a point each 10 s. Sizes are of the index after
 * everything is merged, without the deleted. CPU is that of the server's process: machines are noisy.
 */
import { readFileSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManualClock, systemClock } from "../src/base/clock.ts";
import { silentLogger } from "../src/base/log.ts";
import {
  bulk,
  type BulkOperation,
  createIndex,
  EngineClient,
  refreshIndex,
  search,
} from "../src/engine/index.ts";
import { batchOf } from "../src/model/index.ts";
import { ElasticsearchSeries } from "../src/store/elasticsearch/index.ts";
import { startOpenSearchNode } from "../test/support/opensearch-node.ts";
import { Fleet } from "./fleet.ts";

const hourMs = 3_600_000;
const stepMs = 10_000;
const roundCount = hourMs / stepMs;
const clockTicksPerSecond = 100;

interface WayFigures {
  readonly bytesPerPoint: number;
  readonly pointsPerSecond: number;
  readonly serverCpuMicrosecondsPerPoint: number;
  /** Medians, warm. */
  readonly readSeriesMs: number;
  readonly sumOfAllMs: number;
}

export interface ElasticsearchFigures {
  readonly seriesCount: number;
  readonly pointCount: number;
  readonly hourDocuments: WayFigures & { readonly whileOpenBytesPerPoint: number };
  readonly pointDocuments: WayFigures;
  /** Bytes per point of the same hour documents. */
  readonly encodings: Readonly<Record<string, number>>;
}

export async function benchElasticsearch(options: {
  readonly seriesCount: number;
  readonly report: (text: string) => void;
}): Promise<ElasticsearchFigures> {
  const { seriesCount, report } = options;
  const folder = await mkdtemp(join(tmpdir(), "kale-bench-opensearch-"));
  await chmod(folder, 0o755);
  const node = await startOpenSearchNode({ folder: join(folder, "node"), heapMegabytes: 1024 });
  const client = new EngineClient({ nodes: [node.url], clock: systemClock });
  try {
    const bench = new Bench(client, node.url, node.pid, seriesCount, report);
    return {
      seriesCount,
      pointCount: seriesCount * roundCount,
      hourDocuments: await bench.hourDocuments(),
      pointDocuments: await bench.pointDocuments(),
      encodings: await bench.encodings(),
    };
  } finally {
    client.close();
    await node.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

class Bench {
  readonly #client: EngineClient;
  readonly #url: string;
  readonly #pid: number;
  readonly #seriesCount: number;
  readonly #report: (text: string) => void;
  readonly #startMs = Math.floor(systemClock.nowMs() / hourMs) * hourMs - 2 * hourMs;

  constructor(
    client: EngineClient,
    url: string,
    pid: number,
    seriesCount: number,
    report: (text: string) => void,
  ) {
    this.#client = client;
    this.#url = url;
    this.#pid = pid;
    this.#seriesCount = seriesCount;
    this.#report = report;
  }

  get #pointCount(): number {
    return this.#seriesCount * roundCount;
  }

  async hourDocuments(): Promise<ElasticsearchFigures["hourDocuments"]> {
    const clock = new ManualClock(this.#startMs);
    const series = new ElasticsearchSeries({
      clock,
      logger: silentLogger,
      connection: { nodes: [this.#url] },
      prefix: "bench",
      writer: "bench",
      retentionMs: 14 * 24 * hourMs,
    });
    await series.maintain();
    const load = await this.#load("an hour document a series", async (rows) => {
      await series.write(batchOf(rows));
    });
    await refreshIndex(this.#client, "bench-open");
    const whileOpenBytesPerPoint = (await this.#bytesOf("bench-open")) / this.#pointCount;
    clock.advance(3 * hourMs);
    await series.maintain();
    const bytesPerPoint = (await this.#mergedBytesOf("bench-points")) / this.#pointCount;
    const { names } = new Fleet(this.#seriesCount);
    const always = { fromMs: 0, untilMs: 2 ** 47 };
    const figures = {
      ...load,
      bytesPerPoint,
      whileOpenBytesPerPoint,
      readSeriesMs: await medianMs((i) => series.read(names[i * 7]!, always)),
      sumOfAllMs: await this.#sumOfAllMs("bench-points", "sum"),
    };
    await series.close();
    return figures;
  }

  async pointDocuments(): Promise<WayFigures> {
    await createIndex(this.#client, "points-single", pointMapping);
    const load = await this.#load("a document a point", async (rows) => {
      const operations = rows.map(([name, timeMs, value]): BulkOperation => ({
        action: "create",
        index: "points-single",
        id: `${name}@${timeMs.toString(36)}`,
        source: JSON.stringify({ "@timestamp": timeMs, name, metric: name, value }),
      }));
      await bulk(this.#client, operations);
    });
    const { names } = new Fleet(this.#seriesCount);
    const bytesPerPoint = (await this.#mergedBytesOf("points-single")) / this.#pointCount;
    const read = (i: number): Promise<unknown> =>
      search(this.#client, "points-single", {
        size: roundCount,
        query: { bool: { filter: [{ term: { name: names[i * 7]! } }] } },
        _source: false,
        docvalue_fields: ["@timestamp", "value"],
      });
    return {
      ...load,
      bytesPerPoint,
      readSeriesMs: await medianMs(read),
      sumOfAllMs: await this.#sumOfAllMs("points-single", "value"),
    };
  }

  /** The sealed documents once more, in indexes that keep them in other ways. */
  async encodings(): Promise<Record<string, number>> {
    const figures: Record<string, number> = {};
    const fleet = new Fleet(this.#seriesCount);
    const { HourPoints } = await import("../src/store/elasticsearch/hour-points.ts");
    const timesMs = Float64Array.from({ length: roundCount }, (_, i) => this.#startMs + i * stepMs);
    const documents = fleet.names.map((name, i) => {
      const points = new HourPoints();
      points.add({ timesMs, values: fleet.values(i, roundCount) });
      const bytes = points.packed();
      return { name, bytes, text: Buffer.from(bytes).toString("base64"), ...points.summary };
    });
    figures["the chunks alone"] =
      documents.reduce((sum, { bytes }) => sum + bytes.length, 0) / this.#pointCount;
    for (const [way, mapping] of Object.entries(encodingMappings)) {
      this.#report(`elasticsearch: ${way}`);
      const index = `encoding-${Object.keys(figures).length}`;
      await createIndex(this.#client, index, mapping);
      const operations = documents.map(({ name, text, bytes: unused, ...summary }, i) => ({
        action: "create" as const,
        index,
        id: `${i.toString(36).padStart(20, "x")}@${this.#startMs.toString(36)}@w`,
        source: JSON.stringify({
          ...{ "@timestamp": this.#startMs, name, metric: name, tags: [], partition: i % 64 },
          ...{ writer: "bench", writtenMs: this.#startMs + i, ...summary, points: text },
        }),
      }));
      await bulk(this.#client, operations);
      figures[way] = (await this.#mergedBytesOf(index)) / this.#pointCount;
    }
    return figures;
  }

  async #load(
    title: string,
    write: (rows: (readonly [string, number, number])[]) => Promise<void>,
  ): Promise<Pick<WayFigures, "pointsPerSecond" | "serverCpuMicrosecondsPerPoint">> {
    const fleet = new Fleet(this.#seriesCount);
    const cpuBefore = cpuSeconds(this.#pid);
    const startedMs = performance.now();
    for (let round = 0; round < roundCount; round++) {
      const samples = fleet.round(this.#startMs + round * stepMs);
      await write(samples.map(({ name, timeMs, value }) => [name, timeMs, value] as const));
      if (round % 36 === 0) {
        this.#report(`elasticsearch: ${title}: ${Math.round((100 * round) / roundCount)} %`);
      }
    }
    const wallSeconds = (performance.now() - startedMs) / 1000;
    return {
      pointsPerSecond: Math.round(this.#pointCount / wallSeconds),
      serverCpuMicrosecondsPerPoint: ((cpuSeconds(this.#pid) - cpuBefore) * 1e6) / this.#pointCount,
    };
  }

  async #sumOfAllMs(index: string, field: string): Promise<number> {
    return await medianMs(() =>
      search(this.#client, index, {
        size: 0,
        // Not what the cache of requests has.
        query: { range: { "@timestamp": { gte: Math.floor(performance.now()) } } },
        aggs: { sum: { sum: { field } } },
      }),
    );
  }

  async #mergedBytesOf(index: string): Promise<number> {
    await refreshIndex(this.#client, index);
    await this.#client.send({
      method: "POST",
      path: `/${index}/_forcemerge`,
      query: { max_num_segments: 1 },
      timeoutMs: 600_000,
    });
    await this.#client.send({ method: "POST", path: `/${index}/_flush` });
    return await this.#bytesOf(index);
  }

  /** On disk, without the log of writes that is thrown away. */
  async #bytesOf(index: string): Promise<number> {
    const { json } = await this.#client.send({ method: "GET", path: `/${index}/_stats/store` });
    const { _all: all } = json as {
      _all: { primaries: { store: { size_in_bytes: number } } };
    };
    return all.primaries.store.size_in_bytes;
  }
}

const keyword = { type: "keyword" } as const;
const figure = { type: "double", index: false } as const;
const oneShard = { number_of_shards: 1, number_of_replicas: 0, codec: "best_compression" };

const pointMapping = {
  settings: oneShard,
  mappings: {
    _source: { enabled: false },
    properties: { "@timestamp": { type: "date" }, name: keyword, metric: keyword, value: figure },
  },
};

const hourProperties = {
  ...{ "@timestamp": { type: "date" }, name: keyword, metric: keyword, tags: keyword },
  ...{ partition: { type: "short" }, writer: keyword, writtenMs: { type: "long" } },
  ...{ count: { type: "integer", index: false }, sum: figure, min: figure, max: figure },
  ...{ first: figure, last: figure },
};

function hourMapping(source: object, hasColumn: boolean, settings: object = {}): object {
  const points = { type: "binary", doc_values: hasColumn };
  const mappings = { _source: source, properties: { ...hourProperties, points } };
  return { settings: { ...oneShard, ...settings }, mappings };
}

const encodingMappings: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "a column, no source": { ...hourMapping({ enabled: false }, true) },
  "a column, source without points": { ...hourMapping({ excludes: ["points"] }, true) },
  "source only": { ...hourMapping({ enabled: true }, false) },
  "column and source": { ...hourMapping({ enabled: true }, true) },
};

async function medianMs(ask: (i: number) => Promise<unknown>): Promise<number> {
  const timesMs: number[] = [];
  for (let i = 0; i < 40; i++) {
    const startedMs = performance.now();
    await ask(i);
    if (i >= 10) timesMs.push(performance.now() - startedMs);
  }
  return timesMs.sort((a, b) => a - b)[Math.floor(timesMs.length / 2)]!;
}

function cpuSeconds(pid: number): number {
  // Fields 14 and 15, counted behind the name, which may hold anything.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / clockTicksPerSecond;
}
