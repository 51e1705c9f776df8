/**
 * How bad an anomaly is, from one number a person can check: how far the farthest value stands
 * outside the expected range, in widths of that range.
 *
 *     minor     less than one width
 *     major     one width or more; also where nothing was expected, since then nothing can be measured
 *     critical  five widths or more
 */
import type { Episode } from "../model/index.ts";
import { severities, type Severity } from "./alert-config.ts";

const majorWidths = 1;
const criticalWidths = 5;

export function severityOf({ expected, peak }: Pick<Episode, "expected" | "peak">): Severity {
  if (expected === null) return "major";
  const { lower, upper } = expected;
  const outside = Math.max(0, peak - upper, lower - peak);
  const width = upper - lower;
  if (outside >= criticalWidths * width && outside > 0) return "critical";
  return outside >= majorWidths * width && outside > 0 ? "major" : "minor";
}

export function isAtLeast(severity: Severity, least: Severity): boolean {
  return severities.indexOf(severity) >= severities.indexOf(least);
}

/** @returns "minor" of none */
export function worstOf(all: readonly Severity[]): Severity {
  return all.reduce((worst, one) => (isAtLeast(one, worst) ? one : worst), "minor");
}
