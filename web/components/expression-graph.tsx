/** The series of Graphite expressions in one graph, with a legend that reads their values. */
import type { JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import type { RenderedLine } from "../api/render.ts";
import { formatMoment } from "../lib/calendar.ts";
import { columnsOfLines, pointNear, usualStep } from "../lib/columns.ts";
import { counted, formatValue } from "../lib/format.ts";
import type { TimeRange } from "../lib/time-range.ts";
import { nowSeconds } from "../state/now.ts";
import { Plot, type PlotHandle } from "./plot.tsx";
import { hueCount } from "./plot-colors.ts";

/** More lines tell nobody anything; how many there are is said. */
const lineCountMax = 40;
const noLayers = { band: null, limits: [], stretches: [], window: null, hasLabels: false } as const;

export function ExpressionGraph({
  lines,
  range,
  onSelect,
}: {
  readonly lines: readonly RenderedLine[];
  readonly range: TimeRange;
  readonly onSelect: (range: TimeRange) => void;
}): JSX.Element {
  const handle = useRef<PlotHandle | null>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const shown = useMemo(() => lines.slice(0, lineCountMax), [lines]);
  const columns = useMemo(() => columnsOfLines(shown.map(({ points }) => points)), [shown]);
  const left = lines.length - shown.length;
  return (
    <figure
      class="chart"
      data-chart="expression"
      data-lines={lines.length}
      data-points={lines[0]?.points.length ?? 0}
    >
      <figcaption>
        <strong>{counted(lines.length, "series", "series")}</strong>
        {left > 0 && <span>the first {lineCountMax} are drawn</span>}
        <output class="readout">{cursor === null ? "" : formatMoment(cursor, nowSeconds())}</output>
      </figcaption>
      <Plot
        range={range}
        columns={columns}
        kinds={Array.from(shown.keys(), (i) => `hue-${i % hueCount}` as const)}
        layers={noLayers}
        heightPx={340}
        handle={handle}
        onCursor={setCursor}
        onSelect={onSelect}
      />
      <ul class="legend" aria-label="Series and their values">
        {shown.map((line, i) => (
          <li key={`${i} ${line.label}`}>
            <i class={`hue-${i % hueCount}`} />
            <span class="mono">{line.label}</span>
            <b class="mono">{valueAt(line, cursor, range)}</b>
          </li>
        ))}
      </ul>
    </figure>
  );
}

/** At the cursor, or the newest. */
function valueAt({ points }: RenderedLine, cursor: number | null, range: TimeRange): string {
  const reach = Math.max(usualStep(points) * 2, (range.until - range.from) / 100);
  const point = cursor === null ? points.at(-1) : pointNear(points, cursor, reach);
  return point === undefined ? "–" : formatValue(point[1]);
}
