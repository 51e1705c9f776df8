/** What else was abnormal about the same metric: whether this happens every night is half the answer. */
import type { JSX } from "preact";
import type { AnomalyJson } from "../../src/webapp/contract.ts";
import { formatMoment } from "../lib/calendar.ts";
import { counted, formatDuration } from "../lib/format.ts";
import { anomalyPath, withQuery } from "../lib/route.ts";
import { partsOfSentence } from "../lib/sentence.ts";
import { nowSeconds } from "../state/now.ts";

const shownCount = 8;

export interface OtherAnomaliesProps {
  readonly current?: AnomalyJson;
  readonly others: readonly AnomalyJson[] | undefined;
  readonly title?: string;
  /** What to say where there are none. */
  readonly none?: string;
}

export function OtherAnomalies({
  current,
  others,
  title = "Other anomalies of this metric",
  none = "None before, as far back as Kale remembers.",
}: OtherAnomaliesProps): JSX.Element {
  const rest = (others ?? []).filter(({ id }) => id !== current?.id);
  const name = current?.name ?? rest[0]?.name;
  const now = nowSeconds();
  return (
    <section class="others">
      <h3>
        {title}
        {rest.length > shownCount && name !== undefined && (
          <a class="link" href={withQuery("/history", { name })}>
            all {rest.length}
          </a>
        )}
      </h3>
      {others === undefined && <p class="soft">Reading…</p>}
      {others !== undefined && rest.length === 0 && <p class="soft">{none}</p>}
      <ul aria-label={counted(rest.length, "anomaly", "anomalies")}>
        {rest.slice(0, shownCount).map((anomaly) => (
          <li key={anomaly.id}>
            <a href={anomalyPath(anomaly.id)}>
              <span class="soft">{formatMoment(anomaly.started, now)}</span>
              <b>{partsOfSentence(anomaly.sentence).lead}</b>
              <span class="soft">
                {anomaly.ended === null
                  ? "goes on"
                  : `for ${formatDuration(anomaly.ended - anomaly.started)}`}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
