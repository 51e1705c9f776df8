/** Every metric, by part of its name: small graphs of what matches, each a link to its page. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { fetchNames } from "../api/kale.ts";
import { FirstMetric } from "../components/first-metric.tsx";
import { FailureNotice, Notice, Waiting } from "../components/notice.tsx";
import { SeriesName } from "../components/series-name.tsx";
import { Sparkline } from "../components/sparkline.tsx";
import { counted, formatCount } from "../lib/format.ts";
import { partsOfNames } from "../lib/name-parts.ts";
import { metricPath, withQuery } from "../lib/route.ts";
import { lastChoices } from "../lib/time-range.ts";
import { useDelayed } from "../state/delayed.ts";
import { useListKeys } from "../state/list-keys.ts";
import { activeAnomalies, liveStore } from "../state/live.ts";
import { navigateQuery, placeStore } from "../state/location.ts";
import { useQuery } from "../state/query.ts";
import { useStore } from "../state/store.ts";

const pageCount = 60;
const typingPauseMs = 150;
const spanChoices = lastChoices.filter(({ key }) => key === "1h" || key === "24h" || key === "7d");

export function ExplorePage(): JSX.Element {
  const { query } = useStore(placeStore);
  const asked = query.get("q") ?? "";
  const span = spanChoices.find(({ key }) => key === query.get("range")) ?? spanChoices[0];
  const [text, setText] = useState(asked);
  const [limit, setLimit] = useState(pageCount);
  const typed = useDelayed(text, typingPauseMs);
  useEffect(() => setText(asked), [asked]);
  useEffect(() => {
    if (typed !== asked && typed === text) navigateQuery({ q: typed }, { isReplacing: true });
  }, [typed]);
  const names = useQuery(
    `${asked}\n${limit}`,
    (signal) => fetchNames(asked.trim(), limit, signal),
    { keepsFormer: true, everyMs: 60_000 },
  );
  useListKeys("a.card");

  return (
    <section class="page">
      <h1 class="plain">Metrics</h1>
      <div class="bar">
        <label class="field wide">
          <span class="hidden">Part of a name, or a pattern with * and ?</span>
          <input
            type="search"
            value={text}
            placeholder="Part of a name, or a pattern: web.*.latency"
            spellcheck={false}
            autocomplete="off"
            onInput={(event) => {
              setText(event.currentTarget.value);
              setLimit(pageCount);
            }}
          />
        </label>
        <a class="button" href="/graph">
          Graph of an expression
        </a>
        <a class="button" href="/views">
          Saved views
        </a>
        <div class="segments" role="group" aria-label="Range of the small graphs">
          {spanChoices.map(({ key, label }) => (
            <button
              key={key}
              type="button"
              aria-pressed={key === span?.key}
              onClick={() => navigateQuery({ range: key }, { isReplacing: true })}
            >
              {label}
            </button>
          ))}
        </div>
      </div>
      {names.value !== undefined ? (
        <Matches
          names={names.value.names}
          total={names.value.total}
          asked={asked}
          span={{ key: span?.key ?? "1h", seconds: span?.seconds ?? 3600 }}
          onMore={() => setLimit(limit + pageCount)}
        />
      ) : names.failure !== undefined ? (
        <FailureNotice failure={names.failure} what="The names" onRetry={names.refresh} />
      ) : (
        <Waiting what="the names" />
      )}
    </section>
  );
}

function Matches({
  names,
  total,
  asked,
  span,
  onMore,
}: {
  readonly names: readonly string[];
  readonly total: number;
  readonly asked: string;
  readonly span: { readonly key: string; readonly seconds: number };
  readonly onMore: () => void;
}): JSX.Element {
  const live = useStore(liveStore);
  if (total === 0 && asked === "") return <FirstMetric />;
  if (total === 0) {
    return (
      <Notice title={`No metric’s name holds “${asked}”`}>
        <p>Capitals do not matter. With * or ? the pattern must fit the whole name: *{asked}*</p>
        <button type="button" onClick={() => navigateQuery({ q: undefined })}>
          Show all
        </button>
      </Notice>
    );
  }
  const parts = partsOfNames(names);
  const active = new Map(activeAnomalies(live).map((anomaly) => [anomaly.name, anomaly]));
  return (
    <>
      <p class="soft" role="status">
        {total > names.length
          ? `${formatCount(names.length)} of ${counted(total, "metric")}`
          : counted(total, "metric")}
      </p>
      <ul class="cards">
        {names.map((name) => {
          const anomaly = active.get(name);
          return (
            <li key={name}>
              <a class="card" href={withQuery(metricPath(name), { range: span.key })}>
                <span class="card-head">
                  <SeriesName name={name} parts={parts.get(name)} />
                  {anomaly !== undefined && <span class="tag odd">▲ abnormal</span>}
                </span>
                <Sparkline
                  name={name}
                  width={250}
                  height={54}
                  seconds={span.seconds}
                  oddFrom={anomaly?.started ?? null}
                />
              </a>
            </li>
          );
        })}
      </ul>
      {total > names.length && (
        <p class="more">
          <button type="button" onClick={onMore}>
            Show {formatCount(Math.min(pageCount, total - names.length))} more
          </button>
        </p>
      )}
    </>
  );
}
