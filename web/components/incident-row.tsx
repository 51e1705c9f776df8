/** Anomalies that began together as one row: how many, the earliest of them, and on asking the others. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { AnomalyJson } from "../../src/webapp/contract.ts";
import { formatClock } from "../lib/calendar.ts";
import type { NameParts } from "../lib/name-parts.ts";
import type { ShownIncident } from "../state/incidents.ts";
import { AnomalyRow } from "./anomaly-row.tsx";
import { SeenBeforeTag } from "./seen-before.tsx";

export interface IncidentRowProps {
  readonly shown: ShownIncident;
  readonly parts: ReadonlyMap<string, NameParts>;
  readonly selectedId: string | null;
}

export function IncidentRow({ shown, parts, selectedId }: IncidentRowProps): JSX.Element {
  const { incident, rows } = shown;
  const [isAsked, setAsked] = useState(false);
  const [first, ...others] = rows as readonly [AnomalyJson, ...AnomalyJson[]];
  // One that is selected is shown, however the reader came to it.
  const isOpen = isAsked || others.some(({ id }) => id === selectedId);
  return (
    <li class="incident" data-incident={incident.id}>
      <p class="incident-head">
        <b>{incident.title}</b> since {formatClock(incident.started)}
        {incident.seenBefore.slice(0, 1).map((seen) => (
          <SeenBeforeTag key={seen.collection} seen={seen} />
        ))}
        <button
          type="button"
          class="small"
          aria-expanded={isOpen}
          onClick={() => setAsked(!isOpen)}
        >
          {isOpen ? "only the first" : `show ${others.length} more`}
        </button>
      </p>
      <ul>
        {(isOpen ? rows : [first]).map((anomaly) => (
          <AnomalyRow
            key={anomaly.id}
            anomaly={anomaly}
            parts={parts.get(anomaly.name)}
            isSelected={anomaly.id === selectedId}
          />
        ))}
      </ul>
    </li>
  );
}
