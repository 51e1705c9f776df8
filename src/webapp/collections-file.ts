/**
 * Collections as a file, to be kept or carried to another Kale: CollectionsFileJson of contract.ts.
 *
 * Written one collection at a time, since all of them may be more than fits in memory. Read whole,
 * up to 32 MiB, and checked to the last point before anything of it is kept.
 */
import {
  collectionLimits,
  collectionSampleCountMax,
  type CollectionItem,
  type CollectionJournal,
  type NewCollection,
} from "../model/index.ts";
import { fileEntry } from "./collection-shapes.ts";
import type { CollectionsFileJson } from "./contract.ts";
import type { Fault } from "./fault.ts";
import { JsonFields } from "./json-fields.ts";

const format: CollectionsFileJson["format"] = "kale-collections";
const version: CollectionsFileJson["version"] = 1;

/** @param ids  those that are gone by the time their turn comes are left out */
export function collectionsFile(
  journal: CollectionJournal,
  ids: readonly string[],
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const pieces = fileText(journal, ids);
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const piece = pieces.next();
        if (piece.done === true) controller.close();
        else controller.enqueue(encoder.encode(piece.value));
      },
    },
    { highWaterMark: 0 },
  );
}

function* fileText(
  journal: CollectionJournal,
  ids: readonly string[],
): Generator<string, undefined> {
  yield `{"format":"${format}","version":${version},"collections":[`;
  let comma = "";
  for (const id of ids) {
    const collection = journal.get(id);
    if (collection === undefined) continue;
    yield `${comma}\n${JSON.stringify(fileEntry(collection))}`;
    comma = ",";
  }
  yield "\n]}\n";
}

export type ReadFile =
  | { readonly ok: true; readonly collections: readonly NewCollection[] }
  | { readonly ok: false; readonly fault: Fault };

export function readCollectionsFile(body: unknown, nowMs: number): ReadFile {
  const fields = new JsonFields(body, nowMs);
  if (fields.text("format", { lengthMax: 100 }) !== format) fields.refuse("format", format);
  fields.constant("version", version);
  const { collectionCountMax: countMax } = collectionLimits;
  const collections = fields.objects("collections", { countMax }, readCollection);
  const fault = fields.fault();
  return fault === undefined ? { ok: true, collections } : { ok: false, fault };
}

function readCollection(fields: JsonFields): NewCollection {
  const { itemCountMax, nameLengthMax, noteLengthMax } = collectionLimits;
  return {
    name: fields.text("name", { lengthMax: nameLengthMax }),
    note: fields.text("note", { lengthMax: noteLengthMax }),
    createdMs: fields.timeMs("created"),
    changedMs: fields.timeMs("changed"),
    items: fields.objects("items", { countMax: itemCountMax }, readItem),
  };
}

function readItem(fields: JsonFields): CollectionItem {
  const name = fields.seriesName("name");
  const range = { fromMs: fields.timeMs("from"), untilMs: fields.timeMs("until") };
  if (range.fromMs >= range.untilMs) fields.refuse("until", "later than from");
  const points = fields.rawList("points", { countMax: collectionSampleCountMax });
  const timesMs: number[] = [];
  const values: number[] = [];
  for (const point of points) {
    if (!isPoint(point)) {
      fields.refuse("points", "pairs [time, value] of numbers");
      break;
    }
    const timeMs = Math.round(point[0] * 1000);
    if (!(timeMs >= range.fromMs && timeMs < range.untilMs && timeMs > (timesMs.at(-1) ?? -1))) {
      fields.refuse("points", "ascending times, from `from` to before `until`");
      break;
    }
    timesMs.push(timeMs);
    values.push(point[1]);
  }
  return { name, range, timesMs, values };
}

function isPoint(value: unknown): value is [number, number] {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    Number.isFinite(value[0]) &&
    Number.isFinite(value[1])
  );
}
