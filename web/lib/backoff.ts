/** How long to wait before trying a connection again: 1, 2, 4, … seconds, at most 30. */

const firstMs = 1000;
const waitMsMax = 30_000;

/** @param failureCount  failures in a row, 1 after the first */
export function backoffMs(failureCount: number): number {
  return Math.min(firstMs * 2 ** Math.max(0, failureCount - 1), waitMsMax);
}
