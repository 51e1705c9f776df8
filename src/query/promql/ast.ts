/** A query as a tree. Every node knows where it stands in the text, for messages. */
import type { SeriesMatcher } from "../../model/index.ts";

export type ValueType = "scalar" | "vector" | "matrix" | "string";

/** As messages name them. */
export const typeNames: Readonly<Record<ValueType, string>> = {
  scalar: "scalar",
  vector: "instant vector",
  matrix: "range vector",
  string: "string",
};

interface Node {
  /** Index into the query. */
  readonly start: number;
  readonly end: number;
}

/** `@ 1609746000`, `@ start()` */
export type AtModifier = { readonly timeMs: number } | "start" | "end";

/** Where a selector looks, seen from the time that is asked for. */
export interface TimeShift {
  readonly offsetMs: number;
  readonly at?: AtModifier | undefined;
}

/** The keys are as Prometheus writes them: the metric's name is `__name__`. */
export interface LabelMatcher {
  readonly label: string;
  readonly test: Extract<SeriesMatcher["test"], "equal" | "unequal" | "match" | "mismatch">;
  readonly value: string;
}

export interface NumberNode extends Node {
  readonly kind: "number";
  readonly value: number;
}

export interface StringNode extends Node {
  readonly kind: "string";
  readonly value: string;
}

export interface SelectorNode extends Node {
  readonly kind: "selector";
  /** As written before the braces; it is also among the matchers. */
  readonly metric: string | undefined;
  readonly matchers: readonly LabelMatcher[];
  readonly shift: TimeShift;
}

export interface RangeNode extends Node {
  readonly kind: "range";
  readonly selector: SelectorNode;
  readonly rangeMs: number;
}

export interface SubqueryNode extends Node {
  readonly kind: "subquery";
  readonly inner: Expression;
  readonly rangeMs: number;
  /** 0 is the default of whoever evaluates. */
  readonly stepMs: number;
  readonly shift: TimeShift;
}

export interface ParenNode extends Node {
  readonly kind: "paren";
  readonly inner: Expression;
}

export interface UnaryNode extends Node {
  readonly kind: "unary";
  readonly operator: "+" | "-";
  readonly inner: Expression;
}

export const arithmeticOperators = ["+", "-", "*", "/", "%", "^", "atan2"] as const;
export const comparisonOperators = ["==", "!=", "<", ">", "<=", ">="] as const;
export const setOperators = ["and", "or", "unless"] as const;

export type ArithmeticOperator = (typeof arithmeticOperators)[number];
export type ComparisonOperator = (typeof comparisonOperators)[number];
export type SetOperator = (typeof setOperators)[number];
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | SetOperator;

export interface Matching {
  /** "on" compares these labels only, "ignoring" all others. */
  readonly mode: "on" | "ignoring";
  readonly labels: readonly string[];
  /** Which side may have several series for one of the other; "none" for one to one. */
  readonly group: "none" | "left" | "right";
  /** Labels that are taken over from the side of the one. */
  readonly include: readonly string[];
}

export interface BinaryNode extends Node {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly isBool: boolean;
  /** As written; undefined where nothing was. */
  readonly matching: Matching | undefined;
}

export const aggregators = [
  "sum",
  "avg",
  "count",
  "min",
  "max",
  "group",
  "stddev",
  "stdvar",
  "topk",
  "bottomk",
  "quantile",
  "count_values",
] as const;

export type Aggregator = (typeof aggregators)[number];

export interface AggregateNode extends Node {
  readonly kind: "aggregate";
  readonly aggregator: Aggregator;
  readonly inner: Expression;
  readonly parameter: Expression | undefined;
  readonly grouping: { readonly mode: "by" | "without"; readonly labels: readonly string[] };
}

export interface CallNode extends Node {
  readonly kind: "call";
  readonly name: string;
  readonly args: readonly Expression[];
}

export type Expression =
  | NumberNode
  | StringNode
  | SelectorNode
  | RangeNode
  | SubqueryNode
  | ParenNode
  | UnaryNode
  | BinaryNode
  | AggregateNode
  | CallNode;

export function isComparison(operator: BinaryOperator): operator is ComparisonOperator {
  return (comparisonOperators as readonly string[]).includes(operator);
}

export function isSetOperator(operator: BinaryOperator): operator is SetOperator {
  return (setOperators as readonly string[]).includes(operator);
}

export function withoutParens(node: Expression): Expression {
  return node.kind === "paren" ? withoutParens(node.inner) : node;
}
