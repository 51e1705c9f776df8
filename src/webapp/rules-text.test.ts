import fc from "fast-check";
import { expect, test } from "vitest";
import { parseRulesText, rulesText } from "./rules-text.ts";

test("parseRulesText takes YAML, JSON and a configuration's map", () => {
  const rules = [{ match: "queue.*", leastAbsolute: 50, leastDurationMs: 300_000 }];
  const list = '- match: "queue.*" # deep at night\n  least-absolute: 50\n  least-duration: 5m\n';
  expect(parseRulesText(list)).toEqual({ ok: true, rules });
  expect(parseRulesText(`rules:\n${list}`)).toEqual({ ok: true, rules });
  expect(parseRulesText(rulesText(rules))).toEqual({ ok: true, rules });
  expect(parseRulesText("# nothing yet\n")).toEqual({ ok: true, rules: [] });
});

test.each([
  ["- match: [", /^Line \d+ is no YAML/],
  ["- &a {match: x}\n- *a", /Aliases/],
  ["match: x", /Rules are a list/],
  ["- {match: x, loud: true}", /Rule 1: nothing is called "loud"/],
  ["- {least-score: 1}", /Rule 1: match is missing/],
])("parseRulesText says what is wrong with %j", (text, fault) => {
  const reading = parseRulesText(text);
  expect(reading).toMatchObject({ ok: false });
  expect(reading.ok ? "" : reading.fault).toMatch(fault);
});

test("parseRulesText never throws, whatever a person writes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      expect(typeof parseRulesText(text).ok).toBe("boolean");
    }),
  );
});
