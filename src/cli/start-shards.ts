/** Starts the shards' threads, and the lines on which batches come to them. */
import { MessageChannel } from "node:worker_threads";
import type { Logger } from "../base/log.ts";
import type { KernelModules } from "../kernel/index.ts";
import { BatchPort, BatchRouter, ShardPool } from "../shard/index.ts";
import type { DataFolder } from "../store/index.ts";
import type { Settings } from "./settings.ts";
import type { StartProgress } from "./start-progress.ts";
import type { StoreChoice } from "./store-choice.ts";
import { type ShardEvents, startShardThread } from "./threads.ts";

/** Ends what was started; called in the reverse order. */
export type UndoStep = () => Promise<void> | void;

interface RunningShards {
  readonly pool: ShardPool;
  /** From the main thread into the shards. */
  readonly sink: BatchRouter;
  /** Resolves when all shards have read what they kept; rejects where one cannot. */
  readonly shardsReady: Promise<void>;
}

/** The lines on which batches come to a shard, from each thread that sends some. */
interface ShardLines {
  readonly fromMain: MessageChannel;
  readonly fromHorizon: MessageChannel;
}

export function shardLines(shardCount: number): ShardLines[] {
  return Array.from({ length: shardCount }, () => ({
    fromMain: new MessageChannel(),
    fromHorizon: new MessageChannel(),
  }));
}

/** Starts a thread for each shard, with one line to it from each thread that sends batches. */
export function startShards(
  {
    folder,
    settings,
    kernels,
    store,
    processId,
    lines,
    progress,
    logger,
  }: {
    readonly folder: DataFolder;
    readonly settings: Settings;
    readonly kernels: KernelModules;
    readonly store: StoreChoice;
    readonly processId: string;
    readonly lines: readonly ShardLines[];
    readonly progress: StartProgress;
    readonly logger: Logger;
  },
  eventsOf: (shard: number) => ShardEvents,
  undo: UndoStep[],
): RunningShards {
  const own = lines.map(({ fromMain }) => new BatchPort(fromMain.port1));
  const { shardCount } = folder;
  const threads = lines.map(({ fromMain, fromHorizon }, shard) => {
    const thread = startShardThread(
      {
        shard,
        shardCount,
        folder: folder.shardFolder(shard),
        settings,
        kernels,
        store,
        processId,
        isJudging: settings.roles.includes("analyzer"),
        producers: [fromMain.port2, fromHorizon.port2],
      },
      eventsOf(shard),
      logger,
    );
    thread.rpc.hold(() => progress.error());
    return thread;
  });
  undo.push(async () => {
    await Promise.all(threads.map((thread) => thread.terminate()));
  });
  const pool = new ShardPool(
    threads.map(({ rpc }) => rpc),
    {
      namesAreShared: store.kind === "elasticsearch",
      remoteAddsUp: store.kind === "elasticsearch",
    },
  );
  const sink = new BatchRouter(own);
  undo.push(async () => {
    if (progress.isDone) {
      await sink.drained();
      await pool.close();
    }
    for (const port of own) port.close();
  });
  const shardsReady = Promise.all(threads.map(({ ready }) => ready)).then(() => undefined);
  // Waited for once the listeners are open; a shard that fails sooner is no failure nobody hears of.
  shardsReady.catch(() => undefined);
  return { pool, sink, shardsReady };
}

/** How much of the shards' windows is filled, 0 to 1; undefined while their store is not reached. */
export async function warmShareOf(pool: ShardPool): Promise<number | undefined> {
  const shards = await pool.stats();
  const warmths = shards.flatMap(({ store }) => store.remote?.warmth ?? []);
  if (warmths.some(({ state }) => state === "waiting")) return undefined;
  if (warmths.every(({ state }) => state === "warm")) return 1;
  const doneCount = warmths.reduce((sum, warmth) => sum + warmth.doneCount, 0);
  const totalCount = warmths.reduce((sum, warmth) => sum + warmth.totalCount, 0);
  return totalCount === 0 ? 0 : Math.min(doneCount / totalCount, 0.999);
}
