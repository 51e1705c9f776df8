/** The series of a graph in which none is more than the others: their colours, names and values. */
import type { JSX } from "preact";
import { formatValue } from "../lib/format.ts";
import { pointAt, type ReadLine } from "../lib/readout.ts";
import type { TimeRange } from "../lib/time-range.ts";
import type { LineKind } from "./plot.tsx";

export function ChartLegend({
  lines,
  cursor,
  range,
  chosen,
}: {
  readonly lines: readonly (ReadLine & { readonly kind: LineKind })[];
  /** Unix seconds; null shows the newest values. */
  readonly cursor: number | null;
  readonly range: TimeRange;
  /** The line that the keys read; -1 while none do. */
  readonly chosen: number;
}): JSX.Element {
  return (
    <ul class="legend" aria-label="Series and their values">
      {lines.map(({ label, kind, points }, i) => {
        const point = cursor === null ? points.at(-1) : pointAt(points, cursor, range);
        return (
          <li key={`${i} ${label}`} aria-current={i === chosen ? "true" : undefined}>
            <i class={kind} />
            <span class="mono" title={label}>
              {label}
            </span>
            <b class="mono">{point === undefined ? "–" : formatValue(point[1])}</b>
          </li>
        );
      })}
    </ul>
  );
}
