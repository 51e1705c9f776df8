/**
 * A graph with everything a canvas lacks: a caption and key, a read-out, a cursor and a selection by
 * keyboard with polite announcements, and the same numbers as a table.
 *
 * Without a name it is about no metric in particular: its lines are equals, with a legend below that
 * reads each, and Up and Down choose the one that the other keys read.
 *
 * For tests and other programs the figure says what it draws in data attributes:
 *
 *     data-chart      "hour", "day", "metric" or "expression"
 *     data-from, -until   Unix seconds of its range
 *     data-lines      how many lines it has
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
import { columnsOfLines, type Point } from "../lib/columns.ts";
import { counted } from "../lib/format.ts";
import { readoutAt, summaryOf } from "../lib/readout.ts";
import { similarPath } from "../lib/similar-ask.ts";
import type { TimeRange } from "../lib/time-range.ts";
import { navigate } from "../state/location.ts";
import { useNotes } from "../state/notes.ts";
import { nowSeconds } from "../state/now.ts";
import { ChartLegend } from "./chart-legend.tsx";
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
  readonly chart: "hour" | "day" | "metric" | "expression";
  readonly title: string;
  readonly range: TimeRange;
  /** Where there is a name, the first is the metric itself. */
  readonly lines: readonly ChartLine[];
  readonly layers: Layers;
  readonly heightPx: number;
  readonly onSelect: (range: TimeRange) => void;
  /** The metric that "find what moved like this" is about; none where the lines are equals. */
  readonly name?: string;
  /** Instead of a graph, why there is none and what to do. */
  readonly empty?: ComponentChildren;
  readonly children?: ComponentChildren;
}

const noSelection = { anchor: null, at: null } as const;
const keysOfMetric =
  "Arrow keys read values, with Shift they select, Enter zooms, s finds what moved like it.";
const keysOfEquals =
  "Left and right read values, up and down go to another series, with Shift they select, Enter zooms.";

export function ChartFigure(props: ChartFigureProps): JSX.Element {
  const { chart, title, range, lines, heightPx, onSelect, name, empty, children } = props;
  const notes = useNotes(range);
  const layers = useMemo(() => ({ ...props.layers, notes }), [props.layers, notes]);
  const handle = useRef<PlotHandle | null>(null);
  const selection = useRef<{ anchor: number | null; at: number | null }>(noSelection);
  const [cursor, setCursor] = useState<number | null>(null);
  const [announced, setAnnounced] = useState("");
  const [picked, setPicked] = useState<TimeRange | null>(null);
  /** Of equal lines the one that the keys read; -1 until they do. */
  const [chosen, setChosen] = useState(-1);
  const columns = useMemo(() => columnsOfLines(lines.map(({ points }) => points)), [lines]);
  const areEqual = name === undefined;
  const read = (areEqual ? lines[Math.max(chosen, 0)] : lines[0]) ?? lines[0];
  const points = read?.points ?? [];

  const wordsAt = (time: number, line: ChartLine | undefined): string => {
    const asked = { range, now: nowSeconds() };
    if (!areEqual) return readoutAt(time, lines, asked);
    if (line === undefined) return formatMoment(time, asked.now);
    return `${line.label} · ${readoutAt(time, [line], asked)}`;
  };
  const readout =
    cursor === null ? undefined : wordsAt(cursor, chosen < 0 ? undefined : lines[chosen]);

  const moveTo = (index: number, isSelecting: boolean): void => {
    const point = points[Math.min(Math.max(index, 0), points.length - 1)];
    if (point === undefined) return;
    const [time] = point;
    if (areEqual && chosen < 0) setChosen(0);
    const anchor = isSelecting ? (selection.current.anchor ?? selection.current.at ?? time) : null;
    selection.current = { anchor, at: time };
    handle.current?.showCursor(time);
    handle.current?.showSelection(anchor === null ? null : ordered(anchor, time));
    setAnnounced(wordsAt(time, read) + (anchor === null ? "" : ", selected up to here"));
  };

  const choose = (by: 1 | -1): void => {
    const next = chosen < 0 ? 0 : (chosen + by + lines.length) % lines.length;
    const line = lines[next];
    const time = selection.current.at ?? line?.points.at(-1)?.[0];
    if (line === undefined || time === undefined) return;
    selection.current = { ...selection.current, at: time };
    setChosen(next);
    handle.current?.showCursor(time);
    setAnnounced(wordsAt(time, line));
  };

  const onKeyDown = (event: TargetedKeyboardEvent<HTMLDivElement>): void => {
    const { anchor, at } = selection.current;
    // Another line has no point at the very same time.
    const current = at === null ? -1 : points.findIndex(([time]) => time >= at);
    const index = current < 0 ? points.length - 1 : current;
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: index - 1,
      ArrowRight: index + 1,
      PageUp: index - 20,
      PageDown: index + 20,
      Home: 0,
      End: points.length - 1,
    };
    const step = steps[event.key];
    if (areEqual && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      choose(event.key === "ArrowUp" ? -1 : 1);
    } else if (step !== undefined) moveTo(current < 0 ? points.length - 1 : step, event.shiftKey);
    else if (event.key === "Enter" && anchor !== null && at !== null && anchor !== at) {
      onSelect(ordered(anchor, at));
      leave();
    } else if (event.key === "s" && !areEqual && anchor !== null && at !== null && anchor !== at) {
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
    setChosen(-1);
    handle.current?.showSelection(null);
    handle.current?.showCursor(null);
  };

  return (
    <figure
      class="chart"
      data-chart={chart}
      data-from={Math.round(range.from)}
      data-until={Math.round(range.until)}
      data-lines={lines.length}
      data-points={lines[0]?.points.length ?? 0}
      data-limits={JSON.stringify(layers.limits)}
      data-band={JSON.stringify(layers.band)}
      data-corridor={corridorText(layers)}
      data-stretches={JSON.stringify(layers.stretches)}
      data-notes={JSON.stringify(notes.map(({ time, title: said }) => ({ time, title: said })))}
    >
      <figcaption>
        <strong>{title}</strong>
        {!areEqual && <ChartKey lines={lines} layers={layers} />}
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
          aria-label={`${title}: ${areEqual && read !== undefined ? `${read.label} ` : ""}${summaryOf(points)} ${areEqual ? keysOfEquals : keysOfMetric}`}
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
      {areEqual && <ChartLegend lines={lines} cursor={cursor} range={range} chosen={chosen} />}
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
      {points.length > 0 && (
        <PointsTable lines={areEqual ? lines : lines.slice(0, 1)} title={title} />
      )}
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

function ordered(a: number, b: number): TimeRange {
  return { from: Math.min(a, b), until: Math.max(a, b) };
}
