/** The names under a graph, each with its colour, in columns as wide as the longest needs. */
import type { GraphLine, GraphOptions } from "./describe.ts";
import { element, escaped, textWidth } from "./svg.ts";

/** Further names are counted, not written. */
const rowCountMax = 40;
const nameCharsMax = 120;

interface Columns {
  readonly count: number;
  readonly width: number;
  readonly rowCount: number;
  readonly rowHeight: number;
}

function columnsOf(names: readonly string[], { width, margin, fontSize }: GraphOptions): Columns {
  const longest = Math.max(0, ...names.map((name) => textWidth(cut(name), fontSize)));
  const columnWidth = longest + fontSize * 2.5;
  const count = Math.max(1, Math.floor((width - 2 * margin) / columnWidth));
  const rowCount = Math.min(rowCountMax, Math.ceil(names.length / count));
  return { count, width: columnWidth, rowCount, rowHeight: fontSize * 1.4 };
}

function cut(name: string): string {
  return name.length > nameCharsMax ? `${name.slice(0, nameCharsMax)}…` : name;
}

/** At most half of the picture is legend. */
export function legendHeight(lines: readonly GraphLine[], options: GraphOptions): number {
  if (lines.length === 0) return 0;
  const { rowCount, rowHeight } = columnsOf(
    lines.map(({ name }) => name),
    options,
  );
  return Math.min(rowCount * rowHeight + 6, options.height / 2);
}

export interface LegendEntry {
  readonly name: string;
  readonly stroke: string;
}

export function drawLegend(
  entries: readonly LegendEntry[],
  top: number,
  options: GraphOptions,
  foreground: string,
): string {
  const { fontSize, margin, height } = options;
  const { count, width, rowHeight } = columnsOf(
    entries.map(({ name }) => name),
    options,
  );
  const rowCount = Math.max(1, Math.floor((height - margin - top) / rowHeight));
  const isCut = entries.length > rowCount * count;
  const shown = isCut ? entries.slice(0, rowCount * count - 1) : entries;
  const rows = shown.map(({ name, stroke }) => ({ name: cut(name), stroke }));
  if (isCut) rows.push({ name: `and ${entries.length - shown.length} more`, stroke: "none" });
  return rows
    .map(({ name, stroke }, i) => {
      const x = margin + (i % count) * width;
      const y = top + 6 + Math.floor(i / count) * rowHeight;
      return (
        element("rect", { x, y, width: fontSize, height: fontSize, fill: stroke }) +
        element(
          "text",
          { x: x + fontSize * 1.5, y: y + fontSize * 0.85, fill: foreground },
          escaped(name === "" ? " " : name),
        )
      );
    })
    .join("");
}
