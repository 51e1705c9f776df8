/** Who is told of what: channels and routes as they are in force, silences, and what was sent. */
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import type { AlertDeliveryJson, AlertsJson, SilenceJson } from "../../src/webapp/contract.ts";
import {
  addSilence,
  fetchAlerts,
  fetchSilences,
  removeSilence,
  sendAlertTest,
} from "../api/alerts.ts";
import { Age } from "../components/age.tsx";
import { CopyBlock } from "../components/copy-block.tsx";
import { FailureNotice, Notice, Waiting } from "../components/notice.tsx";
import { SilenceLength } from "../components/silence-length.tsx";
import { formatMoment } from "../lib/calendar.ts";
import { counted, formatDuration } from "../lib/format.ts";
import { silenceSecondsUsual } from "../lib/silence-lengths.ts";
import { placeStore } from "../state/location.ts";
import { nowSeconds } from "../state/now.ts";
import { useQuery } from "../state/query.ts";
import { whenSignedIn } from "../state/session.ts";
import { useStore } from "../state/store.ts";

const refreshMs = 5_000;
const example = `alerts:
  page-url: https://kale.example.org
  channels:
    chat: { type: slack, url-file: /etc/kale/chat-url }
  routes:
    - { name: everything, channels: [chat] }`;

export function AlertsPage(): JSX.Element {
  const alerts = useQuery("alerts", fetchAlerts, { everyMs: refreshMs });
  return (
    <section class="page">
      <h1 class="plain">Alerts</h1>
      <p class="soft">
        What is told at all is said by{" "}
        <a class="link" href="/rules">
          rules
        </a>
        , and by what people{" "}
        <a class="link" href="/feedback">
          called normal
        </a>
        .
      </p>
      <Silences />
      {alerts.value === undefined ? (
        alerts.failure !== undefined ? (
          <FailureNotice failure={alerts.failure} what="The alerts" onRetry={alerts.refresh} />
        ) : (
          <Waiting what="the alerts" />
        )
      ) : alerts.value.routes.length === 0 ? (
        <NoRoutes />
      ) : (
        <>
          <Channels alerts={alerts.value} />
          <Routes alerts={alerts.value} />
          <Deliveries alerts={alerts.value} />
        </>
      )}
    </section>
  );
}

function NoRoutes(): JSX.Element {
  return (
    <Notice title="Nobody is told yet">
      <p>
        Anomalies stand on the page. To be told of them, name a channel and a route in the
        configuration file: mail, chat, a pager, Alertmanager, a webhook or a command.
      </p>
      <CopyBlock title="In kale.yaml" note="chat, as Slack has it" text={example} />
    </Notice>
  );
}

