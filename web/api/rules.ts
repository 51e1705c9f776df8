/** What matters enough to be told: the rules in force, others tried on history, others kept. */
import type { RulesJson, RulesTrialAskJson, RulesTrialJson } from "../../src/webapp/contract.ts";
import { withQuery } from "../lib/route.ts";
import { fetchJson, sendJson, type FetchResult } from "./fetch-json.ts";

/** @param name  also what holds for that metric, unless it is empty */
export function fetchRules(name: string, signal?: AbortSignal): Promise<FetchResult<RulesJson>> {
  return fetchJson(withQuery("/kale/rules", { name }), signal);
}

export function keepRules(text: string): Promise<FetchResult<RulesJson>> {
  return sendJson("PUT", "/kale/rules", { text });
}

export function tryRules(asked: RulesTrialAskJson): Promise<FetchResult<RulesTrialJson>> {
  return sendJson("POST", "/kale/rules/test", asked);
}
