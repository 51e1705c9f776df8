/**
 * Rules as a person writes them: YAML, of which JSON is a part; a list, or a map that has one under "rules",
 * as the configuration file does. Pure.
 *
 * Anchors and aliases are refused: nothing here repeats, and they can blow a small text up.
 */
import { isMap, LineCounter, parseDocument, visit } from "yaml";
import { readRules, ruleJson, type Rule, type RulesReading } from "../model/index.ts";

/** Characters; a thousand rules fit in. */
export const rulesTextMax = 200_000;

export function parseRulesText(text: string): RulesReading {
  if (text.length > rulesTextMax) {
    return { ok: false, fault: `The rules are longer than ${rulesTextMax} characters.` };
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line } = lineCounter.linePos(error.pos[0]);
    return { ok: false, fault: `Line ${line} is no YAML: ${error.message}.` };
  }
  let aliasCount = 0;
  visit(document, {
    Alias() {
      aliasCount += 1;
    },
  });
  if (aliasCount > 0)
    return { ok: false, fault: "Aliases (*name) are not taken; write the value out." };
  const list = isMap(document.contents) ? document.get("rules", true) : document.contents;
  if (isMap(document.contents) && list === undefined) {
    return { ok: false, fault: "Rules are a list." };
  }
  return readRules((list as { toJS?(of: unknown): unknown } | null)?.toJS?.(document) ?? null);
}

/** As `parseRulesText` takes it: JSON for each rule, which is YAML too. */
export function rulesText(rules: readonly Rule[]): string {
  return rules.map((rule) => `- ${JSON.stringify(ruleJson(rule))}\n`).join("");
}
