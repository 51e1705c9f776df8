/**
 * /kale/rules: what matters enough to be told, by pattern of name (model/rules.ts). Anybody may read the
 * rules, and try others on history, which changes nothing; to keep others needs an account.
 */
import type { Hono } from "hono";
import {
  defaultFloors,
  type Floors,
  floorsJson,
  type Rule,
  RuleBook,
  ruleJson,
  type RulesDesk,
  type RulesTrial,
  readRules,
  type TimeRange,
} from "../model/index.ts";
import { nameOfAccount } from "./account-name.ts";
import type { EffectiveRulesJson, RulesJson, RulesTrialJson } from "./contract.ts";
import { withDeadline } from "./deadline.ts";
import { answerFault, type Fault, type WebappContext, type WebappEnv } from "./fault.ts";
import { readJsonBody } from "./json-body.ts";
import { JsonFields } from "./json-fields.ts";
import type { WebappLimits, WebappParts } from "./parts.ts";
import { Query } from "./query.ts";
import { ruleFor } from "./route-rules.ts";
import { parseRulesText, rulesText, rulesTextMax } from "./rules-text.ts";

const dayMs = 86_400_000;
const trialRangeMs = 7 * dayMs;
const trialRangeMaxMs = 31 * dayMs;
const trialBudgetMs = 10_000;
const trialSeriesMax = 1_000;
const trialEpisodesMax = 1_000;
/** Further ones get 503. */
const trialCountMax = 2;
const matchLengthMax = 1_024;

export interface RulesApiParts {
  readonly parts: WebappParts;
  readonly limits: WebappLimits;
}

export function addRulesApi(app: Hono<WebappEnv>, { parts, limits }: RulesApiParts): void {
  let trialCount = 0;

  app.get("/kale/rules", (context) => {
    const query = new Query(context.req.url, parts.clock.nowMs());
    const name = query.seriesName();
    const fault = query.fault();
    if (fault !== undefined) return answerFault(context, fault);
    if (parts.rules === undefined) return answerFault(context, noRules);
    return context.json(rulesJson(parts.rules, name));
  });

  app.put("/kale/rules", async (context) => {
    const body = await readBody(context, parts);
    if (!body.ok) return answerFault(context, body.fault);
    const given = readGiven(body.fields);
    const fault = body.fields.fault() ?? given.fault;
    if (fault !== undefined) return answerFault(context, fault);
    if (parts.rules === undefined) return answerFault(context, noRules);
    const by = nameOfAccount(context.get("account"));
    await parts.rules.keep({ text: given.text, rules: given.rules, by });
    return context.json(rulesJson(parts.rules, undefined));
  });

  app.post("/kale/rules/test", async (context) => {
    const body = await readBody(context, parts);
    if (!body.ok) return answerFault(context, body.fault);
    const { fields } = body;
    const given = readGiven(fields);
    const match = fields.has("match") ? fields.text("match", { lengthMax: matchLengthMax }) : "";
    const replaces = fields.has("replaces") ? fields.text("replaces", { lengthMax: 20 }) : "kept";
    if (replaces !== "kept" && replaces !== "configured") {
      fields.refuse("replaces", "kept or configured");
    }
    const untilMs = fields.has("until") ? fields.timeMs("until") : parts.clock.nowMs();
    const fromMs = fields.has("from") ? fields.timeMs("from") : untilMs - trialRangeMs;
    if (!(fromMs < untilMs && untilMs - fromMs <= trialRangeMaxMs)) {
      fields.refuse("from", `a time before until, at most ${trialRangeMaxMs / dayMs} days`);
    }
    const fault = fields.fault() ?? given.fault;
    if (fault !== undefined) return answerFault(context, fault);
    const { rules: desk, trials } = parts;
    if (desk === undefined || trials === undefined) return answerFault(context, noRules);
    if (trialCount >= trialCountMax) {
      context.header("Retry-After", "5");
      const message = "As many trials are under way as are allowed; try again in 5 s.";
      return answerFault(context, { code: "too-many-searches", message });
    }
    trialCount += 1;
    try {
      const { configured, kept } = desk.inForce();
      const range = { fromMs, untilMs };
      const trial = trials.tryRules({
        ...{ match, range, budgetMs: trialBudgetMs, seriesCountMax: trialSeriesMax },
        inForce: [...configured, ...kept],
        tried: replaces === "kept" ? [...configured, ...given.rules] : [...given.rules, ...kept],
      });
      const answer = await withDeadline(trial, "the trial", limits.searchWaitMs);
      if (answer === undefined) return answerFault(context, noRules);
      return context.json(trialJson(answer, range));
    } finally {
      trialCount -= 1;
    }
  });
}

