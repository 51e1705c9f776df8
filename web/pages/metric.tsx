/** Any metric over any time: its graph beside a day or a week before, its anomalies, its checks. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { AnomalyJson, PointsJson, VerdictJson } from "../../src/webapp/contract.ts";
import { fetchAnomalies, fetchVerdict, pointsPath } from "../api/kale.ts";
import { ChartFigure, type ChartLine } from "../components/chart-figure.tsx";
import { ChecksTable } from "../components/checks-table.tsx";
import { FailureNotice, Notice, Waiting } from "../components/notice.tsx";
import { OtherAnomalies } from "../components/other-anomalies.tsx";
import type { Layers } from "../components/plot-layers.ts";
import { RangePicker } from "../components/range-picker.tsx";
import { SeriesName } from "../components/series-name.tsx";
import { formatClock, formatSpan } from "../lib/calendar.ts";
import { wordsOfStatus } from "../lib/check-words.ts";
import { counted, formatDuration, formatValue } from "../lib/format.ts";
import { limitsOfChecks } from "../lib/limits.ts";
import { graphPath, multiplesPath, siblingsOf, targetOfName } from "../lib/graph-target.ts";
import { anomalyPath } from "../lib/route.ts";
import { similarPath } from "../lib/similar-ask.ts";
import {
  aroundEvent,
  readRange,
  rangeAt,
  secondsPerDay,
  type RangeChoice,
  type TimeRange,
} from "../lib/time-range.ts";
import { useKeys } from "../state/keys.ts";
import { navigate, navigateQuery, placeStore } from "../state/location.ts";
import { nowSeconds, useNow } from "../state/now.ts";
import { useCorridor } from "../state/corridor.ts";
import { usePoints } from "../state/points.ts";
import { useQuery } from "../state/query.ts";
import { showRange, showUsualRange, useRangeKeys } from "../state/range-keys.ts";
import { useStore } from "../state/store.ts";

const usualChoice: RangeChoice = { kind: "last", seconds: secondsPerDay };
const verdictEveryMs = 10_000;
const anomalyCountMax = 500;

const comparisons = [
  { key: "1d", kind: "day-before", seconds: secondsPerDay, label: "− 1 day" },
  { key: "7d", kind: "week-before", seconds: 7 * secondsPerDay, label: "− 7 days" },
] as const;

export function MetricPage({ name }: { readonly name: string }): JSX.Element {
  const { query } = useStore(placeStore);
  const choice = readRange(query) ?? usualChoice;
  const compared = new Set((query.get("compare") ?? "").split(","));
  const minute = useNow(60);
  const points = usePoints(name, choice);
  const dayBefore = usePoints(compared.has("1d") ? name : null, choice, {
    backSeconds: secondsPerDay,
  });
  const weekBefore = usePoints(compared.has("7d") ? name : null, choice, {
    backSeconds: 7 * secondsPerDay,
  });
  const verdict = useQuery(`verdict ${name}`, (signal) => fetchVerdict(name, signal), {
    everyMs: verdictEveryMs,
  });
  const asked = rangeAt(choice, minute + 60);
  const anomalies = useQuery(
    `anomalies ${name} ${asked.from} ${asked.until}`,
    (signal) => fetchAnomalies({ state: "all", name, ...asked, limit: anomalyCountMax }, signal),
    { keepsFormer: true },
  );

  const range =
    choice.kind === "last" && points.value !== undefined
      ? { from: points.value.from, until: points.value.until }
      : rangeAt(choice, nowSeconds());
  const lines = useMemo(
    () => linesOf(points.value, dayBefore.value, weekBefore.value),
    [points.value, dayBefore.value, weekBefore.value],
  );
  const corridor = useCorridor(name, range);
  const layers = useMemo(
    () => ({ ...layersOf(anomalies.value, verdict.value), corridor }),
    [anomalies.value, verdict.value, corridor],
  );
  useRangeKeys({
    range,
    event: eventIn(anomalies.value, range),
    onRange: showRange,
    onUsual: showUsualRange,
    onPrevious: () => stepAnomaly(anomalies.value, range, -1),
    onNext: () => stepAnomaly(anomalies.value, range, 1),
  });

  const similarHere = similarPath({ target: { kind: "series", name }, range });
  useKeys({ s: () => navigate(similarHere) });

  const isUnknown = points.failure?.status === 404;
  return (
    <section class="page metric">
      <h1>
        <SeriesName name={name} />
      </h1>
      {isUnknown ? (
        <UnknownMetric name={name} />
      ) : (
        <>
          <Standing verdict={verdict.value} anomalies={anomalies.value} />
          <SaidOfIt verdict={verdict.value} />
          <div class="bar">
            <RangePicker
              choice={choice}
              range={range}
              onLast={(key) => navigateQuery({ range: key, from: undefined, until: undefined })}
              onRange={showRange}
            />
            <Comparisons compared={compared} />
          </div>
          <ChartFigure
            chart="metric"
            title={formatSpan(range.from, range.until, nowSeconds())}
            range={range}
            lines={lines}
            layers={layers}
            heightPx={340}
            name={name}
            onSelect={showRange}
            empty={
              points.failure !== undefined ? (
                <FailureNotice
                  failure={points.failure}
                  what="The points"
                  onRetry={points.refresh}
                />
              ) : points.value === undefined ? (
                <Waiting what="the points" />
              ) : (
                <EmptyRange />
              )
            }
          >
            <a class="button small" href={similarHere} data-similar>
              What moved like this <kbd>s</kbd>
            </a>
            <OtherGraphs name={name} />
          </ChartFigure>
          <Numbers points={points.value} name={name} range={range} />
          <div class="two two-soon">
            <ChecksTable verdict={verdict.value} />
            <OtherAnomalies
              others={anomalies.value}
              title="Anomalies in this range"
              none="None in this range."
            />
          </div>
        </>
      )}
    </section>
  );
}

function OtherGraphs({ name }: { readonly name: string }): JSX.Element {
  const target = targetOfName(name);
  const siblings = siblingsOf(name);
  return (
    <>
      {target !== undefined && (
        <a class="button small" href={graphPath([target])}>
          As an expression
        </a>
      )}
      {siblings !== undefined && (
        <a class="button small" href={multiplesPath(siblings)}>
          Its neighbours
        </a>
      )}
    </>
  );
}

function Standing({
  verdict,
  anomalies,
}: {
  readonly verdict: VerdictJson | undefined;
  readonly anomalies: readonly AnomalyJson[] | undefined;
}): JSX.Element {
  const active = anomalies?.find(({ state }) => state === "active");
  if (active !== undefined) {
    return (
      <p class="sentence">
        <a class="tag odd" href={anomalyPath(active.id)}>
          ▲ abnormal now
        </a>{" "}
        {active.sentence}
      </p>
    );
  }
  if (verdict === undefined) return <p class="sentence soft">Judging it…</p>;
  const { standing } = verdict;
  if (standing !== null && standing.learning !== null) {
    const { reason, left } = standing.learning;
    return (
      <p class="sentence" data-learning>
        <span class="tag">○ learning</span> {reason}
        {left !== null && `; about ${formatDuration(left)} more`}.
      </p>
    );
  }
  if (verdict.status === "ok" && standing !== null && standing.expected !== null) {
    const { lower, upper, source } = standing.expected;
    const unit = standing.nature === "counter" ? " per second" : "";
    return (
      <p class="sentence">
        <span class="tag ok">● calm now</span> Expected now: {formatValue(lower)} to{" "}
        {formatValue(upper)}
        {unit} ({source}).{standing.nature === "sparse" && " It is judged as single events."}
      </p>
    );
  }
  if (verdict.status !== "ok")
    return <p class="sentence soft">Not judged: {wordsOfStatus(verdict.status)}.</p>;
  return (
    <p class="sentence">
      <span class="tag ok">● calm now</span> {verdict.votes} of {verdict.checks.length} checks fire.
    </p>
  );
}

/** What its senders say that it is, and how that counts. */
function SaidOfIt({ verdict }: { readonly verdict: VerdictJson | undefined }): JSX.Element | null {
  const stated = verdict?.standing?.stated ?? null;
  const { type = "", unit = "", help = "" } = verdict?.metadata ?? {};
  const kind = type === "" || type === "unknown" ? (stated ?? "") : type;
  const facts = [kind, unit].filter((word) => word !== "").join(", in ");
  if (facts === "" && help === "") return null;
  return (
    <p class="sentence soft" data-said-of-it>
      {facts !== "" && <>Its sender calls it: {facts}. </>}
      {help}
      {stated === "counter" && " It is judged by its rate."}
    </p>
  );
}

