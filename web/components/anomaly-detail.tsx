/** One anomaly in full: the sentence, the last hour large, the day below, and why the checks fired. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { AnomalyJson } from "../../src/webapp/contract.ts";
import { fetchAnomalies, fetchAnomaly, fetchVerdict } from "../api/kale.ts";
import { formatClock, formatMoment, formatSpan } from "../lib/calendar.ts";
import { formatDuration, formatValue } from "../lib/format.ts";
import { limitsOfChecks } from "../lib/limits.ts";
import { anomalyPath, metricPath, withQuery } from "../lib/route.ts";
import { partsOfSentence } from "../lib/sentence.ts";
import {
  aroundEvent,
  rangeAt,
  readRange,
  secondsPerDay,
  type RangeChoice,
  type TimeRange,
} from "../lib/time-range.ts";
import { useKeys } from "../state/keys.ts";
import { navigate, placeStore, type NavigateOptions } from "../state/location.ts";
import { nowSeconds } from "../state/now.ts";
import { useCorridor } from "../state/corridor.ts";
import { usePoints } from "../state/points.ts";
import { useQuery } from "../state/query.ts";
import { useRangeKeys } from "../state/range-keys.ts";
import { useStore } from "../state/store.ts";
import { StateTag } from "./anomaly-row.tsx";
import { ChartFigure, type ChartLine } from "./chart-figure.tsx";
import { ChecksTable } from "./checks-table.tsx";
import { CollectIt } from "./collect-it.tsx";
import { MuteIt } from "./mute-it.tsx";
import { FailureNotice, Notice, Waiting } from "./notice.tsx";
import { MovedLikeIt, pathOfAnomaly } from "./moved-like-it.tsx";
import { OtherAnomalies } from "./other-anomalies.tsx";
import type { Corridor, Layers } from "./plot-layers.ts";
import { SayOfIt } from "./say-of-it.tsx";
import { SeenBeforeTag } from "./seen-before.tsx";
import { SeriesName } from "./series-name.tsx";
import { WhyTable } from "./why-table.tsx";
import { ToldOfIt } from "./told-of-it.tsx";

const hourSeconds = 3600;
const verdictEveryMs = 10_000;
const otherCountMax = 100;
const seenEveryMs = 60_000;
const seenCountMax = 2;

export function AnomalyDetail({ anomaly }: { readonly anomaly: AnomalyJson }): JSX.Element {
  const { name, started, ended } = anomaly;
  const { query } = useStore(placeStore);
  const asked = readRange(query);
  const usual = usualChoice(anomaly);
  const choice = asked ?? usual;
  const large = usePoints(name, choice);
  const day = usePoints(name, dayChoice(anomaly));
  const verdict = useQuery(`verdict ${name}`, (signal) => fetchVerdict(name, signal), {
    everyMs: verdictEveryMs,
  });
  const others = useQuery(`others ${name}`, (signal) =>
    fetchAnomalies({ state: "all", name, limit: otherCountMax }, signal),
  );

  const range = rangeOf(large.value, choice);
  const dayRange = rangeOf(day.value, dayChoice(anomaly));
  const layers = useLayers(anomaly, { window: null, hasLabels: true }, useCorridor(name, range));
  const dayLayers = useLayers(
    anomaly,
    {
      window: choice.kind === "fixed" ? range : null,
      hasLabels: false,
    },
    useCorridor(name, dayRange),
  );
  const lines = useLine(large.value?.points);
  const dayLines = useLine(day.value?.points);

  const go = (by: 1 | -1): void => {
    const sorted = [...(others.value ?? [])].sort((a, b) => a.started - b.started);
    const next = sorted[sorted.findIndex(({ id }) => id === anomaly.id) + by];
    if (next !== undefined) navigate(anomalyPath(next.id));
  };
  // On "/" the newest is selected by itself; once its window is moved, the address says which it is.
  const show = ({ from, until }: TimeRange, options?: NavigateOptions): void => {
    navigate(withQuery(anomalyPath(anomaly.id), { from, until }), options);
  };
  const showUsual = (): void => {
    navigate(anomalyPath(anomaly.id));
  };
  useRangeKeys({
    range,
    event: aroundEvent({ from: started, until: ended ?? nowSeconds() }, nowSeconds()),
    onRange: show,
    onUsual: showUsual,
    onPrevious: () => go(-1),
    onNext: () => go(1),
  });
  useKeys({ s: () => navigate(pathOfAnomaly(anomaly)) });

  return (
    <>
      <Heading anomaly={anomaly} range={asked === undefined ? undefined : range} />
      <ChartFigure
        chart="hour"
        title={titleOf(asked, usual, range)}
        range={range}
        lines={lines}
        layers={layers}
        heightPx={280}
        name={name}
        onSelect={show}
        empty={
          large.failure !== undefined ? (
            <FailureNotice failure={large.failure} what="The points" onRetry={large.refresh} />
          ) : large.value === undefined ? (
            <Waiting what="the points" />
          ) : (
            <NoPoints onUsual={showUsual} />
          )
        }
      >
        {asked !== undefined && (
          <button type="button" class="small" onClick={showUsual}>
            Usual window <kbd>f</kbd>
          </button>
        )}
      </ChartFigure>
      <ChartFigure
        chart="day"
        title={anomaly.state === "active" ? "24 hours" : "24 hours around it"}
        range={dayRange}
        lines={dayLines}
        layers={dayLayers}
        heightPx={120}
        name={name}
        onSelect={show}
        empty={
          day.value === undefined ? <Waiting what="the day" /> : <NoPoints onUsual={showUsual} />
        }
      />
      <div class="two">
        <div class="beside">
          {anomaly.why !== null && <WhyTable why={anomaly.why} />}
          <ChecksTable then={anomaly.checks} verdict={verdict.value} />
        </div>
        <div class="beside">
          <MovedLikeIt anomaly={anomaly} />
          <OtherAnomalies current={anomaly} others={others.value} />
          <ToldOfIt anomalyId={anomaly.id} />
        </div>
      </div>
    </>
  );
}

function Heading({
  anomaly,
  range,
}: {
  readonly anomaly: AnomalyJson;
  readonly range: TimeRange | undefined;
}): JSX.Element {
  const { lead, rest } = partsOfSentence(anomaly.sentence);
  const { name, started, ended, peak, peakTime } = anomaly;
  const since = formatMoment(started, nowSeconds());
  const window = { from: range?.from, until: range?.until };
  return (
    <>
      <h1 tabIndex={-1}>
        <SeriesName name={name} />
      </h1>
      <p class="sentence">
        <b>{lead}</b> since {since}
        {ended !== null && `, for ${formatDuration(ended - started)}`}
        {rest === "" ? "." : `; ${rest}.`}
      </p>
      <div class="acts">
        <a class="button first" href={pathOfAnomaly(anomaly)} data-similar>
          What moved like it <kbd>s</kbd>
        </a>
        <SayOfIt key={anomaly.id} anomaly={anomaly} />
        <CollectIt key={`collect ${anomaly.id}`} anomaly={anomaly} />
        <MuteIt key={`mute ${anomaly.id}`} name={name} />
      </div>
      <div class="acts">
        <StateTag anomaly={anomaly} />
        <span
          class="tag"
          title={`at ${formatMoment(peakTime, nowSeconds(), { withSeconds: true })}`}
        >
          farthest at {formatValue(peak)}, {formatClock(peakTime)}
        </span>
        <SeenBefore id={anomaly.id} />
        <a class="link" href={withQuery(metricPath(name), window)}>
          Explore this metric
        </a>
        <a class="link" href={withQuery("/history", { name })}>
          Its history
        </a>
      </div>
    </>
  );
}

/** Asked for by itself: the events that keep the list current do not carry it. */
function SeenBefore({ id }: { readonly id: string }): JSX.Element {
  const { value } = useQuery(`seen ${id}`, (signal) => fetchAnomaly(id, signal), {
    everyMs: seenEveryMs,
  });
  return (
    <>
      {(value?.seenBefore ?? []).slice(0, seenCountMax).map((seen) => (
        <SeenBeforeTag key={seen.collection} seen={seen} />
      ))}
    </>
  );
}

