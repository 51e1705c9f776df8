/**
 * PromQL's tokens.
 *
 *     word      sum, node_cpu:rate5m, offset ...      keywords are words; the parser knows them
 *     number    1, .5, 1e3, 0x1f; "Inf" and "NaN" are words
 *     duration  5m, 1h30m
 *     string    "…" and '…' with Go's escapes, `…` without
 *     sign      ( ) { } [ ] , : = == != =~ !~ < > <= >= + - * / % ^ @
 *
 * Source: prometheus.io, "Querying basics" and "Operators"; Go's specification for strings.
 */
import { badQuery } from "./error.ts";

export type TokenKind = "word" | "number" | "duration" | "string" | "sign" | "end";

export interface Token {
  readonly kind: TokenKind;
  /** As written; of a string what it stands for. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Longer queries are refused before they are read. */
export const queryCharsMax = 32_768;

export function readTokens(query: string): Token[] {
  if (query.length > queryCharsMax) {
    throw badQuery(query, 0, `the query has more than ${queryCharsMax} characters`);
  }
  const tokens: Token[] = [];
  let at = 0;
  while (at < query.length) {
    const blank = match(blanks, query, at);
    if (blank !== undefined) at += blank.length;
    else {
      const token = readToken(query, at);
      tokens.push(token);
      at = token.end;
    }
  }
  tokens.push({ kind: "end", text: "", start: query.length, end: query.length });
  return tokens;
}

const blanks = /(?:[ \t\r\n]|#[^\n]*)+/y;
const words = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const durations = /(?:\d+(?:ms|[ywdhms]))+(?![a-zA-Z0-9_.])/y;
const numbers = /(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![a-zA-Z0-9_.])/y;
const signs = /==|!=|=~|!~|<=|>=|[(){}[\],:=<>+\-*/%^@]/y;

function readToken(query: string, start: number): Token {
  const quote = query.charAt(start);
  if (quote === '"' || quote === "'" || quote === "`") return readString(query, start, quote);
  // A lone colon stands between range and step of a subquery; one that begins a name does not.
  const isStep = quote === ":" && !/[a-zA-Z_]/.test(query.charAt(start + 1));
  const kinds = [
    ["duration", durations],
    ["number", numbers],
    ...(isStep ? [] : [["word", words] as const]),
    ["sign", signs],
  ] as const;
  for (const [kind, pattern] of kinds) {
    const text = match(pattern, query, start);
    if (text !== undefined) return { kind, text, start, end: start + text.length };
  }
  if (/[0-9.]/.test(quote)) {
    const text = match(/[a-zA-Z0-9_.]+/y, query, start) ?? quote;
    throw badQuery(query, start, `bad number or duration syntax: ${JSON.stringify(text)}`);
  }
  throw badQuery(query, start, `unexpected character: ${JSON.stringify(quote)}`);
}

function match(pattern: RegExp, query: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(query)?.[0];
}

function readString(query: string, start: number, quote: string): Token {
  let text = "";
  let at = start + 1;
  while (at < query.length) {
    const char = query.charAt(at);
    if (char === quote) return { kind: "string", text, start, end: at + 1 };
    if (char === "\n" && quote !== "`") break;
    if (char === "\\" && quote !== "`") {
      const escape = readEscape(query, at, quote);
      text += escape.text;
      at = escape.end;
    } else {
      text += char;
      at += 1;
    }
  }
  throw badQuery(query, start, "unterminated quoted string");
}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
};

const codeEscapes = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))/y;

function readEscape(query: string, at: number, quote: string): { text: string; end: number } {
  const next = query.charAt(at + 1);
  const simple = next === quote ? quote : simpleEscapes[next];
  if (simple !== undefined) return { text: simple, end: at + 2 };
  codeEscapes.lastIndex = at;
  const code = codeEscapes.exec(query);
  if (code === null) {
    throw badQuery(query, at, `unknown escape sequence ${JSON.stringify(`\\${next}`)}`);
  }
  const [whole, byte, short, long, octal] = code;
  const point =
    octal === undefined
      ? Number.parseInt(byte ?? short ?? long ?? "", 16)
      : Number.parseInt(octal, 8);
  const isPoint = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
  if (!isPoint) throw badQuery(query, at, "escape sequence is an invalid Unicode code point");
  return { text: String.fromCodePoint(point), end: at + whole.length };
}
