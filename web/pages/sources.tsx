/** What arrives and what does not: every listener with its rate and refusals, and how to send to it. */
import type { JSX } from "preact";
import type { RefusalJson, SourceJson } from "../../src/webapp/contract.ts";
import { fetchSources } from "../api/kale.ts";
import { Age } from "../components/age.tsx";
import { CopyBlock } from "../components/copy-block.tsx";
import { FailureNotice, Waiting } from "../components/notice.tsx";
import { counted, formatCount, formatValue } from "../lib/format.ts";
import { prometheusSnippets } from "../lib/prometheus-snippets.ts";
import { firstLines, senderSettings } from "../lib/send-snippets.ts";
import { targetsOf } from "../lib/source-targets.ts";
import { useQuery } from "../state/query.ts";

const refreshMs = 3_000;

const titles: Readonly<Record<string, string>> = {
  carbon: "Carbon plaintext",
  pickle: "Skyline pickle",
  msgpack: "Skyline MessagePack",
  "carbon-pickle": "Carbon pickle",
  statsd: "StatsD",
  opentsdb: "OpenTSDB lines",
  collectd: "collectd",
  ganglia: "Ganglia packets",
  "ganglia-xml": "Ganglia, asked for its XML",
  prometheus: "Prometheus remote write",
  scrape: "Scraped, as Prometheus does",
  influx: "InfluxDB line protocol",
  otlp: "OpenTelemetry",
  "opentsdb-http": "OpenTSDB over HTTP",
  "collectd-http": "collectd’s write_http",
  host: "This host’s own vital signs",
};

export function SourcesPage(): JSX.Element {
  const { value, failure, refresh } = useQuery("sources", fetchSources, { everyMs: refreshMs });
  return (
    <section class="page">
      <h1 class="plain">Sources</h1>
      {value !== undefined ? (
        <>
          <div class="sources">
            {value.sources.map((source) => (
              <SourceCard key={source.protocol} source={source} />
            ))}
          </div>
          <HowToSend sources={value.sources} />
        </>
      ) : failure !== undefined ? (
        <FailureNotice failure={failure} what="The sources" onRetry={refresh} />
      ) : (
        <Waiting what="what arrives" />
      )}
    </section>
  );
}

function SourceCard({ source }: { readonly source: SourceJson }): JSX.Element {
  const { protocol, addresses, problem, clients, accepted, ratePerSecond, lastSample } = source;
  const { dropped, pausedClients, refusals } = source;
  const refusedCount = refusals.reduce((sum, { count }) => sum + count, 0);
  return (
    <article class="panel source" aria-label={titles[protocol] ?? protocol}>
      <div class="source-head">
        <h2>{titles[protocol] ?? protocol}</h2>
        <SourceState source={source} />
        <span class="mono soft">{addresses.join(", ")}</span>
      </div>
      {problem !== null && (
        <p class="problem">
          <span aria-hidden="true">⚠ </span>
          {problem}
        </p>
      )}
      <dl class="facts">
        <Fact label="per second" value={formatValue(Math.round(ratePerSecond * 10) / 10)} />
        <Fact label="accepted" value={formatCount(accepted)} />
        <Fact label="refused" value={formatCount(refusedCount)} isOdd={refusedCount > 0} />
        <Fact label="dropped, no room" value={formatCount(dropped)} isOdd={dropped > 0} />
        <Fact label="clients" value={formatCount(clients)} />
        {pausedClients > 0 && (
          <Fact label="made to wait" value={formatCount(pausedClients)} isOdd />
        )}
        <div>
          <dt>last sample</dt>
          <dd>{lastSample === null ? "never" : <Age since={lastSample} suffix=" ago" />}</dd>
        </div>
      </dl>
      {refusals.length > 0 && <Refusals refusals={refusals} />}
    </article>
  );
}

function SourceState({ source }: { readonly source: SourceJson }): JSX.Element {
  if (source.problem !== null) return <span class="tag warn">▲ not listening</span>;
  if (source.addresses.length === 0 && source.accepted === 0) return <span class="tag">off</span>;
  if (source.ratePerSecond > 0) return <span class="tag ok">● receiving</span>;
  return <span class="tag">○ waiting</span>;
}

function Fact({
  label,
  value,
  isOdd = false,
}: {
  readonly label: string;
  readonly value: string;
  readonly isOdd?: boolean;
}): JSX.Element {
  return (
    <div>
      <dt>{label}</dt>
      <dd class={isOdd ? "warn" : undefined}>{value}</dd>
    </div>
  );
}

function Refusals({ refusals }: { readonly refusals: readonly RefusalJson[] }): JSX.Element {
  const sorted = refusals.toSorted((a, b) => b.count - a.count);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="What was refused">
      <table class="refusals">
        <thead>
          <tr>
            <th scope="col">Refused because</th>
            <th scope="col" class="n">
              times
            </th>
            <th scope="col">last</th>
            <th scope="col">last example</th>
          </tr>
        </thead>
        <tbody>
          {sorted.map(({ reason, count, last, example }) => (
            <tr key={reason}>
              <th scope="row">{reason.replaceAll("-", " ")}</th>
              <td class="n">{formatCount(count)}</td>
              <td>
                <Age since={last} suffix=" ago" />
              </td>
              <td>
                <code>{example}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function HowToSend({ sources }: { readonly sources: readonly SourceJson[] }): JSX.Element {
  const targets = targetsOf(sources, location.hostname);
  const listening = [...firstLines(targets), ...senderSettings(targets)];
  const snippets = [...listening, ...prometheusSnippets(location.origin)];
  return (
    <>
      <h2 class="section">How to send</h2>
      {listening.length === 0 && (
        <p class="soft">
          No listener is open. Free a port or give another one, then start Kale again.
        </p>
      )}
      <div class="snippets" aria-label={counted(snippets.length, "example")}>
        {snippets.map((snippet) => (
          <CopyBlock key={snippet.title} {...snippet} />
        ))}
      </div>
    </>
  );
}
