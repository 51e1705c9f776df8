/** A few lines of one expression in the size of a card; read when it scrolls into view. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { fetchRender } from "../api/render.ts";
import { extentOf, linePath } from "../lib/graph-path.ts";
import { limitedTo } from "../lib/limited.ts";
import { keyOfRange, rangeAt, type RangeChoice } from "../lib/time-range.ts";
import { nowSeconds } from "../state/now.ts";
import { useQuery } from "../state/query.ts";
import { useIsVisible } from "../state/visible.ts";

const width = 250;
const height = 54;
const lineCountMax = 12;
const refreshMs = 60_000;
const inTurn = limitedTo(3);

export function SmallGraph({
  target,
  choice,
}: {
  readonly target: string;
  readonly choice: RangeChoice;
}): JSX.Element {
  const host = useRef<SVGSVGElement>(null);
  const isVisible = useIsVisible(host);
  const { value } = useQuery(
    isVisible ? `${target}\n${keyOfRange(choice)}` : null,
    (signal) => {
      const asked = { targets: [`limit(${target}, ${lineCountMax})`], maxPoints: width };
      return inTurn(() => fetchRender({ ...asked, ...rangeAt(choice, nowSeconds()) }, signal));
    },
    { everyMs: choice.kind === "fixed" ? undefined : refreshMs, keepsFormer: true },
  );
  const lines = value ?? [];
  const extent = extentOf(lines.map(({ points }) => points));
  const frame = { width, height, ...rangeAt(choice, nowSeconds()), ...extent };
  return (
    <svg
      ref={host}
      class="spark"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
      data-lines={lines.length}
    >
      {lines.map(({ label, points }) => (
        <path key={label} class="spark-calm" d={linePath(points, frame)} />
      ))}
    </svg>
  );
}
