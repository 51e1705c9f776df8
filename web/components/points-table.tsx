/** A graph's numbers as a table, for who cannot or will not read a picture. Closed until asked for. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { formatTyped } from "../lib/calendar.ts";
import type { Point } from "../lib/columns.ts";
import { counted, formatValue } from "../lib/format.ts";
import { Pager, slicePage } from "./pager.tsx";

const rowsPerPage = 30;

export function PointsTable({
  points,
  title,
}: {
  readonly points: readonly Point[];
  readonly title: string;
}): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const [page, setPage] = useState(0);
  return (
    <details
      class="as-table"
      onToggle={(event) => {
        setOpen(event.currentTarget.open);
      }}
    >
      <summary>As a table</summary>
      {isOpen && (
        <>
          <table>
            <caption class="hidden">
              {title}: {counted(points.length, "point")}, newest first
            </caption>
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col" class="n">
                  Value
                </th>
              </tr>
            </thead>
            <tbody>
              {slicePage(points.toReversed(), page, rowsPerPage).map(([time, value]) => (
                <tr key={time}>
                  <td class="mono">{formatTyped(time)}</td>
                  <td class="n" title={String(value)}>
                    {formatValue(value)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <Pager page={page} count={points.length} perPage={rowsPerPage} onPage={setPage} />
        </>
      )}
    </details>
  );
}
