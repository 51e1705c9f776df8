/** Documents of points as the cluster has them, for one series, for all of a partition, or newer than a time. */
import {
  count,
  type EngineClient,
  EngineError,
  scanPages,
  search,
  type SearchHit,
} from "../../engine/index.ts";
import type { TimeRange } from "../../model/index.ts";
import { ColumnsBuilder } from "../memory/columns.ts";
import { type PointDocument, pointFields, readPointDocument } from "./documents.ts";
import { decodePoints } from "./hour-points.ts";
import { hourMs } from "./open-hours.ts";
import type { IndexNames } from "./options.ts";

/** Documents of one answer; a fortnight of hours is 336. */
const pageSize = 1000;

type Query = Readonly<Record<string, unknown>>;

export class PointReader {
  readonly #client: EngineClient;
  readonly #indexes: IndexNames;

  constructor(client: EngineClient, indexes: IndexNames) {
    this.#client = client;
    this.#indexes = indexes;
  }

  async ofSeries(name: string, range: TimeRange): Promise<PointDocument[]> {
    const query = { bool: { filter: [{ term: { name } }, hoursIn(range)] } };
    const body = { ...this.#body(query), size: pageSize };
    const { hits, totalCount } = await search(this.#client, this.#indexes.all, body);
    if (totalCount <= hits.length) return hits.map(sound);
    const documents: PointDocument[] = [];
    for await (const page of this.#pages(this.#indexes.all, query)) documents.push(...page);
    return documents;
  }

  ofPartition(partition: number, range: TimeRange): AsyncGenerator<readonly PointDocument[]> {
    const query = { bool: { filter: [{ term: { partition } }, hoursIn(range)] } };
    return this.#pages(this.#indexes.all, query);
  }

  /** Written since then by others than `writer`. */
  changedSince(
    sinceMs: number,
    partitions: readonly number[],
    writer: string,
  ): AsyncGenerator<readonly PointDocument[]> {
    const query = {
      bool: {
        filter: [{ terms: { partition: partitions } }, { range: { writtenMs: { gte: sinceMs } } }],
        must_not: { term: { writer } },
      },
    };
    return this.#pages(this.#indexes.all, query);
  }

  /** In the index of open hours. */
  openOf(query: Query): AsyncGenerator<readonly PointDocument[]> {
    return this.#pages(this.#indexes.open, query);
  }

  async countIn(range: TimeRange, partitions: readonly number[]): Promise<number> {
    const query = { bool: { filter: [{ terms: { partition: partitions } }, hoursIn(range)] } };
    return await count(this.#client, this.#indexes.all, query);
  }

  async *#pages(index: string, query: Query): AsyncGenerator<readonly PointDocument[]> {
    const pages = scanPages(this.#client, index, this.#body(query), { pageSize });
    for await (const page of pages) yield page.map(sound);
  }

  #body(query: Query): Query {
    return { query, _source: pointFields };
  }
}

/** Joins documents of one series: of equal times the document with the later stamp wins. */
export function joinDocuments(documents: readonly PointDocument[]): ColumnsBuilder {
  const joined = new ColumnsBuilder();
  const inOrder = [...documents].sort((a, b) => a.writtenMs - b.writtenMs || a.hour - b.hour);
  for (const { bytes } of inOrder) {
    const columns = decodePoints(bytes);
    if (columns === undefined) continue;
    joined.merge(columns.timesMs, columns.values, 0, columns.timesMs.length);
  }
  return joined;
}

function hoursIn({ fromMs, untilMs }: TimeRange): Query {
  const from = Math.max(0, Math.floor(fromMs / hourMs) * hourMs);
  return { range: { "@timestamp": { gte: from, lt: Math.min(untilMs, Number.MAX_SAFE_INTEGER) } } };
}

function sound(hit: SearchHit<unknown>): PointDocument {
  const document = readPointDocument(hit);
  if (document !== undefined) return document;
  const message = `document ${hit.id} in ${hit.index} holds no points that can be read`;
  throw new EngineError("ENGINE_CORRUPT", message);
}
