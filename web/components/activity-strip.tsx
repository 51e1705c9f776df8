/**
 * How many metrics were abnormal over the last day: one bar per ten minutes. Dragging over it, or
 * Shift with the arrow keys and Enter, opens the history of that stretch.
 */
import type { JSX, TargetedKeyboardEvent, TargetedPointerEvent } from "preact";
import { useRef, useState } from "preact/hooks";
import { fetchActivity } from "../api/kale.ts";
import { barAt, outstanding } from "../lib/activity.ts";
import { formatClock, formatSpan } from "../lib/calendar.ts";
import { counted } from "../lib/format.ts";
import { withQuery } from "../lib/route.ts";
import { secondsPerDay } from "../lib/time-range.ts";
import { timeTickLabels } from "../lib/time-ticks.ts";
import { navigate } from "../state/location.ts";
import { nowSeconds, useNow } from "../state/now.ts";
import { useQuery } from "../state/query.ts";

const stepSeconds = 600;
const barCount = secondsPerDay / stepSeconds;
const refreshMs = 30_000;
const heightPx = 44;
/** Hours between two labels under the strip. */
const labelHours = 6;

export function ActivityStrip({ abnormal }: { readonly abnormal: number | null }): JSX.Element {
  const now = useNow(stepSeconds);
  const until = now + stepSeconds;
  const from = until - barCount * stepSeconds;
  const { value } = useQuery(
    `activity ${from} ${abnormal ?? ""}`,
    (signal) => fetchActivity({ from, until, step: stepSeconds }, signal),
    { everyMs: refreshMs, keepsFormer: true },
  );
  const [marked, setMarked] = useState<{ readonly anchor: number; readonly at: number } | null>(
    null,
  );
  const [isDragging, setDragging] = useState(false);
  const bars = useRef<HTMLDivElement>(null);
  const counts = value?.counts ?? [];
  const first = value?.from ?? from;

  const open = ({ anchor, at }: { readonly anchor: number; readonly at: number }): void => {
    const start = first + Math.min(anchor, at) * stepSeconds;
    const end = first + (Math.max(anchor, at) + 1) * stepSeconds;
    navigate(withQuery("/history", { from: start, until: end }));
  };
  const barUnder = (event: TargetedPointerEvent<HTMLDivElement>): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return barAt(event.clientX - left, width, barCount);
  };

  const onKeyDown = (event: TargetedKeyboardEvent<HTMLDivElement>): void => {
    const at = marked?.at ?? barCount;
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      Home: 0,
      End: barCount - 1,
    };
    const step = steps[event.key];
    if (step !== undefined) {
      const next = Math.min(Math.max(step, 0), barCount - 1);
      setMarked({ anchor: event.shiftKey ? (marked?.anchor ?? next) : next, at: next });
    } else if (event.key === "Enter" && marked !== null) open(marked);
    else if (event.key === "Escape" && marked !== null) setMarked(null);
    else return;
    event.preventDefault();
  };

  return (
    <section class="strip" aria-label="Abnormal metrics over the last day">
      <div class="cap">
        <span>Abnormal metrics, last 24 h{abnormal !== null && <b> · {abnormal} now</b>}</span>
        <span class="strip-said" aria-live="polite">
          {marked === null ? "drag to look back" : wordsOf(marked, counts, first)}
        </span>
      </div>
      <div
        ref={bars}
        class="strip-bars"
        tabIndex={0}
        role="application"
        aria-roledescription="chart over time"
        aria-label={`${counted(counts.length, "bar")} of ten minutes, at most ${Math.max(0, ...counts)} abnormal at once. Arrow keys read, with Shift they select, Enter opens the history.`}
        onKeyDown={onKeyDown}
        onBlur={() => setMarked(null)}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          const at = barUnder(event);
          event.currentTarget.setPointerCapture(event.pointerId);
          setMarked({ anchor: at, at });
          setDragging(true);
        }}
        onPointerMove={(event) => {
          const at = barUnder(event);
          setMarked((before) => ({
            anchor: isDragging && before !== null ? before.anchor : at,
            at,
          }));
        }}
        onPointerUp={() => {
          setDragging(false);
          if (isDragging && marked !== null) open(marked);
        }}
        onPointerCancel={() => {
          setDragging(false);
          setMarked(null);
        }}
        onPointerLeave={() => {
          if (!isDragging) setMarked(null);
        }}
      >
        <Bars counts={counts} marked={marked} />
      </div>
      <HourLabels from={first} />
    </section>
  );
}

function Bars({
  counts,
  marked,
}: {
  readonly counts: readonly number[];
  readonly marked: { readonly anchor: number; readonly at: number } | null;
}): JSX.Element {
  const stands = outstanding(counts);
  // The scale starts at five, so that one abnormal metric on a calm day is not a wall.
  const highest = Math.max(5, ...counts);
  const [low, high] =
    marked === null
      ? [Infinity, -Infinity]
      : [Math.min(marked.anchor, marked.at), Math.max(marked.anchor, marked.at)];
  return (
    <svg
      width="100%"
      height={heightPx}
      viewBox={`0 0 ${barCount * 10} ${heightPx}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {marked !== null && (
        <rect
          class="strip-mark"
          x={low * 10 - 1}
          width={(high - low + 1) * 10}
          y="0"
          height="100%"
        />
      )}
      {counts.map((count, i) => {
        const height = 1 + (count / highest) * (heightPx - 4);
        const kind = count === 0 ? "none" : stands[i] === true ? "odd" : "few";
        return (
          <rect
            key={i}
            class={`bar-${kind}`}
            x={i * 10}
            y={heightPx - 1 - height}
            width="8"
            height={height}
            rx="1"
          />
        );
      })}
    </svg>
  );
}

function HourLabels({ from }: { readonly from: number }): JSX.Element {
  const hours: number[] = [];
  // Whole hours of the reader's clock, every sixth from the first one that lies in the strip.
  const minutes = Number(formatClock(from).slice(3));
  const firstHour = from + ((60 - minutes) % 60) * 60;
  // Labels stand to the right of their hour; in the last two hours there is no room for one.
  for (let at = firstHour; at < from + secondsPerDay - 2 * 3600; at += 3600) {
    if (Number(formatClock(at).slice(0, 2)) % labelHours === 0) hours.push(at);
  }
  return (
    <div class="strip-hours" aria-hidden="true">
      {timeTickLabels(hours, 3600).map((label, i) => (
        <span
          key={label}
          style={{ left: `${(((hours[i] ?? from) - from) / secondsPerDay) * 100}%` }}
        >
          {label}
        </span>
      ))}
    </div>
  );
}

function wordsOf(
  { anchor, at }: { readonly anchor: number; readonly at: number },
  counts: readonly number[],
  first: number,
): string {
  const now = nowSeconds();
  const [low, high] = [Math.min(anchor, at), Math.max(anchor, at)];
  const when = formatSpan(first + low * stepSeconds, first + (high + 1) * stepSeconds, now);
  const most = Math.max(0, ...counts.slice(low, high + 1));
  const how = low === high ? `${most} abnormal` : `at most ${most} abnormal at once`;
  return `${when}: ${how}`;
}
