/**
 * Real OpenSearch for tests: one warm node that all test files of a run share, and clusters of a test's
 * own. Tests that share the node keep apart by a prefix of all names they use there.
 */
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts, until } from "./kale-process.ts";
import {
  isOpenSearchInstalled,
  type OpenSearchNode,
  type OpenSearchNodeOptions,
  startOpenSearchNode,
} from "./opensearch-node.ts";
import type { Requirement } from "./requirements.ts";

const startPatienceMs = 330_000;

export const openSearch: Requirement = {
  name: "OpenSearch",
  setup: "npm run setup:backends",
  get isThere() {
    return isOpenSearchInstalled();
  },
};

/**
 * The node of this test run; the first who asks starts it, which takes 10 to 60 s. It ends with the run.
 * Ask in `beforeAll(..., openSearchPatienceMs)`.
 * @returns its address, e.g. "http://127.0.0.1:40123"
 */
export async function sharedOpenSearch(): Promise<string> {
  // A worker's parent is the test run.
  const run = String(process.ppid);
  const folder = join(tmpdir(), `kale-opensearch-${process.getuid?.() ?? 0}-${run}`);
  if (isAbandoned(folder)) rmSync(folder, { recursive: true, force: true });
  if (isFirst(folder)) {
    const keeper = join(import.meta.dirname, "opensearch-keeper.fixture.ts");
    const options = { detached: true, stdio: "ignore" } as const;
    const child = spawn(process.execPath, [keeper, folder, run], options);
    writeFileSync(join(folder, "keeper.pid"), String(child.pid));
    child.unref();
  }
  const ready = join(folder, "node.json");
  const failure = join(folder, "failure.txt");
  await until(() => existsSync(ready) || existsSync(failure), startPatienceMs);
  if (existsSync(failure)) throw new Error(readFileSync(failure, "utf8"));
  return (JSON.parse(readFileSync(ready, "utf8")) as { url: string }).url;
}

/** For `beforeAll` of tests that ask for a node. */
export const openSearchPatienceMs = startPatienceMs + 10_000;

/** Different in each test; all names a test uses on the shared node begin with it. */
export function uniquePrefix(): string {
  uniqueCount += 1;
  return `t${process.pid}-${Math.floor(performance.timeOrigin) % 1e9}-${uniqueCount}`;
}

let uniqueCount = 0;

/** Removes what a test made on the shared node: indexes, data streams, templates of its prefix. */
export async function removeByPrefix(url: string, prefix: string): Promise<void> {
  for (const path of [`_data_stream/${prefix}*`, `_index_template/${prefix}*`]) {
    await fetch(`${url}/${path}`, { method: "DELETE" });
  }
  const list = await fetch(`${url}/_cat/indices/${prefix}*?h=index&expand_wildcards=all`);
  const names = list.ok ? (await list.text()).split("\n").filter((name) => name !== "") : [];
  for (const name of names) await fetch(`${url}/${name}`, { method: "DELETE" });
}

/** A cluster of a test's own, whose nodes it may kill and start again. */
export interface OpenSearchCluster {
  /** In the order of their names; a node that was started again takes the place of its former self. */
  readonly nodes: readonly OpenSearchNode[];
  /** Addresses stay the same when a node is started again. */
  readonly urls: readonly string[];
  restart(index: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startOpenSearchCluster(nodeCount: number): Promise<OpenSearchCluster> {
  const folder = await mkdtemp(join(tmpdir(), "kale-opensearch-cluster-"));
  const ports = await freePorts(2 * nodeCount);
  const peers = Array.from({ length: nodeCount }, (_, i) => ({
    name: `node-${i + 1}`,
    transportPort: ports[nodeCount + i]!,
  }));
  const options: OpenSearchNodeOptions[] = peers.map((peer, i) => ({
    ...peer,
    folder: join(folder, peer.name),
    cluster: `kale-test-${process.pid}`,
    httpPort: ports[i]!,
    peers,
  }));
  chmodSync(folder, 0o755);
  const nodes = await Promise.all(options.map((each) => startOpenSearchNode(each)));
  return {
    nodes,
    urls: nodes.map((node) => node.url),
    async restart(index) {
      await nodes[index]!.kill();
      nodes[index] = await startOpenSearchNode(options[index]!);
    },
    async stop() {
      await Promise.all(nodes.map((node) => node.kill()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function isFirst(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o755 });
    return true;
  } catch {
    return false;
  }
}

/** Left behind by a run of the same number, long ago, whose keeper was killed. */
function isAbandoned(folder: string): boolean {
  if (!existsSync(join(folder, "keeper.pid"))) return false;
  try {
    process.kill(Number(readFileSync(join(folder, "keeper.pid"), "utf8")), 0);
    return false;
  } catch {
    return !existsSync(join(folder, "failure.txt"));
  }
}
