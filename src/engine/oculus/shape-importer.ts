/**
 * One import: the shapes of this process's series over one window, from the shards into a fresh index
 * of the search engine.
 *
 * The index is described when all was written and is found to be there, and serves from when the
 * window is whole (serving-choice.ts): at once where one process has all series. Until then, and where
 * anything fails, what was imported before serves. What a run that died left behind is removed by the
 * next, of another process too.
 */
import type { Clock } from "../../base/clock.ts";
import {
  partitionOfName,
  type ShapePage,
  type ShapeReader,
  type ShapeWindow,
} from "../../model/index.ts";
import { bulk, type BulkOperation } from "../bulk.ts";
import type { EngineClient } from "../client.ts";
import { clusterHealth } from "../cluster.ts";
import { EngineError } from "../errors.ts";
import { createIndex, deleteIndex, refreshIndex, switchAlias } from "../indexes.ts";
import { count } from "../search.ts";
import { ImportLock, lockIdOf } from "./import-lock.ts";
import type { ImportShare } from "./import-share.ts";
import { installScripts } from "./scripts.ts";
import { chooseServing, type ServingIndex, unneededIndexes } from "./serving-choice.ts";
import {
  aliasOf,
  comparableState,
  createShapeIndex,
  describeIndex,
  indexNameOf,
  orderOf,
  readIndexes,
  shapeDocument,
  stateIndexOf,
} from "./shape-index.ts";

/** Requests under way at a time: the shards prepare the next while the engine writes these. */
const bulkCountMax = 2;
const busyRetryCountMax = 5;
const busyWaitMs = 1000;
const missingStatus = 404;

