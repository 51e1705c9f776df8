/** What arrives and what does not: every way in with its rate and refusals, and how to send by it. */
import type { JSX } from "preact";
import type { RefusalJson, SourceJson, SourceProtocolJson } from "../../src/webapp/contract.ts";
import { fetchSources, fetchStatus } from "../api/kale.ts";
import { Age } from "../components/age.tsx";
import { CopyBlock } from "../components/copy-block.tsx";
import { FailureNotice, Waiting } from "../components/notice.tsx";
import { counted, formatCount, formatValue } from "../lib/format.ts";
import { firstLines, type Snippet } from "../lib/send-snippets.ts";
import { importSnippets } from "../lib/sender-guides-asked.ts";
import { openingOf, placeFor, senderGuides, sourceProtocols } from "../lib/sender-guides.ts";
import { targetsOf } from "../lib/source-targets.ts";
import { useQuery } from "../state/query.ts";

const refreshMs = 3_000;

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
          <FirstLines sources={value.sources} />
          <OtherWays sources={value.sources} />
          <History />
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
  const { title } = senderGuides[protocol];
  return (
    <article class="panel source" aria-label={title} data-source={protocol}>
      <div class="source-head">
        <h2>{title}</h2>
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
      <HowTo protocol={protocol} source={source} />
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

/** @param source  undefined where it is closed, or nothing came yet */
function HowTo({
  protocol,
  source,
}: {
  readonly protocol: SourceProtocolJson;
  readonly source: SourceJson | undefined;
}): JSX.Element {
  const guide = senderGuides[protocol];
  const snippets = guide.snippets(placeFor(guide, source, location));
  const opening = source === undefined ? openingOf(guide) : undefined;
  return (
    <details class="how-to">
      <summary>Lines and settings to copy</summary>
      <Snippets snippets={opening === undefined ? snippets : [opening, ...snippets]} />
    </details>
  );
}

function Snippets({ snippets }: { readonly snippets: readonly Snippet[] }): JSX.Element {
  return (
    <div class="snippets" aria-label={counted(snippets.length, "example")}>
      {snippets.map((snippet) => (
        <CopyBlock key={snippet.title} {...snippet} />
      ))}
    </div>
  );
}

function FirstLines({ sources }: { readonly sources: readonly SourceJson[] }): JSX.Element {
  const lines = firstLines(targetsOf(sources, location.hostname));
  return (
    <>
      <h2 class="section">A first metric</h2>
      {lines.length === 0 ? (
        <p class="soft">
          Neither Carbon’s nor MessagePack’s port is open. Free a port or give another one, then
          start Kale again; or send by one of the ways below.
        </p>
      ) : (
        <Snippets snippets={lines} />
      )}
    </>
  );
}

/** Those that are closed, and those over HTTP by which nothing came yet. */
function OtherWays({ sources }: { readonly sources: readonly SourceJson[] }): JSX.Element | null {
  const others = sourceProtocols.filter(
    (known) => !sources.some(({ protocol }) => protocol === known),
  );
  if (others.length === 0) return null;
  return (
    <>
      <h2 class="section">Other ways in</h2>
      <div class="sources">
        {others.map((protocol) => {
          const guide = senderGuides[protocol];
          return (
            <article
              key={protocol}
              class="panel source"
              aria-label={guide.title}
              data-source={protocol}
            >
              <div class="source-head">
                <h2>{guide.title}</h2>
                <span class="tag">{guide.isAlwaysOpen === true ? "○ nothing yet" : "off"}</span>
              </div>
              <HowTo protocol={protocol} source={undefined} />
            </article>
          );
        })}
      </div>
    </>
  );
}

function History(): JSX.Element | null {
  const status = useQuery("status", fetchStatus);
  if (status.value === undefined) return null;
  return (
    <>
      <h2 class="section">History that lies elsewhere</h2>
      <p class="soft">
        What a metric did before is learned at once, so that judging does not begin at zero.
      </p>
      <Snippets snippets={importSnippets(status.value.dataFolder)} />
    </>
  );
}
