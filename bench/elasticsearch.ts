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
import { HourPoints } from "../src/store/elasticsearch/hour-points.ts";
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
  readonly hourDocuments: WayFigures;
  /** The same with a flush a minute, of 6 points a series. */
  readonly hourDocumentsByMinute: WayFigures;
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
      hourDocuments: await bench.hourDocuments("bench", 1),
      hourDocumentsByMinute: await bench.hourDocuments("bench-minute", 6),
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

  async hourDocuments(prefix: string, roundsPerFlush: number): Promise<WayFigures> {
    const clock = new ManualClock(this.#startMs);
    const series = new ElasticsearchSeries({
      clock,
      logger: silentLogger,
      connection: { nodes: [this.#url] },
      prefix,
      writer: "bench",
      retentionMs: 14 * 24 * hourMs,
    });
    await series.maintain();
    const load = await this.#load("a document an hour", roundsPerFlush, async (rows) => {
      await series.write(batchOf(rows));
    });
    clock.advance(3 * hourMs);
    await series.maintain();
    const bytesPerPoint = (await this.#mergedBytesOf(`${prefix}-points`)) / this.#pointCount;
    const { names } = new Fleet(this.#seriesCount);
    const always = { fromMs: 0, untilMs: 2 ** 47 };
    const figures = {
      ...load,
      bytesPerPoint,
      readSeriesMs: await medianMs((i) => series.read(names[i * 7]!, always)),
      sumOfAllMs: await this.#sumOfAllMs(`${prefix}-points`, "sum"),
    };
    await series.close();
    return figures;
  }

  async pointDocuments(): Promise<WayFigures> {
    await createIndex(this.#client, "points-single", pointMapping);
    const load = await this.#load("a document a point", 1, async (rows) => {
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

  /** A day of sealed documents of a few series, in indexes that keep them in other ways. */
  async encodings(): Promise<Record<string, number>> {
    const hourCount = 24;
    const fleet = new Fleet(Math.ceil(this.#seriesCount / hourCount) * 4);
    const hours = Array.from({ length: hourCount }, (_, hour) => {
      const startMs = this.#startMs - (hourCount - hour) * hourMs;
      const timesMs = Float64Array.from(
        { length: roundCount },
        (unused, i) => startMs + i * stepMs,
      );
      return fleet.names.map((name, i) => {
        const points = new HourPoints();
        points.add({ timesMs, values: fleet.values(i, roundCount) });
        return { name, i, startMs, bytes: points.packed(), summary: points.summary };
      });
    });
    const documents = hours.flat();
    const pointCount = documents.length * roundCount;
    const chunkBytes = documents.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const figures: Record<string, number> = { "the chunks alone": chunkBytes / pointCount };
    for (const [way, mapping] of Object.entries(encodingMappings)) {
      this.#report(`elasticsearch: ${way}`);
      const index = `encoding-${Object.keys(figures).length}`;
      await createIndex(this.#client, index, mapping);
      for (const hour of hours) {
        const operations = hour.map(({ name, i, startMs, bytes, summary }) => ({
          action: "create" as const,
          index,
          id: `${i.toString(36).padStart(20, "x")}@${startMs.toString(36)}@w`,
          source: JSON.stringify({
            ...{ "@timestamp": startMs, name, metric: name, tags: [], partition: i % 64 },
            ...{ writer: "bench", writtenMs: startMs + hourMs + i, ...summary },
            points: Buffer.from(bytes).toString("base64"),
          }),
        }));
        await bulk(this.#client, operations);
      }
      figures[way] = (await this.#mergedBytesOf(index)) / pointCount;
    }
    return figures;
  }

  async #load(
    title: string,
    roundsPerFlush: number,
    write: (rows: (readonly [string, number, number])[]) => Promise<void>,
  ): Promise<Pick<WayFigures, "pointsPerSecond" | "serverCpuMicrosecondsPerPoint">> {
    const fleet = new Fleet(this.#seriesCount);
    const rows: (readonly [string, number, number])[] = [];
    const cpuBefore = cpuSeconds(this.#pid);
    const startedMs = performance.now();
    for (let round = 0; round < roundCount; round++) {
      for (const { name, timeMs, value } of fleet.round(this.#startMs + round * stepMs)) {
        rows.push([name, timeMs, value]);
      }
      if ((round + 1) % roundsPerFlush === 0) await write(rows.splice(0));
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
    await refreshIndex(this.#client, index);
    return await this.#bytesOf(index);
  }

  /** Of the segments that searches read; files that are about to be removed do not count. */
  async #bytesOf(index: string): Promise<number> {
    const path = `/${index}/_segments`;
    const { json } = await this.#client.send({ method: "GET", path });
    const { indices } = json as {
      indices: Record<string, { shards: Record<string, { segments: Record<string, Segment> }[]> }>;
    };
    const segments = Object.values(indices).flatMap(({ shards }) =>
      Object.values(shards).flatMap((copies) =>
        copies.flatMap((copy) => Object.values(copy.segments)),
      ),
    );
    return segments.reduce(
      (sum, { search: isRead, size_in_bytes: bytes }) => sum + (isRead ? bytes : 0),
      0,
    );
  }
}

interface Segment {
  readonly search: boolean;
  readonly size_in_bytes: number;
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

interface HourMapping {
  readonly source: object;
  readonly isColumn: boolean;
  readonly settings?: object;
}

function hourMapping({ source, isColumn, settings = {} }: HourMapping): Record<string, unknown> {
  const points = { type: "binary", doc_values: isColumn };
  const mappings = { _source: source, properties: { ...hourProperties, points } };
  return { settings: { ...oneShard, ...settings }, mappings };
}

const whole = { enabled: true };
const sorted = { "sort.field": ["name", "@timestamp"], "sort.order": ["asc", "asc"] };
const encodingMappings: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "source, sorted by name (taken)": hourMapping({
    source: whole,
    isColumn: false,
    settings: sorted,
  }),
  source: hourMapping({ source: whole, isColumn: false }),
  "source, fast compression": hourMapping({
    source: whole,
    isColumn: false,
    settings: { codec: "default" },
  }),
  "column, no source": hourMapping({ source: { enabled: false }, isColumn: true }),
  "column and source": hourMapping({ source: whole, isColumn: true }),
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
