/**
 * Where a shape is drawn: with a pointer or a finger, or with keys that move along the line and set
 * its level. The canvas is `[data-draw]`; its text is in `data-shape`.
 */
import type { JSX, TargetedKeyboardEvent, TargetedPointerEvent } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { formatMoment } from "../lib/calendar.ts";
import { advanced, historyOf, redone, undone, type DrawHistory } from "../lib/draw-history.ts";
import {
  columnCount,
  drawingState,
  emptyDrawing,
  levelAt,
  nudged,
  shapeText,
  stroke,
  withLevel,
  type DrawnPoint,
  type Drawing,
} from "../lib/drawing.ts";
import { spanWords } from "../lib/match-words.ts";
import type { TimeRange } from "../lib/time-range.ts";
import { nowSeconds } from "../state/now.ts";
import { useStore } from "../state/store.ts";
import { themeStore } from "../state/theme.ts";
import { useWidth } from "../state/width.ts";
import { columnAt, levelAtY, paintPad } from "./draw-canvas.ts";
import { readColors } from "./plot-colors.ts";

const keyPauseMs = 500;

export interface DrawPadProps {
  readonly drawing: Drawing;
  readonly window: TimeRange;
  readonly heightPx: number;
  /** A stroke has ended, or the keys have paused. An empty drawing was cleared. */
  readonly onDrawn: (drawing: Drawing) => void;
}

/** A stroke on its way; pointers are quicker than renderings, so it is not state. */
interface Pen {
  readonly before: Drawing;
  drawing: Drawing;
  last: DrawnPoint;
}

export function DrawPad({ drawing, window, heightPx, onDrawn }: DrawPadProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(canvas, 380);
  const isDark = useStore(themeStore, (theme) => theme.isDark);
  const [history, setHistory] = useState<DrawHistory>(() => historyOf(drawing));
  const [cursor, setCursor] = useState<number | null>(null);
  const [said, setSaid] = useState("");
  const told = useRef(shapeText(drawing));
  const pen = useRef<Pen | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const size = { width, height: heightPx };

  const given = shapeText(drawing);
  useEffect(() => {
    // Another shape than the one drawn here: back, forward, or a link.
    if (given === told.current) return;
    told.current = given;
    setHistory(historyOf(drawing));
  }, [given]);
  useEffect(() => () => clearTimeout(timer.current), []);
  useLayoutEffect(() => {
    if (canvas.current === null) return;
    const now = nowSeconds();
    const timeLabels = [
      formatMoment(window.from, now),
      spanWords(Math.round(window.until - window.from)),
      formatMoment(window.until, now),
    ] as const;
    paintPad(
      canvas.current,
      size,
      { drawing: history.drawing, cursor, timeLabels },
      readColors(document.body),
    );
  }, [history.drawing, cursor, width, heightPx, isDark, window.from, window.until]);

  const tell = (next: Drawing, pauseMs = 0): void => {
    clearTimeout(timer.current);
    const send = (): void => {
      told.current = shapeText(next);
      onDrawn(next);
    };
    if (pauseMs === 0) send();
    else timer.current = setTimeout(send, pauseMs);
  };
  const step = (next: DrawHistory, pauseMs = 0): void => {
    if (next === history) return;
    setHistory(next);
    tell(next.drawing, pauseMs);
  };
  const clear = (): void => {
    step(advanced(history, emptyDrawing));
    setSaid("Cleared.");
  };

  const pointOf = (event: TargetedPointerEvent<HTMLCanvasElement>): DrawnPoint => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    return {
      column: columnAt(event.clientX - left, size),
      level: levelAtY(event.clientY - top, size),
    };
  };
  const endStroke = (): void => {
    const held = pen.current;
    pen.current = null;
    if (held === null) return;
    setHistory((before) => advanced(before, held.drawing, held.before));
    tell(held.drawing);
  };

  const onKeyDown = (event: TargetedKeyboardEvent<HTMLCanvasElement>): void => {
    const at = cursor ?? 0;
    const isUndo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
    const isRedo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "y";
    if (isUndo || isRedo) {
      step(isRedo || event.shiftKey ? redone(history) : undone(history));
      event.preventDefault();
      return;
    }
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: at - (event.shiftKey ? 5 : 1),
      ArrowRight: at + (event.shiftKey ? 5 : 1),
      Home: 0,
      End: columnCount - 1,
    };
    const move = moves[event.key];
    let next: Drawing | undefined;
    let column = at;
    if (move !== undefined) column = Math.min(Math.max(move, 0), columnCount - 1);
    else if (event.key === "ArrowUp") next = nudged(history.drawing, at, event.shiftKey ? 1 : 5);
    else if (event.key === "ArrowDown") {
      next = nudged(history.drawing, at, event.shiftKey ? -1 : -5);
    } else if (event.key === " ") {
      next = withLevel(history.drawing, at, levelAt(history.drawing, at));
    } else if (event.key === "Backspace") {
      next = history.drawing.map((level, i) => (i === at ? null : level));
    } else if (event.key === "Delete") {
      clear();
      event.preventDefault();
      return;
    } else return;
    event.preventDefault();
    setCursor(column);
    if (next !== undefined) step(advanced(history, next), keyPauseMs);
    setSaid(wordsAt(next ?? history.drawing, column));
  };

  const state = drawingState(history.drawing);
  return (
    <div class="draw">
      <canvas
        ref={canvas}
        class="draw-canvas"
        style={{ height: `${heightPx}px` }}
        tabIndex={0}
        role="application"
        aria-roledescription="drawing pad"
        aria-label="Draw the shape to look for. Left and right move in time, up and down set the level, Space holds it, Delete clears."
        data-draw
        data-shape={shapeText(history.drawing)}
        onKeyDown={onKeyDown}
        onFocus={(event) => {
          if (event.currentTarget.matches(":focus-visible")) setCursor(cursor ?? 0);
        }}
        onBlur={() => setCursor(null)}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          const point = pointOf(event);
          event.currentTarget.setPointerCapture(event.pointerId);
          setCursor(null);
          const begun = stroke(history.drawing, point, point);
          pen.current = { before: history.drawing, drawing: begun, last: point };
          setHistory({ ...history, drawing: begun });
        }}
        onPointerMove={(event) => {
          const held = pen.current;
          if (held === null) return;
          const point = pointOf(event);
          const drawn = stroke(held.drawing, held.last, point);
          held.drawing = drawn;
          held.last = point;
          setHistory((before) => ({ ...before, drawing: drawn }));
        }}
        onPointerUp={endStroke}
        onPointerCancel={endStroke}
      />
      <div class="draw-foot">
        <span class="draw-hint">
          {state === "flat"
            ? "A level line is like every other: let it rise or fall."
            : "pointer, touch or arrow keys"}
        </span>
        <button
          type="button"
          class="small"
          disabled={history.past.length === 0}
          onClick={() => step(undone(history))}
        >
          Undo
        </button>
        <button
          type="button"
          class="small"
          disabled={history.future.length === 0}
          onClick={() => step(redone(history))}
        >
          Redo
        </button>
        <button type="button" class="small" disabled={state === "empty"} onClick={clear}>
          Clear
        </button>
      </div>
      <p class="hidden" aria-live="polite">
        {said}
      </p>
    </div>
  );
}

function wordsAt(drawing: Drawing, column: number): string {
  const level = Math.round(levelAt(drawing, column));
  const isSet = drawing[column] !== null;
  return `${column + 1} of ${columnCount}, level ${level}${isSet ? "" : ", not set"}`;
}
