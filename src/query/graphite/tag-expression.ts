/**
 * Graphite's tag expressions, e.g. "host=fe1", "name=~disk\..*", "dc!=", and the calls of seriesByTag()
 * they stand in.
 *
 * Source: the manual, "Graphite Tag Support", and graphite-web 1.1.8 at work: a regular expression
 * has to match from the beginning, but not to the end; a tag that a series does not have is "".
 */
import type { SeriesMatcher, SeriesTest } from "../../model/index.ts";
import { GraphiteError, quoted } from "./errors.ts";

const form = /^([^;!=]+)(!?=~?)([^;]*)$/;

const tests: Readonly<Record<string, SeriesTest>> = {
  "=": "equal",
  "!=": "unequal",
  "=~": "match",
  "!=~": "mismatch",
};

/** @throws GraphiteError  "bad-argument" */
export function parseTagExpression(text: string): SeriesMatcher {
  const [, key = "", operator = "", value = ""] = form.exec(text) ?? [];
  const test = tests[operator];
  if (test === undefined) {
    throw new GraphiteError(
      "bad-argument",
      `${quoted(text)} is no tag expression; one is tag=value, tag!=value, tag=~pattern or tag!=~pattern.`,
    );
  }
  const isPattern = test === "match" || test === "mismatch";
  return { key, test, value: isPattern ? `(?:${value})(?s:.*)` : value };
}

/** @throws GraphiteError  "bad-argument", also where every series would match */
export function parseTagExpressions(texts: readonly string[]): SeriesMatcher[] {
  const matchers = texts.map(parseTagExpression);
  const isNarrow = matchers.some(
    ({ test, value }) =>
      (test === "equal" && value !== "") ||
      (test === "unequal" && value === "") ||
      test === "match" ||
      test === "mismatch",
  );
  if (!isNarrow) {
    throw new GraphiteError(
      "bad-argument",
      "At least one tag expression has to ask for a tag that is there, e.g. host=fe1 or host!=.",
    );
  }
  return matchers;
}
