/** States what must hold. A broken assertion is our own mistake, never bad input: it ends loudly. */

/** @param claim  what holds, stated positively, e.g. "the window holds at least 3 values" */
export function assert(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new AssertionError(claim);
}

/** For the default branch of a switch over a closed union. */
export function unreachable(value: never): never {
  throw new AssertionError(`no such case: ${String(value)}`);
}

export class AssertionError extends Error {
  override readonly name = "AssertionError";

  constructor(claim: string) {
    super(`broken assertion: ${claim}`);
  }
}
