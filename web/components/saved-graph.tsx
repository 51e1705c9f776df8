/** A saved metric: as it was, or as it is now over as long a time with the saved shape behind it. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { CollectionItemJson } from "../../src/webapp/contract.ts";
import { fetchPoints } from "../api/kale.ts";
import { pointNear, usualStep, type Point } from "../lib/columns.ts";
import { formatMoment } from "../lib/calendar.ts";
import { formatValue } from "../lib/format.ts";
import { extentOf, linePath, scaleLabels, xOf, yOf, type GraphFrame } from "../lib/graph-path.ts";
import { limitedTo } from "../lib/limited.ts";
import { hoverTimeStore } from "../state/hover-time.ts";
import { nowSeconds } from "../state/now.ts";
import { useQuery } from "../state/query.ts";
import { useStore } from "../state/store.ts";
import { useIsVisible } from "../state/visible.ts";
import { useWidth } from "../state/width.ts";
import { TimeAxis } from "./query-graph.tsx";

const heightPx = 110;
const refreshMs = 5_000;
const inTurn = limitedTo(4);

export function SavedGraph({
  item,
  isLive,
}: {
  readonly item: CollectionItemJson;
  readonly isLive: boolean;
}): JSX.Element {
  const host = useRef<SVGSVGElement>(null);
  const width = useWidth(host, 700);
  const isVisible = useIsVisible(host);
  const { name } = item;
  const length = item.until - item.from;
  const live = useQuery(
    isLive && isVisible ? `live ${name} ${length}` : null,
    (signal) => {
      const until = Math.ceil(nowSeconds());
      const range = { from: Math.floor(until - length), until };
      return inTurn(() => fetchPoints({ name, ...range, maxPoints: 600 }, signal));
    },
    { everyMs: refreshMs },
  );
  const range = isLive && live.value !== undefined ? live.value : item;
  const later = range.until - item.until;
  const saved: readonly Point[] = item.points.map(([time, value]) => [time + later, value]);
  const points: readonly Point[] = isLive ? (live.value?.points ?? []) : item.points;
  const frame: GraphFrame = {
    width,
    height: heightPx,
    from: range.from,
    until: range.until,
    ...extentOf(isLive ? [points, saved] : [points]),
  };
  const time = useStore(hoverTimeStore, (at) =>
    at !== null && at >= frame.from && at <= frame.until ? at : null,
  );
  const reach = Math.max(usualStep(points) * 2, length / 100);
  const near = time === null ? undefined : pointNear(points, time, reach);
  return (
    <div class="match-graph">
      <svg
        ref={host}
        height={heightPx}
        aria-hidden="true"
        data-points={points.length}
        onPointerMove={(event) => {
          const { left } = event.currentTarget.getBoundingClientRect();
          hoverTimeStore.set(frame.from + ((event.clientX - left) / width) * length);
        }}
        onPointerLeave={() => hoverTimeStore.set(null)}
      >
        {isLive && <path class="line-overlay" d={linePath(saved, frame)} />}
        <path class="line-match" d={linePath(points, frame)} />
        {near !== undefined && (
          <g class="hover-mark">
            <path d={`M${xOf(near[0], frame)},0V${heightPx}`} />
            <circle cx={xOf(near[0], frame)} cy={yOf(near[1], frame)} r="3" />
          </g>
        )}
      </svg>
      {points.length > 0 && (
        <span class="match-scale" aria-hidden="true">
          <span>{scaleLabels(frame).high}</span>
          <span>{scaleLabels(frame).low}</span>
        </span>
      )}
      <TimeAxis frame={frame} />
      <p class="saved-words soft">
        {near !== undefined
          ? `${formatMoment(near[0], nowSeconds(), { withSeconds: true })} · ${formatValue(near[1])}`
          : isLive && live.failure !== undefined
            ? live.failure.message
            : isLive && live.value !== undefined && points.length === 0
              ? "Nothing arrives from it now."
              : " "}
      </p>
    </div>
  );
}
