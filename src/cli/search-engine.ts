/** Joins the settings, the shards, the journal and the search engine that is to search beside them. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import { CollectionSync } from "../engine/collections/index.ts";
import { EngineClient } from "../engine/index.ts";
import { OculusEngine } from "../engine/oculus/index.ts";
import type {
  ReplicableCollections,
  SearchEngineControl,
  SimilarityReader,
} from "../model/index.ts";
import type { SearchPool, ShardPool } from "../shard/index.ts";
import type { Settings } from "./settings.ts";
import { elasticsearchChoiceOf } from "./store-choice.ts";

export interface SearchEngineParts {
  readonly search: SearchPool;
  readonly pool: ShardPool;
  readonly collections: ReplicableCollections;
  readonly folderPath: string;
  /** What this process has of series that several share. */
  readonly partitionsSince: (timeMs: number) => readonly number[];
  /** Of this process and data folder. */
  readonly processId: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface RunningSearchEngine {
  readonly similarity: SimilarityReader;
  readonly control: SearchEngineControl;
  start(): void;
  close(): Promise<void>;
}

/**
 * @returns undefined where the shards alone are to search
 * @throws StartError  where a file that a setting names cannot be read
 */
export function searchEngineOf(
  settings: Settings,
  parts: SearchEngineParts,
): RunningSearchEngine | undefined {
  if (settings.oculusEngine !== "elasticsearch") return undefined;
  const { search, pool, collections, processId, clock, logger } = parts;
  const { nodes, indexPrefix, ...access } = elasticsearchChoiceOf(settings);
  const { user, password, apiKey, certificates } = access;
  const client = new EngineClient({ nodes, user, password, apiKey, certificates, clock });
  const { partitionsSince } = parts;
  const isShared = settings.storeKind === "elasticsearch";
  const engine = new OculusEngine({
    ...{ client, nodes, clock, logger, shapes: search, shards: search },
    prefix: indexPrefix,
    share: isShared ? { owner: processId, partitionsSince } : undefined,
    holder: `${hostname()} ${process.pid} ${processId}`,
    importIntervalMs: settings.oculusImportIntervalMs,
    async seriesCount() {
      const shards = await pool.stats();
      return shards.reduce((sum, { store }) => sum + store.seriesCount, 0);
    },
  });
  const agreedPath = join(parts.folderPath, "collections-agreed.txt");
  const replica = {
    ...{ client, collections, prefix: indexPrefix, clock },
    readAgreed: () => readIfThere(agreedPath),
    writeAgreed: (text: string) => writeWhole(agreedPath, text),
  };
  const sync = new CollectionSync(replica, logger);
  return {
    similarity: engine.similarity,
    control: {
      report: () => ({ ...engine.report(), collections: sync.state }),
      startImport: () => engine.startImport(),
    },
    start() {
      engine.start();
      sync.start();
    },
    async close() {
      const stopped = Promise.all([engine.stop(), sync.stop()]);
      // Ends requests that would otherwise be waited for.
      client.close();
      await stopped;
    },
  };
}

/** What is lost with it is who deleted what while the other side was away; see collection-replica.ts. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
