/** When a notice that did not arrive is tried again. */

const stepsMs = [5_000, 15_000, 45_000, 120_000, 300_000, 600_000, 900_000] as const;
/** After this nobody wants to hear it any more. */
export const giveUpMs = 86_400_000;

/**
 * @param tryCount  how often it was tried, 1 or more
 * @param madeMs    when the notice was made
 * @returns when to try again; null to give up
 */
export function nextTryMs(tryCount: number, madeMs: number, nowMs: number): number | null {
  const dueMs = nowMs + (stepsMs[Math.min(tryCount, stepsMs.length) - 1] ?? 0);
  return dueMs - madeMs > giveUpMs ? null : dueMs;
}
