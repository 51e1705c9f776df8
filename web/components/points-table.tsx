/** A graph's numbers as a table, for who cannot or will not read a picture. Closed until asked for. */
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { formatTyped } from "../lib/calendar.ts";
import { columnsOfLines, type Point } from "../lib/columns.ts";
import { counted, formatValue } from "../lib/format.ts";
import { Pager, slicePage } from "./pager.tsx";

const rowsPerPage = 30;

export interface TableLine {
  /** Heads its column where there are several. */
  readonly label: string;
  readonly points: readonly Point[];
}

export function PointsTable({
  lines,
  title,
}: {
  readonly lines: readonly TableLine[];
  readonly title: string;
}): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  return (
    <details
      class="as-table"
      onToggle={(event) => {
        setOpen(event.currentTarget.open);
      }}
    >
      <summary>As a table</summary>
      {isOpen && <Table lines={lines} title={title} />}
    </details>
  );
}

function Table({
  lines,
  title,
}: {
  readonly lines: readonly TableLine[];
  readonly title: string;
}): JSX.Element {
  const [page, setPage] = useState(0);
  const columns = useMemo(() => columnsOfLines(lines.map(({ points }) => points)), [lines]);
  // A time that only a gap has is in no line.
  const places = [...columns.times.keys()]
    .filter((place) => columns.values.some((column) => typeof column[place] === "number"))
    .toReversed();
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label={`${title} as a table`}>
        <table>
          <caption class="hidden">
            {title}: {counted(places.length, "point")}, newest first
          </caption>
          <thead>
            <tr>
              <th scope="col">Time</th>
              {lines.map(({ label }, i) => (
                <th key={`${i} ${label}`} scope="col" class={lines.length > 1 ? "n mono" : "n"}>
                  {lines.length > 1 ? label : "Value"}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {slicePage(places, page, rowsPerPage).map((place) => (
              <tr key={place}>
                <td class="mono">{formatTyped(columns.times[place] ?? 0)}</td>
                {columns.values.map((column, i) => (
                  <Cell key={i} value={column[place]} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Pager page={page} count={places.length} perPage={rowsPerPage} onPage={setPage} />
    </>
  );
}

function Cell({ value }: { readonly value: number | null | undefined }): JSX.Element {
  if (typeof value !== "number") return <td class="n soft">–</td>;
  return (
    <td class="n" title={String(value)}>
      {formatValue(value)}
    </td>
  );
}