function Comparisons({ compared }: { readonly compared: ReadonlySet<string> }): JSX.Element {
  const toggle = (key: string): void => {
    const next = comparisons
      .map((comparison) => comparison.key)
      .filter((other) => (other === key) !== compared.has(other));
    navigateQuery({ compare: next.join(",") }, { isReplacing: true });
  };
  return (
    <div class="compare">
      <span class="soft">compare</span>
      <div class="segments" role="group" aria-label="Compare with earlier">
        {comparisons.map(({ key, label }) => (
          <button
            key={key}
            type="button"
            aria-pressed={compared.has(key)}
            aria-label={`Compare with ${label.replace("− ", "")} earlier`}
            onClick={() => toggle(key)}
          >
            {label}
          </button>
        ))}
      </div>
    </div>
  );
}

function Numbers({
  points,
  name,
  range,
}: {
  readonly points: PointsJson | undefined;
  readonly name: string;
  readonly range: TimeRange;
}): JSX.Element | null {
  if (points === undefined || points.points.length === 0) return null;
  const values = points.points.map(([, value]) => value);
  const facts = [
    ["last", formatValue(values.at(-1))],
    ["lowest", formatValue(values.reduce((a, b) => Math.min(a, b)))],
    ["highest", formatValue(values.reduce((a, b) => Math.max(a, b)))],
    ["in this range", counted(points.sampleCount, "sample")],
  ] as const;
  const raw = { name, from: Math.floor(range.from), until: Math.ceil(range.until) };
  return (
    <dl class="facts">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      <div>
        <dt>raw data</dt>
        <dd>
          <a
            class="link"
            href={pointsPath({ ...raw, maxPoints: 100_000 })}
            target="_blank"
            rel="noopener"
          >
            JSON
          </a>
        </dd>
      </div>
    </dl>
  );
}