const noRules: Fault = {
  code: "not-configured",
  message: "Rules are for the streaming detector; this process judges by the nine checks alone.",
};

type Body =
  | { readonly ok: true; readonly fields: JsonFields }
  | { readonly ok: false; readonly fault: Fault };

async function readBody(context: WebappContext, parts: WebappParts): Promise<Body> {
  const { method, path } = context.req;
  const body = await readJsonBody(context, ruleFor(method, path)?.bodyBytesMax ?? 0);
  if (!body.ok) return body;
  return { ok: true, fields: new JsonFields(body.value, parts.clock.nowMs()) };
}

interface GivenRules {
  readonly text: string;
  readonly rules: readonly Rule[];
  readonly fault?: Fault;
}

/** As text, remarks and all, or as a list. */
function readGiven(fields: JsonFields): GivenRules {
  const isList = fields.has("rules");
  const text = isList ? "" : fields.text("text", { lengthMax: rulesTextMax });
  const reading = isList
    ? readRules(fields.rawList("rules", { countMax: trialSeriesMax }))
    : parseRulesText(text);
  if (!reading.ok) {
    return { text, rules: [], fault: { code: "bad-field", message: reading.fault } };
  }
  return { text: isList ? rulesText(reading.rules) : text, rules: reading.rules };
}

function rulesJson(desk: RulesDesk, name: string | undefined): RulesJson {
  const { configured, kept, keptText, changed } = desk.inForce();
  return {
    configured: configured.map(ruleJson),
    kept: kept.map(ruleJson),
    text: keptText,
    changed: changed === null ? null : { at: changed.atMs / 1000, by: changed.by },
    defaults: floorsJson(defaultFloors),
    effective: name === undefined ? null : effectiveJson(name, configured, kept),
  };
}

/** What holds for a metric, and which rule said it last. */
function effectiveJson(
  name: string,
  configured: readonly Rule[],
  kept: readonly Rule[],
): EffectiveRulesJson {
  const floors = new RuleBook([...configured, ...kept]).floorsFor(name);
  const applied = [
    ...new RuleBook(configured)
      .rulesFor(name)
      .map((rule) => ({ from: "configured", rule }) as const),
    ...new RuleBook(kept).rulesFor(name).map((rule) => ({ from: "kept", rule }) as const),
  ];
  const sourceOf = (field: keyof Floors): string =>
    applied.findLast(({ rule }) => rule[field] !== undefined && rule.when === undefined)?.rule
      .match ?? "";
  const fields = Object.keys(floors) as (keyof Floors)[];
  return {
    name,
    floors: fields.flatMap((field) =>
      Object.entries(floorsJson({ [field]: floors[field] })).map(([key, value]) => ({
        key,
        value: String(value),
        match: sourceOf(field),
      })),
    ),
    applied: applied.map(({ from, rule }) => ({ from, rule: ruleJson(rule) })),
  };
}

export function trialJson(trial: RulesTrial, range: TimeRange): RulesTrialJson {
  const countOf = (wanted: string): number =>
    trial.episodes.filter(({ fate }) => fate === wanted).length;
  return {
    from: range.fromMs / 1000,
    until: range.untilMs / 1000,
    matched: trial.matchedCount,
    affected: trial.affectedCount,
    tried: trial.triedCount,
    both: countOf("both"),
    leftOut: countOf("left-out"),
    added: countOf("added"),
    known: trial.knownCount,
    anomalies: trial.episodes.slice(0, trialEpisodesMax).map(({ fate, episode }) => ({
      fate,
      name: episode.name,
      started: episode.startedMs / 1000,
      ended: episode.endedMs === null ? null : episode.endedMs / 1000,
      score: episode.why?.score ?? null,
      sentence: episode.sentence,
    })),
  };
}
