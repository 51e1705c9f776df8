/** What may follow an operand: `[5m]`, `[1h:5m]`, `offset 5m` and `@ 1700000000`. */
import type { AtModifier, Expression } from "./ast.ts";
import { badQuery } from "./error.ts";
import { parseDuration, parseNumber } from "./number-text.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** What may follow an operand: a range or subquery, offset and @, in any number and order. */
export function readPostfix(cursor: TokenCursor, operand: Expression): Expression {
  let node = operand;
  for (;;) {
    if (cursor.isSign("[")) node = readBrackets(cursor, node);
    else if (cursor.isWord("offset")) node = readOffset(cursor, node);
    else if (cursor.isSign("@")) node = readAt(cursor, node);
    else return node;
  }
}

function readBrackets(cursor: TokenCursor, inner: Expression): Expression {
  const { start } = inner;
  cursor.take();
  const rangeMs = readDuration(cursor, "as a range");
  if (cursor.isSign(":")) {
    cursor.take();
    const stepMs = cursor.isSign("]") ? 0 : readDuration(cursor, "as a step");
    const { end } = cursor.takeSign("]", "after a subquery");
    return { kind: "subquery", inner, rangeMs, stepMs, shift: { offsetMs: 0 }, start, end };
  }
  const { end } = cursor.takeSign("]", "after a range");
  if (inner.kind !== "selector") {
    throw badQuery(cursor.query, start, "ranges only allowed for vector selectors");
  }
  if (inner.shift.offsetMs !== 0) {
    throw badQuery(cursor.query, start, "no offset modifiers allowed before range");
  }
  if (inner.shift.at !== undefined) {
    throw badQuery(cursor.query, start, "no @ modifiers allowed before range");
  }
  return { kind: "range", selector: inner, rangeMs, start, end };
}

function readDuration(cursor: TokenCursor, where: string): number {
  const { kind, text, start } = cursor.token;
  const lengthMs = kind === "duration" ? parseDuration(text) : undefined;
  if (lengthMs === undefined) throw cursor.unexpected(`a duration such as 5m ${where}`);
  if (lengthMs === 0) throw badQuery(cursor.query, start, "duration must be greater than 0");
  cursor.take();
  return lengthMs;
}

function readOffset(cursor: TokenCursor, node: Expression): Expression {
  cursor.take();
  const sign = cursor.isSign("-") ? -1 : 1;
  if (sign < 0) cursor.take();
  const lengthMs = cursor.token.kind === "duration" ? parseDuration(cursor.token.text) : undefined;
  if (lengthMs === undefined) throw cursor.unexpected("a duration such as 5m in offset");
  const { end } = cursor.take();
  return shifted(cursor, node, "offset", { offsetMs: sign * lengthMs }, end);
}

function readAt(cursor: TokenCursor, node: Expression): Expression {
  cursor.take();
  const word = cursor.isWord("start") ? "start" : cursor.isWord("end") ? "end" : undefined;
  if (word !== undefined) {
    cursor.take();
    cursor.takeSign("(", `after ${word}`);
    const { end } = cursor.takeSign(")", `after ${word}`);
    return shifted(cursor, node, "@", { at: word }, end);
  }
  const isSigned = cursor.isSign("-") || cursor.isSign("+");
  const sign = isSigned && cursor.take().text === "-" ? -1 : 1;
  const { kind, text } = cursor.token;
  const seconds = kind === "number" || kind === "word" ? parseNumber(text) : undefined;
  if (seconds === undefined) throw cursor.unexpected("a time in seconds, start() or end() in @");
  const timeMs = Math.trunc(sign * seconds * 1000);
  if (!Number.isSafeInteger(timeMs)) {
    throw badQuery(cursor.query, node.start, `timestamp out of bounds for @ modifier: ${text}`);
  }
  return shifted(cursor, node, "@", { at: { timeMs } }, cursor.take().end);
}

function shifted(
  cursor: TokenCursor,
  node: Expression,
  word: "offset" | "@",
  change: { readonly offsetMs?: number; readonly at?: AtModifier },
  end: number,
): Expression {
  const owner = node.kind === "range" ? node.selector : node;
  if (owner.kind !== "selector" && owner.kind !== "subquery") {
    const message = `${word} modifier must be preceded by an instant vector selector or range vector selector or a subquery`;
    throw badQuery(cursor.query, node.start, message);
  }
  const isSet = word === "@" ? owner.shift.at !== undefined : owner.shift.offsetMs !== 0;
  if (isSet) throw badQuery(cursor.query, node.start, `${word} may not be set multiple times`);
  const shift = { ...owner.shift, ...change };
  if (node.kind === "range") return { ...node, selector: { ...node.selector, shift }, end };
  return { ...owner, shift, end };
}
