/**
 * Long work in small steps: a generator that yields after every bit of work, far below a
 * millisecond, so that whoever runs it may let others have the thread in between.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "./clock.ts";

export type Steps<Result> = Generator<undefined, Result>;

/** Runs it to its end at once. */
export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/**
 * Runs it a slice at a time; between two the thread does what else waits.
 *
 * @param options.check  asked after each slice; what it throws ends the work
 */
export async function runInSlices<Result>(
  steps: Steps<Result>,
  clock: Clock,
  options: { readonly sliceMs: number; readonly check?: () => void },
): Promise<Result> {
  for (;;) {
    const startedMs = clock.elapsedMs();
    do {
      const { done, value } = steps.next();
      if (done === true) return value;
    } while (clock.elapsedMs() - startedMs < options.sliceMs);
    await nextTurn();
    options.check?.();
  }
}
