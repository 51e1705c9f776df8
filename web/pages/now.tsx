/**
 * Now, the first page: what is abnormal, and one of it in full. "/" selects the newest by itself;
 * "/a/ID" is a link to one. On a narrow screen the list and the one are two views.
 */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { AnomalyJson, SummaryJson } from "../../src/webapp/contract.ts";
import { fetchAnomalies, fetchAnomaly } from "../api/kale.ts";
import { ActivityStrip } from "../components/activity-strip.tsx";
import { AnomalyDetail } from "../components/anomaly-detail.tsx";
import { AnomalyList, useShownAnomalies } from "../components/anomaly-list.tsx";
import { CalmWords } from "../components/calm-words.tsx";
import { FirstMetric } from "../components/first-metric.tsx";
import { FailureNotice, Notice, Waiting } from "../components/notice.tsx";
import { OwnHost, useOwnNames } from "../components/own-host.tsx";
import { PastAnomaly } from "../components/past-anomaly.tsx";
import { formatCount } from "../lib/format.ts";
import { judgedWords } from "../lib/judged-words.ts";
import { anomalyPath } from "../lib/route.ts";
import { anomaliesOf, useIncidents } from "../state/incidents.ts";
import { useKeys } from "../state/keys.ts";
import { liveStore, pauseLive, resumeLive } from "../state/live.ts";
import { navigate } from "../state/location.ts";
import { narrowQuery, useMedia } from "../state/media.ts";
import { useQuery } from "../state/query.ts";
import { useShownName } from "../state/shown-name.ts";
import { useStore } from "../state/store.ts";

const lastEndedCount = 5;

export function NowPage({ anomalyId }: { readonly anomalyId: string | null }): JSX.Element {
  const live = useStore(liveStore);
  const isNarrow = useMedia(narrowQuery);
  const chosenByItself = useRef<string | null>(null);
  const shown = useShownAnomalies(anomalyId ?? chosenByItself.current);
  const { rows } = shown;
  const incidents = useIncidents(rows);
  const inOrder = anomaliesOf(incidents.shown);

  if (!rows.some(({ id }) => id === chosenByItself.current)) {
    // Of an incident the earliest, which is not the newest row: so not before incidents are known.
    chosenByItself.current = (incidents.isKnown ? inOrder[0]?.id : undefined) ?? null;
  }
  const selectedId = anomalyId ?? (isNarrow ? null : chosenByItself.current);
  useSelectionKeys(inOrder, selectedId, anomalyId);

  const abnormal = live.summary?.abnormal ?? null;
  const isList = !isNarrow || anomalyId === null;
  const isDetail = !isNarrow || anomalyId !== null;
  return (
    <>
      {isList && <ActivityStrip abnormal={abnormal} />}
      <div class={rows.length > 0 || anomalyId !== null ? "now" : "now now-empty"}>
        {isList && rows.length > 0 && incidents.isKnown && (
          <AnomalyList {...shown} shown={incidents.shown} selectedId={selectedId} />
        )}
        {isList && rows.length === 0 && anomalyId !== null && <CalmAside />}
        {isDetail && selectedId !== null && (
          <Selected
            key={selectedId}
            id={selectedId}
            isLinked={anomalyId !== null}
            isNarrow={isNarrow}
          />
        )}
        {selectedId === null && rows.length === 0 && <NothingAbnormal />}
      </div>
    </>
  );
}

/** j and k walk the list; the first step leaves "/" for back to return to, the others replace it. */
function useSelectionKeys(
  rows: readonly AnomalyJson[],
  selectedId: string | null,
  anomalyId: string | null,
): void {
  const step = (by: 1 | -1): void => {
    const at = rows.findIndex(({ id }) => id === selectedId);
    const next = rows[at < 0 ? 0 : at + by];
    if (next === undefined) return;
    navigate(anomalyPath(next.id), { isReplacing: anomalyId !== null });
    document
      .querySelector(`[data-anomaly="${CSS.escape(next.id)}"]`)
      ?.scrollIntoView({ block: "nearest" });
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    Enter: () => {
      if (selectedId === null) return;
      if (anomalyId === null) navigate(anomalyPath(selectedId));
      document.querySelector<HTMLElement>(".detail h1")?.focus();
    },
    Escape: () => {
      if (anomalyId !== null) navigate("/");
    },
  });
}

