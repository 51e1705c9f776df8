/**
 * The last hour of a metric in the size of a word. Read when it scrolls into view, and again every
 * half minute while it is there; a few at a time, so that a long list does not flood the server.
 */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { fetchPoints } from "../api/kale.ts";
import { limitedTo } from "../lib/limited.ts";
import { sparkPaths } from "../lib/spark-path.ts";
import { nowSeconds } from "../state/now.ts";
import { useQuery } from "../state/query.ts";
import { useIsVisible } from "../state/visible.ts";

export interface SparklineProps {
  readonly name: string;
  /** Marks the part from here on as odd. */
  readonly oddFrom?: number | null;
  readonly oddUntil?: number | null;
  readonly width?: number;
  readonly height?: number;
  readonly seconds?: number;
  /** The end of what is shown; now if not given. */
  readonly until?: number | undefined;
}

const refreshMs = 30_000;
const inTurn = limitedTo(4);

export function Sparkline({
  name,
  oddFrom = null,
  oddUntil = null,
  width = 92,
  height = 28,
  seconds = 3600,
  until,
}: SparklineProps): JSX.Element {
  const host = useRef<SVGSVGElement>(null);
  const isVisible = useIsVisible(host);
  const { value } = useQuery(
    isVisible ? `${name} ${seconds} ${until ?? "now"}` : null,
    (signal) => {
      const end = until ?? nowSeconds();
      const range = { from: Math.floor(end - seconds), until: Math.ceil(end) };
      return inTurn(() => fetchPoints({ name, ...range, maxPoints: width * 2 }, signal));
    },
    { everyMs: until === undefined ? refreshMs : undefined },
  );
  const paths =
    value === undefined
      ? undefined
      : sparkPaths(value.points, {
          width,
          height,
          from: value.from,
          until: value.until,
          oddFrom,
          oddUntil,
        });
  return (
    <svg
      ref={host}
      class="spark"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
    >
      {paths !== undefined && (
        <>
          <path class="spark-calm" d={paths.calm} />
          <path class="spark-odd" d={paths.odd} />
          {paths.end !== null && paths.odd !== "" && oddUntil === null && (
            <circle class="spark-end" cx={paths.end[0]} cy={paths.end[1]} r="2" />
          )}
        </>
      )}
    </svg>
  );
}
