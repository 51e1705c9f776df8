import { readFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { ManualClock } from "../base/clock.ts";
import { bulk, EngineClient, type EngineClientOptions, EngineError } from "./index.ts";
import {
  type ScriptedAnswer,
  type ScriptedNode,
  startScriptedNode,
} from "./scripted-node.fixture.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function nodeThat(...answers: readonly ScriptedAnswer[]): Promise<ScriptedNode> {
  let count = 0;
  const node = await startScriptedNode(() => answers[Math.min(count++, answers.length - 1)]!);
  closing.push(() => node.close());
  return node;
}

function clientOf(
  nodes: readonly string[],
  options: Partial<EngineClientOptions> = {},
): EngineClient {
  const client = new EngineClient({ nodes, clock: new ManualClock(0), ...options });
  closing.push(() => client.close());
  return client;
}

async function faultOf(asking: Promise<unknown>): Promise<EngineError> {
  const outcome = await asking.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(EngineError);
  return outcome as EngineError;
}

const health = { method: "GET", path: "/_cluster/health" } as const;
const good: ScriptedAnswer = { status: 200, json: { status: "green" } };

test("send() goes on to the next node where one is gone, and lets that one rest", async () => {
  const gone = await nodeThat(good);
  await gone.close();
  const there = await nodeThat(good);
  const clock = new ManualClock(0);
  const client = clientOf([gone.url, there.url], { clock });
  for (let i = 0; i < 3; i++) expect((await client.send(health)).status).toBe(200);
  expect(there.asked.length).toBe(3);
  expect(client.nodeHealth()).toEqual({ nodeCount: 2, failedNodes: [gone.url] });
});

test.each<[string, ScriptedAnswer]>([
  ["cuts the connection", { status: 0, isCut: true }],
  ["is not ready", { status: 503, json: { error: { type: "no_cluster_manager" } } }],
  ["is a proxy without a server", { status: 502, text: "<html>Bad Gateway</html>" }],
  ["is silent", { status: 0, isSilent: true }],
])("send() goes on to the next node where one %s", async (unused, answer) => {
  const bad = await nodeThat(answer);
  const there = await nodeThat(good);
  const client = clientOf([bad.url, there.url], { requestTimeoutMs: 500 });
  expect((await client.send(health)).json).toEqual({ status: "green" });
  expect(bad.asked.length).toBe(1);
});

test.each<[string, ScriptedAnswer, object]>([
  [
    "too many requests",
    { status: 429, headers: { "retry-after": "7" } },
    { code: "ENGINE_BUSY", retryAfterMs: 7000 },
  ],
  [
    "a wrong password",
    { status: 401, json: { error: { type: "security_exception", reason: "no" } } },
    { code: "ENGINE_DENIED" },
  ],
  [
    "a missing permission",
    { status: 403, json: { error: { type: "security_exception" } } },
    { code: "ENGINE_DENIED" },
  ],
  [
    "an index that is read-only since a disk is full",
    {
      status: 403,
      json: {
        error: {
          type: "cluster_block_exception",
          reason: "FORBIDDEN/12/index read-only / allow delete",
        },
      },
    },
    { code: "ENGINE_REFUSED" },
  ],
  [
    "the same as Elasticsearch 7 says it",
    {
      status: 429,
      json: {
        error: {
          type: "cluster_block_exception",
          reason: "disk usage exceeded flood-stage watermark",
        },
      },
    },
    { code: "ENGINE_REFUSED" },
  ],
  [
    "a malformed request",
    { status: 400, json: { error: { type: "parsing_exception" } } },
    { code: "ENGINE_REFUSED", type: "parsing_exception" },
  ],
  [
    "a page of another program",
    { status: 200, text: "<html>hello</html>" },
    { code: "ENGINE_CORRUPT" },
  ],
  ["a cluster that is not ready", { status: 503 }, { code: "ENGINE_UNREACHABLE", status: 503 }],
])("send() tells %s apart, and asks once", async (unused, answer, expected) => {
  const node = await nodeThat(answer);
  expect(await faultOf(clientOf([node.url]).send(health))).toMatchObject(expected);
  expect(node.asked.length).toBe(1);
});

test("send() does not go on to the next node where the cluster is busy", async () => {
  const busy = await nodeThat({ status: 429 });
  const other = await nodeThat(good);
  expect((await faultOf(clientOf([busy.url, other.url]).send(health))).code).toBe("ENGINE_BUSY");
  expect(other.asked).toEqual([]);
});

