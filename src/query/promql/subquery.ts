/** What a subquery reads: its own steps, whose values are the samples of the range. */
import type { SampleColumns } from "../../model/index.ts";
import type { SubqueryNode } from "./ast.ts";
import type { Grid, StepSeries } from "./step-series.ts";
import { lastMs, type Sight } from "./windows.ts";

/** Of subqueries that give none, as Prometheus' default evaluation interval. */
const subqueryStepMsDefault = 60_000;

/** The steps of a subquery lie at multiples of its step, whatever is asked for. */
export function innerGrid(
  { rangeMs, stepMs: given }: SubqueryNode,
  sight: Sight,
): Grid | undefined {
  const stepMs = given === 0 ? subqueryStepMsDefault : given;
  const fromMs = sight.firstMs - rangeMs;
  const startMs = Math.ceil(fromMs / stepMs) * stepMs;
  const count = Math.floor((lastMs(sight) - startMs) / stepMs) + 1;
  return count < 1 ? undefined : { startMs, stepMs, count };
}

/** The values at the steps, as samples. */
export function samplesOf(series: StepSeries, grid: Grid): SampleColumns {
  let count = 0;
  for (const here of series.has) count += here;
  const timesMs = new Float64Array(count);
  const values = new Float64Array(count);
  let at = 0;
  for (let step = 0; step < series.has.length; step++) {
    if (series.has[step] === 0) continue;
    timesMs[at] = grid.startMs + step * grid.stepMs;
    values[at++] = series.values[step]!;
  }
  return { timesMs, values };
}
