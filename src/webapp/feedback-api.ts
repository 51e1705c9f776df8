/**
 * /kale/anomalies/ID/feedback and /kale/feedback: what people said of anomalies. Marked as normal, an
 * anomaly like it is greyed and sends nothing; confirmed, it is heard a little earlier.
 */
import type { Hono } from "hono";
import { type Feedback, feedbackLimits, type FeedbackOutcome } from "../model/index.ts";
import { nameOfAccount } from "./account-name.ts";
import type { FeedbackFileJson, FeedbackJson } from "./contract.ts";
import { answerFault, type Fault, quoted, type WebappEnv } from "./fault.ts";
import { readJsonBody } from "./json-body.ts";
import { JsonFields } from "./json-fields.ts";
import type { WebappParts } from "./parts.ts";
import { Query } from "./query.ts";
import { ruleFor } from "./route-rules.ts";

const { feedbackCountMax, labelLengthMax, patternLengthMax } = feedbackLimits;

export function addFeedbackApi(
  app: Hono<WebappEnv>,
  { parts }: { readonly parts: WebappParts },
): void {
  app.get("/kale/feedback", (context) => {
    const fault = new Query(context.req.url, parts.clock.nowMs()).fault();
    if (fault !== undefined) return answerFault(context, fault);
    return context.json((parts.feedback?.list() ?? []).map(feedbackJson));
  });

  app.get("/kale/feedback/export", (context) => {
    const fault = new Query(context.req.url, parts.clock.nowMs()).fault();
    if (fault !== undefined) return answerFault(context, fault);
    const feedback = (parts.feedback?.list() ?? []).map((said) => {
      const { stepMs, leadCount, values } = said.shape;
      return {
        ...feedbackJson(said),
        shape: { step: stepMs / 1000, lead: leadCount, values: [...values] },
      };
    });
    const file: FeedbackFileJson = { format: "kale-feedback", version: 1, feedback };
    return context.json(file, 200, {
      "Content-Disposition": 'attachment; filename="kale-feedback.json"',
    });
  });

  app.post("/kale/anomalies/:id/feedback", async (context) => {
    const rule = ruleFor(context.req.method, context.req.path);
    const body = await readJsonBody(context, rule?.bodyBytesMax ?? 0);
    if (!body.ok) return answerFault(context, body.fault);
    const fields = new JsonFields(body.value, parts.clock.nowMs());
    const kind = fields.text("kind", { lengthMax: 20 });
    const label = fields.has("label") ? fields.text("label", { lengthMax: labelLengthMax }) : "";
    const pattern = fields.has("pattern")
      ? fields.text("pattern", { lengthMax: patternLengthMax })
      : "";
    if (kind !== "normal" && kind !== "confirmed") fields.refuse("kind", "normal or confirmed");
    const fault = fields.fault();
    if (fault !== undefined) return answerFault(context, fault);
    const episodeId = context.req.param("id");
    const asked = {
      episodeId,
      kind: kind === "confirmed" ? kind : "normal",
      label,
      by: nameOfAccount(context.get("account")),
      pattern,
    } as const;
    const outcome = await parts.feedback?.say(asked);
    if (outcome?.ok === true) return context.json(feedbackJson(outcome.feedback), 201);
    return answerFault(context, faultOf(outcome, episodeId));
  });

  app.delete("/kale/feedback/:id", async (context) => {
    const fault = new Query(context.req.url, parts.clock.nowMs()).fault();
    if (fault !== undefined) return answerFault(context, fault);
    const id = context.req.param("id");
    if ((await parts.feedback?.takeBack(id)) === true) return context.body(null, 204);
    const message = `Nothing was said under the id ${quoted(id)}; it may have been taken back.`;
    return answerFault(context, { code: "unknown-feedback", message });
  });
}

function feedbackJson(said: Feedback): FeedbackJson {
  const { id, kind, episodeId, name, pattern, label, by, createdMs } = said;
  return { id, kind, anomaly: episodeId, name, pattern, label, created: createdMs / 1000, by };
}

function faultOf(
  outcome: Extract<FeedbackOutcome, { readonly ok: false }> | undefined,
  id: string,
): Fault {
  switch (outcome?.fault) {
    case "too-many-feedbacks": {
      const message = `At most ${feedbackCountMax} are kept; take some back first.`;
      return { code: "too-many-feedbacks", message };
    }
    case "no-samples": {
      const message = "The samples of the anomaly are no longer kept, so its shape is not known.";
      return { code: "empty-window", message };
    }
    case "unknown-anomaly":
      return { code: "unknown-anomaly", message: `No anomaly has the id ${quoted(id)}.` };
    case undefined:
      return { code: "not-configured", message: "This process judges nothing." };
  }
}
