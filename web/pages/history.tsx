/** Anomalies that ended, by name and time, newest first and grouped by day. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { AnomalyJson } from "../../src/webapp/contract.ts";
import { fetchAnomalies } from "../api/kale.ts";
import { FailureNotice, Notice, Waiting } from "../components/notice.tsx";
import { Pager, slicePage } from "../components/pager.tsx";
import { PastAnomaly } from "../components/past-anomaly.tsx";
import { TypedRange } from "../components/range-picker.tsx";
import { formatDay } from "../lib/calendar.ts";
import { counted } from "../lib/format.ts";
import {
  keyOfRange,
  lastChoices,
  rangeAt,
  readRange,
  type RangeChoice,
} from "../lib/time-range.ts";
import { useDelayed } from "../state/delayed.ts";
import { useListKeys } from "../state/list-keys.ts";
import { navigateQuery, placeStore } from "../state/location.ts";
import { nowSeconds, useNow } from "../state/now.ts";
import { useQuery } from "../state/query.ts";
import { showRange } from "../state/range-keys.ts";
import { useStore } from "../state/store.ts";

const usualChoice: RangeChoice = { kind: "last", seconds: 7 * 86_400 };
const perPage = 50;
/** More of one range are not read: narrowing it finds more than paging through thousands. */
const anomalyCountMax = 2000;
const typingPauseMs = 200;
const refreshMs = 60_000;

export function HistoryPage(): JSX.Element {
  const { query } = useStore(placeStore);
  const choice = readRange(query) ?? usualChoice;
  const wanted = query.get("name") ?? "";
  const page = Math.max(0, Number(query.get("page") ?? 1) - 1) || 0;
  const minute = useNow(60);
  const range = rangeAt(choice, minute + 60);
  const found = useQuery(
    keyOfRange(choice),
    (signal) => fetchAnomalies({ state: "ended", ...range, limit: anomalyCountMax }, signal),
    { everyMs: refreshMs, keepsFormer: true },
  );
  useListKeys("a.past");

  const needle = wanted.toLowerCase();
  const matches = (found.value ?? []).filter(
    ({ name, state }) => state === "ended" && name.toLowerCase().includes(needle),
  );
  const isCut = (found.value?.length ?? 0) >= anomalyCountMax;
  return (
    <section class="page">
      <h1 class="plain">History</h1>
      <div class="bar">
        <NameField name={wanted} />
        <div class="segments" role="group" aria-label="Range">
          {lastChoices.slice(2).map(({ key, seconds, label }) => (
            <button
              key={key}
              type="button"
              aria-pressed={choice.kind === "last" && choice.seconds === seconds}
              onClick={() =>
                navigateQuery({ range: key, from: undefined, until: undefined, page: undefined })
              }
            >
              {label}
            </button>
          ))}
        </div>
        <TypedRange choice={choice} range={range} onRange={showRange} />
      </div>
      {found.value === undefined ? (
        found.failure !== undefined ? (
          <FailureNotice failure={found.failure} what="The history" onRetry={found.refresh} />
        ) : (
          <Waiting what="the history" />
        )
      ) : matches.length === 0 ? (
        <NoMatches hasName={wanted !== ""} totalCount={found.value.length} />
      ) : (
        <>
          <p class="soft" role="status">
            {counted(matches.length, "anomaly", "anomalies")} ended in this range, newest first
            {isCut && `. Only the newest ${anomalyCountMax} are searched: narrow the range`}
          </p>
          <Days anomalies={slicePage(matches, page, perPage)} />
          <Pager
            page={page}
            count={matches.length}
            perPage={perPage}
            onPage={(next) => {
              navigateQuery({ page: next === 0 ? undefined : next + 1 });
              scrollTo(0, 0);
            }}
          />
        </>
      )}
    </section>
  );
}

function NameField({ name }: { readonly name: string }): JSX.Element {
  const [text, setText] = useState(name);
  const typed = useDelayed(text, typingPauseMs);
  useEffect(() => setText(name), [name]);
  useEffect(() => {
    if (typed !== name && typed === text) {
      navigateQuery({ name: typed, page: undefined }, { isReplacing: true });
    }
  }, [typed]);
  return (
    <label class="field">
      <span class="hidden">Part of a name</span>
      <input
        type="search"
        value={text}
        placeholder="Part of a name"
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </label>
  );
}

function Days({ anomalies }: { readonly anomalies: readonly AnomalyJson[] }): JSX.Element {
  const days = Map.groupBy(anomalies, ({ started }) => formatDay(started));
  const today = formatDay(nowSeconds());
  return (
    <>
      {[...days].map(([day, ofDay]) => (
        <section key={day} class="day">
          <h2>{day === today ? "Today" : day}</h2>
          <ul>
            {ofDay.map((anomaly) => (
              <PastAnomaly key={anomaly.id} anomaly={anomaly} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

function NoMatches({
  hasName,
  totalCount,
}: {
  readonly hasName: boolean;
  readonly totalCount: number;
}): JSX.Element {
  const isName = hasName && totalCount > 0;
  return (
    <Notice title={isName ? "None of this name in this range" : "No anomaly ended in this range"}>
      <p>
        {isName
          ? `${counted(totalCount, "other anomaly", "other anomalies")} ended in it.`
          : "What still goes on is on the first page, Now."}
      </p>
      <button
        type="button"
        onClick={() =>
          navigateQuery(
            isName ? { name: undefined } : { range: "14d", from: undefined, until: undefined },
          )
        }
      >
        {isName ? "Show all names" : "Show 14 days"}
      </button>
    </Notice>
  );
}
