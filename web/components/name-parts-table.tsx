/** What takes the room: which parts of names have the most series, and where the new ones came from. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { CardinalityJson } from "../../src/webapp/contract.ts";
import { fetchCardinality } from "../api/kale.ts";
import { formatCount } from "../lib/format.ts";
import { withQuery } from "../lib/route.ts";
import { useQuery } from "../state/query.ts";

const refreshMs = 60_000;

type Order = "bySeries" | "byNewHour" | "byNewDay" | "byValues";

const orders: readonly (readonly [order: Order, label: string])[] = [
  ["bySeries", "most metrics"],
  ["byNewHour", "new in the last hour"],
  ["byNewDay", "new in the last day"],
  ["byValues", "tags with most values"],
];

export function NamePartsTable(): JSX.Element | null {
  const { value } = useQuery("cardinality", fetchCardinality, { everyMs: refreshMs });
  const [order, setOrder] = useState<Order>("bySeries");
  if (value === undefined || value.series === 0) return null;
  return (
    <section class="panel">
      <h2 class="section">What takes the room</h2>
      <p>
        <label>
          Ordered by{" "}
          <select value={order} onChange={(event) => setOrder(event.currentTarget.value as Order)}>
            {orders.map(([key, label]) => (
              <option key={key} value={key}>
                {label}
              </option>
            ))}
          </select>
        </label>
        {!value.whole && " Names differ so much that parts of few metrics are left out."}
      </p>
      <Rows value={value} order={order} />
    </section>
  );
}

function Rows({
  value,
  order,
}: {
  readonly value: CardinalityJson;
  readonly order: Order;
}): JSX.Element {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="What takes the room">
      <table>
        <thead>
          <tr>
            <th scope="col">names with</th>
            <th scope="col" class="n">
              metrics
            </th>
            <th scope="col" class="n">
              new in 1 h
            </th>
            <th scope="col" class="n">
              new in 1 d
            </th>
            <th scope="col" class="n">
              values
            </th>
          </tr>
        </thead>
        <tbody>
          {value[order].map((part) => (
            <tr key={`${part.kind} ${part.text}`}>
              <th scope="row" class="mono">
                <a class="link" href={withQuery("/explore", { q: part.query })}>
                  {part.kind === "path" ? `${part.text}.…` : part.text}
                </a>
              </th>
              <td class="n">{formatCount(part.series)}</td>
              <td class="n">{formatCount(part.newHour)}</td>
              <td class="n">{formatCount(part.newDay)}</td>
              <td class="n">{part.values > 0 ? formatCount(part.values) : ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
