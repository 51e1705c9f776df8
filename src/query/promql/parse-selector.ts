/**
 * Selectors, `name{label="value"}`, and the lists of labels behind `by`, `on` and their like.
 *
 * Names in quotes inside braces are taken as Prometheus 3 writes them, `{"servers.web.cpu", host="a"}`,
 * since Kale's names have dots.
 */
import type { LabelMatcher, SelectorNode } from "./ast.ts";
import { badQuery } from "./error.ts";
import { metricNameLabel } from "./label-set.ts";
import type { TokenCursor } from "./token-cursor.ts";

const matcherTests: ReadonlyMap<string, LabelMatcher["test"]> = new Map([
  ["=", "equal"],
  ["!=", "unequal"],
  ["=~", "match"],
  ["!~", "mismatch"],
]);

export function readSelector(cursor: TokenCursor): SelectorNode {
  const { kind, text, start } = cursor.token;
  let { end } = cursor.token;
  const metric = kind === "word" ? text : undefined;
  const matchers: LabelMatcher[] = [];
  if (metric !== undefined) {
    cursor.take();
    matchers.push({ label: metricNameLabel, test: "equal", value: metric });
  }
  if (cursor.isSign("{")) {
    cursor.take();
    while (!cursor.isSign("}")) {
      matchers.push(readMatcher(cursor, metric));
      if (!cursor.isSign(",")) break;
      cursor.take();
    }
    end = cursor.takeSign("}", "after label matchers").end;
  }
  return { kind: "selector", metric, matchers, shift: { offsetMs: 0 }, start, end };
}

function readMatcher(cursor: TokenCursor, metric: string | undefined): LabelMatcher {
  const { kind, start } = cursor.token;
  const label = readLabelName(cursor, "in braces");
  const isLast = cursor.isSign(",") || cursor.isSign("}");
  const test = cursor.token.kind === "sign" ? matcherTests.get(cursor.token.text) : undefined;
  const isName = kind === "string" && isLast;
  if (isName || label === metricNameLabel) {
    if (metric !== undefined) {
      const both = `${JSON.stringify(metric)} or ${JSON.stringify(label)}`;
      throw badQuery(cursor.query, start, `metric name must not be set twice: ${both}`);
    }
  }
  if (isName) return { label: metricNameLabel, test: "equal", value: label };
  if (test === undefined) throw cursor.unexpected("one of = != =~ !~ after a label");
  cursor.take();
  if (cursor.token.kind !== "string") throw cursor.unexpected("a string to compare a label with");
  return { label, test, value: cursor.take().text };
}

export function readLabelList(cursor: TokenCursor): string[] {
  cursor.takeSign("(", "before labels");
  const labels: string[] = [];
  while (!cursor.isSign(")")) {
    labels.push(readLabelName(cursor, "in a list of labels"));
    if (!cursor.isSign(",")) break;
    cursor.take();
  }
  cursor.takeSign(")", "after labels");
  return labels;
}

function readLabelName(cursor: TokenCursor, where: string): string {
  const { kind, text } = cursor.token;
  const isName = (kind === "word" && !text.includes(":")) || (kind === "string" && text !== "");
  if (!isName) throw cursor.unexpected(`a label ${where}`);
  return cursor.take().text;
}
