/**
 * A graph with everything a canvas lacks: a caption and key, a read-out, a cursor and a selection by
 * keyboard with polite announcements, and the same numbers as a table.
 *
 * For tests and other programs the figure says what it draws in data attributes:
 *
 *     data-chart      "hour", "day" or "metric"
 *     data-from, -until   Unix seconds of its range
 *     data-points     how many points its first line has
 *     data-limits     JSON: [{"check","side","value","label"}], the dashed lines, highest first
 *     data-band       JSON: {"lower","upper"} or null, the expected band
 *     data-corridor   JSON: {"points","lower","upper"} or null: the expected band over time, its last edges
 *     data-notes      JSON: [{"time","title"}], what happened
 *     data-stretches  JSON: [{"from","until","label"}], the abnormal stretches
 */
import type { ComponentChildren, JSX, TargetedKeyboardEvent } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { NoteJson } from "../../src/webapp/contract.ts";
import { formatMoment } from "../lib/calendar.ts";
import { columnsOfLines, pointNear, usualStep, type Point } from "../lib/columns.ts";
import { counted, formatValue } from "../lib/format.ts";
import { similarPath } from "../lib/similar-ask.ts";
import { secondsPerDay, type TimeRange } from "../lib/time-range.ts";
import { navigate } from "../state/location.ts";
import { useNotes } from "../state/notes.ts";
import { nowSeconds } from "../state/now.ts";
import { PickedRange } from "./picked-range.tsx";
import { PointsTable } from "./points-table.tsx";
import { hasCorridor, type Layers } from "./plot-layers.ts";
import { Plot, type LineKind, type PlotHandle } from "./plot.tsx";

export interface ChartLine {
  readonly kind: LineKind;
  readonly label: string;
  readonly points: readonly Point[];
}

export interface ChartFigureProps {
  readonly chart: "hour" | "day" | "metric";
  readonly title: string;
  readonly range: TimeRange;
  /** The first is the metric itself. */
  readonly lines: readonly ChartLine[];
  readonly layers: Layers;
  readonly heightPx: number;
  readonly onSelect: (range: TimeRange) => void;
  /** The metric that "find what moved like this" is about. */
  readonly name: string;
  /** Instead of a graph, why there is none and what to do. */
  readonly empty?: ComponentChildren;
  readonly children?: ComponentChildren;
}

const noSelection = { anchor: null, at: null } as const;

export function ChartFigure(props: ChartFigureProps): JSX.Element {
  const { chart, title, range, lines, heightPx, onSelect, name, empty, children } = props;
  const notes = useNotes(range);
  const layers = useMemo(() => ({ ...props.layers, notes }), [props.layers, notes]);
  const handle = useRef<PlotHandle | null>(null);
  const selection = useRef<{ anchor: number | null; at: number | null }>(noSelection);
  const [cursor, setCursor] = useState<number | null>(null);
  const [announced, setAnnounced] = useState("");
  const [picked, setPicked] = useState<TimeRange | null>(null);
  const columns = useMemo(() => columnsOfLines(lines.map(({ points }) => points)), [lines]);
  const points = lines[0]?.points ?? [];

  const readout = cursor === null ? undefined : readoutAt(cursor, lines, range);

  const moveTo = (index: number, isSelecting: boolean): void => {
    const point = points[Math.min(Math.max(index, 0), points.length - 1)];
    if (point === undefined) return;
    const [time] = point;
    const anchor = isSelecting ? (selection.current.anchor ?? selection.current.at ?? time) : null;
    selection.current = { anchor, at: time };
    handle.current?.showCursor(time);
    handle.current?.showSelection(anchor === null ? null : ordered(anchor, time));
    setAnnounced(readoutAt(time, lines, range) + (anchor === null ? "" : ", selected up to here"));
  };

  const onKeyDown = (event: TargetedKeyboardEvent<HTMLDivElement>): void => {
    const current = points.findIndex(([time]) => time === selection.current.at);
    const index = current < 0 ? points.length - 1 : current;
    const { anchor, at } = selection.current;
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: index - 1,
      ArrowRight: index + 1,
      PageUp: index - 20,
      PageDown: index + 20,
      Home: 0,
      End: points.length - 1,
    };
    const step = steps[event.key];
    if (step !== undefined) moveTo(current < 0 ? points.length - 1 : step, event.shiftKey);
    else if (event.key === "Enter" && anchor !== null && at !== null && anchor !== at) {
      onSelect(ordered(anchor, at));
      leave();
    } else if (event.key === "s" && anchor !== null && at !== null && anchor !== at) {
      navigate(similarPath({ target: { kind: "series", name }, range: ordered(anchor, at) }));
    } else if (event.key === "Escape" && at !== null) leave();
    else return;
    event.preventDefault();
  };

  // A refresh of the data takes the selection off the canvas.
  useEffect(() => {
    if (picked !== null) handle.current?.showSelection(picked);
  }, [picked, lines]);

  const leave = (): void => {
    selection.current = noSelection;
    handle.current?.showSelection(null);
    handle.current?.showCursor(null);
  };

  return (
    <figure
      class="chart"
      data-chart={chart}
      data-from={Math.round(range.from)}
      data-until={Math.round(range.until)}
      data-points={points.length}
      data-limits={JSON.stringify(layers.limits)}
      data-band={JSON.stringify(layers.band)}
      data-corridor={corridorText(layers)}
      data-stretches={JSON.stringify(layers.stretches)}
      data-notes={JSON.stringify(notes.map(({ time, title: said }) => ({ time, title: said })))}
    >
      <figcaption>
        <strong>{title}</strong>
        <ChartKey lines={lines} layers={layers} />
        {children}
        <output class="readout">{readout ?? ""}</output>
      </figcaption>
      {empty !== undefined && points.length === 0 ? (
        <div class="chart-empty" style={{ minHeight: `${heightPx}px` }}>
          {empty}
        </div>
      ) : (
        <div
          class="chart-plot"
          tabIndex={0}
          role="application"
          aria-roledescription="chart"
          aria-label={`${title}: ${summaryOf(points)} Arrow keys read values, with Shift they select, Enter zooms, s finds what moved like it.`}
          onKeyDown={onKeyDown}
          onBlur={() => {
            if (picked === null) leave();
          }}
        >
          <Plot
            range={range}
            columns={columns}
            kinds={lines.map(({ kind }) => kind)}
            layers={layers}
            heightPx={heightPx}
            handle={handle}
            onCursor={setCursor}
            onSelect={setPicked}
          />
        </div>
      )}
      {notes.length > 0 && <NoteList notes={notes} />}
      {picked !== null && (
        <PickedRange
          name={name}
          range={picked}
          onZoom={onSelect}
          onClose={() => {
            setPicked(null);
            handle.current?.showSelection(null);
          }}
        />
      )}
      <p class="hidden" aria-live="polite">
        {announced}
      </p>
      {points.length > 0 && <PointsTable points={points} title={title} />}
    </figure>
  );
}

