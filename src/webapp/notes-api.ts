/** /kale/notes: what happened, for the graphs. Senders tell it (DogStatsD's events), and people. */
import type { Hono } from "hono";
import { noteLimits, type Note } from "../model/index.ts";
import type { NoteJson } from "./contract.ts";
import { answerFault, type WebappEnv } from "./fault.ts";
import { readJsonBody } from "./json-body.ts";
import { JsonFields } from "./json-fields.ts";
import type { WebappParts } from "./parts.ts";
import { Query, rangeLengthMaxMs } from "./query.ts";
import { ruleFor } from "./route-rules.ts";

const dayMs = 86_400_000;
const noteCountMax = 1_000;

export function addNotesApi(
  app: Hono<WebappEnv>,
  { parts }: { readonly parts: WebappParts },
): void {
  const { notes, clock } = parts;

  app.get("/kale/notes", (context) => {
    const query = new Query(context.req.url, clock.nowMs());
    const range = query.range({ fallbackMs: dayMs, lengthMaxMs: rangeLengthMaxMs });
    const limit = query.integer("limit", { fallback: 200, min: 1, max: noteCountMax });
    const fault = query.fault();
    if (fault !== undefined) return answerFault(context, fault);
    return context.json(notes.find({ range, limit }).map(noteJson));
  });

  app.post("/kale/notes", async (context) => {
    const bytesMax = ruleFor("POST", "/kale/notes")?.bodyBytesMax ?? 0;
    const body = await readJsonBody(context, bytesMax);
    if (!body.ok) return answerFault(context, body.fault);
    const fields = new JsonFields(body.value, clock.nowMs());
    const title = fields.text("title", { lengthMax: noteLimits.titleLengthMax }).trim();
    const text = fields.has("text")
      ? fields.text("text", { lengthMax: noteLimits.textLengthMax })
      : "";
    const timeMs = fields.has("time") ? fields.timeMs("time") : clock.nowMs();
    if (title === "") fields.refuse("title", "a few words");
    const fault = fields.fault();
    if (fault !== undefined) return answerFault(context, fault);
    const note = notes.add({ timeMs, title, text, kind: "", host: "", tags: [], source: "page" });
    if (note !== undefined) return context.json(noteJson(note), 201);
    return answerFault(context, {
      code: "unavailable",
      message: "The note could not be written; the log says why.",
    });
  });

  app.delete("/kale/notes/:id", (context) => {
    const fault = new Query(context.req.url, clock.nowMs()).fault();
    if (fault !== undefined) return answerFault(context, fault);
    if (notes.remove(context.req.param("id"))) return context.body(null, 204);
    return answerFault(context, { code: "unknown-note", message: "There is no such note." });
  });
}

function noteJson({ timeMs, tags, ...rest }: Note): NoteJson {
  return { ...rest, time: timeMs / 1000, tags: [...tags] };
}
