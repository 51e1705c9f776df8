/**
 * The query's graph with the window that is searched: moved by its middle, resized by its ends, drawn
 * anew beside it; the same three by keyboard, as sliders.
 */
import type { ComponentChildren, JSX, TargetedKeyboardEvent, TargetedPointerEvent } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { formatMoment, formatSpan, zoneSecondsAt } from "../lib/calendar.ts";
import { extentOf, linePath, xOf, type GraphFrame } from "../lib/graph-path.ts";
import { spanWords } from "../lib/match-words.ts";
import type { TimeRange } from "../lib/time-range.ts";
import { timeTickLabels, timeTicks } from "../lib/time-ticks.ts";
import {
  draggedWindow,
  drawnWindow,
  partAt,
  stepSeconds,
  surroundingsOf,
  type WindowPart,
} from "../lib/window-drag.ts";
import { nowSeconds } from "../state/now.ts";
import { usePoints } from "../state/points.ts";
import { useWidth } from "../state/width.ts";

const heightPx = 118;
/** Keys come in rows: the search waits until they stop. */
const keyPauseMs = 450;
const graspPx = 10;
const dragPxMin = 4;

interface Drag {
  readonly part: WindowPart | undefined;
  readonly x: number;
  readonly time: number;
  readonly window: TimeRange;
  /** What it would be if let go; pointers are quicker than renderings. */
  draft: TimeRange | null;
}

export function QueryGraph({
  name,
  window,
  onWindow,
  children,
}: {
  readonly name: string;
  readonly window: TimeRange;
  readonly onWindow: (window: TimeRange) => void;
  /** Behind the words about the window. */
  readonly children?: ComponentChildren;
}): JSX.Element {
  const host = useRef<SVGSVGElement>(null);
  const width = useWidth(host, 800);
  const surroundings = useRef<TimeRange | undefined>(undefined);
  const [draft, setDraft] = useState<TimeRange | null>(null);
  const drag = useRef<Drag | null>(null);
  const [grasped, setGrasped] = useState<WindowPart | "none">("none");
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const now = nowSeconds();
  // While a hand moves the window, what is shown around it stays.
  if (draft === null) surroundings.current = surroundingsOf(window, surroundings.current, now);
  const shown = surroundings.current ?? window;
  const current = draft ?? window;
  const points = usePoints(name, { kind: "fixed", range: shown });
  const frame: GraphFrame = {
    width,
    height: heightPx,
    ...shown,
    ...extentOf([points.value?.points ?? []]),
  };
  const path = useMemo(
    () => linePath(points.value?.points ?? [], frame),
    [points.value, width, shown.from, shown.until],
  );
  const [left, right] = [xOf(current.from, frame), xOf(current.until, frame)];

  useEffect(() => () => clearTimeout(timer.current), []);
  const commit = (next: TimeRange): void => {
    clearTimeout(timer.current);
    timer.current = undefined;
    setDraft(null);
    if (next.from !== window.from || next.until !== window.until) onWindow(next);
  };
  const timeAt = (event: TargetedPointerEvent<SVGSVGElement>): { x: number; time: number } => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    return { x, time: shown.from + (x / width) * (shown.until - shown.from) };
  };
  const graspSeconds = (graspPx / width) * (shown.until - shown.from);

  const onPointerMove = (event: TargetedPointerEvent<SVGSVGElement>): void => {
    const { x, time } = timeAt(event);
    const held = drag.current;
    if (held === null) {
      setGrasped(partAt(current, time, graspSeconds) ?? "none");
      return;
    }
    if (held.draft === null && Math.abs(x - held.x) < dragPxMin) return;
    held.draft =
      held.part === undefined
        ? drawnWindow(held.time, time, now)
        : draggedWindow(held.window, held.part, time - held.time, { now });
    setDraft(held.draft);
  };

  const onKey = (part: WindowPart) => (event: TargetedKeyboardEvent<SVGGElement>) => {
    const step = stepSeconds(current);
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: -step,
      ArrowDown: -step,
      ArrowRight: step,
      ArrowUp: step,
      PageDown: -10 * step,
      PageUp: 10 * step,
    };
    const by = steps[event.key];
    if (by === undefined) {
      if (event.key === "Enter" && draft !== null) commit(draft);
      return;
    }
    event.preventDefault();
    const next = draggedWindow(current, part, by, { now });
    setDraft(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => commit(next), keyPauseMs);
  };
  const onBlur = (): void => {
    if (draft !== null && drag.current === null) commit(draft);
  };

  const slider = (part: WindowPart, label: string, at: number, text: string): JSX.Element => (
    <g
      class={`window-${part}`}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={shown.from}
      aria-valuemax={Math.ceil(now)}
      aria-valuenow={Math.round(at)}
      aria-valuetext={text}
      onKeyDown={onKey(part)}
      onBlur={onBlur}
    >
      {part === "whole" ? (
        <rect x={left} y="0" width={Math.max(right - left, 2)} height={heightPx} />
      ) : (
        <>
          <rect x={(part === "start" ? left : right) - 8} y="0" width="16" height={heightPx} />
          <path d={`M${part === "start" ? left : right},0V${heightPx}`} />
          <rect
            class="window-grip"
            x={(part === "start" ? left : right) - 3}
            y={heightPx / 2 - 13}
            width="6"
            height="26"
            rx="3"
          />
        </>
      )}
    </g>
  );

  return (
    <div class="query-graph">
      <svg
        ref={host}
        height={heightPx}
        class={`query-svg grasp-${grasped}`}
        role="group"
        aria-label={`${name}: ${points.value === undefined ? "reading" : `${points.value.points.length} points`}, with the window that is searched`}
        data-query={name}
        data-from={Math.round(current.from)}
        data-until={Math.round(current.until)}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          const { x, time } = timeAt(event);
          const part = partAt(current, time, graspSeconds);
          drag.current = { part, x, time, window: current, draft: null };
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={onPointerMove}
        onPointerUp={() => {
          const held = drag.current;
          drag.current = null;
          if (held !== null && held.draft !== null) commit(held.draft);
        }}
        onPointerCancel={() => {
          drag.current = null;
          setDraft(null);
        }}
      >
        {slider(
          "whole",
          "The window; arrow keys move it",
          current.from,
          formatSpan(current.from, current.until, now),
        )}
        <path class="line-query" d={path} />
        {slider("start", "Start of the window", current.from, formatMoment(current.from, now))}
        {slider("end", "End of the window", current.until, formatMoment(current.until, now))}
      </svg>
      <TimeAxis frame={frame} />
      <div class="query-window">
        <p aria-live="polite">
          {points.value?.points.length === 0
            ? "No points around here. "
            : points.failure !== undefined
              ? `${points.failure.message} `
              : ""}
          {formatSpan(current.from, current.until, now)} ·{" "}
          {spanWords(Math.round(current.until - current.from))}
        </p>
        {children}
      </div>
    </div>
  );
}

const pxPerLabel = 110;

export function TimeAxis({ frame }: { readonly frame: GraphFrame }): JSX.Element {
  const { times, stepSeconds: step } = timeTicks(
    frame,
    frame.width / pxPerLabel,
    zoneSecondsAt(frame.from),
  );
  const labels = timeTickLabels(times, step);
  return (
    <div class="time-axis" aria-hidden="true">
      {times.map((time, i) => {
        const x = xOf(time, frame);
        if (x > frame.width - 34 || x < 0) return null;
        return (
          <span key={time} style={{ left: `${x}px` }}>
            {labels[i]}
          </span>
        );
      })}
    </div>
  );
}
