/**
 * The calm page of a first start: only this machine's own vital signs have arrived, so they are shown
 * live, and how to send something else.
 */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { fetchNames, fetchPoints, fetchSources } from "../api/kale.ts";
import { formatBytes, formatValue } from "../lib/format.ts";
import { extentOf, linePath, type GraphFrame } from "../lib/graph-path.ts";
import { pickVitals, type OwnVital } from "../lib/own-vitals.ts";
import { metricPath, withQuery } from "../lib/route.ts";
import { firstLines } from "../lib/send-snippets.ts";
import { targetsOf } from "../lib/source-targets.ts";
import { nowSeconds } from "../state/now.ts";
import { useQuery } from "../state/query.ts";
import { useWidth } from "../state/width.ts";
import { CopyBlock } from "./copy-block.tsx";

const vitalCountMax = 6;
const nameCountMax = 1000;
const refreshMs = 5_000;
const namesEveryMs = 20_000;
const heightPx = 64;
const spanSeconds = 900;
const spanSecondsMin = 60;
/** So that 14.1 % becoming 14.2 % does not look like an event. */
const percentHighMin = 25;

export interface OwnNames {
  readonly vitals: readonly OwnVital[];
  /** Nothing but this machine's own signs has arrived. */
  readonly isAlone: boolean;
}

/** @returns undefined until it is known */
export function useOwnNames(): OwnNames | undefined {
  const all = useQuery("all names", (signal) => fetchNames("", 1, signal), {
    everyMs: namesEveryMs,
  });
  const host = useQuery("own names", (signal) => fetchNames("host.*", nameCountMax, signal), {
    everyMs: namesEveryMs,
  });
  const kale = useQuery("kale names", (signal) => fetchNames("kale.*", nameCountMax, signal), {
    everyMs: namesEveryMs,
  });
  if (all.value === undefined || host.value === undefined || kale.value === undefined) {
    return undefined;
  }
  const own = host.value.total + kale.value.total;
  // Many hosts that send signs of this kind are a site, not a first start.
  const hosts = new Set(host.value.names.map((name) => name.split(".")[1]));
  return {
    vitals: pickVitals([...host.value.names, ...kale.value.names], vitalCountMax),
    isAlone: own > 0 && own >= all.value.total && hosts.size <= 1,
  };
}

export function OwnHost({ vitals }: { readonly vitals: readonly OwnVital[] }): JSX.Element {
  return (
    <div class="own">
      {vitals.length > 0 && <h2 class="section">This machine, live</h2>}
      <ul class="own-cards">
        {vitals.map((vital) => (
          <li key={vital.name}>
            <VitalCard vital={vital} />
          </li>
        ))}
      </ul>
      <SendYourOwn />
    </div>
  );
}

function VitalCard({ vital }: { readonly vital: OwnVital }): JSX.Element {
  const { name, label, unit } = vital;
  const host = useRef<SVGSVGElement>(null);
  const width = useWidth(host, 260);
  const { value } = useQuery(
    `vital ${name}`,
    (signal) => {
      const until = Math.ceil(nowSeconds());
      return fetchPoints({ name, from: until - spanSeconds, until, maxPoints: 400 }, signal);
    },
    { everyMs: refreshMs },
  );
  const points = value?.points ?? [];
  const until = value?.until ?? 1;
  const { high } = extentOf([points]);
  const frame: GraphFrame = {
    width,
    height: heightPx,
    // After a first start a line that fills its graph says more than an empty quarter of an hour.
    from: Math.min(points[0]?.[0] ?? 0, until - spanSecondsMin),
    until,
    low: 0,
    high: unit === "percent" ? Math.max(high, percentHighMin) : high,
  };
  return (
    <a class="card own-card" href={withQuery(metricPath(name), { range: "1h" })} data-vital={name}>
      <span class="card-head">
        <span>{label}</span>
        <b class="mono">{valueWords(points.at(-1)?.[1], unit)}</b>
      </span>
      <svg ref={host} height={heightPx} aria-hidden="true">
        <path class="line-match" d={linePath(points, frame)} />
      </svg>
      <span class="own-name mono soft">{name}</span>
    </a>
  );
}

function SendYourOwn(): JSX.Element {
  const { value } = useQuery("sources", fetchSources, { everyMs: 10_000 });
  const lines = value === undefined ? [] : firstLines(targetsOf(value.sources, location.hostname));
  return (
    <>
      <h2 class="section">Send your own</h2>
      <p class="soft own-words">
        Any of these lines sends one sample; it is found under Metrics at once and judged within a
        minute of having enough of them.{" "}
        <a class="link" href="/sources">
          Settings for collectd, Telegraf, StatsD, carbon-relay
        </a>
      </p>
      <div class="own-lines">
        {lines.map((snippet) => (
          <CopyBlock key={snippet.title} {...snippet} />
        ))}
      </div>
      {value !== undefined && lines.length === 0 && (
        <p class="problem">No listener is open, so nothing can arrive; Sources says why.</p>
      )}
    </>
  );
}

function valueWords(value: number | undefined, unit: OwnVital["unit"]): string {
  if (value === undefined) return "–";
  if (unit === "percent") return `${formatValue(Math.round(value * 10) / 10)} %`;
  if (unit === "bytes") return formatBytes(value);
  if (unit === "bytes-per-second") return `${formatBytes(value)}/s`;
  return formatValue(value);
}
