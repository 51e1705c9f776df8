/**
 * PromQL's grammar: a recursive descent with one loop for the binary operators.
 *
 *     or  <  and unless  <  == != < > <= >=  <  + -  <  * / % atan2  <  ^        (binds rightwards)
 *
 * A sign in front binds tighter than `*` and looser than `^`. Names in quotes inside braces are taken
 * as Prometheus 3 writes them, `{"servers.web.cpu", host="a"}`, since Kale's names have dots.
 *
 * What is no query throws a PromqlError with line and column; see check.ts for types.
 *
 * Source: prometheus.io, "Querying basics", "Operators".
 */
import {
  type AggregateNode,
  type Aggregator,
  aggregators,
  arithmeticOperators,
  type AtModifier,
  type BinaryOperator,
  comparisonOperators,
  type Expression,
  type LabelMatcher,
  type Matching,
  type SelectorNode,
  setOperators,
} from "./ast.ts";
import { checkTypes } from "./check.ts";
import { badQuery, type PromqlError } from "./error.ts";
import { metricNameLabel } from "./label-set.ts";
import { readTokens, type Token } from "./lexer.ts";
import { parseDuration, parseNumber } from "./number-text.ts";
import { missing, signatures } from "./signatures.ts";

/** Deeper queries are refused, so that no query can exhaust the stack. */
const depthMax = 200;
const chainMax = 500;

/** @throws PromqlError "bad-query" */
export function parseQuery(query: string): Expression {
  const node = new Parser(query).readAll();
  checkTypes(query, node);
  return node;
}

/** A selector alone, as `match[]` takes it. @throws PromqlError "bad-query" */
export function parseSelector(query: string): SelectorNode {
  const node = parseQuery(query);
  const isPlain =
    node.kind === "selector" && node.shift.offsetMs === 0 && node.shift.at === undefined;
  if (!isPlain) throw badQuery(query, node.start, "a series selector is expected");
  return node;
}

const levels: readonly (readonly string[])[] = [
  ["or"],
  ["and", "unless"],
  comparisonOperators,
  ["+", "-"],
  ["*", "/", "%", "atan2"],
  ["^"],
];
const signLevel = 5;
const powerLevel = 5;

const operatorTexts: ReadonlySet<string> = new Set([
  ...arithmeticOperators,
  ...comparisonOperators,
  ...setOperators,
]);