function NoPoints({ onUsual }: { readonly onUsual: () => void }): JSX.Element {
  return (
    <Notice title="No points in this window">
      <p>Nothing arrived here, or it is older than what is kept.</p>
      <button type="button" onClick={onUsual}>
        Usual window <kbd>f</kbd>
      </button>
    </Notice>
  );
}

/** The last hour while it goes on; afterwards the anomaly with its surroundings, an hour at least. */
function usualChoice({ state, started, ended }: AnomalyJson): RangeChoice {
  if (state === "active" || ended === null) return { kind: "last", seconds: hourSeconds };
  const until = Math.min(ended + 900, roundedNow());
  return { kind: "fixed", range: { from: Math.min(started - 1800, until - hourSeconds), until } };
}

function dayChoice({ state, started, ended }: AnomalyJson): RangeChoice {
  if (state === "active" || ended === null) return { kind: "last", seconds: secondsPerDay };
  const until = Math.min(ended + secondsPerDay / 4, roundedNow());
  return { kind: "fixed", range: { from: Math.min(started - 3600, until - secondsPerDay), until } };
}

/** To ten minutes, so that an anomaly which ended just now does not ask anew every second. */
function roundedNow(): number {
  return Math.ceil(nowSeconds() / 600) * 600;
}

function rangeOf(answer: TimeRange | undefined, choice: RangeChoice): TimeRange {
  if (choice.kind === "fixed") return choice.range;
  if (answer !== undefined) return { from: answer.from, until: answer.until };
  return rangeAt(choice, nowSeconds());
}

function titleOf(asked: RangeChoice | undefined, usual: RangeChoice, range: TimeRange): string {
  if (asked === undefined && usual.kind === "last") return "Last hour";
  return formatSpan(range.from, range.until, nowSeconds());
}

function useLayers(
  { checks, expected, started, ended }: AnomalyJson,
  { window, hasLabels }: Pick<Layers, "window" | "hasLabels">,
  corridor: Corridor | null,
): Layers {
  const { from, until } = window ?? {};
  return useMemo(
    () => ({
      band: expected,
      corridor,
      limits: limitsOfChecks(checks),
      stretches: [{ from: started, until: ended, label: formatClock(started) }],
      window: from === undefined || until === undefined ? null : { from, until },
      hasLabels,
    }),
    [checks, expected, started, ended, from, until, hasLabels, corridor],
  );
}

const nothing: readonly never[] = [];

function useLine(points: ChartLine["points"] | undefined): readonly ChartLine[] {
  return useMemo(() => [{ kind: "value", label: "value", points: points ?? nothing }], [points]);
}