function corridorText({ corridor }: Layers): string {
  if (!hasCorridor(corridor)) return "null";
  const { times, lower, upper } = corridor;
  return JSON.stringify({ points: times.length, lower: lower.at(-1), upper: upper.at(-1) });
}

function ChartKey({
  lines,
  layers,
}: {
  readonly lines: readonly ChartLine[];
  readonly layers: Layers;
}): JSX.Element {
  return (
    <span class="keys">
      {lines.map(({ kind, label }) => (
        <span key={kind} class="key">
          <i class={`key-${kind}`} />
          {label}
        </span>
      ))}
      {(layers.band !== null || hasCorridor(layers.corridor)) && (
        <span class="key">
          <i class="key-band" />
          expected
        </span>
      )}
      {layers.limits.length > 0 && (
        <span class="key">
          <i class="key-limit" />
          limits of checks that fired
        </span>
      )}
      {layers.stretches.length > 0 && (
        <span class="key">
          <i class="key-odd" />
          abnormal
        </span>
      )}
    </span>
  );
}

/** The marks in words, for who cannot see the canvas or wants the whole text. */
function NoteList({ notes }: { readonly notes: readonly NoteJson[] }): JSX.Element {
  return (
    <details class="chart-notes">
      <summary>{counted(notes.length, "note")} in this range</summary>
      <ul>
        {notes.map(({ id, time, title, text, host, tags }) => (
          <li key={id}>
            <time>{formatMoment(time, nowSeconds())}</time> <b>{title}</b> {text}{" "}
            <span class="soft">{[host, ...tags].filter((word) => word !== "").join(" ")}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** "14:12:40 · 396" and, where a former day is shown too, its values. */
function readoutAt(time: number, lines: readonly ChartLine[], range: TimeRange): string {
  const value = lines[0]?.points ?? [];
  const reach = Math.max(usualStep(value) * 2, (range.until - range.from) / 100);
  const nearest = pointNear(value, time, reach);
  const at = nearest?.[0] ?? time;
  const withSeconds = range.until - range.from <= 2 * secondsPerDay;
  const others = lines.slice(1).flatMap(({ label, points }) => {
    const point = pointNear(points, at, reach);
    return point === undefined ? [] : [`${label} ${formatValue(point[1])}`];
  });
  const when = formatMoment(at, nowSeconds(), { withSeconds });
  return [when, nearest === undefined ? "no data" : formatValue(nearest[1]), ...others].join(" · ");
}

function summaryOf(points: readonly Point[]): string {
  const last = points.at(-1);
  if (last === undefined) return "no data.";
  let [low, high] = [Infinity, -Infinity];
  for (const [, value] of points) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return `between ${formatValue(low)} and ${formatValue(high)}, last ${formatValue(last[1])}.`;
}

function ordered(a: number, b: number): TimeRange {
  return { from: Math.min(a, b), until: Math.max(a, b) };
}