test("send() says why, with the root cause", async () => {
  const error = {
    type: "search_phase_execution_exception",
    reason: "all shards failed",
    root_cause: [{ reason: "no field [x]" }],
  };
  const node = await nodeThat({ status: 400, json: { error } });
  const { message } = await faultOf(clientOf([node.url]).send(health));
  expect(message).toContain("GET /_cluster/health on http://127.0.0.1:");
  expect(message).toContain("all shards failed (no field [x])");
});

test("send() survives connections that the node closed while they were idle", async () => {
  const node = await nodeThat(good);
  const client = clientOf([node.url]);
  for (let i = 0; i < 3; i++) {
    expect((await client.send(health)).status).toBe(200);
    node.dropIdle();
  }
});

test.each([
  [
    "a user",
    { user: "elastic", password: "pässword" },
    `Basic ${Buffer.from("elastic:pässword").toString("base64")}`,
  ],
  ["a key, before a user", { apiKey: "aWQ6a2V5", user: "elastic" }, "ApiKey aWQ6a2V5"],
  ["nobody", {}, undefined],
])("send() comes as %s", async (unused, options, expected) => {
  const node = await nodeThat(good);
  await clientOf([node.url], options).send(health);
  expect(node.authorizations).toEqual([expected]);
});

test("send() keeps credentials of an address out of messages", async () => {
  const node = await nodeThat({ status: 500 });
  const client = clientOf([node.url.replace("//", "//user:secret@")]);
  const fault = await faultOf(client.send(health));
  expect(fault.message).not.toContain("secret");
});

test("send() puts the path of the address before its own", async () => {
  const node = await nodeThat(good);
  await clientOf([`${node.url}/search/`]).send({ ...health, query: { timeout: "1s" } });
  expect(node.asked).toEqual(["GET /search/_cluster/health?timeout=1s"]);
});

test("TLS: only a certificate of the authority named is accepted", async () => {
  const read = (name: string): string => readFileSync(`test/data/tls/${name}`, "utf8");
  const node = await startScriptedNode(() => good, {
    key: read("server.key.pem"),
    cert: read("server.pem"),
  });
  closing.push(() => node.close());
  const trusting = clientOf([node.url], { certificates: read("authority.pem") });
  expect((await trusting.send(health)).status).toBe(200);
  const fault = await faultOf(clientOf([node.url]).send(health));
  expect(fault.code).toBe("ENGINE_DENIED");
  expect(fault.message).toContain("certificate");
});

test("info() tells OpenSearch and Elasticsearch apart", async () => {
  const open = { cluster_name: "a", version: { number: "3.6.0", distribution: "opensearch" } };
  const elastic = { cluster_name: "b", version: { number: "9.1.2", build_flavor: "default" } };
  const answers = [open, elastic].map((json) => nodeThat({ status: 200, json }));
  const [first, second] = await Promise.all(answers);
  expect(await clientOf([first!.url]).info()).toEqual({
    flavour: "opensearch",
    version: "3.6.0",
    major: 3,
    clusterName: "a",
  });
  expect(await clientOf([second!.url]).info()).toMatchObject({
    flavour: "elasticsearch",
    major: 9,
  });
});

test("bulk() cuts its bodies, and gives an outcome for each operation", async () => {
  const ok = { create: { status: 201, _shards: { successful: 2 } } };
  const full = { create: { status: 429, error: { type: "rejected", reason: "queue full" } } };
  const node = await nodeThat(
    { status: 200, json: { items: [ok, full] } },
    { status: 200, json: { items: [ok] } },
  );
  const operations = ["a", "b", "c"].map((id) => ({
    action: "create" as const,
    index: "i",
    id,
    source: JSON.stringify({ text: "x".repeat(30) }),
  }));
  const { outcomes } = await bulk(clientOf([node.url]), operations, { bodyBytesMax: 180 });
  expect(outcomes).toEqual([
    { status: 201, copyCount: 2 },
    { status: 429, copyCount: 0, fault: { type: "rejected", reason: "queue full" } },
    { status: 201, copyCount: 2 },
  ]);
  expect(node.bodies.map((body) => body.split("\n").length - 1)).toEqual([4, 2]);
  expect(node.bodies[0]).toContain('{"create":{"_index":"i","_id":"a"}}\n{"text":');
});
