/**
 * The programs that get the same stream: each started on loopback, on free ports and a temporary folder,
 * and ended with the run. One that runs already is measured too, by its address and process id.
 */
import { spawn } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import type { SourcesJson } from "../../src/webapp/contract.ts";
import {
  freePorts,
  startKaleProcess,
  temporaryFolder,
  until,
} from "../../test/support/kale-process.ts";
import { startRedis } from "../../test/support/redis-server.ts";
import { TcpSender } from "../../src/cli/send/senders.ts";
import { cpuSecondsOf } from "../load/process-figures.ts";
import { messagePackItems } from "./messagepack-items.ts";
import { appendCommands } from "./redis-append.ts";

export interface Receiver {
  readonly name: string;
  readonly pid: number;
  /** Sends a piece of Carbon's plaintext, or what stands for it there. */
  readonly send: (piece: Uint8Array) => Promise<void>;
  /** Sends the same as MessagePack; missing where it is not taken. */
  readonly sendItems?: (piece: Uint8Array) => Promise<void>;
  /** Resolves when all that was sent is taken in. @returns points that are known to be lost */
  settle(sentCount: number): Promise<number>;
  end(): Promise<void>;
}

const quietMs = 1000;
const patienceMs = 600_000;

/** It takes in, keeps and logs to disk, and does not judge, like the others. */
export async function startKale(): Promise<Receiver> {
  const kale = await startKaleProcess({
    args: ["--roles", "horizon,webapp", "--no-host-metrics", "--max-age", "24h"],
  });
  const sender = await TcpSender.connect({ host: "127.0.0.1", port: kale.ports.carbon });
  const itemSender = await TcpSender.connect({ host: "127.0.0.1", port: kale.ports.msgpack });
  const acceptedCount = async (): Promise<number> => {
    const { sources } = await kale.get<SourcesJson>("/kale/sources");
    return sources.reduce((sum, { accepted }) => sum + accepted, 0);
  };
  return {
    name: "kale",
    pid: kale.child.pid!,
    send: (piece) => sender.send(piece),
    sendItems: (piece) => itemSender.send(messagePackItems(piece)),
    async settle(sentCount) {
      // Asking costs as much as thousands of points, so that comes after.
      await quiet(kale.child.pid!);
      await until(async () => (await acceptedCount()) >= sentCount, 60_000).catch(() => undefined);
      return Math.max(0, sentCount - (await acceptedCount()));
    },
    async end() {
      await sender.close();
      await itemSender.close();
      await kale.end();
    },
  };
}

/** Debian's graphite-carbon. Its writing of Whisper files is held back as far as its settings can. */
export async function startCarbonCache(): Promise<Receiver> {
  const folder = await temporaryFolder();
  const [linePort, picklePort, queryPort] = await freePorts(3);
  await mkdir(join(folder, "storage/log"), { recursive: true });
  await writeFile(
    join(folder, "carbon.conf"),
    `[cache]
USER =
LINE_RECEIVER_INTERFACE = 127.0.0.1
LINE_RECEIVER_PORT = ${linePort}
PICKLE_RECEIVER_INTERFACE = 127.0.0.1
PICKLE_RECEIVER_PORT = ${picklePort}
CACHE_QUERY_INTERFACE = 127.0.0.1
CACHE_QUERY_PORT = ${queryPort}
ENABLE_UDP_LISTENER = False
MAX_CACHE_SIZE = inf
MAX_UPDATES_PER_SECOND = 1
MAX_CREATES_PER_MINUTE = 1
LOG_UPDATES = False
LOG_CREATES = False
LOG_CACHE_HITS = False
LOG_CACHE_QUEUE_SORTS = False
LOG_LISTENER_CONNECTIONS = False
CACHE_WRITE_STRATEGY = naive
`,
  );
  await writeFile(
    join(folder, "storage-schemas.conf"),
    "[all]\npattern = .*\nretentions = 10s:1d\n",
  );
  const args = [
    ...["--config", join(folder, "carbon.conf"), "--logdir", join(folder, "storage/log")],
    ...["--pidfile", join(folder, "cache.pid"), "--nodaemon", "start"],
  ];
  const child = spawn("/usr/bin/carbon-cache", args, {
    env: {
      ...process.env,
      GRAPHITE_STORAGE_DIR: join(folder, "storage"),
      GRAPHITE_CONF_DIR: folder,
    },
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const receiver = await overAddress("carbon-cache", `127.0.0.1:${linePort}`, child.pid!);
  return {
    ...receiver,
    async end() {
      await receiver.end();
      child.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** As Skyline keeps series: an APPEND of a MessagePack pair for each point, pipelined. Its server's CPU alone. */
export async function startSkylineRedis(): Promise<Receiver> {
  const redis = await startRedis({ isEachWriteOnDisk: false });
  const info = String(await redis.ask("INFO", "server"));
  const socket = connect({ host: "127.0.0.1", port: redis.port });
  let replyCount = 0;
  let commandCount = 0;
  socket.on("data", (chunk: Buffer) => {
    for (const byte of chunk) if (byte === 0x0a) replyCount += 1;
  });
  await new Promise((resolve) => socket.once("connect", resolve));
  return {
    name: "redis",
    pid: Number(/process_id:(\d+)/.exec(info)?.[1]),
    send: async (piece) => {
      const { bytes, count } = appendCommands(piece);
      commandCount += count;
      await written(socket, bytes);
    },
    async settle(sentCount) {
      await until(() => replyCount >= commandCount, patienceMs);
      return sentCount - replyCount;
    },
    async end() {
      socket.destroy();
      await redis.end();
    },
  };
}

/** Any program that takes Carbon's plaintext; all it gets is taken in when it has been quiet for a second. */
export async function overAddress(name: string, address: string, pid: number): Promise<Receiver> {
  const at = address.lastIndexOf(":");
  const host = address.slice(0, at);
  const port = Number(address.slice(at + 1));
  let sender: TcpSender | undefined;
  await until(async () => {
    sender = await TcpSender.connect({ host, port }).catch(() => undefined);
    return sender !== undefined;
  });
  return {
    name,
    pid,
    send: (piece) => sender!.send(piece),
    async settle() {
      await quiet(pid);
      return 0;
    },
    end: () => sender!.close(),
  };
}

/** Resolves when the process has used next to no CPU for a while. */
async function quiet(pid: number): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (let before = cpuSecondsOf(pid); ;) {
    await new Promise((resolve) => setTimeout(resolve, quietMs));
    const now = cpuSecondsOf(pid);
    if (now - before <= 0.02 * (quietMs / 1000) || performance.now() > deadline) return;
    before = now;
  }
}

function written(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
