/**
 * /kale/collections: windows of series that somebody saved under a name, with a note. The server
 * takes the samples itself, so a collection holds what was measured and nothing else.
 */
import type { Hono } from "hono";
import {
  collectionLimits,
  type CollectionChange,
  type CollectionFault,
  type CollectionOutcome,
} from "../model/index.ts";
import { collectionJson, summaryJson } from "./collection-shapes.ts";
import { takeSnapshot, type Window } from "./collection-snapshot.ts";
import { collectionsFile, readCollectionsFile } from "./collections-file.ts";
import type { CollectionsImportJson } from "./contract.ts";
import { answerFault, quoted, type Fault, type WebappContext, type WebappEnv } from "./fault.ts";
import { readJsonBody } from "./json-body.ts";
import { JsonFields } from "./json-fields.ts";
import type { WebappLimits, WebappParts } from "./parts.ts";
import { Query, rangeLengthMaxMs } from "./query.ts";
import { ruleFor } from "./route-rules.ts";

const { collectionCountMax, itemCountMax, nameLengthMax, noteLengthMax } = collectionLimits;

export interface CollectionsApiParts {
  readonly parts: WebappParts;
  readonly limits: WebappLimits;
}

export function addCollectionsApi(app: Hono<WebappEnv>, api: CollectionsApiParts): void {
  const { parts } = api;
  addFileRoutes(app, api);

  app.get("/kale/collections", (context) => {
    const fault = new Query(context.req.url, parts.clock.nowMs()).fault();
    if (fault !== undefined) return answerFault(context, fault);
    return context.json(parts.collections.list().map(summaryJson));
  });

  app.post("/kale/collections", async (context) => {
    const fields = await readFields(context, parts);
    if (!(fields instanceof JsonFields)) return answerFault(context, fields);
    const name = fields.text("name", { lengthMax: nameLengthMax });
    const note = fields.has("note") ? fields.text("note", { lengthMax: noteLengthMax }) : "";
    const windows = fields.objects("items", { countMax: itemCountMax }, readWindow);
    const fault = fields.fault();
    if (fault !== undefined) return answerFault(context, fault);
    const snapshot = await takeSnapshot(windows, parts, api.limits);
    if (!snapshot.ok) return answerFault(context, snapshot.fault);
    const outcome = parts.collections.create({ name, note, items: snapshot.items });
    return answerOutcome(context, outcome, { name, status: 201 });
  });

  app.get("/kale/collections/:id", (context) => {
    const fault = new Query(context.req.url, parts.clock.nowMs()).fault();
    if (fault !== undefined) return answerFault(context, fault);
    const collection = parts.collections.get(context.req.param("id"));
    if (collection !== undefined) return context.json(collectionJson(collection));
    return answerFault(context, faultOf("unknown-collection", ""));
  });

  app.put("/kale/collections/:id", async (context) => {
    const id = context.req.param("id");
    const fields = await readFields(context, parts);
    if (!(fields instanceof JsonFields)) return answerFault(context, fields);
    const asked = readChange(fields);
    const fault = fields.fault();
    if (fault !== undefined) return answerFault(context, fault);
    if (parts.collections.get(id) === undefined) {
      return answerFault(context, faultOf("unknown-collection", ""));
    }
    const snapshot = await takeSnapshot(asked.windows, parts, api.limits);
    if (!snapshot.ok) return answerFault(context, snapshot.fault);
    // Read again: somebody may have been faster while the samples were read.
    const current = parts.collections.get(id);
    const isStale = asked.changedMs !== undefined && current?.changedMs !== asked.changedMs;
    if (current !== undefined && isStale) {
      const message = "Somebody has changed the collection meanwhile; read it again.";
      return answerFault(context, { code: "changed-meanwhile", message });
    }
    const change = { ...asked.change, add: snapshot.items };
    const outcome = parts.collections.change(id, change);
    return answerOutcome(context, outcome, { name: change.name ?? "", status: 200 });
  });

  app.delete("/kale/collections/:id", (context) => {
    const fault = new Query(context.req.url, parts.clock.nowMs()).fault();
    if (fault !== undefined) return answerFault(context, fault);
    if (parts.collections.remove(context.req.param("id"))) return context.body(null, 204);
    return answerFault(context, faultOf("unknown-collection", ""));
  });
}