export interface ShapeImporterParts {
  readonly client: EngineClient;
  readonly shapes: ShapeReader;
  readonly window: ShapeWindow;
  readonly share: ImportShare;
  readonly prefix: string;
  /** Names this process as no other is named. */
  readonly holder: string;
  /** Ends it where it is: the program closes. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

export type ImportOutcome =
  /** `serving`: undefined while other processes have not imported their part of any window. */
  | { readonly outcome: "done"; readonly serving: ServingIndex | undefined }
  | { readonly outcome: "locked" };

/**
 * @param onProgress  hears of how many series are written
 * Rejects with an EngineError where the engine, or with a RemoteError where a shard fails.
 */
export async function importShapes(
  parts: ShapeImporterParts,
  onProgress: (seriesCount: number) => void,
): Promise<ImportOutcome> {
  const { client, prefix, clock, window } = parts;
  const { owner } = parts.share;
  const state = stateIndexOf(prefix);
  await createIndex(client, state, {
    settings: { number_of_shards: 1, auto_expand_replicas: "0-1" },
    mappings: {
      dynamic: "strict",
      properties: { holder: { type: "keyword" }, expiresMs: { type: "long" } },
    },
  });
  const startedMs = clock.nowMs();
  const lock = await ImportLock.take(
    client,
    { index: state, id: lockIdOf(owner) },
    `${parts.holder} ${startedMs}`,
    clock,
  );
  if (lock === undefined) return { outcome: "locked" };
  const index = indexNameOf(prefix, { owner, startedMs });
  try {
    // A process that holds nothing of the window yet leaves it to those that do.
    const partitions = parts.share.partitionsSince(window.range.untilMs);
    if (partitions.length > 0) await fill(parts, index, partitions, lock, onProgress);
    const indexes = await readIndexes(client, prefix);
    const serving = chooseServing(prefix, indexes.complete, clock.nowMs());
    if (serving !== undefined) await showServing(client, prefix, serving);
    for (const other of unneededIndexes(prefix, indexes, { owner, nowMs: clock.nowMs() })) {
      await deleteIndex(client, other).catch(ignoreEngineError);
    }
    return { outcome: "done", serving };
  } catch (error) {
    // What cannot be removed now is removed by the next run.
    await deleteIndex(client, index).catch(ignoreEngineError);
    throw error;
  } finally {
    await lock.release().catch(ignoreEngineError);
  }
}

async function fill(
  { client, shapes, window, share, signal }: ShapeImporterParts,
  index: string,
  held: readonly number[],
  lock: ImportLock,
  onProgress: (seriesCount: number) => void,
): Promise<void> {
  await installScripts(client);
  const { dataNodeCount } = await clusterHealth(client);
  await createShapeIndex(client, index, dataNodeCount);

  const partitions = new Map(held.map((each): [number, Record<string, number>] => [each, {}]));
  const underWay = new Set<Promise<void>>();
  let writtenCount = 0;
  try {
    for await (const page of shapes.shapePages(window)) {
      if (signal.aborted) throw new EngineError("ENGINE_UNREACHABLE", "the program closes");
      if (!(await lock.renewInTime())) throw lockLost();
      const operations = operationsOf(index, page, window.pointCount, partitions);
      const writing = writeAll(client, operations).then(() => {
        underWay.delete(writing);
        writtenCount += operations.length;
        onProgress(writtenCount);
      });
      // Heard of when the next page is there, which may be later than it fails.
      writing.catch(() => undefined);
      underWay.add(writing);
      if (underWay.size >= bulkCountMax) await Promise.race(underWay);
    }
    await Promise.all(underWay);
  } finally {
    // What arrives after the index was deleted would make it anew.
    await Promise.allSettled(underWay);
  }

  await refreshIndex(client, index);
  const foundCount = await count(client, index);
  if (foundCount !== writtenCount) {
    const message = `the index ${index} has ${foundCount} documents where ${writtenCount} were written`;
    throw new EngineError("ENGINE_CORRUPT", message);
  }
  if (!(await lock.renew())) throw lockLost();
  // What was given away meanwhile has left the shards, perhaps before it was read.
  const stillHeld = new Set(share.partitionsSince(window.range.untilMs));
  if (!held.every((partition) => stillHeld.has(partition))) {
    throw new EngineError("ENGINE_REFUSED", "this process's share changed during the import");
  }
  await describeIndex(client, { index, ...window, partitions });
}

/** @param counts  by the partitions that are wanted; what is written is counted */
function operationsOf(
  index: string,
  page: ShapePage,
  pointCount: number,
  counts: ReadonlyMap<number, Record<string, number>>,
): BulkOperation[] {
  return page.names.flatMap((name, i) => {
    const states = counts.get(partitionOfName(name));
    if (states === undefined) return [];
    const fault = page.faults[i] ?? "";
    const row = page.rows.subarray(i * pointCount, (i + 1) * pointCount);
    const state = fault === "" ? comparableState : fault;
    states[state] = (states[state] ?? 0) + 1;
    const order = orderOf(page.shard, page.ids[i] ?? 0);
    const source = shapeDocument(name, order, fault, fault === "" ? row : undefined);
    // An id of ours: a request that was sent twice leaves one document.
    return [{ action: "index", index, id: String(order), source }];
  });
}

/** Gives what the engine was too busy for again. */
async function writeAll(client: EngineClient, operations: readonly BulkOperation[]): Promise<void> {
  let left = operations;
  for (let attempt = 0; left.length > 0; attempt++) {
    let refused: readonly BulkOperation[] = left;
    try {
      const { outcomes } = await bulk(client, left);
      const broken = outcomes.find(({ fault, status }) => fault !== undefined && status !== 429);
      if (broken?.fault !== undefined) {
        const { type, reason } = broken.fault;
        throw new EngineError("ENGINE_REFUSED", `a shape was not taken: ${type}: ${reason}`);
      }
      refused = left.filter((_, i) => outcomes[i]?.fault !== undefined);
    } catch (error) {
      if (!(error instanceof EngineError && error.code === "ENGINE_BUSY")) throw error;
    }
    if (refused.length > 0 && attempt === busyRetryCountMax) {
      throw new EngineError("ENGINE_BUSY", "the engine was too busy to take all shapes");
    }
    left = refused;
    if (left.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, busyWaitMs * 2 ** attempt));
    }
  }
}

/** For other programs; searches of ours name the indexes. */
async function showServing(
  client: EngineClient,
  prefix: string,
  { parts }: ServingIndex,
): Promise<void> {
  const indexes = parts.map(({ index }) => index);
  await switchAlias(client, aliasOf(prefix), indexes).catch((error: unknown) => {
    // Another process has switched to a later window and removed this one.
    if (!(error instanceof EngineError && error.status === missingStatus)) throw error;
  });
}

function lockLost(): EngineError {
  return new EngineError("ENGINE_REFUSED", "another process took the import's lock over");
}

function ignoreEngineError(error: unknown): undefined {
  if (!(error instanceof EngineError)) throw error;
  return undefined;
}
