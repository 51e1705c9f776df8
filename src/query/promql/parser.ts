/**
 * PromQL's grammar: a recursive descent with one loop for the binary operators.
 *
 *     or  <  and unless  <  == != < > <= >=  <  + -  <  * / % atan2  <  ^        (binds rightwards)
 *
 * A sign in front binds tighter than `*` and looser than `^`. Selectors are read by parse-selector.ts, ranges
 * and shifts by parse-postfix.ts.
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
  type BinaryOperator,
  comparisonOperators,
  type Expression,
  type Matching,
  type SelectorNode,
  setOperators,
} from "./ast.ts";
import { checkTypes } from "./check.ts";
import { badQuery } from "./error.ts";
import { parseNumber } from "./number-text.ts";
import { readPostfix } from "./parse-postfix.ts";
import { readLabelList, readSelector } from "./parse-selector.ts";
import { missing, signatures } from "./signatures.ts";
import { TokenCursor } from "./token-cursor.ts";

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
  readonly #cursor: TokenCursor;
  #depth = 0;

  constructor(query: string) {
    this.#cursor = new TokenCursor(query);
  }

  readAll(): Expression {
    if (this.#cursor.isAtEnd) throw badQuery(this.#cursor.query, 0, "no expression found in input");
    const node = this.#readBinary(0);
    if (this.#cursor.token.kind !== "end") throw this.#cursor.unexpected("an operator or the end");
    return node;
  }

  /** Reads operators of `level` and those that bind tighter. */
  #readBinary(level: number): Expression {
    this.#depth += 1;
    if (this.#depth > depthMax) {
      throw badQuery(
        this.#cursor.query,
        this.#cursor.token.start,
        `more than ${depthMax} levels of nesting`,
      );
    }
    let left = this.#readSigned();
    for (let operatorCount = 0; ; operatorCount++) {
      if (operatorCount > chainMax) {
        throw badQuery(
          this.#cursor.query,
          this.#cursor.token.start,
          `more than ${chainMax} operators in a row`,
        );
      }
      const operator = this.#operator();
      if (operator === undefined) break;
      const found = levels.findIndex((texts) => texts.includes(operator));
      if (found < level) break;
      this.#cursor.take();
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
    const { kind, text } = this.#cursor.token;
    const wanted = kind === "word" ? text.toLowerCase() : text;
    const isOperator = (kind === "word" || kind === "sign") && operatorTexts.has(wanted);
    return isOperator ? (wanted as BinaryOperator) : undefined;
  }

  #readBool(): boolean {
    if (!this.#cursor.isWord("bool")) return false;
    this.#cursor.take();
    return true;
  }

  #readMatching(): Matching | undefined {
    const mode = this.#cursor.isWord("on")
      ? "on"
      : this.#cursor.isWord("ignoring")
        ? "ignoring"
        : undefined;
    if (mode === undefined) return undefined;
    this.#cursor.take();
    const labels = readLabelList(this.#cursor);
    const isLeft = this.#cursor.isWord("group_left");
    if (!isLeft && !this.#cursor.isWord("group_right"))
      return { mode, labels, group: "none", include: [] };
    this.#cursor.take();
    const include = this.#cursor.isSign("(") ? readLabelList(this.#cursor) : [];
    return { mode, labels, group: isLeft ? "left" : "right", include };
  }

  #readSigned(): Expression {
    const sign = this.#cursor.token;
    if (!this.#cursor.isSign("-") && !this.#cursor.isSign("+"))
      return readPostfix(this.#cursor, this.#readOperand());
    this.#cursor.take();
    const inner = this.#readBinary(signLevel);
    const { end } = inner;
    const operator = sign.text === "-" ? "-" : "+";
    if (inner.kind === "number") {
      const value = operator === "-" ? -inner.value : inner.value;
      return { kind: "number", value, start: sign.start, end };
    }
    return { kind: "unary", operator, inner, start: sign.start, end };
  }

  #readOperand(): Expression {
    const { kind, text, start, end } = this.#cursor.token;
    if (kind === "string") {
      this.#cursor.take();
      return { kind: "string", value: text, start, end };
    }
    if (kind === "number") {
      this.#cursor.take();
      return { kind: "number", value: parseNumber(text) ?? NaN, start, end };
    }
    if (this.#cursor.isSign("(")) return this.#readParens();
    if (this.#cursor.isSign("{")) return readSelector(this.#cursor);
    if (kind !== "word") throw this.#cursor.unexpected("an expression");
    return this.#readWord();
  }

  #readParens(): Expression {
    const { start } = this.#cursor.take();
    const inner = this.#readBinary(0);
    const { end } = this.#cursor.takeSign(")", "after an expression");
    return { kind: "paren", inner, start, end };
  }

  #readWord(): Expression {
    const { text, start, end } = this.#cursor.token;
    const lower = text.toLowerCase();
    const isCall = this.#cursor.next.kind === "sign" && this.#cursor.next.text === "(";
    const isGrouped =
      this.#cursor.next.kind === "word" && /^(?:by|without)$/i.test(this.#cursor.next.text);
    const aggregator = aggregators.find((name) => name === lower);
    if (aggregator !== undefined && (isCall || isGrouped)) return this.#readAggregate(aggregator);
    if (isCall) return this.#readCall();
    if (/^(?:inf|nan)$/.test(lower)) {
      this.#cursor.take();
      return { kind: "number", value: lower === "inf" ? Infinity : NaN, start, end };
    }
    if (/^(?:bool|on|ignoring|group_left|group_right)$/.test(lower)) {
      throw this.#cursor.unexpected("an expression");
    }
    return readSelector(this.#cursor);
  }

  #readCall(): Expression {
    const { text: name, start } = this.#cursor.take();
    if (!signatures.has(name)) {
      const why = missing.get(name);
      const reason = why === undefined ? "" : `: Kale does not have it, since ${why}`;
      throw badQuery(
        this.#cursor.query,
        start,
        `unknown function with name ${JSON.stringify(name)}${reason}`,
      );
    }
    const { args, end } = this.#readArguments();
    return { kind: "call", name, args, start, end };
  }

  #readArguments(): { readonly args: Expression[]; readonly end: number } {
    this.#cursor.takeSign("(", "before arguments");
    const args: Expression[] = [];
    while (!this.#cursor.isSign(")")) {
      args.push(this.#readBinary(0));
      if (!this.#cursor.isSign(",")) break;
      this.#cursor.take();
      if (this.#cursor.isSign(")")) throw this.#cursor.unexpected("an argument after the comma");
    }
    return { args, end: this.#cursor.takeSign(")", "after arguments").end };
  }

  #readAggregate(aggregator: Aggregator): Expression {
    const { start } = this.#cursor.take();
    let grouping = this.#readGrouping();
    const call = this.#readArguments();
    let { end } = call;
    if (grouping === undefined) {
      grouping = this.#readGrouping();
      if (grouping !== undefined) end = this.#cursor.takenEnd;
    }
    const [first, second] = call.args;
    const hasParameter = parametrised.has(aggregator);
    const wanted = hasParameter ? 2 : 1;
    if (first === undefined) {
      throw badQuery(this.#cursor.query, start, "no arguments for aggregate expression provided");
    }
    const inner = hasParameter ? second : first;
    if (inner === undefined || call.args.length !== wanted) {
      const message = `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${call.args.length}`;
      throw badQuery(this.#cursor.query, start, message);
    }
    const parameter = hasParameter ? first : undefined;
    grouping ??= { mode: "by", labels: [] };
    return { kind: "aggregate", aggregator, inner, parameter, grouping, start, end };
  }

  #readGrouping(): AggregateNode["grouping"] | undefined {
    const mode = this.#cursor.isWord("by")
      ? "by"
      : this.#cursor.isWord("without")
        ? "without"
        : undefined;
    if (mode === undefined) return undefined;
    this.#cursor.take();
    return { mode, labels: readLabelList(this.#cursor) };
  }
}

const parametrised: ReadonlySet<Aggregator> = new Set([
  "topk",
  "bottomk",
  "quantile",
  "count_values",
]);
