/** absent() and absent_over_time(): a series of its own where there is none. */
import { type Expression, withoutParens } from "./ast.ts";
import { LabelSet, metricNameLabel } from "./label-set.ts";
import { emptySeries, type Grid, type StepSeries, united } from "./step-series.ts";

/** 1 at the steps where none of the series has a value. */
export function absentIn(all: readonly StepSeries[], labels: LabelSet, grid: Grid): StepSeries[] {
  const result = emptySeries(labels, grid.count);
  for (let step = 0; step < grid.count; step++) {
    if (all.some((series) => series.has[step] === 1)) continue;
    result.has[step] = 1;
    result.values[step] = 1;
  }
  return united([result]);
}

/** What the selector says a series would be called, as far as it says so. */
export function absentLabels(node: Expression): LabelSet {
  const inner = withoutParens(node);
  const selector = inner.kind === "range" ? inner.selector : inner;
  if (selector.kind !== "selector") return LabelSet.empty;
  const found = new Map<string, string>();
  const seen = new Set<string>();
  for (const { label, test, value } of selector.matchers) {
    if (label === metricNameLabel) continue;
    if (test === "equal" && !seen.has(label)) {
      found.set(label, value);
      seen.add(label);
    } else found.delete(label);
  }
  return LabelSet.of(found);
}
