/**
 * The index of shapes: one document per series, the whole written anew by each import.
 *
 *     PREFIX-oculus             alias of the index that serves
 *     PREFIX-oculus-TIME        an index, TIME being when its import began, in ms
 *     PREFIX-oculus-state       the lock of imports, see import-lock.ts
 *
 *     name         the series                  lower   the same in small letters, for parts of names
 *     parts        what is between its dots, and the whole, for exclusions
 *     order        shard and id: what equal distances rank by
 *     state        "comparable", or why it has no shape, e.g. "flat"
 *     series       its z-normalised values: floats, big endian, as doc values
 *     fingerprint  the original's words for its steps
 *
 * What the index is of stands in its mapping, under `_meta`, once it is complete. It has no copies:
 * it is replaced every few minutes, and the shards answer while it is away.
 */
import type { ShapeWindow } from "../../model/index.ts";
import { fingerprint } from "../../oculus/index.ts";
import { type EngineClient, pathOf } from "../client.ts";
import { EngineError } from "../errors.ts";
import { aliasedIndexes, createIndex } from "../indexes.ts";

/** What is in an index differs with it, so that an index of another Kale is not misread. */
const formatVersion = 1;

/** Longer patterns are not asked for; see name-clauses.ts. */
export const regexpLengthMax = 10_000;

const shardCountMax = 8;

export interface ServingIndex extends ShapeWindow {
  readonly index: string;
  /** Documents with a shape. */
  readonly comparableCount: number;
  /** Of those without one, by reason. */
  readonly faultCounts: Readonly<Record<string, number>>;
}

export function aliasOf(prefix: string): string {
  return `${prefix}-oculus`;
}

export function stateIndexOf(prefix: string): string {
  return `${prefix}-oculus-state`;
}

export function indexNameOf(prefix: string, startedMs: number): string {
  return `${prefix}-oculus-${Math.floor(startedMs)}`;
}

export function isShapeIndex(prefix: string, index: string): boolean {
  const begin = `${prefix}-oculus-`;
  return index.startsWith(begin) && /^\d+$/.test(index.slice(begin.length));
}

/** @param dataNodeCount  a search runs on as many nodes as the index has shards */
export async function createShapeIndex(
  client: EngineClient,
  index: string,
  dataNodeCount: number,
): Promise<void> {
  const keyword = { type: "keyword" };
  await createIndex(client, index, {
    settings: {
      number_of_shards: Math.min(Math.max(dataNodeCount, 1), shardCountMax),
      number_of_replicas: 0,
      // Seen when it is complete.
      refresh_interval: "-1",
      max_regex_length: regexpLengthMax,
    },
    mappings: {
      dynamic: "strict",
      _source: { excludes: ["lower", "series"] },
      properties: {
        name: keyword,
        lower: keyword,
        parts: keyword,
        order: { type: "long" },
        state: keyword,
        series: { type: "binary", doc_values: true },
        fingerprint: { type: "text", analyzer: "whitespace", norms: false },
      },
    },
  });
}

/** @param row  undefined where the series has no shape, for the reason `fault` */
export function shapeDocument(
  name: string,
  order: number,
  fault: string,
  row: Float32Array | undefined,
): string {
  return JSON.stringify({
    name,
    lower: name.toLowerCase(),
    parts: [...new Set([name, ...name.split(/[.;]/)])],
    order,
    state: row === undefined ? fault : "comparable",
    ...(row === undefined ? {} : { series: encodeSeries(row), fingerprint: fingerprint(row) }),
  });
}

function encodeSeries(row: Float32Array): string {
  const bytes = Buffer.allocUnsafe(4 * row.length);
  for (const [i, value] of row.entries()) bytes.writeFloatBE(value, 4 * i);
  return bytes.toString("base64");
}

/** @returns undefined where it is not a series of so many points */
export function decodeSeries(text: unknown, pointCount: number): Float64Array | undefined {
  if (typeof text !== "string") return undefined;
  const bytes = Buffer.from(text, "base64");
  if (bytes.length !== 4 * pointCount) return undefined;
  return Float64Array.from({ length: pointCount }, (_, i) => bytes.readFloatBE(4 * i));
}

/** Shard and id in one number that is exact in a double. */
export function orderOf(shard: number, id: number): number {
  return shard * 2 ** 32 + id;
}

/** Writes what the index is of: it may serve from now on. */
export async function describeIndex(client: EngineClient, serving: ServingIndex): Promise<void> {
  const { index, range, pointCount, comparableCount, faultCounts } = serving;
  const oculus = { version: formatVersion, ...range, pointCount, comparableCount, faultCounts };
  await client.send({
    method: "PUT",
    path: pathOf(index, "_mapping"),
    json: { _meta: { oculus } },
  });
}

/** @returns the index behind the alias; undefined where there is none, or it is another version's */
export async function findServing(
  client: EngineClient,
  prefix: string,
): Promise<ServingIndex | undefined> {
  const [index] = await aliasedIndexes(client, aliasOf(prefix));
  if (index === undefined) return undefined;
  const { status, json } = await client.send({
    method: "GET",
    path: pathOf(index, "_mapping"),
    accept: [404],
  });
  if (status === 404) return undefined;
  const { mappings } =
    (json as Record<string, { mappings?: { _meta?: { oculus?: unknown } } }>)[index] ?? {};
  return readMeta(index, mappings?._meta?.oculus);
}

function readMeta(index: string, meta: unknown): ServingIndex | undefined {
  const { version, fromMs, untilMs, pointCount, comparableCount, faultCounts } = (meta ??
    {}) as Record<string, unknown>;
  if (version !== formatVersion) return undefined;
  if (
    typeof fromMs !== "number" ||
    typeof untilMs !== "number" ||
    typeof pointCount !== "number" ||
    typeof comparableCount !== "number" ||
    typeof faultCounts !== "object"
  ) {
    throw new EngineError("ENGINE_CORRUPT", `the description of the index ${index} is damaged`);
  }
  return {
    index,
    range: { fromMs, untilMs },
    pointCount,
    comparableCount,
    faultCounts: faultCounts as Record<string, number>,
  };
}
