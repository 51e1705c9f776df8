/**
 * A query as text again, in Prometheus' own form: on one line, or indented where a line would grow
 * longer than 100 characters.
 */
import {
  type AggregateNode,
  type BinaryNode,
  type Expression,
  type LabelMatcher,
  type SelectorNode,
  type TimeShift,
} from "./ast.ts";
import { metricNameLabel } from "./label-set.ts";
import { formatDuration, formatLiteral } from "./number-text.ts";

const lineCharsMax = 100;

export function printQuery(node: Expression): string {
  switch (node.kind) {
    case "number":
      return formatLiteral(node.value);
    case "string":
      return JSON.stringify(node.value);
    case "selector":
      return printSelector(node, "");
    case "range":
      return printSelector(node.selector, `[${formatDuration(node.rangeMs)}]`);
    case "subquery": {
      const step = node.stepMs === 0 ? "" : formatDuration(node.stepMs);
      const brackets = `[${formatDuration(node.rangeMs)}:${step}]`;
      return `${printQuery(node.inner)}${brackets}${printShift(node.shift)}`;
    }
    case "paren":
      return `(${printQuery(node.inner)})`;
    case "unary":
      return `${node.operator}${printQuery(node.inner)}`;
    case "binary":
      return `${printQuery(node.left)} ${printOperator(node)} ${printQuery(node.right)}`;
    case "call":
      return `${node.name}(${node.args.map(printQuery).join(", ")})`;
    case "aggregate":
      return `${printAggregation(node)}(${innerOf(node).map(printQuery).join(", ")})`;
  }
}

/** As `printQuery`, over several lines where one would be too long. */
export function printPretty(node: Expression, depth = 0): string {
  const indent = "  ".repeat(depth);
  const line = printQuery(node);
  if (line.length <= lineCharsMax) return indent + line;
  const listed = (head: string, args: readonly Expression[]): string => {
    const inside = args.map((arg) => printPretty(arg, depth + 1)).join(",\n");
    return `${indent}${head}(\n${inside}\n${indent})`;
  };
  switch (node.kind) {
    case "paren":
      return `${indent}(\n${printPretty(node.inner, depth + 1)}\n${indent})`;
    case "unary":
      return `${indent}${node.operator}${printPretty(node.inner, depth).trimStart()}`;
    case "binary": {
      const left = printPretty(node.left, depth + 1);
      const right = printPretty(node.right, depth + 1);
      return `${left}\n${indent}${printOperator(node)}\n${right}`;
    }
    case "call":
      return listed(node.name, node.args);
    case "aggregate":
      return listed(printAggregation(node), innerOf(node));
    case "subquery": {
      const inner = printPretty(node.inner, depth);
      return inner + line.slice(printQuery(node.inner).length);
    }
    case "number":
    case "string":
    case "selector":
    case "range":
      return indent + line;
  }
}

function innerOf({ parameter, inner }: AggregateNode): readonly Expression[] {
  return parameter === undefined ? [inner] : [parameter, inner];
}

function printAggregation({ aggregator, grouping }: AggregateNode): string {
  const { mode, labels } = grouping;
  const isWhole = mode === "by" && labels.length === 0;
  return isWhole ? aggregator : `${aggregator} ${mode} (${labels.map(printLabel).join(", ")}) `;
}

function printOperator({ operator, isBool, matching }: BinaryNode): string {
  let text: string = operator;
  if (isBool) text += " bool";
  if (matching === undefined) return text;
  const { mode, labels, group, include } = matching;
  if (labels.length > 0 || mode === "on") {
    text += ` ${mode} (${labels.map(printLabel).join(", ")})`;
  }
  if (group === "none") return text;
  return `${text} group_${group} (${include.map(printLabel).join(", ")})`;
}

function printSelector({ metric, matchers, shift }: SelectorNode, range: string): string {
  const shown = metric === undefined ? matchers : matchers.slice(1);
  const braces = shown.length === 0 ? "" : `{${shown.map(printMatcher).sort().join(",")}}`;
  return `${metric ?? ""}${braces}${range}${printShift(shift)}`;
}

const testSigns = { equal: "=", unequal: "!=", match: "=~", mismatch: "!~" } as const;

function printMatcher({ label, test, value }: LabelMatcher): string {
  return `${printLabel(label)}${testSigns[test]}${JSON.stringify(value)}`;
}

function printLabel(label: string): string {
  const isWord = /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label) || label === metricNameLabel;
  return isWord ? label : JSON.stringify(label);
}

function printShift({ offsetMs, at }: TimeShift): string {
  let text = "";
  if (at === "start" || at === "end") text += ` @ ${at}()`;
  else if (at !== undefined) text += ` @ ${(at.timeMs / 1000).toFixed(3)}`;
  if (offsetMs > 0) text += ` offset ${formatDuration(offsetMs)}`;
  if (offsetMs < 0) text += ` offset -${formatDuration(-offsetMs)}`;
  return text;
}
