/**
 * Keeps a copy of the collections in the search engine in step with those of the journal, both ways: a
 * new data folder has them again, and several Kales on one cluster have the same.
 *
 * The journal is what people read and write, whether the engine is there or not. A round compares
 * three states of each collection, by the time it was last changed: here, there, and as both were
 * when they last agreed, which is kept in a small file beside the journal.
 *
 *     changed here only, or new here      is written there
 *     changed there only, or new there    is taken over
 *     changed on both sides               the later one wins
 *     deleted on one side                 is deleted on the other, unless that was changed meanwhile
 *
 * There, a deleted collection leaves a stone that says so. An index that is gone is no deletion:
 * it is written anew.
 */
import type { Clock } from "../../base/clock.ts";
import type { Collection, CollectionItem, ReplicableCollections } from "../../model/index.ts";
import type { EngineClient } from "../client.ts";
import { deleteDocument, getDocument, putDocument } from "../documents.ts";
import { EngineError } from "../errors.ts";
import { createIndex } from "../indexes.ts";
import { scanPages } from "../search.ts";

/** A process that was away for longer than this may bring a deleted collection back. */
const stoneKeptMs = 90 * 86_400_000;

export interface CollectionReplicaParts {
  readonly client: EngineClient;
  readonly collections: ReplicableCollections;
  readonly prefix: string;
  /** What both sides were when they last agreed; "" before that. */
  readonly readAgreed: () => string;
  readonly writeAgreed: (text: string) => void;
  readonly clock: Clock;
}

/** As it lies in the engine. `items` is not indexed; `metrics` is for whoever looks there. */
interface StoredCollection {
  readonly name: string;
  readonly note: string;
  readonly createdMs: number;
  readonly changedMs: number;
  readonly isDeleted: boolean;
  readonly metrics: readonly string[];
  readonly items: readonly CollectionItem[];
}

type Head = Pick<StoredCollection, "changedMs" | "isDeleted">;

/** Time of the last change by id, of what is the same on both sides. */
type Agreed = Map<string, number>;

export interface RoundOutcome {
  readonly writtenCount: number;
  readonly takenCount: number;
}

/** One round. Rejects with an EngineError; what was done until then stays, the next round goes on. */
export async function replicateCollections(parts: CollectionReplicaParts): Promise<RoundOutcome> {
  const { client, collections } = parts;
  const index = `${parts.prefix}-collections`;
  await createIndex(client, index, indexBody);
  const before = readAgreed(parts.readAgreed());
  const agreed: Agreed = new Map(before);
  const there = await readHeads(client, index);
  const here = new Map(collections.list().map(({ id, changedMs }) => [id, changedMs]));
  let writtenCount = 0;
  let takenCount = 0;
  for (const id of new Set([...before.keys(), ...there.keys(), ...here.keys()])) {
    const step = stepOf(here.get(id), there.get(id), before.get(id));
    const done = await take(step, id);
    if (done === undefined) continue;
    if (done.agreedMs === undefined) agreed.delete(id);
    else agreed.set(id, done.agreedMs);
    if (step === "write" || step === "bury") writtenCount += 1;
    if (step === "take" || step === "remove") takenCount += 1;
  }
  parts.writeAgreed(textOfAgreed(agreed));
  return { writtenCount, takenCount };

  /** @returns undefined where somebody was faster: the next round compares again */
  async function take(
    step: Step,
    id: string,
  ): Promise<{ readonly agreedMs: number | undefined } | undefined> {
    const head = there.get(id);
    if (step === "nothing") {
      await forgetOldStone(client, index, id, head, parts.clock.nowMs());
      return { agreedMs: here.get(id) };
    }
    if (step === "bury") {
      const source = stone(parts.clock.nowMs());
      return (await writeOver(client, index, id, source, head))
        ? { agreedMs: undefined }
        : undefined;
    }
    const collection = collections.get(id);
    if (collection?.changedMs !== here.get(id)) return undefined;
    if (step === "remove") {
      collections.remove(id);
      return { agreedMs: undefined };
    }
    if (step === "write") {
      if (collection === undefined) return undefined;
      const isWritten = await writeOver(client, index, id, stored(collection), head);
      return isWritten ? { agreedMs: collection.changedMs } : undefined;
    }
    const found = await getDocument<StoredCollection>(client, index, id);
    if (found === undefined || found.source.isDeleted) return undefined;
    if (collections.get(id)?.changedMs !== here.get(id)) return undefined;
    collections.put(restored(id, found.source));
    return { agreedMs: found.source.changedMs };
  }
}