function Channels({ alerts }: { readonly alerts: AlertsJson }): JSX.Element {
  const [said, setSaid] = useState<Readonly<Record<string, string>>>({});
  const test = async (channel: string): Promise<void> => {
    setSaid((before) => ({ ...before, [channel]: "…" }));
    const result = await whenSignedIn("A test alert", () => sendAlertTest(channel));
    const problem = result.ok ? result.value.results[0]?.problem : result.failure.message;
    setSaid((before) => ({ ...before, [channel]: problem === "" ? "arrived" : (problem ?? "") }));
  };
  return (
    <Table title="Channels" heads={["Name", "Kind", "Last sent", "Last problem", ""]}>
      {alerts.channels.map(({ name, type, problem, lastSent }) => (
        <tr key={name} data-channel={name}>
          <th scope="row">{name}</th>
          <td>{type}</td>
          <td>{lastSent === null ? "–" : <Age since={lastSent} suffix=" ago" />}</td>
          <td class="problem">{problem}</td>
          <td class="row-acts">
            <span role="status">{said[name]}</span>{" "}
            <button type="button" class="small" onClick={() => void test(name)}>
              Send a test
            </button>
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Routes({ alerts }: { readonly alerts: AlertsJson }): JSX.Element {
  return (
    <Table title="Routes" heads={["Name", "Takes", "Tells", "Again while it lasts", "Quiet after"]}>
      {alerts.routes.map(({ name, match, channels, repeatSeconds, expireSeconds }) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          <td>{match}</td>
          <td>{channels.join(", ")}</td>
          <td>{repeatSeconds === 0 ? "never" : `every ${formatDuration(repeatSeconds)}`}</td>
          <td>{expireSeconds === 0 ? "–" : formatDuration(expireSeconds)}</td>
        </tr>
      ))}
    </Table>
  );
}

function Deliveries({ alerts }: { readonly alerts: AlertsJson }): JSX.Element {
  const { deliveries, waiting, sent, failed, dropped } = alerts;
  return (
    <>
      <Table title="Sent, newest first" heads={["When", "Channel", "What", "State"]}>
        {deliveries.map((delivery) => (
          <tr key={delivery.id}>
            <td>{formatMoment(delivery.made, nowSeconds())}</td>
            <td>{delivery.channel}</td>
            <td>{delivery.subject}</td>
            <td>{stateWords(delivery)}</td>
          </tr>
        ))}
      </Table>
      <p class="soft">
        {counted(sent, "notice", "notices")} arrived, {waiting} wait, {failed} were given up
        {dropped > 0 && `, ${dropped} were dropped because too much waited`}.
      </p>
    </>
  );
}

function stateWords({ state, tries, nextTry, problem }: AlertDeliveryJson): string {
  if (state === "sent") return "arrived";
  if (state === "failed") return `given up: ${problem}`;
  if (tries === 0) return "on its way";
  const again = Math.max(0, (nextTry ?? 0) - nowSeconds());
  return `tried ${tries}×, again in ${formatDuration(Math.ceil(again))}: ${problem}`;
}

function Silences(): JSX.Element {
  const { query } = useStore(placeStore);
  const silences = useQuery("silences", fetchSilences, { everyMs: refreshMs });
  const [metric, setMetric] = useState(query.get("silence") ?? "");
  const [note, setNote] = useState("");
  const [seconds, setSeconds] = useState(silenceSecondsUsual);
  const [problem, setProblem] = useState("");
  const add = async (): Promise<void> => {
    const result = await whenSignedIn("A silence", () =>
      addSilence({ metric, note, until: nowSeconds() + seconds }),
    );
    setProblem(result.ok ? "" : result.failure.message);
    if (!result.ok) return;
    setMetric("");
    setNote("");
    silences.refresh();
  };
  const remove = async ({ id }: SilenceJson): Promise<void> => {
    const result = await whenSignedIn("Ending a silence", () => removeSilence(id));
    setProblem(result.ok ? "" : result.failure.message);
    silences.refresh();
  };
  return (
    <>
      <form
        class="bar"
        aria-label="Silence"
        onSubmit={(event) => {
          event.preventDefault();
          void add();
        }}
      >
        <label class="field">
          <span class="hidden">Metrics to silence</span>
          <input
            value={metric}
            placeholder="Name, or pattern such as db.*"
            spellcheck={false}
            required
            onInput={(event) => setMetric(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          <span class="hidden">Why</span>
          <input
            value={note}
            placeholder="Why (others read it)"
            onInput={(event) => setNote(event.currentTarget.value)}
          />
        </label>
        <SilenceLength aria-label="How long" seconds={seconds} onChange={setSeconds} />
        <button type="submit">Silence</button>
        <span class="problem" role="alert">
          {problem}
        </span>
      </form>
      {silences.value !== undefined && silences.value.length > 0 && (
        <Table title="Silences in force" heads={["Metrics", "Why", "Until", ""]}>
          {silences.value.map((silence) => (
            <tr key={silence.id} data-silence={silence.metric}>
              <th scope="row">{silence.metric}</th>
              <td>{silence.note}</td>
              <td>{formatMoment(silence.until, nowSeconds())}</td>
              <td class="row-acts">
                <button type="button" class="small" onClick={() => void remove(silence)}>
                  End it
                </button>
              </td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}

function Table({
  title,
  heads,
  children,
}: {
  readonly title: string;
  readonly heads: readonly string[];
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <section class="panel">
      <h2 class="section">{title}</h2>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              {heads.map((head) => (
                <th key={head} scope="col">
                  {head === "" ? <span class="hidden">Actions</span> : head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{children}</tbody>
        </table>
      </div>
    </section>
  );
}