class Parser {
  readonly #query: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(query: string) {
    this.#query = query;
    this.#tokens = readTokens(query);
  }

  readAll(): Expression {
    if (this.#tokens.length === 1) throw badQuery(this.#query, 0, "no expression found in input");
    const node = this.#readBinary(0);
    const rest = this.#token;
    if (rest.kind !== "end") throw this.#unexpected("an operator or the end");
    return node;
  }

  get #token(): Token {
    return this.#tokens[this.#at]!;
  }

  get #next(): Token {
    return this.#tokens[Math.min(this.#at + 1, this.#tokens.length - 1)]!;
  }

  #take(): Token {
    const token = this.#token;
    if (token.kind !== "end") this.#at += 1;
    return token;
  }

  #isSign(text: string): boolean {
    return this.#token.kind === "sign" && this.#token.text === text;
  }

  #isWord(text: string): boolean {
    return this.#token.kind === "word" && this.#token.text.toLowerCase() === text;
  }

  #takeSign(text: string, where: string): Token {
    if (!this.#isSign(text)) throw this.#unexpected(`${JSON.stringify(text)} ${where}`);
    return this.#take();
  }

  #unexpected(expected: string): PromqlError {
    const { kind, text, start } = this.#token;
    const found = kind === "end" ? "end of input" : `${kind} ${JSON.stringify(text)}`;
    return badQuery(this.#query, start, `unexpected ${found}, expected ${expected}`);
  }

  /** Reads operators of `level` and those that bind tighter. */
  #readBinary(level: number): Expression {
    this.#depth += 1;
    if (this.#depth > depthMax) {
      throw badQuery(this.#query, this.#token.start, `more than ${depthMax} levels of nesting`);
    }
    let left = this.#readSigned();
    for (let operatorCount = 0; ; operatorCount++) {
      if (operatorCount > chainMax) {
        throw badQuery(this.#query, this.#token.start, `more than ${chainMax} operators in a row`);
      }
      const operator = this.#operator();
      if (operator === undefined) break;
      const found = levels.findIndex((texts) => texts.includes(operator));
      if (found < level) break;
      this.#take();
      const isBool = this.#readBool();
      const matching = this.#readMatching();
      const right = this.#readBinary(found === powerLevel ? found : found + 1);
      const { start } = left;
      const { end } = right;
      left = { kind: "binary", operator, left, right, isBool, matching, start, end };
    }
    this.#depth -= 1;
    return left;
  }

  #operator(): BinaryOperator | undefined {
    const { kind, text } = this.#token;
    const wanted = kind === "word" ? text.toLowerCase() : text;
    const isOperator = (kind === "word" || kind === "sign") && operatorTexts.has(wanted);
    return isOperator ? (wanted as BinaryOperator) : undefined;
  }

  #readBool(): boolean {
    if (!this.#isWord("bool")) return false;
    this.#take();
    return true;
  }

  #readMatching(): Matching | undefined {
    const mode = this.#isWord("on") ? "on" : this.#isWord("ignoring") ? "ignoring" : undefined;
    if (mode === undefined) return undefined;
    this.#take();
    const labels = this.#readLabelList();
    const isLeft = this.#isWord("group_left");
    if (!isLeft && !this.#isWord("group_right"))
      return { mode, labels, group: "none", include: [] };
    this.#take();
    const include = this.#isSign("(") ? this.#readLabelList() : [];
    return { mode, labels, group: isLeft ? "left" : "right", include };
  }

  #readLabelList(): string[] {
    this.#takeSign("(", "before labels");
    const labels: string[] = [];
    while (!this.#isSign(")")) {
      labels.push(this.#readLabelName("in a list of labels"));
      if (!this.#isSign(",")) break;
      this.#take();
    }
    this.#takeSign(")", "after labels");
    return labels;
  }

  #readLabelName(where: string): string {
    const { kind, text } = this.#token;
    const isName = (kind === "word" && !text.includes(":")) || (kind === "string" && text !== "");
    if (!isName) throw this.#unexpected(`a label ${where}`);
    return this.#take().text;
  }

  #readSigned(): Expression {
    const sign = this.#token;
    if (!this.#isSign("-") && !this.#isSign("+")) return this.#readPostfix();
    this.#take();
    const inner = this.#readBinary(signLevel);
    const { end } = inner;
    const operator = sign.text === "-" ? "-" : "+";
    if (inner.kind === "number") {
      const value = operator === "-" ? -inner.value : inner.value;
      return { kind: "number", value, start: sign.start, end };
    }
    return { kind: "unary", operator, inner, start: sign.start, end };
  }

  /** What may follow an operand: a range or subquery, offset and @, in any number and order. */
  #readPostfix(): Expression {
    let node = this.#readOperand();
    for (;;) {
      if (this.#isSign("[")) node = this.#readBrackets(node);
      else if (this.#isWord("offset")) node = this.#readOffset(node);
      else if (this.#isSign("@")) node = this.#readAt(node);
      else return node;
    }
  }

  #readBrackets(inner: Expression): Expression {
    const { start } = inner;
    this.#take();
    const rangeMs = this.#readDuration("as a range");
    if (this.#isSign(":")) {
      this.#take();
      const stepMs = this.#isSign("]") ? 0 : this.#readDuration("as a step");
      const { end } = this.#takeSign("]", "after a subquery");
      return { kind: "subquery", inner, rangeMs, stepMs, shift: { offsetMs: 0 }, start, end };
    }
    const { end } = this.#takeSign("]", "after a range");
    if (inner.kind !== "selector") {
      throw badQuery(this.#query, start, "ranges only allowed for vector selectors");
    }
    if (inner.shift.offsetMs !== 0) {
      throw badQuery(this.#query, start, "no offset modifiers allowed before range");
    }
    if (inner.shift.at !== undefined) {
      throw badQuery(this.#query, start, "no @ modifiers allowed before range");
    }
    return { kind: "range", selector: inner, rangeMs, start, end };
  }

  #readDuration(where: string): number {
    const { kind, text, start } = this.#token;
    const lengthMs = kind === "duration" ? parseDuration(text) : undefined;
    if (lengthMs === undefined) throw this.#unexpected(`a duration such as 5m ${where}`);
    if (lengthMs === 0) throw badQuery(this.#query, start, "duration must be greater than 0");
    this.#take();
    return lengthMs;
  }

  #readOffset(node: Expression): Expression {
    this.#take();
    const sign = this.#isSign("-") ? -1 : 1;
    if (sign < 0) this.#take();
    const lengthMs = this.#token.kind === "duration" ? parseDuration(this.#token.text) : undefined;
    if (lengthMs === undefined) throw this.#unexpected("a duration such as 5m in offset");
    const { end } = this.#take();
    return this.#shifted(node, "offset", { offsetMs: sign * lengthMs }, end);
  }

  #readAt(node: Expression): Expression {
    this.#take();
    const word = this.#isWord("start") ? "start" : this.#isWord("end") ? "end" : undefined;
    if (word !== undefined) {
      this.#take();
      this.#takeSign("(", `after ${word}`);
      const { end } = this.#takeSign(")", `after ${word}`);
      return this.#shifted(node, "@", { at: word }, end);
    }
    const isSigned = this.#isSign("-") || this.#isSign("+");
    const sign = isSigned && this.#take().text === "-" ? -1 : 1;
    const { kind, text } = this.#token;
    const seconds = kind === "number" || kind === "word" ? parseNumber(text) : undefined;
    if (seconds === undefined) throw this.#unexpected("a time in seconds, start() or end() in @");
    const timeMs = Math.trunc(sign * seconds * 1000);
    if (!Number.isSafeInteger(timeMs)) {
      throw badQuery(this.#query, node.start, `timestamp out of bounds for @ modifier: ${text}`);
    }
    return this.#shifted(node, "@", { at: { timeMs } }, this.#take().end);
  }

  #shifted(
    node: Expression,
    word: "offset" | "@",
    change: { readonly offsetMs?: number; readonly at?: AtModifier },
    end: number,
  ): Expression {
    const owner = node.kind === "range" ? node.selector : node;
    if (owner.kind !== "selector" && owner.kind !== "subquery") {
      const message = `${word} modifier must be preceded by an instant vector selector or range vector selector or a subquery`;
      throw badQuery(this.#query, node.start, message);
    }
    const isSet = word === "@" ? owner.shift.at !== undefined : owner.shift.offsetMs !== 0;
    if (isSet) throw badQuery(this.#query, node.start, `${word} may not be set multiple times`);
    const shift = { ...owner.shift, ...change };
    if (node.kind === "range") return { ...node, selector: { ...node.selector, shift }, end };
    return { ...owner, shift, end };
  }

  #readOperand(): Expression {
    const { kind, text, start, end } = this.#token;
    if (kind === "string") {
      this.#take();
      return { kind: "string", value: text, start, end };
    }
    if (kind === "number") {
      this.#take();
      return { kind: "number", value: parseNumber(text) ?? NaN, start, end };
    }
    if (this.#isSign("(")) return this.#readParens();
    if (this.#isSign("{")) return this.#readSelector();
    if (kind !== "word") throw this.#unexpected("an expression");
    return this.#readWord();
  }

  #readParens(): Expression {
    const { start } = this.#take();
    const inner = this.#readBinary(0);
    const { end } = this.#takeSign(")", "after an expression");
    return { kind: "paren", inner, start, end };
  }

  #readWord(): Expression {
    const { text, start, end } = this.#token;
    const lower = text.toLowerCase();
    const isCall = this.#next.kind === "sign" && this.#next.text === "(";
    const isGrouped = this.#next.kind === "word" && /^(?:by|without)$/i.test(this.#next.text);
    const aggregator = aggregators.find((name) => name === lower);
    if (aggregator !== undefined && (isCall || isGrouped)) return this.#readAggregate(aggregator);
    if (isCall) return this.#readCall();
    if (/^(?:inf|nan)$/.test(lower)) {
      this.#take();
      return { kind: "number", value: lower === "inf" ? Infinity : NaN, start, end };
    }
    if (/^(?:bool|on|ignoring|group_left|group_right)$/.test(lower)) {
      throw this.#unexpected("an expression");
    }
    return this.#readSelector();
  }

  #readCall(): Expression {
    const { text: name, start } = this.#take();
    if (!signatures.has(name)) {
      const why = missing.get(name);
      const reason = why === undefined ? "" : `: Kale does not have it, since ${why}`;
      throw badQuery(
        this.#query,
        start,
        `unknown function with name ${JSON.stringify(name)}${reason}`,
      );
    }
    const { args, end } = this.#readArguments();
    return { kind: "call", name, args, start, end };
  }

  #readArguments(): { readonly args: Expression[]; readonly end: number } {
    this.#takeSign("(", "before arguments");
    const args: Expression[] = [];
    while (!this.#isSign(")")) {
      args.push(this.#readBinary(0));
      if (!this.#isSign(",")) break;
      this.#take();
      if (this.#isSign(")")) throw this.#unexpected("an argument after the comma");
    }
    return { args, end: this.#takeSign(")", "after arguments").end };
  }

  #readAggregate(aggregator: Aggregator): Expression {
    const { start } = this.#take();
    let grouping = this.#readGrouping();
    const call = this.#readArguments();
    let { end } = call;
    if (grouping === undefined) {
      grouping = this.#readGrouping();
      if (grouping !== undefined) end = this.#tokens[this.#at - 1]!.end;
    }
    const [first, second] = call.args;
    const hasParameter = parametrised.has(aggregator);
    const wanted = hasParameter ? 2 : 1;
    if (first === undefined) {
      throw badQuery(this.#query, start, "no arguments for aggregate expression provided");
    }
    const inner = hasParameter ? second : first;
    if (inner === undefined || call.args.length !== wanted) {
      const message = `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${call.args.length}`;
      throw badQuery(this.#query, start, message);
    }
    const parameter = hasParameter ? first : undefined;
    grouping ??= { mode: "by", labels: [] };
    return { kind: "aggregate", aggregator, inner, parameter, grouping, start, end };
  }

  #readGrouping(): AggregateNode["grouping"] | undefined {
    const mode = this.#isWord("by") ? "by" : this.#isWord("without") ? "without" : undefined;
    if (mode === undefined) return undefined;
    this.#take();
    return { mode, labels: this.#readLabelList() };
  }

  #readSelector(): SelectorNode {
    const { kind, text, start } = this.#token;
    let { end } = this.#token;
    const metric = kind === "word" ? text : undefined;
    const matchers: LabelMatcher[] = [];
    if (metric !== undefined) {
      this.#take();
      matchers.push({ label: metricNameLabel, test: "equal", value: metric });
    }
    if (this.#isSign("{")) {
      this.#take();
      while (!this.#isSign("}")) {
        matchers.push(this.#readMatcher(metric));
        if (!this.#isSign(",")) break;
        this.#take();
      }
      end = this.#takeSign("}", "after label matchers").end;
    }
    return { kind: "selector", metric, matchers, shift: { offsetMs: 0 }, start, end };
  }

  #readMatcher(metric: string | undefined): LabelMatcher {
    const { kind, start } = this.#token;
    const label = this.#readLabelName("in braces");
    const isLast = this.#isSign(",") || this.#isSign("}");
    const test = this.#token.kind === "sign" ? matcherTests.get(this.#token.text) : undefined;
    const isName = kind === "string" && isLast;
    if (isName || label === metricNameLabel) {
      if (metric !== undefined) {
        const both = `${JSON.stringify(metric)} or ${JSON.stringify(label)}`;
        throw badQuery(this.#query, start, `metric name must not be set twice: ${both}`);
      }
    }
    if (isName) return { label: metricNameLabel, test: "equal", value: label };
    if (test === undefined) throw this.#unexpected("one of = != =~ !~ after a label");
    this.#take();
    if (this.#token.kind !== "string") throw this.#unexpected("a string to compare a label with");
    return { label, test, value: this.#take().text };
  }
}

const parametrised: ReadonlySet<Aggregator> = new Set([
  "topk",
  "bottomk",
  "quantile",
  "count_values",
]);

const matcherTests: ReadonlyMap<string, LabelMatcher["test"]> = new Map([
  ["=", "equal"],
  ["!=", "unequal"],
  ["=~", "match"],
  ["!~", "mismatch"],
]);