function Selected({
  id,
  isLinked,
  isNarrow,
}: {
  readonly id: string;
  /** The address is its own, so the browser's tab bears its name. */
  readonly isLinked: boolean;
  readonly isNarrow: boolean;
}): JSX.Element {
  const known = useStore(liveStore, ({ anomalies }) => anomalies?.get(id));
  const query = useQuery(known === undefined ? id : null, (signal) => fetchAnomaly(id, signal));
  const anomaly = known ?? query.value;
  useShownName(isLinked ? anomaly?.name : undefined);
  return (
    <section class="detail" aria-label="The selected metric">
      {isNarrow && (
        <a class="back" href="/">
          ← All abnormal metrics
        </a>
      )}
      {anomaly !== undefined ? (
        <AnomalyDetail anomaly={anomaly} />
      ) : query.failure?.status === 404 ? (
        <Notice title="This anomaly is not known">
          <p>It may be older than what Kale keeps, or the link lost some letters.</p>
          <p>
            <a class="link" href="/history">
              Look in the history
            </a>
          </p>
        </Notice>
      ) : query.failure !== undefined ? (
        <FailureNotice failure={query.failure} what="This anomaly" onRetry={query.refresh} />
      ) : (
        <Waiting what="this anomaly" />
      )}
    </section>
  );
}

function CalmAside(): JSX.Element {
  return (
    <section class="list" aria-label="Abnormal now">
      <h2>
        <span>Nothing is abnormal now</span>
      </h2>
      <CalmWords />
    </section>
  );
}

function NothingAbnormal(): JSX.Element {
  const { anomalies, summary, failure, stream } = useStore(liveStore);
  if (failure !== null && anomalies === null) {
    const retry = (): void => {
      pauseLive();
      resumeLive();
    };
    return <FailureNotice failure={failure} what="The list of anomalies" onRetry={retry} />;
  }
  if (anomalies === null || summary === null) {
    if (stream.kind !== "reconnecting") return <Waiting what="what is abnormal" />;
    return (
      <Notice title="Kale cannot be reached" tone="problem">
        <p>The page tries again by itself. Is the program still running?</p>
      </Notice>
    );
  }
  if (summary.metrics === 0) return <FirstMetric />;
  return <AllCalm summary={summary} />;
}

function AllCalm({ summary }: { readonly summary: SummaryJson }): JSX.Element {
  const own = useOwnNames();
  const judged = judgedWords(summary);
  const words =
    judged === ""
      ? "The first round of judging has not ended yet."
      : `No metric is abnormal; ${judged}.`;
  if (own?.isAlone === true) {
    return (
      <div class="calm-own">
        <Notice
          title={
            own.vitals.length > 0
              ? "All calm, and only this machine’s own signs so far"
              : "All calm, and nothing of yours so far"
          }
          tone="good"
        >
          <p>
            {words}{" "}
            {own.vitals.length > 0
              ? `These ${formatCount(summary.metrics)} metrics are this machine and Kale itself, judged like any other.`
              : "All that has arrived is what Kale sends to itself."}
          </p>
        </Notice>
        <OwnHost vitals={own.vitals} />
        <LastEnded />
      </div>
    );
  }
  return (
    <Notice title="All calm" tone="good">
      <p>{words} What becomes abnormal appears here by itself.</p>
      <CalmWords />
      <LastEnded />
    </Notice>
  );
}

/** A calm page still answers "was there anything?". */
function LastEnded(): JSX.Element | null {
  const { value } = useQuery("last ended", (signal) =>
    fetchAnomalies({ state: "ended", limit: lastEndedCount }, signal),
  );
  if (value === undefined || value.length === 0) return null;
  return (
    <section class="day last-ended">
      <h2>
        Ended last{" "}
        <a class="link" href="/history">
          all history
        </a>
      </h2>
      <ul>
        {value.map((anomaly) => (
          <PastAnomaly key={anomaly.id} anomaly={anomaly} />
        ))}
      </ul>
    </section>
  );
}
