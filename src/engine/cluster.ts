/** The cluster as a whole: its state, its plugins, and scripts that are kept in it. */
import { type EngineClient, pathOf } from "./client.ts";

export interface ClusterHealth {
  /** Green: all copies are there. Yellow: all data is there. Red: some is not. */
  readonly status: "green" | "yellow" | "red";
  readonly nodeCount: number;
  readonly dataNodeCount: number;
  readonly unassignedShardCount: number;
}

/** @param options.index  of these indexes only; the pattern may match nothing */
export async function clusterHealth(
  client: EngineClient,
  options: { readonly index?: string; readonly timeoutMs?: number } = {},
): Promise<ClusterHealth> {
  const { json } = await client.send({
    method: "GET",
    path: `/_cluster/health${options.index === undefined ? "" : pathOf(options.index)}`,
    query: { timeout: "1s" },
    timeoutMs: options.timeoutMs,
    accept: [408],
  });
  const raw = json as Record<string, unknown>;
  const status = raw["status"];
  return {
    status: status === "green" || status === "yellow" ? status : "red",
    nodeCount: Number(raw["number_of_nodes"]),
    dataNodeCount: Number(raw["number_of_data_nodes"]),
    unassignedShardCount: Number(raw["unassigned_shards"]),
  };
}

/** Whether every data node has the plugin: a search runs on all of them. */
export async function hasPlugin(client: EngineClient, name: string): Promise<boolean> {
  const { json } = await client.send({ method: "GET", path: "/_nodes/data:true/plugins" });
  const { nodes } = json as {
    nodes: Readonly<Record<string, { plugins?: readonly { name: string }[] }>>;
  };
  const all = Object.values(nodes);
  return (
    all.length > 0 &&
    all.every(({ plugins = [] }) => plugins.some((plugin) => plugin.name === name))
  );
}

export interface StoredScript {
  /** e.g. "painless", or a language of a plugin's. */
  readonly lang: string;
  readonly source: string;
}

/** @returns undefined where there is none of this id */
export async function getScript(
  client: EngineClient,
  id: string,
): Promise<StoredScript | undefined> {
  const path = `/_scripts${pathOf(id)}`;
  const { status, json } = await client.send({ method: "GET", path, accept: [404] });
  return status === 404 ? undefined : (json as { script: StoredScript }).script;
}

/**
 * Keeps the script, compiled for the context, e.g. "score": without one, engines take any text.
 * Rejects with ENGINE_REFUSED where it does not compile.
 */
export async function putScript(
  client: EngineClient,
  id: string,
  script: StoredScript,
  options: { readonly context: string },
): Promise<void> {
  const path = `/_scripts${pathOf(id, options.context)}`;
  await client.send({ method: "PUT", path, json: { script }, timeoutMs: 60_000 });
}

export async function deleteScript(client: EngineClient, id: string): Promise<void> {
  await client.send({ method: "DELETE", path: `/_scripts${pathOf(id)}`, accept: [404] });
}
