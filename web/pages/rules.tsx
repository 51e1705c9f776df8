/** What matters enough to be told: rules as text, tried on history before they are kept; what holds for a metric. */
import { Fragment, type JSX } from "preact";
import { useState } from "preact/hooks";
import type {
  EffectiveRulesJson,
  RuleJson,
  RulesJson,
  RulesTrialJson,
} from "../../src/webapp/contract.ts";
import { fetchRules, keepRules, tryRules } from "../api/rules.ts";
import { CopyBlock } from "../components/copy-block.tsx";
import { FailureNotice, Waiting } from "../components/notice.tsx";
import { formatMoment } from "../lib/calendar.ts";
import { counted } from "../lib/format.ts";
import { metricPath } from "../lib/route.ts";
import { whenWords } from "../lib/rule-when.ts";
import { useDelayed } from "../state/delayed.ts";
import { navigateQuery, placeStore } from "../state/location.ts";
import { nowSeconds } from "../state/now.ts";
import { useQuery } from "../state/query.ts";
import { whenSignedIn } from "../state/session.ts";
import { useStore } from "../state/store.ts";

const typingPauseMs = 300;
const shownCountMax = 200;
const spans = [
  { label: "a day", from: "-1d" },
  { label: "a week", from: "-7d" },
  { label: "a month", from: "-30d" },
] as const;
const example = `- match: "*.staging.*"
  ignore: true
- match: "queue.*.depth"
  least-absolute: 50
  least-duration: 5m
  direction: up`;

export function RulesPage(): JSX.Element {
  const rules = useQuery("rules", (signal) => fetchRules("", signal));
  return (
    <section class="page">
      <h1 class="plain">Rules</h1>
      <p class="soft">
        What matters enough to be told, by pattern of name. Every rule that matches applies; a later
        one changes what an earlier one said.
      </p>
      {rules.value === undefined ? (
        rules.failure !== undefined ? (
          <FailureNotice failure={rules.failure} what="The rules" onRetry={rules.refresh} />
        ) : (
          <Waiting what="the rules" />
        )
      ) : (
        <>
          <Editor rules={rules.value} onKept={rules.refresh} />
          <EffectiveRules keptAt={rules.value.changed?.at ?? 0} />
          <Configured rules={rules.value.configured} defaults={rules.value.defaults} />
        </>
      )}
    </section>
  );
}

interface Trial {
  readonly text: string;
  readonly result: RulesTrialJson;
}

function Editor({
  rules,
  onKept,
}: {
  readonly rules: RulesJson;
  readonly onKept: () => void;
}): JSX.Element {
  const [text, setText] = useState(rules.text);
  const [from, setFrom] = useState<string>(spans[1].from);
  const [trial, setTrial] = useState<Trial | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const [said, setSaid] = useState("");

  const test = async (): Promise<void> => {
    setBusy(true);
    setSaid("");
    const result = await tryRules({ text, from });
    setBusy(false);
    setProblem(result.ok ? "" : result.failure.message);
    setTrial(result.ok ? { text, result: result.value } : undefined);
  };
  const keep = async (): Promise<void> => {
    const result = await whenSignedIn("Keeping rules", () => keepRules(text));
    setProblem(result.ok ? "" : result.failure.message);
    setSaid(result.ok ? "Kept; they hold from now on." : "");
    if (result.ok) onKept();
  };
  return (
    <section class="panel" data-rules-editor>
      <h2 class="section">Kept here</h2>
      <form
        class="edit-form"
        onSubmit={(event) => {
          event.preventDefault();
          void test();
        }}
      >
        <label class="stacked">
          <span>A list in YAML; these come after the rules of the configuration file</span>
          <textarea
            class="code"
            rows={Math.min(24, Math.max(8, text.split("\n").length + 1))}
            value={text}
            spellcheck={false}
            placeholder={example}
            onInput={(event) => {
              setText(event.currentTarget.value);
              setSaid("");
            }}
          />
        </label>
        <p class="problem" role="alert">
          {problem}
        </p>
        <div class="bar">
          <select
            aria-label="How much history"
            value={from}
            onChange={(event) => setFrom(event.currentTarget.value)}
          >
            {spans.map((span) => (
              <option key={span.from} value={span.from}>
                on {span.label} of history
              </option>
            ))}
          </select>
          <button type="submit" disabled={isBusy} data-try>
            {isBusy ? "Trying…" : "Try"}
          </button>
          <button
            type="button"
            data-keep
            disabled={isBusy || text === rules.text}
            onClick={() => void keep()}
          >
            Keep
          </button>
          <span class="said" role="status">
            {said}
          </span>
          {rules.changed !== null && said === "" && (
            <span class="soft">
              Last kept {formatMoment(rules.changed.at, nowSeconds())}
              {rules.changed.by !== "" && ` by ${rules.changed.by}`}
            </span>
          )}
        </div>
      </form>
      {trial !== undefined && <TrialTable trial={trial.result} isOld={trial.text !== text} />}
    </section>
  );
}

