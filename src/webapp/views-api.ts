/**
 * /kale/views: graphs that somebody saved under a name. Anybody may read them; to keep, change and delete
 * them needs an account. Expressions are read by Graphite's grammar before they are kept, so that no view
 * is saved that cannot be drawn.
 */
import type { Hono } from "hono";
import { viewLimits, type View, type ViewFault, type ViewOutcome } from "../model/index.ts";
import type { ViewJson, ViewsFileJson, ViewsImportJson } from "./contract.ts";
import { answerFault, quoted, type Fault, type WebappContext, type WebappEnv } from "./fault.ts";
import { readJsonBody } from "./json-body.ts";
import { JsonFields } from "./json-fields.ts";
import type { WebappParts } from "./parts.ts";
import { Query } from "./query.ts";
import { ruleFor } from "./route-rules.ts";
import { readNewView, readViewChange, readViewsFile } from "./views-fields.ts";

export function addViewsApi(
  app: Hono<WebappEnv>,
  { parts }: { readonly parts: WebappParts },
): void {
  const { views, clock } = parts;
  addFileRoutes(app, parts);

  app.get("/kale/views", (context) => {
    const fault = new Query(context.req.url, clock.nowMs()).fault();
    if (fault !== undefined) return answerFault(context, fault);
    return context.json(views.list().map(viewJson));
  });

  app.post("/kale/views", async (context) => {
    const body = await readBody(context);
    if (!body.ok) return answerFault(context, body.fault);
    const fields = new JsonFields(body.value, clock.nowMs());
    const made = readNewView(fields, clock.nowMs());
    const fault = fields.fault();
    if (fault !== undefined) return answerFault(context, fault);
    return answerOutcome(context, views.create(made), { name: made.name, status: 201 });
  });

  app.get("/kale/views/:id", (context) => {
    const fault = new Query(context.req.url, clock.nowMs()).fault();
    if (fault !== undefined) return answerFault(context, fault);
    const view = views.get(context.req.param("id"));
    if (view !== undefined) return context.json(viewJson(view));
    return answerFault(context, faultOf("unknown-view", ""));
  });

  app.put("/kale/views/:id", async (context) => {
    const id = context.req.param("id");
    const body = await readBody(context);
    if (!body.ok) return answerFault(context, body.fault);
    const current = views.get(id);
    if (current === undefined) return answerFault(context, faultOf("unknown-view", ""));
    const fields = new JsonFields(body.value, clock.nowMs());
    const { change, changedMs } = readViewChange(fields, current, clock.nowMs());
    const fault = fields.fault();
    if (fault !== undefined) return answerFault(context, fault);
    if (changedMs !== undefined && changedMs !== current.changedMs) {
      const message = "Somebody has changed the view meanwhile; read it again.";
      return answerFault(context, { code: "changed-meanwhile", message });
    }
    const outcome = views.change(id, change);
    return answerOutcome(context, outcome, { name: change.name ?? "", status: 200 });
  });

  app.delete("/kale/views/:id", (context) => {
    const fault = new Query(context.req.url, clock.nowMs()).fault();
    if (fault !== undefined) return answerFault(context, fault);
    if (views.remove(context.req.param("id"))) return context.body(null, 204);
    return answerFault(context, faultOf("unknown-view", ""));
  });
}

/** Before the routes with an id: "export" is none. */
function addFileRoutes(app: Hono<WebappEnv>, { views, clock }: WebappParts): void {
  app.get("/kale/views/export", (context) => {
    const query = new Query(context.req.url, clock.nowMs());
    const ids = query.list("id", { countMax: viewLimits.viewCountMax, bytesMax: 100 });
    const fault = query.fault();
    if (fault !== undefined) return answerFault(context, fault);
    const all = views.list();
    if (ids.some((id) => !all.some((view) => view.id === id))) {
      return answerFault(context, faultOf("unknown-view", ""));
    }
    const chosen = ids.length === 0 ? all : all.filter(({ id }) => ids.includes(id));
    const file: ViewsFileJson = {
      format: "kale-views",
      version: 1,
      views: chosen.map(fileEntry),
    };
    return context.body(`${JSON.stringify(file, null, 1)}\n`, 200, {
      "Content-Type": "application/json; charset=utf-8",
      "Content-Disposition": 'attachment; filename="kale-views.json"',
    });
  });

  app.post("/kale/views/import", async (context) => {
    const body = await readBody(context);
    if (!body.ok) return answerFault(context, body.fault);
    const read = readViewsFile(body.value, clock.nowMs());
    if (!read.ok) return answerFault(context, read.fault);
    const outcome = views.addAll(read.views);
    if (!outcome.ok) return answerFault(context, faultOf(outcome.fault, ""));
    return context.json<ViewsImportJson>({
      imported: outcome.ids.length,
      renamed: outcome.renamed.map(({ from, to }) => ({ from, to })),
    });
  });
}

function readBody(context: WebappContext): ReturnType<typeof readJsonBody> {
  const { method, path } = context.req;
  return readJsonBody(context, ruleFor(method, path)?.bodyBytesMax ?? 0);
}

function answerOutcome(
  context: WebappContext,
  outcome: ViewOutcome,
  { name, status }: { readonly name: string; readonly status: 200 | 201 },
): Response {
  if (!outcome.ok) return answerFault(context, faultOf(outcome.fault, name));
  return context.json(viewJson(outcome.view), status);
}

function viewJson(view: View): ViewJson {
  return { id: view.id, ...fileEntry(view) };
}

/** As it stands in a file: without its id, which is this journal's own. */
function fileEntry(view: View): ViewsFileJson["views"][number] {
  const { name, note, targets, from, until, layout, createdMs, changedMs } = view;
  const times = { created: createdMs / 1000, changed: changedMs / 1000 };
  return { name, note, targets: [...targets], from, until, layout, ...times };
}

function faultOf(fault: ViewFault, name: string): Fault {
  const limits = viewLimits;
  const bad = (message: string): Fault => ({ code: "bad-field", message });
  switch (fault) {
    case "unknown-view":
      return { code: fault, message: "There is no such view; it may have been deleted." };
    case "name-taken":
      return { code: fault, message: `Another view has the name ${quoted(name)}.` };
    case "bad-name":
      return bad(`Field name has to have 1 to ${limits.nameLengthMax} characters.`);
    case "bad-note":
      return bad(`Field note has at most ${limits.noteLengthMax} characters.`);
    case "no-targets":
      return bad("Field targets is empty; a view shows at least one expression.");
    case "too-many-targets":
      return bad(`Field targets has more than ${limits.targetCountMax} expressions.`);
    case "long-targets":
      return bad(`Field targets has more than ${limits.targetLengthMax} characters in all.`);
    case "too-many-views":
      return { code: fault, message: `There are at most ${limits.viewCountMax} views.` };
  }
}
