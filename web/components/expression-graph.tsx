/** The series of Graphite expressions in one graph, with a legend that reads their values. */
import type { ComponentChildren, JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { RenderedLine } from "../api/render.ts";
import { counted } from "../lib/format.ts";
import type { TimeRange } from "../lib/time-range.ts";
import { ChartFigure, type ChartLine } from "./chart-figure.tsx";
import { hueCount } from "./plot-colors.ts";

/** More lines tell nobody anything; how many there are is said. */
const lineCountMax = 40;
const noLayers = { band: null, limits: [], stretches: [], window: null, hasLabels: false } as const;

export function ExpressionGraph({
  lines,
  range,
  heightPx,
  title,
  onSelect,
  children,
}: {
  readonly lines: readonly RenderedLine[];
  readonly range: TimeRange;
  readonly heightPx: number;
  /** How many series there are, unless given. */
  readonly title?: string;
  readonly onSelect: (range: TimeRange) => void;
  readonly children?: ComponentChildren;
}): JSX.Element {
  const shown = useMemo(
    () =>
      lines.slice(0, lineCountMax).map(({ label, points }, i): ChartLine => {
        return { kind: `hue-${i % hueCount}`, label, points };
      }),
    [lines],
  );
  return (
    <ChartFigure
      chart="expression"
      title={title ?? counted(lines.length, "series", "series")}
      range={range}
      lines={shown}
      layers={noLayers}
      heightPx={heightPx}
      onSelect={onSelect}
    >
      {lines.length > shown.length && (
        <span>
          the first {lineCountMax} of {lines.length} are drawn
        </span>
      )}
      {children}
    </ChartFigure>
  );
}