function addFileRoutes(app: Hono<WebappEnv>, { parts }: CollectionsApiParts): void {
  app.get("/kale/collections/export", (context) => {
    const query = new Query(context.req.url, parts.clock.nowMs());
    const ids = query.list("id", { countMax: collectionCountMax, bytesMax: 100 });
    const fault = query.fault();
    if (fault !== undefined) return answerFault(context, fault);
    const known = parts.collections.list().map(({ id }) => id);
    if (ids.some((id) => !known.includes(id))) {
      return answerFault(context, faultOf("unknown-collection", ""));
    }
    return context.body(collectionsFile(parts.collections, ids.length === 0 ? known : ids), 200, {
      "Content-Type": "application/json; charset=utf-8",
      "Content-Disposition": 'attachment; filename="kale-collections.json"',
    });
  });

  app.post("/kale/collections/import", async (context) => {
    const bytesMax = ruleFor("POST", "/kale/collections/import")?.bodyBytesMax ?? 0;
    const body = await readJsonBody(context, bytesMax);
    if (!body.ok) return answerFault(context, body.fault);
    const read = readCollectionsFile(body.value, parts.clock.nowMs());
    if (!read.ok) return answerFault(context, read.fault);
    const outcome = parts.collections.addAll(read.collections);
    if (!outcome.ok) return answerFault(context, faultOf(outcome.fault, ""));
    return context.json<CollectionsImportJson>({
      imported: outcome.ids.length,
      renamed: outcome.renamed.map(({ from, to }) => ({ from, to })),
    });
  });
}

async function readFields(context: WebappContext, parts: WebappParts): Promise<JsonFields | Fault> {
  const rule = ruleFor(context.req.method, context.req.path);
  const body = await readJsonBody(context, rule?.bodyBytesMax ?? 0);
  return body.ok ? new JsonFields(body.value, parts.clock.nowMs()) : body.fault;
}

interface AskedChange {
  readonly change: Omit<CollectionChange, "add">;
  readonly windows: readonly Window[];
  readonly changedMs: number | undefined;
}

function readChange(fields: JsonFields): AskedChange {
  const changed = fields.has("changed") ? fields.number("changed") : undefined;
  const windows = fields.has("add")
    ? fields.objects("add", { countMax: itemCountMax }, readWindow)
    : [];
  return {
    change: {
      ...(fields.has("name") ? { name: fields.text("name", { lengthMax: nameLengthMax }) } : {}),
      ...(fields.has("note") ? { note: fields.text("note", { lengthMax: noteLengthMax }) } : {}),
      ...(fields.has("remove")
        ? { remove: fields.places("remove", { countMax: itemCountMax }) }
        : {}),
    },
    windows,
    changedMs: changed === undefined ? undefined : Math.round(changed * 1000),
  };
}

function readWindow(fields: JsonFields): Window {
  const name = fields.seriesName("name");
  const range = { fromMs: fields.timeMs("from"), untilMs: fields.timeMs("until") };
  if (range.fromMs >= range.untilMs) fields.refuse("until", "later than from");
  else if (range.untilMs - range.fromMs > rangeLengthMaxMs) {
    fields.refuse("from", `at most ${rangeLengthMaxMs / 86_400_000} days before until`);
  }
  return { name, range };
}

function answerOutcome(
  context: WebappContext,
  outcome: CollectionOutcome,
  { name, status }: { readonly name: string; readonly status: 200 | 201 },
): Response {
  if (!outcome.ok) return answerFault(context, faultOf(outcome.fault, name));
  return context.json(collectionJson(outcome.collection), status);
}

function faultOf(fault: CollectionFault, name: string): Fault {
  switch (fault) {
    case "unknown-collection":
      return { code: fault, message: "There is no such collection; it may have been deleted." };
    case "name-taken":
      return { code: fault, message: `Another collection has the name ${quoted(name)}.` };
    case "bad-name":
      return { code: "bad-field", message: `A name has 1 to ${nameLengthMax} characters.` };
    case "bad-note":
      return { code: "bad-field", message: `A note has at most ${noteLengthMax} characters.` };
    case "no-such-item":
      return { code: "bad-field", message: "Field remove names a place that has no item." };
    case "too-many-items":
      return { code: fault, message: `A collection holds at most ${itemCountMax} items.` };
    case "too-many-collections":
      return { code: fault, message: `There are at most ${collectionCountMax} collections.` };
  }
}
