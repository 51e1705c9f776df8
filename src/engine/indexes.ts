/** Indexes, data streams, templates and aliases: where documents are kept and by what rules. */
import { type EngineClient, pathOf } from "./client.ts";
import { EngineError } from "./errors.ts";

type Json = Readonly<Record<string, unknown>>;

/** @returns false where it was there already */
export async function createIndex(
  client: EngineClient,
  index: string,
  body: Json,
): Promise<boolean> {
  return await creates(client, { method: "PUT", path: pathOf(index), json: body });
}

export async function indexExists(client: EngineClient, index: string): Promise<boolean> {
  const answer = await client.send({ method: "HEAD", path: pathOf(index), accept: [404] });
  return answer.status !== 404;
}

/** No error where it is missing. */
export async function deleteIndex(client: EngineClient, index: string): Promise<void> {
  await client.send({ method: "DELETE", path: pathOf(index), accept: [404] });
}

/** Makes searches see all that was written. */
export async function refreshIndex(client: EngineClient, index: string): Promise<void> {
  await client.send({ method: "POST", path: pathOf(index, "_refresh"), accept: [404] });
}

/** Names of the indexes behind an alias; empty where there is no such alias. */
export async function aliasedIndexes(client: EngineClient, alias: string): Promise<string[]> {
  const path = `/_alias${pathOf(alias)}`;
  const { status, json } = await client.send({ method: "GET", path, accept: [404] });
  return status === 404 ? [] : Object.keys(json as object);
}

/** Points the alias to these indexes alone, in one step that no search sees half of. */
export async function switchAlias(
  client: EngineClient,
  alias: string,
  indexes: readonly string[],
): Promise<void> {
  const present = await aliasedIndexes(client, alias);
  const others = present.filter((each) => !indexes.includes(each));
  const missing = indexes.filter((each) => !present.includes(each));
  const actions = [
    ...others.map((index) => ({ remove: { index, alias } })),
    ...missing.map((index) => ({ add: { index, alias } })),
  ];
  if (actions.length === 0) return;
  await client.send({ method: "POST", path: "/_aliases", json: { actions } });
}

/** Names of indexes that match a pattern with stars. */
export async function listIndexes(client: EngineClient, pattern: string): Promise<string[]> {
  const { json } = await client.send({
    method: "GET",
    path: `/_cat/indices${pathOf(pattern)}`,
    query: { format: "json", h: "index", expand_wildcards: "all" },
  });
  return (json as { index: string }[]).map(({ index }) => index);
}

export interface IndexTemplate {
  readonly name: string;
  /** Grows with each change: an older one in the cluster is replaced, a newer one is left. */
  readonly version: number;
  /** Of the composable kind: index_patterns, template, data_stream, priority. */
  readonly body: Json;
}

/** @returns "newer" where the cluster has one of a later Kale, which is left alone */
export async function ensureTemplate(
  client: EngineClient,
  template: IndexTemplate,
): Promise<"written" | "same" | "newer"> {
  const path = `/_index_template${pathOf(template.name)}`;
  const { status, json } = await client.send({ method: "GET", path, accept: [404] });
  const version = status === 404 ? -1 : templateVersion(json);
  if (version === template.version) return "same";
  if (version > template.version) return "newer";
  await client.send({ method: "PUT", path, json: { ...template.body, version: template.version } });
  return "written";
}

/** @returns false where it was there already */
export async function createDataStream(client: EngineClient, name: string): Promise<boolean> {
  return await creates(client, { method: "PUT", path: `/_data_stream${pathOf(name)}` });
}

export async function deleteDataStream(client: EngineClient, name: string): Promise<void> {
  await client.send({ method: "DELETE", path: `/_data_stream${pathOf(name)}`, accept: [404] });
}

/** The indexes behind a data stream, oldest first: the last one is written to. Empty if it is missing. */
export async function backingIndexes(client: EngineClient, name: string): Promise<string[]> {
  const path = `/_data_stream${pathOf(name)}`;
  const { status, json } = await client.send({ method: "GET", path, accept: [404] });
  if (status === 404) return [];
  const { data_streams: streams } = json as {
    data_streams: readonly { indices: readonly { index_name: string }[] }[];
  };
  return streams.flatMap(({ indices }) => indices.map(({ index_name: index }) => index));
}

/** Begins a new backing index. @returns its name; undefined where no condition was met */
export async function rollover(
  client: EngineClient,
  name: string,
  conditions?: Json,
): Promise<string | undefined> {
  const { json } = await client.send({
    method: "POST",
    path: pathOf(name, "_rollover"),
    json: conditions === undefined ? {} : { conditions },
  });
  const { rolled_over: isRolledOver, new_index: index } = json as {
    rolled_over: boolean;
    new_index: string;
  };
  return isRolledOver ? index : undefined;
}

async function creates(
  client: EngineClient,
  request: { readonly method: "PUT"; readonly path: string; readonly json?: Json },
): Promise<boolean> {
  try {
    await client.send(request);
    return true;
  } catch (error) {
    // Another process was faster.
    if (error instanceof EngineError && error.type === "resource_already_exists_exception")
      return false;
    throw error;
  }
}

function templateVersion(json: unknown): number {
  const { index_templates: templates } = json as {
    index_templates?: readonly { index_template?: { version?: number } }[];
  };
  return templates?.[0]?.index_template?.version ?? 0;
}
