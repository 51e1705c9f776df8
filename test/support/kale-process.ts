/** A real Kale as a child process on free ports and a temporary folder, for tests of the whole. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const startPatienceMs = 60_000;
/** As `npm start` has them. */
export const nodeFlags = ["--single-threaded-gc", "--min-semi-space-size=8"];

export const portKeys = ["pickle", "msgpack", "carbon", "webapp", "oculus"] as const;
export type PortKey = (typeof portKeys)[number];

export interface KaleProcess {
  readonly child: ChildProcess;
  readonly ports: Readonly<Record<PortKey, number>>;
  /** e.g. "http://127.0.0.1:40123" */
  readonly url: string;
  readonly dataFolder: string;
  /** What it wrote to stdout and stderr so far. */
  output(): string;
  /** Asks for JSON; throws where the answer is not 200. */
  get<T>(path: string): Promise<T>;
  /** Ends it by `signal`; resolves with its exit status, null where the signal killed it. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface KaleProcessOptions {
  /** Kept when given; else a temporary folder that goes with the process. */
  readonly dataFolder?: string;
  readonly args?: readonly string[];
  /** How long its page may take to answer; a minute unless given. */
  readonly startPatienceMs?: number;
}

/** Resolves when its page answers. */
export async function startKaleProcess(options: KaleProcessOptions = {}): Promise<KaleProcess> {
  const dataFolder = options.dataFolder ?? (await temporaryFolder());
  const numbers = await freePorts(portKeys.length);
  const ports = Object.fromEntries(portKeys.map((key, i) => [key, numbers[i]!])) as Record<
    PortKey,
    number
  >;
  const args = portKeys.flatMap((key) => [`--port-${key}`, String(ports[key])]);
  const child = spawn(
    process.execPath,
    [
      ...nodeFlags,
      "src/cli/main.ts",
      "start",
      "--data",
      dataFolder,
      ...args,
      ...(options.args ?? []),
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
  const url = `http://127.0.0.1:${ports.webapp}`;

  await until(async () => {
    if (child.exitCode !== null) throw new Error(`kale ended with ${child.exitCode}:\n${output}`);
    return await fetch(`${url}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
  }, options.startPatienceMs ?? startPatienceMs).catch((error: unknown) => {
    child.kill("SIGKILL");
    throw new Error(`${String(error)}\n${output}`);
  });

  return {
    child,
    ports,
    url,
    dataFolder,
    output: () => output,
    async get<T>(path: string): Promise<T> {
      const response = await fetchAnew(url + path);
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as T;
    },
    async end(signal: NodeJS.Signals = "SIGTERM") {
      child.kill(signal);
      const status = await ended;
      if (options.dataFolder === undefined) await rm(dataFolder, { recursive: true, force: true });
      return status;
    },
  };
}

/**
 * As `fetch`; where a connection that stood idle was closed just as it was used again, which a busy
 * process notices late, the request is made once more on another.
 */
export async function fetchAnew(url: string, init?: RequestInit): Promise<Response> {
  return await fetch(url, init).catch(async (error: unknown) => {
    const cause = error instanceof Error ? error.cause : undefined;
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code !== "UND_ERR_SOCKET" && code !== "ECONNRESET") throw error;
    return await fetch(url, init);
  });
}

export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "kale-test-"));
}

/** Asks again and again; throws when `patienceMs` have passed. */
export async function until(
  isDone: () => Promise<boolean> | boolean,
  patienceMs = 60_000,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await isDone())) {
    if (performance.now() > deadline) throw new Error(`nothing came of it in ${patienceMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Ports that were free for TCP a moment ago, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
