/** The calls of this folder on a real OpenSearch. */
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { systemClock } from "../base/clock.ts";
import {
  openSearch,
  openSearchPatienceMs,
  removeByPrefix,
  sharedOpenSearch,
  uniquePrefix,
} from "../../test/support/opensearch.ts";
import { describeWith } from "../../test/support/requirements.ts";
import {
  aliasedIndexes,
  backingIndexes,
  bulk,
  clusterHealth,
  count,
  createDataStream,
  createIndex,
  deleteDataStream,
  deleteDocument,
  deleteIndex,
  deleteScript,
  EngineClient,
  ensureTemplate,
  getDocument,
  getDocuments,
  getScript,
  hasPlugin,
  indexExists,
  listIndexes,
  putDocument,
  putScript,
  refreshIndex,
  rollover,
  scanPages,
  search,
  switchAlias,
} from "./index.ts";

// A cold server on a busy machine takes seconds for what takes milliseconds later.
vi.setConfig({ testTimeout: 120_000 });

describeWith(openSearch, "the client on a real OpenSearch", () => {
  const prefix = uniquePrefix();
  let url: string;
  let client: EngineClient;
  let index: string;
  let indexCount = 0;

  beforeAll(async () => {
    url = await sharedOpenSearch();
    client = new EngineClient({ nodes: [url], clock: systemClock });
  }, openSearchPatienceMs);
  beforeEach(async () => {
    index = `${prefix}-${++indexCount}`;
    await createIndex(client, index, {
      settings: { number_of_shards: 2, number_of_replicas: 0 },
      mappings: { properties: { n: { type: "integer" } } },
    });
  });
  afterAll(async () => {
    client.close();
    await removeByPrefix(url, prefix);
  });

  async function fill(documentCount: number): Promise<void> {
    const operations = Array.from({ length: documentCount }, (_, n) => ({
      action: "index" as const,
      index,
      id: `d${n}`,
      source: JSON.stringify({ n }),
    }));
    const { outcomes } = await bulk(client, operations, { refresh: true });
    expect(outcomes.filter(({ fault }) => fault !== undefined)).toEqual([]);
  }

  test("info() and clusterHealth() tell what it is and how it is", async () => {
    expect(await client.info()).toMatchObject({
      flavour: "opensearch",
      version: "3.6.0",
      major: 3,
    });
    expect(await clusterHealth(client, { index })).toMatchObject({ status: "green", nodeCount: 1 });
    expect(await hasPlugin(client, "no-such-plugin")).toBe(false);
  });

  test("createIndex() says whether it was made, deleteIndex() takes a missing one for deleted", async () => {
    expect(await createIndex(client, index, {})).toBe(false);
    expect(await indexExists(client, index)).toBe(true);
    expect(await listIndexes(client, `${index}*`)).toEqual([index]);
    await deleteIndex(client, index);
    await deleteIndex(client, index);
    expect(await indexExists(client, index)).toBe(false);
  });

  test("bulk() creates once, and tells of each operation", async () => {
    const operation = { action: "create" as const, index, id: "a/b c", source: '{"n":1}' };
    const wrong = { ...operation, id: "w", source: '{"n":"no number"}' };
    const { outcomes } = await bulk(client, [operation, operation, wrong]);
    expect(outcomes.map(({ status }) => status)).toEqual([201, 409, 400]);
    expect(outcomes[1]?.fault?.type).toBe("version_conflict_engine_exception");
    expect((await getDocument(client, index, "a/b c"))?.source).toEqual({ n: 1 });
  });

  test("putDocument() writes only over the version it was told of", async () => {
    const first = await putDocument(client, {
      index,
      id: "claim",
      source: { n: 1 },
      onlyIf: "create",
    });
    expect(first).toBeDefined();
    const again = { index, id: "claim", source: { n: 2 }, onlyIf: "create" } as const;
    expect(await putDocument(client, again)).toBeUndefined();
    const second = await putDocument(client, { ...again, onlyIf: first });
    expect(second).toBeDefined();
    expect(await putDocument(client, { ...again, onlyIf: first })).toBeUndefined();
    expect(await deleteDocument(client, index, "claim", { onlyIf: first! })).toBe(false);
    expect(await deleteDocument(client, index, "claim", { onlyIf: second! })).toBe(true);
    expect(await getDocument(client, index, "claim")).toBeUndefined();
    expect(await getDocument(client, `${prefix}-missing`, "claim")).toBeUndefined();
  });

  test("getDocuments() gives one for each id, in their order", async () => {
    await fill(5);
    const found = await getDocuments<{ n: number }>(client, index, ["d3", "none", "d0"]);
    expect(found.map((document) => document?.source.n)).toEqual([3, undefined, 0]);
    expect(await getDocuments(client, `${prefix}-missing`, ["a"])).toEqual([undefined]);
  });

  test("scanPages() gives all that matches, once, and says how many there are", async () => {
    await fill(250);
    const body = { query: { range: { n: { lt: 205 } } } };
    const seen: number[] = [];
    let totalCount = 0;
    const options = { pageSize: 20, onTotal: (total: number) => (totalCount = total) };
    for await (const page of scanPages<{ n: number }>(client, index, body, options)) {
      seen.push(...page.map(({ source }) => source.n));
    }
    expect(totalCount).toBe(205);
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 205 }, (_, n) => n));
    for await (const page of scanPages(client, index, {}, { pageSize: 20 })) {
      expect(page.length).toBe(20);
      break;
    }
  });

  test("search() gives hits and aggregations; count() the number", async () => {
    await fill(10);
    const result = await search<{ n: number }>(client, index, {
      query: { range: { n: { gte: 6 } } },
      sort: [{ n: "desc" }],
      size: 2,
      aggs: { top: { max: { field: "n" } } },
    });
    expect(result.hits.map(({ source }) => source.n)).toEqual([9, 8]);
    expect(result.totalCount).toBe(4);
    expect(result.aggregations).toEqual({ top: { value: 9 } });
    expect(await count(client, index, { range: { n: { lt: 3 } } })).toBe(3);
    const none = await search(client, `${prefix}-missing`, {}, { isMissingIndexEmpty: true });
    expect(none.hits).toEqual([]);
    await expect(search(client, `${prefix}-missing`, {})).rejects.toMatchObject({
      code: "ENGINE_REFUSED",
      type: "index_not_found_exception",
    });
  });

  test("switchAlias() points the alias to these indexes and to no others", async () => {
    const alias = `${index}-alias`;
    expect(await aliasedIndexes(client, alias)).toEqual([]);
    const next = `${index}-next`;
    await createIndex(client, next, {});
    await switchAlias(client, alias, [index]);
    expect(await aliasedIndexes(client, alias)).toEqual([index]);
    await switchAlias(client, alias, [next]);
    expect(await aliasedIndexes(client, alias)).toEqual([next]);
    await switchAlias(client, alias, [index, next]);
    expect((await aliasedIndexes(client, alias)).sort()).toEqual([index, next].sort());
  });

  test("ensureTemplate() replaces an older version and leaves a newer one", async () => {
    const body = {
      index_patterns: [`${index}-stream*`],
      data_stream: {},
      template: { settings: { number_of_replicas: 0 } },
    };
    const template = { name: `${index}-template`, version: 2, body };
    expect(await ensureTemplate(client, template)).toBe("written");
    expect(await ensureTemplate(client, template)).toBe("same");
    expect(await ensureTemplate(client, { ...template, version: 1 })).toBe("newer");
    expect(await ensureTemplate(client, { ...template, version: 3 })).toBe("written");
  });

  test("a data stream takes documents once, rolls over, and loses its oldest index", async () => {
    const stream = `${index}-stream`;
    const body = { index_patterns: [stream], data_stream: {} };
    await ensureTemplate(client, { name: `${stream}-template`, version: 1, body });
    expect(await createDataStream(client, stream)).toBe(true);
    expect(await createDataStream(client, stream)).toBe(false);
    const source = JSON.stringify({ "@timestamp": 1_700_000_000_000 });
    const operation = { action: "create" as const, index: stream, id: "one", source };
    const { outcomes } = await bulk(client, [operation, operation]);
    expect(outcomes.map(({ status }) => status)).toEqual([201, 409]);
    const next = await rollover(client, stream);
    const indexes = await backingIndexes(client, stream);
    expect(indexes.length).toBe(2);
    expect(indexes[1]).toBe(next);
    expect(await rollover(client, stream, { max_docs: 10 })).toBeUndefined();
    await deleteIndex(client, indexes[0]!);
    await refreshIndex(client, stream);
    expect(await count(client, stream)).toBe(0);
    await deleteDataStream(client, stream);
    expect(await backingIndexes(client, stream)).toEqual([]);
  });

  test("a stored script scores; one that does not compile is refused", async () => {
    await fill(4);
    const id = `${prefix}-script`;
    expect(await getScript(client, id)).toBeUndefined();
    const script = { lang: "painless", source: "doc['n'].value * params.k" };
    await putScript(client, id, script, { context: "score" });
    expect(await getScript(client, id)).toMatchObject(script);
    const { hits } = await search(client, index, {
      query: { script_score: { query: { match_all: {} }, script: { id, params: { k: 2 } } } },
      size: 1,
    });
    expect(hits[0]?.score).toBe(6);
    await deleteScript(client, id);
    const broken = { lang: "painless", source: "doc[" };
    await expect(putScript(client, id, broken, { context: "score" })).rejects.toMatchObject({
      code: "ENGINE_REFUSED",
    });
  });
});
