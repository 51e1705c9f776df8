/** Starts the program's threads and waits until each is ready. */
import { type MessagePort, Worker } from "node:worker_threads";
import type { Logger } from "../base/log.ts";
import { Rpc } from "../base/rpc.ts";
import type { EpisodeEvent, NewNote, TunnelledClient } from "../model/index.ts";
import type { ShardSearchReply } from "../shard/index.ts";
import { writeThreadLog } from "./thread-log.ts";
import type { HorizonThreadData, ShardThreadData } from "./thread-messages.ts";

export interface RunningThread {
  readonly rpc: Rpc;
  terminate(): Promise<void>;
}

/** A thread that may still be preparing itself; its Rpc fails what is asked until it is ready. */
export interface StartingThread extends RunningThread {
  /** Rejects with the thread's error where it fails before it is ready. */
  readonly ready: Promise<undefined>;
}

/** What a shard tells of by itself. */
export interface ShardEvents {
  episodes(events: EpisodeEvent[]): void;
  searchProgress(reply: ShardSearchReply): void;
  /** How much of its files it has read, 0 to 1. */
  progress(share: number): void;
}

export function startShardThread(
  data: ShardThreadData,
  events: ShardEvents,
  logger: Logger,
): StartingThread {
  const entry = new URL("./shard-thread.ts", import.meta.url);
  const name = `shard ${data.shard}`;
  return startThread({ entry, name, data, ports: data.producers }, logger, { ...events });
}

export interface HorizonEvents {
  /** A sender told of something that happened. */
  note(note: NewNote): void;
  /** A client's HTTP goes to the webapp from now on, or no longer. */
  tunnelOpened(client: TunnelledClient): void;
  tunnelClosed(client: TunnelledClient): void;
}

/** Rejects with the thread's error where it fails before it is ready. */
export async function startHorizonThread(
  data: HorizonThreadData,
  events: HorizonEvents,
  logger: Logger,
): Promise<RunningThread> {
  const entry = new URL("./horizon-thread.ts", import.meta.url);
  const name = "horizon";
  const thread = startThread({ entry, name, data, ports: data.shards }, logger, { ...events });
  await thread.ready;
  return thread;
}

interface ThreadStart {
  readonly entry: URL;
  /** As the system's own tools show it, up to 15 characters. */
  readonly name: string;
  readonly data: ShardThreadData | HorizonThreadData;
  readonly ports: readonly MessagePort[];
}

function startThread(
  { entry, name, data, ports }: ThreadStart,
  logger: Logger,
  handlers: Readonly<Record<string, (input: never) => unknown>>,
): StartingThread {
  const worker = new Worker(entry, { name, workerData: data, transferList: [...ports] });
  const { promise: ready, resolve, reject } = Promise.withResolvers<undefined>();
  // Who waits for it hears of a failure; before somebody does, it is no unhandled one.
  ready.catch(() => undefined);
  let isReady = false;
  let isEnding = false;
  const rpc = new Rpc(worker, {
    ...handlers,
    log: writeThreadLog(logger),
    ready: () => {
      isReady = true;
      rpc.release();
      resolve(undefined);
    },
  });

  async function terminate(): Promise<void> {
    isEnding = true;
    await worker.terminate();
  }
  function fail(error: Error): void {
    rpc.close(error);
    if (!isReady) reject(error);
    // A thread that dies later takes its share of the metrics with it: our own mistake, ends loudly.
    else if (!isEnding) throw error;
  }
  worker.on("error", fail);
  worker.on("exit", (code) => {
    if (!isEnding) fail(new Error(`the thread ${entry.pathname} ended with status ${code}`));
  });
  return { rpc, ready, terminate };
}
