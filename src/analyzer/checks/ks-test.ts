/**
 * ks_test: are the last ten minutes distributed unlike the fifty before?
 *
 * Rule: reference now - 3600 s <= t < now - 600 s, probe t >= now - 600 s, each with at least 20
 * samples. Fires where the Kolmogorov-Smirnov distance D > 0.5 at p < 0.05, and the reference is
 * stationary by the augmented Dickey-Fuller test at 5 % (numerics/adf.ts).
 *
 * With both sizes at 20 or more a distance above one half always has p < 0.0082, so p is not worked
 * out. At one sample a minute the probe has ten and the check is always calm.
 *
 * observed is D and upper 0.5. A reference that is not stationary vetoes: observed then stands above
 * upper and the check is calm. So it is where the Dickey-Fuller statistic does not exist, for a
 * constant reference. A reference of 20 to 23 samples is too short for its eleven models: the
 * check abstains (old libraries gave an ill-determined number, current ones raise an error, which
 * silenced the metric).
 */
import { adfCriticalValue, adfSampleCountMin } from "../numerics/adf.ts";
import { countBefore } from "../numerics/moments.ts";
import { answerNothingToCompare, type Answer, type Comparison } from "./check.ts";
import type { SeriesFacts } from "../facts.ts";

const referenceMs = 3_600_000;
const probeMs = 600_000;
const sampleCountMin = 20;
const distanceMax = 0.5;

export function checkKsTest(
  facts: SeriesFacts,
  comparison: Comparison,
  wantsNumbers: boolean,
): Answer {
  const { timesMs, values, count, nowMs } = facts;
  const from = countBefore(timesMs, count, nowMs - referenceMs);
  const middle = countBefore(timesMs, count, nowMs - probeMs);
  comparison.isValue = false;
  if (middle - from < sampleCountMin || count - middle < sampleCountMin) {
    answerNothingToCompare(comparison);
    comparison.upper = distanceMax;
    return "calm";
  }

  const floor = wantsNumbers ? 0 : distanceMax;
  const distance = facts.ksComparer.distance(values, from, middle, count, floor);
  comparison.observed = distance;
  comparison.lower = null;
  comparison.upper = distanceMax;
  if (!(distance > distanceMax)) return "calm";
  if (middle - from < adfSampleCountMin)
    return isConstant(values, from, middle) ? "calm" : "abstained";
  const statistic = facts.adfTester.statistic(values, from, middle);
  return statistic < adfCriticalValue ? "fired" : "calm";
}

function isConstant(values: Float64Array, from: number, until: number): boolean {
  for (let i = from + 1; i < until; i++) if (values[i] !== values[from]) return false;
  return true;
}
