/** A place among the tokens of a query, and what stands there. */
import { badQuery, type PromqlError } from "./error.ts";
import { readTokens, type Token } from "./lexer.ts";

export class TokenCursor {
  readonly query: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  /** @throws PromqlError "bad-query" */
  constructor(query: string) {
    this.query = query;
    this.#tokens = readTokens(query);
  }

  /** Nothing but the end is left. */
  get isAtEnd(): boolean {
    return this.token.kind === "end";
  }

  get token(): Token {
    return this.#tokens[this.#at]!;
  }

  get next(): Token {
    return this.#tokens[Math.min(this.#at + 1, this.#tokens.length - 1)]!;
  }

  /** Where the token that was taken last ends; 0 before the first. */
  get takenEnd(): number {
    return this.#tokens[this.#at - 1]?.end ?? 0;
  }

  take(): Token {
    const token = this.token;
    if (token.kind !== "end") this.#at += 1;
    return token;
  }

  isSign(text: string): boolean {
    return this.token.kind === "sign" && this.token.text === text;
  }

  /** @param text  in lower case */
  isWord(text: string): boolean {
    return this.token.kind === "word" && this.token.text.toLowerCase() === text;
  }

  /** @throws PromqlError "bad-query"  where another token stands here */
  takeSign(text: string, where: string): Token {
    if (!this.isSign(text)) throw this.unexpected(`${JSON.stringify(text)} ${where}`);
    return this.take();
  }

  unexpected(expected: string): PromqlError {
    const { kind, text, start } = this.token;
    const found = kind === "end" ? "end of input" : `${kind} ${JSON.stringify(text)}`;
    return badQuery(this.query, start, `unexpected ${found}, expected ${expected}`);
  }
}
