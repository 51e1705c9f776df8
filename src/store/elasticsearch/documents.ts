/**
 * The documents: what is written for an hour of a series and for its name, and what is read back.
 *
 * Ids are made of what a document is about, so that writing it again changes nothing:
 *
 *     open     SERIES@HOUR@WRITER           replaced in place as the hour grows
 *     sealed   SERIES@HOUR@WRITER@STAMP     created once; STAMP is the open document's `writtenMs`
 *     name     SERIES
 *
 * SERIES is a hash of the name, HOUR hours since 1970 and STAMP milliseconds, both in base 36.
 */
import type { BulkOperation, SearchHit } from "../../engine/index.ts";
import { statedBits } from "../../model/index.ts";
import { pathOf, tagsOf } from "../../query/select/index.ts";
import { decodePoints, type PointSummary } from "./hour-points.ts";
import { hourMs, type OpenHour, type OpenSeries, partitionOf } from "./open-hours.ts";
import type { IndexNames } from "./options.ts";

/** What is asked for of each document of points. */
export const pointFields = [
  "name",
  "@timestamp",
  "writer",
  "writtenMs",
  "points",
  "stated",
] as const;

export interface PointDocument {
  readonly id: string;
  readonly index: string;
  readonly name: string;
  readonly hour: number;
  readonly writer: string;
  readonly writtenMs: number;
  /** What senders stated of the series, as far as the writer knew; 0 for nothing. */
  readonly stated: number;
  readonly bytes: Uint8Array;
}

export function openOperation(indexes: IndexNames, open: OpenHour, writer: string): BulkOperation {
  const { points } = open;
  return {
    action: "index",
    index: indexes.open,
    id: openId(open, writer),
    source: pointSource(open, writer, points.bytes, points.summary),
  };
}

export function sealOperation(indexes: IndexNames, open: OpenHour, writer: string): BulkOperation {
  return {
    action: "create",
    index: indexes.points,
    id: `${openId(open, writer)}@${open.writtenMs.toString(36)}`,
    source: pointSource(open, writer, open.points.packed(), open.points.summary),
  };
}

export function removeOperation(
  indexes: IndexNames,
  open: OpenHour,
  writer: string,
): BulkOperation {
  return { action: "delete", index: indexes.open, id: openId(open, writer) };
}

export function nameOperation(
  indexes: IndexNames,
  series: OpenSeries,
  seenDay: number,
): BulkOperation {
  const { name, id, partition } = series;
  const tags = tagsOf(name);
  const source = {
    name,
    lower: name.toLowerCase(),
    metric: pathOf(name),
    tags: tags.map(({ key, value }) => `${key}=${value}`),
    tagKeys: tags.map(({ key }) => key),
    partition,
    seenDay,
  };
  return { action: "index", index: indexes.names, id, source: JSON.stringify(source) };
}

/** @returns undefined where it is no document of ours */
export function readPointDocument(hit: SearchHit<unknown>): PointDocument | undefined {
  const source = hit.source as Readonly<Record<string, unknown>> | undefined;
  const [name, timestamp, writer, writtenMs, points, stated] = pointFields.map(
    (field) => source?.[field],
  );
  if (typeof name !== "string" || typeof points !== "string") return undefined;
  const bytes = Buffer.from(points, "base64");
  if (decodePoints(bytes) === undefined) return undefined;
  return {
    id: hit.id,
    index: hit.index,
    name,
    hour: Math.floor(Number(timestamp) / hourMs),
    writer: typeof writer === "string" ? writer : "",
    writtenMs: Number(writtenMs),
    stated: typeof stated === "number" ? stated & statedBits : 0,
    bytes,
  };
}

function openId({ series, hour }: OpenHour, writer: string): string {
  return `${series.id}@${hour.toString(36)}@${writer}`;
}

function pointSource(
  { series, hour, writtenMs }: OpenHour,
  writer: string,
  bytes: Uint8Array,
  summary: PointSummary,
): string {
  const { name, stated } = series;
  return JSON.stringify({
    "@timestamp": hour * hourMs,
    name,
    metric: pathOf(name),
    tags: tagsOf(name).map(({ key, value }) => `${key}=${value}`),
    partition: partitionOf(name),
    writer,
    writtenMs,
    // Of few; nothing is asked by it, so the mapping leaves it out.
    stated: stated === 0 ? undefined : stated,
    ...summary,
    points: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64"),
  });
}
