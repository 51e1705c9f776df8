/**
 * The index of shapes: one document per series, the whole written anew by each import.
 *
 *     PREFIX-oculus             alias of the indexes that serve
 *     PREFIX-oculus-TIME        an index, TIME being when its import began, in ms
 *     PREFIX-oculus-OWNER-TIME  the same with the share of one of several processes
 *     PREFIX-oculus-state       the locks of imports, see import-lock.ts
 *
 *     name         the series                  lower   the same in small letters, for parts of names
 *     parts        what is between its dots, and the whole, for exclusions
 *     partition    the unit in which processes share series
 *     order        shard and id: what equal distances rank by
 *     state        "comparable", or why it has no shape, e.g. "flat"
 *     series       its z-normalised values: floats, big endian, as doc values
 *     fingerprint  the original's words for its steps
 *
 * What the index is of stands in its mapping, under `_meta`, once it is complete; serving-choice.ts
 * says which serve. It has no copies: it is replaced every few minutes, and the shards answer while it
 * is away.
 */
import { partitionOfName, type ShapeWindow } from "../../model/index.ts";
import { fingerprint } from "../../oculus/index.ts";
import { type EngineClient, pathOf } from "../client.ts";
import { createIndex } from "../indexes.ts";

/** What is in an index differs with it, so that an index of another Kale is not misread. */
const formatVersion = 2;

/** Longer patterns are not asked for; see name-clauses.ts. */
export const regexpLengthMax = 10_000;

const shardCountMax = 8;

/** Of a series that has a shape; the others have the reason why not. */
export const comparableState = "comparable";

/** How many documents are in each state. */
export type StateCounts = Readonly<Record<string, number>>;

/** A complete index. */
export interface ShapeIndex extends ShapeWindow {
  readonly index: string;
  /** By the partitions that it holds all series of; one may have none. */
  readonly partitions: ReadonlyMap<number, StateCounts>;
}

export function aliasOf(prefix: string): string {
  return `${prefix}-oculus`;
}

export function stateIndexOf(prefix: string): string {
  return `${prefix}-oculus-state`;
}

/** Who wrote an index, and when. */
export interface IndexOrigin {
  /** A process by its lower-case word, without "-"; "" where one process holds all series. */
  readonly owner: string;
  readonly startedMs: number;
}

export function indexNameOf(prefix: string, { owner, startedMs }: IndexOrigin): string {
  return `${prefix}-oculus-${owner === "" ? "" : `${owner}-`}${Math.floor(startedMs)}`;
}

/** @returns undefined where it is no index of shapes */
export function originOf(prefix: string, index: string): IndexOrigin | undefined {
  const begin = `${prefix}-oculus-`;
  if (!index.startsWith(begin)) return undefined;
  const found = /^(?:([0-9a-z_]+)-)?(\d+)$/.exec(index.slice(begin.length));
  return found === null ? undefined : { owner: found[1] ?? "", startedMs: Number(found[2]) };
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
        partition: { type: "short" },
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
    partition: partitionOfName(name),
    order,
    state: row === undefined ? fault : comparableState,
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
export async function describeIndex(client: EngineClient, described: ShapeIndex): Promise<void> {
  const { index, range, pointCount } = described;
  const partitions = Object.fromEntries(described.partitions);
  const oculus = { version: formatVersion, ...range, pointCount, partitions };
  await client.send({
    method: "PUT",
    path: pathOf(index, "_mapping"),
    json: { _meta: { oculus } },
  });
}

/** All indexes of shapes, whoever wrote them. */
export interface ShapeIndexes {
  readonly complete: readonly ShapeIndex[];
  /** Those that are being written, whose import died, or that another version of Kale wrote. */
  readonly others: readonly string[];
}

export async function readIndexes(client: EngineClient, prefix: string): Promise<ShapeIndexes> {
  const { status, json } = await client.send({
    method: "GET",
    path: pathOf(`${prefix}-oculus-*`, "_mapping"),
    accept: [404],
  });
  const complete: ShapeIndex[] = [];
  const others: string[] = [];
  const answer = status === 404 ? {} : (json as Record<string, MappingAnswer>);
  for (const [index, { mappings }] of Object.entries(answer)) {
    if (originOf(prefix, index) === undefined) continue;
    const described = readMeta(index, mappings?._meta?.oculus);
    if (described === undefined) others.push(index);
    else complete.push(described);
  }
  return { complete, others };
}

interface MappingAnswer {
  readonly mappings?: { readonly _meta?: { readonly oculus?: unknown } };
}

/** @returns undefined where the index is not described, or not in words of this version */
function readMeta(index: string, meta: unknown): ShapeIndex | undefined {
  const { version, fromMs, untilMs, pointCount, partitions } = (meta ?? {}) as Record<
    string,
    unknown
  >;
  if (version !== formatVersion) return undefined;
  if (
    typeof fromMs !== "number" ||
    typeof untilMs !== "number" ||
    typeof pointCount !== "number" ||
    typeof partitions !== "object" ||
    partitions === null
  ) {
    return undefined;
  }
  const counts = Object.entries(partitions as Record<string, StateCounts>);
  return {
    index,
    range: { fromMs, untilMs },
    pointCount,
    partitions: new Map(counts.map(([partition, states]) => [Number(partition), states])),
  };
}
