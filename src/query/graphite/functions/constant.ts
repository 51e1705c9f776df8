/** A line at one height, which needs no series. */
import type { Call } from "../call.ts";
import { makeSeries, type Series } from "../series.ts";

/** Three points: the beginning, the middle and the end of the range. */
export function constantLine(call: Call, value: number, text: string): Series {
  const { fromSeconds: start, untilSeconds: end, xFilesFactor } = call.scope;
  const step = Math.max(1, Math.trunc((end - start) / 2));
  return makeSeries({
    name: text,
    pathExpression: `constantLine(${text})`,
    start,
    end,
    step,
    values: new Float64Array(3).fill(value),
    xFilesFactor,
  });
}
