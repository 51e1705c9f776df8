import { afterEach, expect, test } from "vitest";
import { ManualClock } from "../../base/clock.ts";
import { EngineClient } from "../../engine/index.ts";
import {
  type ScriptedAnswer,
  type ScriptedNode,
  startScriptedNode,
} from "../../engine/scripted-node.fixture.ts";
import { batchOf } from "../../model/index.ts";
import { BulkWriter } from "./bulk-writer.ts";
import { openOperation } from "./documents.ts";
import { HourSealer } from "./hour-sealer.ts";
import { hourMs, OpenHours } from "./open-hours.ts";
import { indexNames } from "./options.ts";
import { PointReader } from "./point-reader.ts";

const indexes = indexNames("kale");
const nowMs = 1_764_000_000_000;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** The open hour of another writer, as a search answers it, and what its documents are called. */
function abandonedHour(): {
  readonly hit: object;
  readonly openId: string;
  readonly stamp: string;
} {
  const theirs = new OpenHours();
  const startMs = Math.floor(nowMs / hourMs) * hourMs - 10 * hourMs;
  const [open] = theirs.take(batchOf([["web.a", startMs, 1], ["web.a", startMs + 1000, 2]]), startMs); // prettier-ignore
  const { id, source } = openOperation(indexes, open!, "gone");
  const hit = {
    _index: indexes.open,
    _id: id,
    _score: null,
    _source: JSON.parse(source!) as object,
  };
  return { hit, openId: id, stamp: open!.writtenMs.toString(36) };
}

/** A node with one page of open hours; each step is told to it by what it is asked. */
async function nodeWith(
  hit: object,
  answers: Readonly<Record<string, ScriptedAnswer>> = {},
): Promise<{ readonly node: ScriptedNode; readonly sealer: HourSealer }> {
  const shards = { total: 1, successful: 1, failed: 0 };
  const page = (hits: readonly object[]): ScriptedAnswer => {
    const found = { hits, total: { value: 1, relation: "eq" } };
    return { status: 200, json: { _scroll_id: "s", took: 1, timed_out: false, _shards: shards, hits: found } }; // prettier-ignore
  };
  let bulkCount = 0;
  const node = await startScriptedNode(({ method, path }) => {
    if (path.startsWith(`/${indexes.open}/_search`)) return page([hit]);
    if (path.startsWith("/_search/scroll")) return method === "POST" ? page([]) : { status: 200 };
    if (path.endsWith("/_refresh")) return answers["refresh"] ?? { status: 200, json: { _shards: shards } }; // prettier-ignore
    const action = bulkCount++ === 0 ? "create" : "delete";
    const done = { [action]: { status: 201, _shards: { successful: 1 } } };
    return answers[action] ?? { status: 200, json: { items: [done] } };
  });
  closing.push(() => node.close());
  const client = new EngineClient({ nodes: [node.url], clock: new ManualClock(nowMs) });
  closing.push(() => client.close());
  const sealer = new HourSealer({
    client,
    indexes,
    bulk: new BulkWriter(client, { copyCount: undefined }),
    reader: new PointReader(client, indexes),
    open: new OpenHours(),
    writer: "me",
  });
  return { node, sealer };
}

/** What changed or showed something, in its order: "create ID in INDEX", "refresh INDEX", "delete …". */
function stepsOf({ asked, bodies }: ScriptedNode): string[] {
  return asked.flatMap((request, i) => {
    const refreshed = /^POST \/(\S+)\/_refresh/.exec(request)?.[1];
    if (refreshed !== undefined) return [`refresh ${refreshed}`];
    if (!request.startsWith("POST /_bulk")) return [];
    const [line = "{}"] = bodies[i]!.split("\n");
    const operations = JSON.parse(line) as Record<string, Readonly<Record<string, string>>>;
    return Object.entries(operations).map(
      ([action, target]) => `${action} ${target["_id"] ?? ""} in ${target["_index"] ?? ""}`,
    );
  });
}

test("sealAbandoned() seals what others left, makes it found, and only then removes it", async () => {
  const { hit, openId, stamp } = abandonedHour();
  const { node, sealer } = await nodeWith(hit);
  await sealer.sealAbandoned(nowMs);
  expect(stepsOf(node)).toEqual([
    `create ${openId}@${stamp} in ${indexes.points}`,
    `refresh ${indexes.points}`,
    `delete ${openId} in ${indexes.open}`,
  ]);
  expect(openId).toMatch(/@gone$/);
  // Never its own, which change under its hands, nor those of writers that may come back.
  const asked = JSON.parse(node.bodies[0]!) as { query: unknown };
  expect(asked.query).toEqual({
    bool: {
      filter: { range: { writtenMs: { lt: nowMs } } },
      must_not: { term: { writer: "me" } },
    },
  });
});

test("sealAbandoned() removes what a broken seal had made already", async () => {
  const { hit, openId } = abandonedHour();
  const conflict = {
    create: { status: 409, error: { type: "version_conflict", reason: "there" } },
  };
  const { node, sealer } = await nodeWith(hit, {
    create: { status: 200, json: { items: [conflict] } },
  });
  await sealer.sealAbandoned(nowMs);
  expect(stepsOf(node).at(-1)).toBe(`delete ${openId} in ${indexes.open}`);
});

test.each<[string, ScriptedAnswer]>([
  ["create", { status: 200, json: { items: [{ create: { status: 400, error: { type: "mapper", reason: "no" } } }] } }], // prettier-ignore
  ["refresh", { status: 400, json: { error: { type: "refused" } } }],
])("sealAbandoned() removes nothing where the engine refuses the %s", async (step, answer) => {
  const { hit } = abandonedHour();
  const { node, sealer } = await nodeWith(hit, { [step]: answer });
  await expect(sealer.sealAbandoned(nowMs)).rejects.toThrow();
  expect(stepsOf(node).filter((said) => said.startsWith("delete"))).toEqual([]);
});
