/** Conditions that cannot be tested: what is wrong with them, and where. */

export type SelectorFaultCode =
  /** A pattern that is none; the message says why. */
  | "bad-pattern"
  /** A pattern, or all of them together, beyond a limit; the message names it. */
  | "too-large";

export interface SelectorFault {
  readonly code: SelectorFaultCode;
  /** Which of the matchers; 0 where there is only one pattern. */
  readonly matcherIndex: number;
  /** Where in its value the trouble begins, in characters. */
  readonly offset: number;
  /** Whole sentence for a person; quotes no more than 80 characters from outside. */
  readonly message: string;
}

/** What an index rejects with where it was asked something that cannot be tested. */
export class SelectorError extends Error {
  override readonly name = "SelectorError";
  readonly code: "SELECTOR_BAD_PATTERN" | "SELECTOR_TOO_LARGE";
  readonly fault: SelectorFault;

  constructor(fault: SelectorFault) {
    super(fault.message);
    this.code = fault.code === "bad-pattern" ? "SELECTOR_BAD_PATTERN" : "SELECTOR_TOO_LARGE";
    this.fault = fault;
  }
}

/** Text from outside as it may stand in a message. */
export function excerptOf(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
