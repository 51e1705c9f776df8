/** Below an anomaly: to whom it was told, and why not. Nothing where nothing is to be said. */
import type { JSX } from "preact";
import { fetchAlertsOf } from "../api/alerts.ts";
import { formatClock } from "../lib/calendar.ts";
import { useQuery } from "../state/query.ts";

const refreshMs = 10_000;

export function ToldOfIt({ anomalyId }: { readonly anomalyId: string }): JSX.Element | null {
  const { value } = useQuery(`alerts ${anomalyId}`, (signal) => fetchAlertsOf(anomalyId, signal), {
    everyMs: refreshMs,
  });
  if (value === undefined || value.deliveries.length + value.skips.length === 0) return null;
  return (
    <section class="told">
      <h3 class="section">Told</h3>
      <ul>
        {value.deliveries.map(({ id, channel, kind, state, made, sent, problem }) => (
          <li key={id}>
            <span class="tag">{kind}</span> {channel}
            {state === "sent" && sent !== null && `, ${formatClock(sent)}`}
            {state === "waiting" && `, waits since ${formatClock(made)}`}
            {state === "failed" && ", given up"}
            {problem !== "" && <span class="problem"> {problem}</span>}
          </li>
        ))}
        {value.skips.map(({ route, reason, time }) => (
          <li key={`${route} ${time}`} class="soft">
            not told on route {route}: {reason}
          </li>
        ))}
      </ul>
    </section>
  );
}