function UnknownMetric({ name }: { readonly name: string }): JSX.Element {
  const start = name.split(/[.;]/)[0] ?? "";
  return (
    <Notice title="No metric has this name">
      <p>It may never have arrived, or not for so long that it was forgotten.</p>
      <p>
        <a class="link" href={`/explore?q=${encodeURIComponent(start)}`}>
          Look for names with “{start}”
        </a>
      </p>
    </Notice>
  );
}

function EmptyRange(): JSX.Element {
  return (
    <Notice title="No points in this range">
      <p>Nothing arrived in it, or it is older than what is kept.</p>
      <button
        type="button"
        onClick={() => navigateQuery({ range: "14d", from: undefined, until: undefined })}
      >
        Show 14 days
      </button>
    </Notice>
  );
}

function linesOf(
  value: PointsJson | undefined,
  dayBefore: PointsJson | undefined,
  weekBefore: PointsJson | undefined,
): ChartLine[] {
  const lines: ChartLine[] = [{ kind: "value", label: "value", points: value?.points ?? [] }];
  const earlier = [dayBefore, weekBefore];
  for (const [i, { kind, seconds, label }] of comparisons.entries()) {
    const answer = earlier[i];
    if (answer === undefined) continue;
    const points = answer.points.map(([time, at]) => [time + seconds, at] as const);
    lines.push({ kind, label, points });
  }
  return lines;
}

/** Stretches of all its anomalies; band and limits only of one that goes on, as they are about now. */
function layersOf(
  anomalies: readonly AnomalyJson[] | undefined,
  verdict: VerdictJson | undefined,
): Layers {
  const active = anomalies?.find(({ state }) => state === "active");
  return {
    band: active?.expected ?? null,
    limits:
      active === undefined || (verdict?.standing ?? null) !== null
        ? []
        : limitsOfChecks(active.checks),
    stretches: (anomalies ?? []).map(({ started, ended }) => ({
      from: started,
      until: ended,
      label: (anomalies?.length ?? 0) > 4 ? "" : formatClock(started),
    })),
    window: null,
    hasLabels: true,
  };
}

function eventIn(
  anomalies: readonly AnomalyJson[] | undefined,
  range: TimeRange,
): TimeRange | undefined {
  const [newest] = (anomalies ?? []).filter(({ started }) => started <= range.until);
  if (newest === undefined) return undefined;
  return aroundEvent({ from: newest.started, until: newest.ended ?? nowSeconds() }, nowSeconds());
}

/** Shows the next anomaly after the middle of the window, or the one before it. */
function stepAnomaly(
  anomalies: readonly AnomalyJson[] | undefined,
  { from, until }: TimeRange,
  by: 1 | -1,
): void {
  const middle = (from + until) / 2;
  const centres = (anomalies ?? []).map(({ started, ended }) => ({
    range: aroundEvent({ from: started, until: ended ?? nowSeconds() }, nowSeconds()),
  }));
  const candidates = centres
    .filter(({ range }) => ((range.from + range.until) / 2 - middle) * by > 1)
    .sort((a, b) => (a.range.from - b.range.from) * by);
  if (candidates[0] !== undefined) showRange(candidates[0].range, { isReplacing: true });
}
