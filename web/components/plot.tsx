/**
 * A thin wrapper around uPlot: lines over time with `plot-layers.ts` around them. It owns the canvas
 * and the pointer; words, keys and the table are ChartFigure's.
 *
 * The canvas is made anew when its colours or its lines change, and only fed when its data does.
 */
import type { JSX, RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { formatTicks } from "../lib/format.ts";
import { lonelyIndexes, type Columns } from "../lib/columns.ts";
import type { TimeRange } from "../lib/time-range.ts";
import { timeTickLabels } from "../lib/time-ticks.ts";
import { valueScale } from "../lib/value-scale.ts";
import { useStore } from "../state/store.ts";
import { themeStore } from "../state/theme.ts";
import { readColors, type ColorName, type PlotColors } from "./plot-colors.ts";
import { drawBehind, drawInFront, hasCorridor, plotFont, type Layers } from "./plot-layers.ts";

/** A hue is one of as many lines as are drawn together; see plot-colors.ts. */
export type LineKind = "value" | "day-before" | "week-before" | `hue-${number}`;

/** What ChartFigure may do with the canvas when keys are used instead of the pointer. */
export interface PlotHandle {
  /** Unix seconds; null takes the cursor away. */
  showCursor(time: number | null): void;
  showSelection(range: TimeRange | null): void;
}

export interface PlotProps {
  readonly range: TimeRange;
  readonly columns: Columns;
  readonly kinds: readonly LineKind[];
  readonly layers: Layers;
  readonly heightPx: number;
  readonly handle: RefObject<PlotHandle | null>;
  /** The time under the pointer, or null. */
  readonly onCursor: (time: number | null) => void;
  /** A range was dragged. */
  readonly onSelect: (range: TimeRange) => void;
}

/** Shorter drags are clicks. */
const dragPxMin = 6;

export function Plot(props: PlotProps): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const plotRef = useRef<uPlot | null>(null);
  const newest = useRef(props);
  newest.current = props;
  const isDark = useStore(themeStore, (theme) => theme.isDark);
  const { columns, range, layers, heightPx, kinds, handle } = props;
  const kindList = kinds.join();

  useLayoutEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const plot = new uPlot(optionsOf(newest, readColors(element)), dataOf(newest.current), element);
    plotRef.current = plot;
    handle.current = handleOf(plot);
    const observer = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry?.contentRect.width ?? 0);
      if (width > 0 && width !== plot.width) plot.setSize({ width, height: heightPx });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
      plotRef.current = null;
      handle.current = null;
    };
  }, [isDark, kindList, heightPx, handle]);

  useLayoutEffect(() => {
    plotRef.current?.setData(dataOf(newest.current));
  }, [columns, range.from, range.until, layers]);

  return <div ref={host} class="plot" style={{ height: `${heightPx}px` }} />;
}

function dataOf({ columns, range }: PlotProps): uPlot.AlignedData {
  if (columns.times.length > 0) return [columns.times, ...columns.values];
  // Without any point uPlot would draw no axis; two gaps give it the range.
  return [[range.from, range.until], ...columns.values.map(() => [null, null])];
}

function optionsOf(newest: { readonly current: PlotProps }, colors: PlotColors): uPlot.Options {
  const { heightPx, kinds } = newest.current;
  const axis = {
    stroke: colors.soft,
    font: `11px ${plotFont}`,
    ticks: { show: false },
    border: { show: false },
  };
  const isLow = heightPx < 140;
  return {
    width: 300, // The observer sets the real one before anything is painted.
    height: heightPx,
    padding: [8, 16, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: true, y: false, setScale: false, dist: dragPxMin },
      points: { size: 7, width: 1.5, stroke: colors.panel },
      focus: { prox: -1 },
    },
    scales: {
      x: { time: true, range: () => [newest.current.range.from, newest.current.range.until] },
      y: { range: () => scaleOf(newest.current) },
    },
    axes: [
      {
        ...axis,
        size: 24,
        gap: 4,
        space: 84,
        grid: { show: false },
        values: (plot, splits, axisIndex, space, increment) => timeTickLabels(splits, increment),
      },
      {
        ...axis,
        size: 46,
        gap: 6,
        space: isLow ? 26 : 42,
        grid: { stroke: colors.line, width: 1 },
        values: (plot, splits, axisIndex, space, increment) => formatTicks(splits, increment),
      },
    ],
    series: [{}, ...kinds.map((kind) => seriesOf(kind, colors, isLow))],
    hooks: {
      drawClear: [(plot) => drawBehind(plot, newest.current.layers, colors)],
      draw: [(plot) => drawInFront(plot, newest.current.layers, colors)],
      setCursor: [(plot) => newest.current.onCursor(timeUnderCursor(plot))],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select;
          if (width < dragPxMin) return;
          const [from, until] = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")];
          newest.current.onSelect({ from: Math.floor(from), until: Math.ceil(until) });
        },
      ],
    },
  };
}

function seriesOf(kind: LineKind, colors: PlotColors, isLow: boolean): uPlot.Series {
  const [stroke, width] =
    kind === "value"
      ? [colors.series, isLow ? 1.3 : 1.7]
      : kind.startsWith("hue-")
        ? [colors[kind as ColorName], 1.4]
        : [colors.soft, 1.2];
  const dash = kind === "day-before" ? [2, 3] : kind === "week-before" ? [7, 4] : undefined;
  return {
    stroke,
    width,
    ...(dash !== undefined && { dash }),
    spanGaps: false,
    // A point without neighbours makes no line.
    points: {
      show: true,
      size: 4,
      width: 0,
      fill: stroke,
      filter: (plot, index) => lonelyIndexes(plot.data[index] ?? []),
    },
  };
}

function scaleOf({ columns, layers }: PlotProps): [number, number] {
  const lines = layers.limits.map(({ value }) => value);
  const { corridor } = layers;
  if (hasCorridor(corridor)) {
    lines.push(corridor.lower.reduce((a, b) => Math.min(a, b), Infinity));
    lines.push(corridor.upper.reduce((a, b) => Math.max(a, b), -Infinity));
  } else if (layers.band !== null) lines.push(layers.band.lower, layers.band.upper);
  const { min, max } = valueScale(columns.values.flat(), lines);
  return [min, max];
}

function timeUnderCursor(plot: uPlot): number | null {
  const { left } = plot.cursor;
  return left === undefined || left < 0 ? null : plot.posToVal(left, "x");
}

function handleOf(plot: uPlot): PlotHandle {
  return {
    showCursor: (time) => {
      const left = time === null ? -10 : plot.valToPos(time, "x");
      plot.setCursor({ left, top: time === null ? -10 : 1 });
    },
    showSelection: (range) => {
      const left = range === null ? 0 : plot.valToPos(range.from, "x");
      const width = range === null ? 0 : plot.valToPos(range.until, "x") - left;
      const height = range === null ? 0 : plot.over.clientHeight;
      plot.setSelect({ left, top: 0, width, height }, false);
    },
  };
}
