/**
 * The grammar of Graphite's targets: text in, tree out.
 *
 *     expression = (template | call | path) { "|" call }
 *     call       = name "(" [argument {"," argument}] ")"      keyword arguments last: key=value
 *     template   = "template" "(" (call | path) {"," [key "="] (number | string)} ")"
 *     argument   = number | string | true | false | none | inf | expression
 *     path       = parts between dots, each of characters, escapes and lists such as {user,system}
 *
 * Source: the manual, "The Render URL API" and graphite-web 1.1.8 at work. Deviations: what follows a
 * whole expression is an error, where graphite-web passes over it; any character may be escaped by a
 * backslash, so that every name Kale knows can be asked for; a call may have keyword arguments alone.
 */
import { GraphiteError } from "./errors.ts";

export type Node =
  | { readonly kind: "path"; readonly path: string; readonly at: number }
  | CallNode
  | {
      readonly kind: "template";
      readonly body: Node;
      readonly values: ReadonlyMap<string, Literal>;
      readonly at: number;
    }
  | { readonly kind: "literal"; readonly literal: Literal; readonly at: number };

export interface CallNode {
  readonly kind: "call";
  readonly name: string;
  readonly args: readonly Node[];
  readonly keywords: ReadonlyMap<string, Node>;
  /** As it was written, from the name to the closing bracket. */
  readonly text: string;
  readonly at: number;
}

export type Literal =
  | { readonly kind: "number"; readonly value: number; readonly isInteger: boolean }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "none" };

/** Longer texts are refused before they are read. */
export const targetCharsMax = 16_384;
/** Calls within calls. */
export const depthMax = 64;

/** @throws GraphiteError  "bad-target", with the position in the text */
export function parseTarget(text: string): Node {
  if (text.length > targetCharsMax) {
    throw new GraphiteError(
      "too-much",
      `A target has ${text.length} characters; at most ${targetCharsMax} are read.`,
    );
  }
  return new Parser(text).parseWhole();
}

