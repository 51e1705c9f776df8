/**
 * Real Redis servers for tests: each in a temporary folder, on free ports of the loopback address or
 * on a unix socket, and stopped with the test. Nothing of the machine's own Redis is touched.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, RESP_TYPES } from "redis";
import { freePorts, until } from "./kale-process.ts";
import type { Requirement } from "./requirements.ts";

export const redisServer: Requirement = {
  name: "redis-server",
  isThere: ["/usr/bin/redis-server", "/usr/local/bin/redis-server"].some(existsSync),
  setup: "npm run setup:backends",
};

const patienceMs = 30_000;

export interface RedisServer {
  readonly port: number;
  readonly folder: string;
  /** PEM of the authority that certified it, with TLS. */
  readonly ca: string | undefined;
  /** Sends a command and gives the reply, blobs as bytes. */
  ask<T = unknown>(...args: (string | Buffer)[]): Promise<T>;
  /** As kill -9 would; the data that AOF has kept stay. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and with the same data. */
  restart(): Promise<void>;
  /** Stops and continues the process: it is there, and does not answer. */
  freeze(): void;
  thaw(): void;
  end(): Promise<void>;
}

export interface RedisServerOptions {
  /** Lines of its configuration, e.g. "requirepass secret". */
  readonly lines?: readonly string[];
  readonly isSentinel?: boolean;
  /** Of the default user, where `lines` give it one. */
  readonly password?: string;
  /** With certificates of the test's own. */
  readonly isTls?: boolean;
  /** So that a killed one loses nothing that it acknowledged; true unless given. */
  readonly isEachWriteOnDisk?: boolean;
}