const fateWords = { both: "as before", "left-out": "left out", added: "added" } as const;

function TrialTable({
  trial,
  isOld,
}: {
  readonly trial: RulesTrialJson;
  readonly isOld: boolean;
}): JSX.Element {
  const { matched, affected, tried, both, leftOut, added, known, anomalies } = trial;
  const changed = anomalies.filter(({ fate }) => fate !== "both").slice(0, shownCountMax);
  return (
    <>
      <p role="status" data-trial>
        <strong>
          {leftOut} left out, {added} added,
        </strong>{" "}
        {both} as before
        {known > 0 && `, ${known} known as normal`}. {affected} of{" "}
        {counted(matched, "metric", "metrics")} are judged otherwise by these rules
        {tried < affected && `; there was time for ${tried} of them`}.
        {isOld && " The text was changed since."}
      </p>
      {changed.length > 0 && (
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">Would be</th>
                <th scope="col">Began</th>
                <th scope="col">Metric</th>
                <th scope="col">What was said</th>
              </tr>
            </thead>
            <tbody>
              {changed.map(({ fate, name, started, sentence }) => (
                <tr key={`${name} ${started}`} data-fate={fate}>
                  <td>
                    <span class={fate === "added" ? "tag odd" : "tag"}>{fateWords[fate]}</span>
                  </td>
                  <td>{formatMoment(started, nowSeconds())}</td>
                  <th scope="row">
                    <a class="link" href={metricPath(name)}>
                      {name}
                    </a>
                  </th>
                  <td class="soft">{sentence}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

function EffectiveRules({ keptAt }: { readonly keptAt: number }): JSX.Element {
  const { query } = useStore(placeStore);
  const [name, setName] = useState(query.get("name") ?? "");
  const asked = useDelayed(name.trim(), typingPauseMs);
  const found = useQuery(
    asked === "" ? null : `${asked} ${keptAt}`,
    (signal) => fetchRules(asked, signal),
    { keepsFormer: true },
  );
  const effective = found.value?.effective ?? undefined;
  return (
    <section class="panel" data-effective>
      <h2 class="section">What holds for a metric</h2>
      <div class="bar">
        <label class="field wide">
          <span class="hidden">Name of a metric</span>
          <input
            type="search"
            value={name}
            placeholder="Name of a metric"
            spellcheck={false}
            autocomplete="off"
            onInput={(event) => {
              setName(event.currentTarget.value);
              navigateQuery({ name: event.currentTarget.value }, { isReplacing: true });
            }}
          />
        </label>
      </div>
      {effective !== undefined && asked !== "" && (
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">What</th>
                <th scope="col">Holds</th>
                <th scope="col">Said by</th>
              </tr>
            </thead>
            <tbody>
              {effective.floors.map(({ key, value, match }) => (
                <Fragment key={key}>
                  <tr data-floor={key}>
                    <th scope="row">{key}</th>
                    <td>{value}</td>
                    <td class="soft">{match === "" ? "default" : match}</td>
                  </tr>
                  {timedRules(effective, key).map(({ rule }, i) => (
                    <tr key={i} data-timed={key}>
                      <td class="soft">{whenWords(rule["when"])}</td>
                      <td>{String(rule[key])}</td>
                      <td class="soft">{String(rule["match"])}</td>
                    </tr>
                  ))}
                </Fragment>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** Those that say something of `key` at their times only; a later one goes before. */
function timedRules({ applied }: EffectiveRulesJson, key: string): EffectiveRulesJson["applied"] {
  return applied.filter(({ rule }) => rule["when"] !== undefined && rule[key] !== undefined);
}

function Configured({
  rules,
  defaults,
}: {
  readonly rules: readonly RuleJson[];
  readonly defaults: RuleJson;
}): JSX.Element {
  const rows = [{ match: "*", ...defaults }, ...rules];
  return (
    <section class="panel">
      <h2 class="section">Beneath: defaults, and the configuration file's</h2>
      <CopyBlock
        title="rules:"
        note={rules.length === 0 ? "the defaults" : "the defaults first"}
        text={rows.map((rule) => `- ${flowText(rule)}`).join("\n")}
      />
    </section>
  );
}

function flowText(rule: RuleJson): string {
  const pairs = Object.entries(rule).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return `{ ${pairs.join(", ")} }`;
}
