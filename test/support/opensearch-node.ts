/**
 * One real OpenSearch process on loopback, as an unprivileged user and as small as it gets: the
 * minimal distribution that tools/setup-opensearch.sh installs, only the first compiler tier, no agent.
 *
 * It dies with whoever started it: `setpriv` asks the kernel for that, so that a killed test run
 * leaves no server behind.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { chownSync, copyFileSync, createWriteStream, existsSync, mkdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { freePorts } from "./kale-process.ts";

const version = "3.6.0";
const unprivilegedId = 65534;
const startPatienceMs = 300_000;
const stopPatienceMs = 30_000;
const isRoot = process.getuid?.() === 0;

/** Where tools/setup-opensearch.sh puts things; the same rule as there. */
const backendsFolder =
  process.env["KALE_BACKENDS"] ??
  (isRoot
    ? "/var/cache/kale-backends"
    : join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "kale-backends"));

/** The installed distribution; a test of a plugin starts a node from a copy of it. */
export const openSearchHome = join(backendsFolder, `opensearch-${version}`);
export const javaHome = join(backendsFolder, "jdk");

export function isOpenSearchInstalled(): boolean {
  return existsSync(openSearchHome) && existsSync(join(javaHome, "bin/java"));
}

export interface OpenSearchNodeOptions {
  /** Its own: configuration, data and logs. A node started again on the same folder has its data. */
  readonly folder: string;
  readonly home?: string;
  readonly name?: string;
  readonly cluster?: string;
  readonly httpPort?: number;
  readonly transportPort?: number;
  /** Transport addresses and names of the nodes that first make up the cluster; without: single. */
  readonly peers?: readonly { readonly name: string; readonly transportPort: number }[];
  readonly heapMegabytes?: number;
  /** All compilers, for a bench: it starts slower and runs faster. */
  readonly isFullyCompiled?: boolean;
  /** More lines for opensearch.yml. */
  readonly settings?: readonly string[];
}

export interface OpenSearchNode {
  /** e.g. "http://127.0.0.1:40123" */
  readonly url: string;
  readonly name: string;
  readonly pid: number;
  /** SIGTERM, then SIGKILL where that is not heard; resolves when it has ended. */
  stop(): Promise<void>;
  /** SIGKILL; resolves when it has ended. */
  kill(): Promise<void>;
}

/** Resolves when it answers. */
export async function startOpenSearchNode(options: OpenSearchNodeOptions): Promise<OpenSearchNode> {
  const [freeHttp, freeTransport] = await freePorts(2);
  const name = options.name ?? "node-1";
  const httpPort = options.httpPort ?? freeHttp!;
  const child = await launch(options, name, httpPort, options.transportPort ?? freeTransport!);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const url = `http://127.0.0.1:${httpPort}`;

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (hasEnded()) return;
    child.kill(signal);
    const timer = setTimeout(() => child.kill("SIGKILL"), stopPatienceMs);
    await ended;
    clearTimeout(timer);
  }

  const deadline = performance.now() + startPatienceMs;
  while (!(await answers(url))) {
    if (hasEnded() || performance.now() > deadline) {
      await end("SIGKILL");
      const log = await readFile(join(options.folder, "out.log"), "utf8").catch(() => "");
      throw new Error(`OpenSearch ${name} did not start:\n${log.slice(-4000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  return { url, name, pid: child.pid!, stop: () => end("SIGTERM"), kill: () => end("SIGKILL") };
}

async function launch(
  options: OpenSearchNodeOptions,
  name: string,
  httpPort: number,
  transportPort: number,
): Promise<ChildProcess> {
  const { folder, home = openSearchHome, peers, heapMegabytes = 320 } = options;
  const [conf, data, logs, tmp] = ["conf", "data", "logs", "tmp"].map((part) => {
    const path = join(folder, part);
    mkdirSync(path, { recursive: true });
    return path;
  }) as [string, string, string, string];
  const files = ["log4j2.properties", "jvm.options"].map((file) => {
    copyFileSync(join(home, "config", file), join(conf, file));
    return join(conf, file);
  });
  const yaml = join(conf, "opensearch.yml");
  await writeFile(yaml, configuration());
  if (isRoot) {
    for (const path of [folder, conf, data, logs, tmp, yaml, ...files]) {
      chownSync(path, unprivilegedId, unprivilegedId);
    }
  }

  const java = [
    join(javaHome, "bin/java"),
    ...[`-Xms${heapMegabytes}m`, `-Xmx${heapMegabytes}m`, "-XX:+UseSerialGC"],
    ...(options.isFullyCompiled === true ? [] : ["-XX:TieredStopAtLevel=1"]),
    ...[`-Djava.io.tmpdir=${tmp}`, "-Djna.nosys=true"],
    ...["-Dlog4j.shutdownHookEnabled=false", "-Dlog4j2.disable.jmx=true"],
    ...[`-Dopensearch.path.home=${home}`, `-Dopensearch.path.conf=${conf}`],
    ...["-Dopensearch.distribution.type=zip", "-Dopensearch.bundled_jdk=false"],
    ...["-cp", join(home, "lib", "*"), "org.opensearch.bootstrap.OpenSearch"],
  ];
  const unprivileged = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];
  const guard = ["setpriv", ...(isRoot ? unprivileged : []), "--pdeathsig", "KILL", "--"];
  const command = existsSync("/usr/bin/setpriv") ? [...guard, ...java] : java;
  const child = spawn(command[0]!, command.slice(1), {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { HOME: folder, PATH: process.env["PATH"], LANG: "C.UTF-8" },
  });
  const log = createWriteStream(join(folder, "out.log"), { flags: "a" });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  child.once("exit", () => log.end());
  child.on("error", () => child.emit("exit", 1, null));
  return child;

  function configuration(): string {
    const lines = [
      `cluster.name: ${options.cluster ?? "kale-test"}`,
      `node.name: ${name}`,
      `path.data: ${data}`,
      `path.logs: ${logs}`,
      "network.host: 127.0.0.1",
      `http.port: ${httpPort}`,
      `transport.port: ${transportPort}`,
      "cluster.routing.allocation.disk.threshold_enabled: false",
    ];
    if (peers === undefined) lines.push("discovery.type: single-node");
    else {
      const seeds = peers.map((peer) => `127.0.0.1:${peer.transportPort}`);
      lines.push(
        `discovery.seed_hosts: ${JSON.stringify(seeds)}`,
        `cluster.initial_cluster_manager_nodes: ${JSON.stringify(peers.map((peer) => peer.name))}`,
      );
    }
    return `${[...lines, ...(options.settings ?? [])].join("\n")}\n`;
  }
}

async function answers(url: string): Promise<boolean> {
  const health = `${url}/_cluster/health?wait_for_status=yellow&timeout=1s`;
  return await fetch(health, { signal: AbortSignal.timeout(5000) }).then(
    (response) => response.ok,
    () => false,
  );
}