export async function startRedis({
  lines = [],
  isSentinel = false,
  password,
  isTls = false,
  isEachWriteOnDisk = true,
}: RedisServerOptions = {}): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), "kale-redis-"));
  const [port = 0] = await freePorts(1);
  const args = isSentinel
    ? [join(folder, "sentinel.conf"), "--sentinel"]
    : ["--appendonly", isEachWriteOnDisk ? "yes" : "no", "--appendfsync", "always", "--save", ""];
  if (isSentinel) spawnSync("touch", [join(folder, "sentinel.conf")]);
  const certificates = isTls ? makeCertificates(folder) : undefined;
  const ca = certificates && (await readFile(certificates.ca, "utf8"));
  args.push("--bind", "127.0.0.1", "--dir", folder);
  if (certificates === undefined) args.push("--port", String(port));
  else {
    const { ca: caPath, cert, key } = certificates;
    args.push("--port", "0", "--tls-port", String(port), "--tls-auth-clients", "no");
    args.push("--tls-ca-cert-file", caPath, "--tls-cert-file", cert, "--tls-key-file", key);
  }
  for (const line of lines) {
    const [name = "", ...values] = line.replaceAll("FOLDER", folder).split(" ");
    args.push(`--${name}`, ...values);
  }

  let child: ChildProcess | undefined;
  let output = "";
  let client = connect();

  function connect() {
    const socket = { host: "127.0.0.1", port, reconnectStrategy: 50 };
    const made = createClient({
      RESP: 2,
      socket: ca === undefined ? socket : { ...socket, tls: true, ca },
      ...(password === undefined ? {} : { password }),
      disableOfflineQueue: true,
      disableClientInfo: true,
      maintNotifications: "disabled",
      commandOptions: { timeout: 0, typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
    });
    made.on("error", () => undefined);
    return made;
  }

  async function run(): Promise<void> {
    child = spawn("redis-server", args, { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const started = child;
    client = connect();
    client.connect().catch(() => undefined);
    await until(async () => {
      if (started.exitCode !== null) throw new Error(`redis-server ended:\n${output}`);
      return await client.sendCommand(["PING"]).then(
        () => true,
        () => false,
      );
    }, patienceMs).catch((error: unknown) => {
      started.kill("SIGKILL");
      throw new Error(`${String(error)}\n${output}`);
    });
  }

  async function kill(): Promise<void> {
    client.destroy();
    const killed = child;
    child = undefined;
    if (killed === undefined || killed.exitCode !== null) return;
    const ended = new Promise((resolve) => killed.once("exit", resolve));
    killed.kill("SIGKILL");
    await ended;
  }

  await run();
  return {
    port,
    folder,
    ca,
    ask: async <T>(...command: (string | Buffer)[]) => (await client.sendCommand(command)) as T,
    kill,
    restart: run,
    freeze: () => child?.kill("SIGSTOP"),
    thaw: () => child?.kill("SIGCONT"),
    async end() {
      child?.kill("SIGCONT");
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface RedisCluster {
  readonly nodes: readonly RedisServer[];
  /** e.g. "redis+cluster://127.0.0.1:40001,127.0.0.1:40002" */
  readonly address: string;
  end(): Promise<void>;
}

/** As many masters, with the slots in equal parts; the replicas go round among them. */
export async function startRedisCluster({
  masterCount = 3,
  replicaCount = 0,
} = {}): Promise<RedisCluster> {
  const lines = [
    "cluster-enabled yes",
    "cluster-node-timeout 1500",
    "cluster-replica-validity-factor 0",
  ];
  const nodes: RedisServer[] = [];
  const busPorts: number[] = [];
  while (nodes.length < masterCount + replicaCount) {
    const [busPort = 0] = await freePorts(1);
    busPorts.push(busPort);
    nodes.push(await startRedis({ lines: [...lines, `cluster-port ${busPort}`] }));
  }
  const [first, ...others] = nodes as [RedisServer, ...RedisServer[]];
  const masters = nodes.slice(0, masterCount);
  for (const [i, node] of masters.entries()) {
    const from = Math.floor((16_384 * i) / masterCount);
    const last = Math.floor((16_384 * (i + 1)) / masterCount) - 1;
    await node.ask("CLUSTER", "ADDSLOTSRANGE", String(from), String(last));
    await node.ask("CLUSTER", "SET-CONFIG-EPOCH", String(i + 1));
  }
  for (const [i, { port }] of others.entries()) {
    await first.ask("CLUSTER", "MEET", "127.0.0.1", String(port), String(busPorts[i + 1]));
  }
  const ids = await Promise.all(
    masters.map(async (node) => String(await node.ask("CLUSTER", "MYID"))),
  );
  for (const [i, replica] of nodes.slice(masterCount).entries()) {
    const id = ids[i % masterCount] ?? "";
    await until(async () => String(await replica.ask("CLUSTER", "NODES")).includes(id), patienceMs);
    await until(
      () =>
        replica.ask("CLUSTER", "REPLICATE", id).then(
          () => true,
          () => false,
        ),
      patienceMs,
    );
  }
  await until(async () => {
    const states = await Promise.all(
      nodes.map(async (node) => String(await node.ask("CLUSTER", "INFO"))),
    );
    return states.every(
      (state) =>
        state.includes("cluster_state:ok") && state.includes(`cluster_known_nodes:${nodes.length}`),
    );
  }, patienceMs);
  for (const replica of nodes.slice(masterCount)) {
    await until(
      async () =>
        String(await replica.ask("INFO", "replication")).includes("master_link_status:up"),
      patienceMs,
    );
  }
  return {
    nodes,
    address: `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(",")}`,
    async end() {
      await Promise.all(nodes.map((node) => node.end()));
    },
  };
}

interface Certificates {
  /** Files in PEM. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** An authority of the test's own, and what it certifies for 127.0.0.1. */
function makeCertificates(folder: string): Certificates {
  const path = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => {
    const { status, stderr } = spawnSync("openssl", args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`openssl ${args.join(" ")}: ${stderr}`);
  };
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const ca = path("ca.pem");
  openssl("req", "-x509", ...key, "-keyout", path("ca.key"), "-out", ca, "-days", "2", "-subj", "/CN=kale test authority"); // prettier-ignore
  openssl("req", "-x509", ...key, "-keyout", path("server.key"), "-out", path("server.pem"), "-days", "2", "-subj", "/CN=redis", "-addext", "subjectAltName=IP:127.0.0.1", "-CA", ca, "-CAkey", path("ca.key")); // prettier-ignore
  return { ca, cert: path("server.pem"), key: path("server.key") };
}