type Step = "nothing" | "write" | "bury" | "take" | "remove";

/** @param here, before  when it was last changed; undefined where there is or was none */
export function stepOf(
  here: number | undefined,
  there: Head | undefined,
  before: number | undefined,
): Step {
  if (here === undefined) {
    if (there === undefined || there.isDeleted) return "nothing";
    const isOurDeletion = before !== undefined && there.changedMs <= before;
    return isOurDeletion ? "bury" : "take";
  }
  if (there === undefined) return "write";
  if (there.isDeleted) {
    const isChangedSince = here > (before ?? there.changedMs);
    return isChangedSince ? "write" : "remove";
  }
  if (here === there.changedMs) return "nothing";
  return here > there.changedMs ? "write" : "take";
}

/** @returns false where there is something else by now than what was compared with */
async function writeOver(
  client: EngineClient,
  index: string,
  id: string,
  source: StoredCollection,
  head: Head | undefined,
): Promise<boolean> {
  const found = await getDocument<StoredCollection>(client, index, id);
  if (found?.source.changedMs !== head?.changedMs) return false;
  const onlyIf = found ?? "create";
  return (await putDocument(client, { index, id, source, onlyIf, refresh: true })) !== undefined;
}

async function forgetOldStone(
  client: EngineClient,
  index: string,
  id: string,
  head: Head | undefined,
  nowMs: number,
): Promise<void> {
  if (head?.isDeleted !== true || head.changedMs > nowMs - stoneKeptMs) return;
  await deleteDocument(client, index, id);
}

/** All that is there but the samples. */
async function readHeads(client: EngineClient, index: string): Promise<Map<string, Head>> {
  const heads = new Map<string, Head>();
  const body = { query: { match_all: {} }, _source: ["changedMs", "isDeleted"] };
  for await (const hits of scanPages<Head>(client, index, body)) {
    for (const { id, source } of hits) heads.set(id, source);
  }
  return heads;
}

const indexBody = {
  settings: { number_of_shards: 1, auto_expand_replicas: "0-1" },
  mappings: {
    dynamic: "strict",
    properties: {
      name: { type: "keyword", ignore_above: 1000 },
      note: { type: "text" },
      createdMs: { type: "date", format: "epoch_millis" },
      changedMs: { type: "date", format: "epoch_millis" },
      isDeleted: { type: "boolean" },
      metrics: { type: "keyword", ignore_above: 4096 },
      items: { type: "object", enabled: false },
    },
  },
} as const;

function stored({ name, note, createdMs, changedMs, items }: Collection): StoredCollection {
  const metrics = items.map((item) => item.name);
  return { name, note, createdMs, changedMs, isDeleted: false, metrics, items };
}

function stone(changedMs: number): StoredCollection {
  return {
    ...{ name: "", note: "", createdMs: changedMs, changedMs },
    ...{ isDeleted: true, metrics: [], items: [] },
  };
}

function restored(id: string, source: StoredCollection): Collection {
  const { name, note, createdMs, changedMs, items } = source;
  if (typeof name !== "string" || typeof note !== "string" || !Array.isArray(items)) {
    throw new EngineError("ENGINE_CORRUPT", `the collection ${id} in the engine is damaged`);
  }
  return { id, name, note, createdMs, changedMs, items };
}

function textOfAgreed(agreed: Agreed): string {
  return [...agreed].map(([id, changedMs]) => `${id} ${changedMs}\n`).join("");
}

function readAgreed(text: string): Agreed {
  const agreed = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [id = "", time = ""] = line.split(" ");
    if (id !== "" && Number.isFinite(Number(time))) agreed.set(id, Number(time));
  }
  return agreed;
}