const nameStart = /[A-Za-z_]/;
const nameChar = /\w/;
/** May stand in a path only after a backslash. */
const symbols = "(){},.'\"\\|";
const escapable = /[^\n\r]/;
const numberForm = /-?\d+(?:\.\d+)?(?:[eE]-?\d+)?(?=\s*(?:[,)]|$))/y;
const wordForm = /(?:true|false|none|inf)(?=\s*(?:[,)]|$))/iy;
const keywordForm = /([A-Za-z_]\w*)\s*=/y;

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parseWhole(): Node {
    const node = this.#expression();
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#fault("the end of the target, or |");
    return node;
  }

  #expression(): Node {
    this.#depth += 1;
    if (this.#depth > depthMax) {
      throw new GraphiteError("too-much", `A target nests calls more than ${depthMax} deep.`);
    }
    this.#skipSpace();
    let node = this.#callOrPath();
    for (let isPiped = this.#take("|"); isPiped; isPiped = this.#take("|")) {
      this.#skipSpace();
      const start = this.#at;
      const name = this.#callName();
      if (name === undefined) throw this.#fault("a function after |");
      const call = this.#call(name, start);
      node = { ...call, args: [node, ...call.args] };
    }
    this.#depth -= 1;
    return node;
  }

  #callOrPath(): Node {
    const start = this.#at;
    const name = this.#callName();
    if (name === undefined) return this.#path();
    return name === "template" ? this.#template(start) : this.#call(name, start);
  }

  /** The name of a function and its opening bracket; undefined, and nothing taken, where none is. */
  #callName(): string | undefined {
    const start = this.#at;
    let end = start;
    if (!nameStart.test(this.#text.charAt(end))) return undefined;
    while (nameChar.test(this.#text.charAt(end))) end += 1;
    this.#at = end;
    if (this.#take("(")) return this.#text.slice(start, end);
    this.#at = start;
    return undefined;
  }

  #call(name: string, at: number): CallNode {
    const args: Node[] = [];
    const keywords = new Map<string, Node>();
    if (!this.#take(")")) {
      do {
        const key = this.#keyword();
        if (key !== undefined) keywords.set(key, this.#argument());
        else if (keywords.size > 0) throw this.#fault("key=value, since one came before");
        else args.push(this.#argument());
      } while (this.#take(","));
      if (!this.#take(")")) throw this.#fault(", or )");
    }
    return { kind: "call", name, args, keywords, text: this.#text.slice(at, this.#at), at };
  }

  #template(at: number): Node {
    this.#skipSpace();
    const bodyAt = this.#at;
    const name = this.#callName();
    const body = name === undefined ? this.#path() : this.#call(name, bodyAt);
    const values = new Map<string, Literal>();
    while (this.#take(",")) {
      const key = this.#keyword() ?? String(values.size + 1);
      const value = this.#literal();
      if (value === undefined || (value.kind !== "number" && value.kind !== "text")) {
        throw this.#fault("a number or a quoted text");
      }
      values.set(key, value);
    }
    if (!this.#take(")")) throw this.#fault(", or )");
    return { kind: "template", body, values, at };
  }

  #argument(): Node {
    this.#skipSpace();
    const at = this.#at;
    const literal = this.#literal();
    return literal === undefined ? this.#expression() : { kind: "literal", literal, at };
  }

  #keyword(): string | undefined {
    this.#skipSpace();
    const found = this.#match(keywordForm);
    return found?.[1];
  }

  #literal(): Literal | undefined {
    this.#skipSpace();
    const char = this.#text.charAt(this.#at);
    if (char === '"' || char === "'") return { kind: "text", text: this.#string(char) };
    const number = this.#match(numberForm)?.[0];
    if (number !== undefined) {
      return { kind: "number", value: Number(number), isInteger: /^-?\d+$/.test(number) };
    }
    const word = this.#match(wordForm)?.[0].toLowerCase() ?? "";
    switch (word) {
      case "true":
        return { kind: "boolean", value: true };
      case "false":
        return { kind: "boolean", value: false };
      case "none":
        return { kind: "none" };
      case "inf":
        return { kind: "number", value: Infinity, isInteger: false };
      default:
        return undefined;
    }
  }

  /** What stands between the quotes, backslashes included: Graphite does not take them away. */
  #string(quote: string): string {
    const start = this.#at + 1;
    for (let i = start; i < this.#text.length; i++) {
      const char = this.#text.charAt(i);
      if (char === "\\") i += 1;
      else if (char === quote && this.#text.charAt(i + 1) === quote) i += 1;
      else if (char === quote) {
        this.#at = i + 1;
        return this.#text.slice(start, i);
      }
    }
    throw this.#fault(`a closing ${quote}`);
  }

  #path(): Node {
    const at = this.#at;
    let path = "";
    let isInList = false;
    let hasPart = false;
    for (; this.#at < this.#text.length; this.#at++) {
      const char = this.#text.charAt(this.#at);
      if (char === "\\" && escapable.test(this.#text.charAt(this.#at + 1))) {
        this.#at += 1;
        path += this.#text.charAt(this.#at);
        hasPart = true;
      } else if (char === "{" && !isInList) {
        isInList = true;
        path += char;
        hasPart = false;
      } else if (char === "}" && isInList && hasPart) {
        isInList = false;
        path += char;
      } else if (char === "," && isInList && hasPart) {
        path += char;
        hasPart = false;
      } else if (char === "." && !isInList && hasPart) {
        path += char;
        hasPart = false;
      } else if (isPathChar(char)) {
        path += char;
        hasPart = true;
      } else break;
    }
    if (path === "") throw this.#fault("the name of a series, or a function");
    if (isInList) throw this.#fault("more of the list, or }");
    if (!hasPart) throw this.#fault("the next part of the name");
    return { kind: "path", path, at };
  }

  #take(char: string): boolean {
    this.#skipSpace();
    if (this.#text.charAt(this.#at) !== char) return false;
    this.#at += 1;
    return true;
  }

  #match(form: RegExp): RegExpExecArray | undefined {
    form.lastIndex = this.#at;
    const found = form.exec(this.#text);
    if (found === null) return undefined;
    this.#at += found[0].length;
    return found;
  }

  #skipSpace(): void {
    while (/\s/.test(this.#text.charAt(this.#at))) this.#at += 1;
  }

  #fault(expected: string): GraphiteError {
    const rest = this.#text.slice(this.#at, this.#at + 20);
    const found = rest === "" ? "ends" : `goes on with ${JSON.stringify(rest)}`;
    return new GraphiteError(
      "bad-target",
      `The target ${found} at character ${this.#at + 1}; expected ${expected}.`,
    );
  }
}

function isPathChar(char: string): boolean {
  return char > " " && char !== "\u007f" && !symbols.includes(char) && !/\s/.test(char);
}
