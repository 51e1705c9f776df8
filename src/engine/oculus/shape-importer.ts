/**
 * One import: every series' shape of the newest window, from the shards into a fresh index of the
 * search engine.
 *
 * The index gets the alias, in one step, when all was written and is found to be there. Until then,
 * and where anything fails, the index of the import before serves. What a run that died left behind
 * is removed by the next.
 */
import type { Clock } from "../../base/clock.ts";
import type { ShapePage, ShapeReader } from "../../model/index.ts";
import { bulk, type BulkOperation } from "../bulk.ts";
import type { EngineClient } from "../client.ts";
import { clusterHealth } from "../cluster.ts";
import { EngineError } from "../errors.ts";
import { createIndex, deleteIndex, listIndexes, refreshIndex, switchAlias } from "../indexes.ts";
import { count } from "../search.ts";
import { ImportLock } from "./import-lock.ts";
import { installScripts } from "./scripts.ts";
import {
  aliasOf,
  createShapeIndex,
  describeIndex,
  indexNameOf,
  isShapeIndex,
  orderOf,
  type ServingIndex,
  shapeDocument,
  stateIndexOf,
} from "./shape-index.ts";

/** Requests under way at a time: the shards prepare the next while the engine writes these. */
const bulkCountMax = 2;
const busyRetryCountMax = 5;
const busyWaitMs = 1000;

export interface ShapeImporterParts {
  readonly client: EngineClient;
  readonly shapes: ShapeReader;
  readonly prefix: string;
  /** Names this process as no other is named. */
  readonly holder: string;
  /** Ends it where it is: the program closes. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

export type ImportOutcome =
  { readonly outcome: "done"; readonly serving: ServingIndex } | { readonly outcome: "locked" };

/**
 * @param onProgress  hears of how many series are written
 * Rejects with an EngineError where the engine, or with a RemoteError where a shard fails.
 */
export async function importShapes(
  parts: ShapeImporterParts,
  onProgress: (seriesCount: number) => void,
): Promise<ImportOutcome> {
  const { client, prefix, clock } = parts;
  const state = stateIndexOf(prefix);
  await createIndex(client, state, {
    settings: { number_of_shards: 1, auto_expand_replicas: "0-1" },
    mappings: {
      dynamic: "strict",
      properties: { holder: { type: "keyword" }, expiresMs: { type: "long" } },
    },
  });
  const startedMs = clock.nowMs();
  const lock = await ImportLock.take(client, state, `${parts.holder} ${startedMs}`, clock);
  if (lock === undefined) return { outcome: "locked" };
  const index = indexNameOf(prefix, startedMs);
  try {
    const serving = await fill(parts, index, lock, onProgress);
    await switchAlias(client, aliasOf(prefix), index);
    await removeOthers(client, prefix, index);
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
  { client, shapes, signal }: ShapeImporterParts,
  index: string,
  lock: ImportLock,
  onProgress: (seriesCount: number) => void,
): Promise<ServingIndex> {
  await installScripts(client);
  const { dataNodeCount } = await clusterHealth(client);
  await createShapeIndex(client, index, dataNodeCount);

  const window = shapes.newestWindow();
  const faultCounts: Record<string, number> = {};
  const underWay = new Set<Promise<void>>();
  let writtenCount = 0;
  try {
    for await (const page of shapes.shapePages(window)) {
      if (signal.aborted) throw new EngineError("ENGINE_UNREACHABLE", "the program closes");
      if (!(await lock.renewInTime())) throw lockLost();
      for (const fault of page.faults) {
        if (fault !== "") faultCounts[fault] = (faultCounts[fault] ?? 0) + 1;
      }
      const operations = operationsOf(index, page, window.pointCount);
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
  const faultCount = Object.values(faultCounts).reduce((sum, each) => sum + each, 0);
  const comparableCount = writtenCount - faultCount;
  const serving = { index, ...window, comparableCount, faultCounts };
  await describeIndex(client, serving);
  return serving;
}

function operationsOf(index: string, page: ShapePage, pointCount: number): BulkOperation[] {
  return page.names.map((name, i) => {
    const fault = page.faults[i] ?? "";
    const row = page.rows.subarray(i * pointCount, (i + 1) * pointCount);
    const order = orderOf(page.shard, page.ids[i] ?? 0);
    const source = shapeDocument(name, order, fault, fault === "" ? row : undefined);
    // An id of ours: a request that was sent twice leaves one document.
    return { action: "index", index, id: String(order), source };
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

/** Indexes of earlier runs, whether they served or died. */
async function removeOthers(client: EngineClient, prefix: string, index: string): Promise<void> {
  const all = await listIndexes(client, `${aliasOf(prefix)}-*`).catch(ignoreEngineError);
  for (const other of all ?? []) {
    if (other === index || !isShapeIndex(prefix, other)) continue;
    await deleteIndex(client, other).catch(ignoreEngineError);
  }
}

function lockLost(): EngineError {
  return new EngineError("ENGINE_REFUSED", "another process took the import's lock over");
}

function ignoreEngineError(error: unknown): undefined {
  if (!(error instanceof EngineError)) throw error;
  return undefined;
}
