/** One anomaly that ended, as a row: when and for how long, what happened, and its shape. */
import type { JSX } from "preact";
import type { AnomalyJson } from "../../src/webapp/contract.ts";
import { formatClock } from "../lib/calendar.ts";
import { formatDuration } from "../lib/format.ts";
import { anomalyPath } from "../lib/route.ts";
import { partsOfSentence } from "../lib/sentence.ts";
import { nowSeconds } from "../state/now.ts";
import { SeriesName } from "./series-name.tsx";
import { Sparkline } from "./sparkline.tsx";

export function PastAnomaly({ anomaly }: { readonly anomaly: AnomalyJson }): JSX.Element {
  const { id, name, started, ended, lastSeen, endReason, sentence } = anomaly;
  const end = ended ?? lastSeen;
  const { lead, rest } = partsOfSentence(sentence);
  const length = end - started;
  return (
    <li>
      <a class="past" href={anomalyPath(id)}>
        <span class="past-when">
          {formatClock(started)} – {formatClock(end)}
          <small>
            {formatDuration(length)}
            {endReason === "stale" && " · went silent"}
            {endReason === "accepted" && " · new normal"}
          </small>
        </span>
        <span class="past-what">
          <SeriesName name={name} />
          <span class="why">
            <b>{lead}</b>
            {rest !== "" && ` · ${rest}`}
          </span>
        </span>
        <Sparkline
          name={name}
          width={120}
          height={30}
          oddFrom={started}
          oddUntil={end}
          seconds={Math.round(Math.max(3600, length * 2))}
          until={Math.round(Math.min(end + Math.max(900, length / 2), nowSeconds()))}
        />
      </a>
    </li>
  );
}
