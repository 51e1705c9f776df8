/** One abnormal metric in a list: name, what happened in a sentence, since when, and its last hour. */
import type { JSX } from "preact";
import type { AnomalyJson } from "../../src/webapp/contract.ts";
import type { NameParts } from "../lib/name-parts.ts";
import { anomalyPath } from "../lib/route.ts";
import { partsOfSentence, stateWord } from "../lib/sentence.ts";
import { useNow } from "../state/now.ts";
import { Age } from "./age.tsx";
import { KnownTag } from "./say-of-it.tsx";
import { SeriesName } from "./series-name.tsx";
import { Sparkline } from "./sparkline.tsx";

export interface AnomalyRowProps {
  readonly anomaly: AnomalyJson;
  readonly parts: NameParts | undefined;
  readonly isSelected: boolean;
}

export function AnomalyRow({ anomaly, parts, isSelected }: AnomalyRowProps): JSX.Element {
  const { lead, rest } = partsOfSentence(anomaly.sentence);
  return (
    <li>
      <a
        class={anomaly.known?.kind === "normal" ? "row known" : "row"}
        href={anomalyPath(anomaly.id)}
        aria-current={isSelected ? "true" : undefined}
        data-anomaly={anomaly.id}
      >
        <SeriesName name={anomaly.name} parts={parts} />
        <Sparkline
          name={anomaly.name}
          oddFrom={anomaly.started}
          oddUntil={anomaly.ended}
          height={22}
        />
        <span class="why">
          <b>{lead}</b>
          {rest !== "" && ` · ${rest}`}
        </span>
        <span class="row-state">
          {anomaly.known !== null && <KnownTag known={anomaly.known} />}
          <StateTag anomaly={anomaly} />
        </span>
      </a>
    </li>
  );
}

/** The state in a word, and for how long. */
export function StateTag({ anomaly }: { readonly anomaly: AnomalyJson }): JSX.Element {
  const now = useNow(15);
  const word = stateWord(anomaly, now);
  const tone = word === "new" ? "odd" : word === "ended" ? "ok" : "";
  return (
    <span class={`tag ${tone}`}>
      {word}
      {anomaly.ended === null && (
        <>
          {" · "}
          <Age since={anomaly.started} />
        </>
      )}
    </span>
  );
}
