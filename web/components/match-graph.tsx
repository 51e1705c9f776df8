/**
 * A match's own line over the window that was searched, and the query's line laid over it as the
 * search saw it: on the same scale, shifted by the lag, turned over if it moves the opposite way.
 */
import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import type { SimilarJson, SimilarMatchJson } from "../../src/webapp/contract.ts";
import { fetchPoints } from "../api/kale.ts";
import { formatMoment } from "../lib/calendar.ts";
import { pointNear, usualStep } from "../lib/columns.ts";
import { formatValue } from "../lib/format.ts";
import { extentOf, linePath, scaleLabels, xOf, yOf, type GraphFrame } from "../lib/graph-path.ts";
import { limitedTo } from "../lib/limited.ts";
import { overlayOf } from "../lib/overlay.ts";
import { hoverTimeStore } from "../state/hover-time.ts";
import { nowSeconds } from "../state/now.ts";
import { useQuery } from "../state/query.ts";
import { useStore } from "../state/store.ts";
import { useIsVisible } from "../state/visible.ts";
import { useWidth } from "../state/width.ts";

const heightPx = 92;
const pointCountMax = 600;
/** On a narrow screen more would be a block of colour. */
const pointCountNarrow = 240;
const narrowPx = 480;
/** Of its own length, shown before a window whose level is compared with what was before. */
const lengthsBefore = 2;

const inTurn = limitedTo(4);
const nothing: readonly never[] = [];

export interface MatchGraphProps {
  readonly match: SimilarMatchJson;
  readonly query: SimilarJson["query"];
}

export function MatchGraph({ match, query }: MatchGraphProps): JSX.Element {
  const host = useRef<SVGSVGElement>(null);
  const width = useWidth(host, 700);
  const isVisible = useIsVisible(host);
  const isChange = query.method === "change";
  const length = query.until - query.from;
  const range = {
    from: Math.floor(isChange ? query.from - length * lengthsBefore : query.from),
    until: Math.ceil(query.until),
  };
  const { name, lag, sign } = match;
  const maxPoints = width < narrowPx ? pointCountNarrow : pointCountMax;
  const { value, failure } = useQuery(
    isVisible ? `${name} ${range.from} ${range.until} ${maxPoints}` : null,
    (signal) => inTurn(() => fetchPoints({ name, ...range, maxPoints }, signal)),
    { keepsFormer: false },
  );
  const points = value?.points ?? nothing;
  const overlay = useMemo(
    () => (isChange ? [] : overlayOf(query, points, { lag, sign })),
    [query, points, lag, sign, isChange],
  );
  const inWindow = overlay.filter(([time]) => time >= range.from && time <= range.until);
  const frame: GraphFrame = { width, height: heightPx, ...range, ...extentOf([points, inWindow]) };
  const paths = useMemo(
    () => ({ own: linePath(points, frame), query: linePath(inWindow, frame) }),
    [points, overlay, width],
  );
  return (
    <div class="match-graph">
      <svg
        ref={host}
        height={heightPx}
        aria-hidden="true"
        onPointerMove={(event) => {
          const { left } = event.currentTarget.getBoundingClientRect();
          const part = (event.clientX - left) / width;
          hoverTimeStore.set(range.from + part * (range.until - range.from));
        }}
        onPointerLeave={() => hoverTimeStore.set(null)}
      >
        {isChange && (
          <rect
            class="match-window"
            x={xOf(query.from, frame)}
            width={Math.max(0, width - xOf(query.from, frame))}
            y="0"
            height={heightPx}
          />
        )}
        <path class="line-overlay" d={paths.query} />
        <path class="line-match" d={paths.own} />
        {points.length > 0 && <HoverMark frame={frame} points={points} />}
      </svg>
      {points.length > 0 && (
        <span class="match-scale" aria-hidden="true">
          <span>{scaleLabels(frame).high}</span>
          <span>{scaleLabels(frame).low}</span>
        </span>
      )}
      {failure !== undefined && <p class="problem">{failure.message}</p>}
      {value !== undefined && points.length === 0 && (
        <p class="soft match-none">No points are kept of this window any more.</p>
      )}
    </div>
  );
}

function HoverMark({
  frame,
  points,
}: {
  readonly frame: GraphFrame;
  readonly points: readonly (readonly [number, number])[];
}): JSX.Element | null {
  const time = useStore(hoverTimeStore);
  if (time === null || time < frame.from || time > frame.until) return null;
  const reach = Math.max(usualStep(points) * 2, (frame.until - frame.from) / 100);
  const point = pointNear(points, time, reach);
  if (point === undefined) return null;
  const x = xOf(point[0], frame);
  const isRight = x > frame.width - 150;
  return (
    <g class="hover-mark">
      <path d={`M${x},0V${frame.height}`} />
      <circle cx={x} cy={yOf(point[1], frame)} r="3" />
      <text x={x + (isRight ? -7 : 7)} y="11" text-anchor={isRight ? "end" : "start"}>
        {formatMoment(point[0], nowSeconds(), { withSeconds: true })} · {formatValue(point[1])}
      </text>
    </g>
  );
}
