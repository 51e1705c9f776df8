/** Why a request in Graphite's language was not answered; each carries a sentence for whoever asked. */

export type GraphiteFault =
  /** The text of a target is not in Graphite's grammar. */
  | "bad-target"
  | "unknown-function"
  /** A function was given what it does not take. */
  | "bad-argument"
  /** A parameter of the request, such as a time. */
  | "bad-parameter"
  /** More series, points, depth or time than one request may take. */
  | "too-much";

export class GraphiteError extends Error {
  override readonly name = "GraphiteError";
  readonly fault: GraphiteFault;

  constructor(fault: GraphiteFault, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.fault = fault;
  }
}

/** Text from outside as it may stand in a message: on one line, quoted, and not too long. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}
