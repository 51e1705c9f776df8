/**
 * kale rules test: which anomalies would rules have told of? Asks a running Kale, which judges its history
 * anew, or does so itself over a data folder or CSV files (rules-offline.ts); a table for a person, JSON for a program. Names are text from outside, so nothing in them reaches a
 * terminal as a control sequence.
 */
import { readFileSync } from "node:fs";
import { wallTime } from "../base/time-zone.ts";
import { ruleJson } from "../model/index.ts";
import type { ErrorJson, RulesTrialAskJson, RulesTrialJson } from "../webapp/index.ts";
import { configuredRules } from "./configured-rules.ts";
import { UsageError, type Command, type CommandIo, type OptionSpec } from "./command.ts";
import { loadSettings, showProblems } from "./load-settings.ts";
import { optionHelp, readOptions } from "./options.ts";
import { readRulesFile, tryRulesOffline } from "./rules-offline.ts";

const defaultUrl = "http://127.0.0.1:1500";
const answerTimeoutMs = 60_000;

const options: readonly OptionSpec[] = [
  {
    flag: "--rules",
    placeholder: "FILE",
    doc: "A list of rules, YAML or JSON, tried in place of those kept on the page.",
  },
  {
    flag: "--config",
    placeholder: "FILE",
    doc: "A configuration file, whose rules are tried in place of the running one's.",
  },
  { flag: "--match", placeholder: "GLOB", doc: "Only metrics whose names match." },
  {
    flag: "--from",
    placeholder: "T",
    doc: "Unix seconds, a date, or before now as in -2d (-7d); at most 31 days in all.",
  },
  { flag: "--until", placeholder: "T", doc: "The end of the history that is tried (now)." },
  { flag: "--all", placeholder: "", doc: "Also lists what is told either way." },
  { flag: "--url", placeholder: "URL", doc: `Where Kale listens (${defaultUrl}).` },
  {
    flag: "--data",
    placeholder: "FOLDER",
    doc: "Reads this data folder, which no running Kale holds, instead of asking; changes nothing in it.",
  },
];

export const rulesCommand: Command = {
  name: "rules",
  summary: "tries rules on history, changing nothing",
  help: `usage: kale rules test --rules FILE | --config FILE [options]                  asks a running Kale
       kale rules test --rules FILE [--config FILE] --data FOLDER [options]    reads its folder
       kale rules test --rules FILE [--config FILE] [options] CSV…             reads CSV files

Judges the history of those metrics anew that the rules judge otherwise than the ones in force, and
tells which anomalies would be left out, and which would be added. What people marked as normal is
counted as known. A table on a terminal, JSON when piped.

Without a running Kale, --config FILE says which settings and rules were in force, where --rules is given
too. A CSV file is a series of that name, with the header timestamp,value, also gzip; --until is its end.

${optionHelp(options)}

Exit status: 0 with an answer, 1 without or for rules that cannot be read, 2 for a wrong call.

  kale rules test --rules quieter.yaml --match 'queue.*'
  kale rules test --config /etc/kale/kale.yaml --from -14d
  kale rules test --rules quieter.yaml --data /var/lib/kale
  kale rules test --rules quieter.yaml --from 2026-10-01 exported/*.csv
`,
  options,
  secondWords: ["test"],
  takesFiles: true,
  async run([action, ...args], io) {
    if (action !== "test") throw new UsageError("needs the word test: kale rules test");
    const { values, words } = readOptions(args, options);
    const data = values.get("data");
    if (data !== undefined || words.length > 0) {
      if (data !== undefined && words.length > 0) {
        throw new UsageError("reads either --data FOLDER or CSV files");
      }
      if (values.has("url")) throw new UsageError("--url is for a running Kale");
      return await tryOffline(values, { data, csvPaths: words }, io);
    }
    const url = values.get("url") ?? defaultUrl;
    if (!URL.canParse(url)) throw new UsageError(`--url ${url} is no URL`);
    const asked = askedRules(values, io);
    if (asked === undefined) return 1;
    const { match, from, until } = Object.fromEntries(values);
    const answer = await ask(
      new URL("/kale/rules/test", url),
      {
        ...asked,
        ...(match === undefined ? {} : { match }),
        ...(from === undefined ? {} : { from }),
        ...(until === undefined ? {} : { until }),
      },
      io,
    );
    if (answer === undefined) return 1;
    show(answer, values, io);
    return 0;
  },
};

function show(answer: RulesTrialJson, values: ReadonlyMap<string, string>, io: CommandIo): void {
  if (io.stdout.isTTY === true) {
    io.stdout.write(trialText(answer, { isAll: values.get("all") === "true" }));
  } else io.stdout.write(`${JSON.stringify(answer)}\n`);
}

async function tryOffline(
  values: ReadonlyMap<string, string>,
  source: { readonly data: string | undefined; readonly csvPaths: readonly string[] },
  io: CommandIo,
): Promise<number> {
  const { rules, config, match, from, until } = Object.fromEntries(values);
  if (rules === undefined && config === undefined) {
    throw new UsageError("needs --rules FILE or --config FILE");
  }
  try {
    const answer = await tryRulesOffline(
      { ...source, rulesPath: rules, configPath: config, match: match ?? "", from, until },
      io,
    );
    show(answer, values, io);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (!(error instanceof Error && "code" in error)) throw error;
    io.stderr.write(`kale rules: ${printable(error.message)}\n`);
    return 1;
  }
}

/** @returns undefined where they cannot be read, which was said then */
function askedRules(
  values: ReadonlyMap<string, string>,
  io: CommandIo,
): RulesTrialAskJson | undefined {
  const [rulesPath, configPath] = [values.get("rules"), values.get("config")];
  if ((rulesPath === undefined) === (configPath === undefined)) {
    throw new UsageError("needs either --rules FILE or --config FILE");
  }
  try {
    if (rulesPath !== undefined) {
      return { text: readRulesFile(rulesPath), replaces: "kept" };
    }
    const { settings, problems } = loadSettings([`--config=${configPath ?? ""}`], {}, (path) =>
      readFileSync(path, "utf8"),
    );
    if (problems.length === 0) {
      return { rules: configuredRules(settings).map(ruleJson), replaces: "configured" };
    }
    io.stderr.write(showProblems(problems));
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    io.stderr.write(`kale rules: ${error.message}\n`);
  }
  return undefined;
}

/** @returns undefined without an answer, which was said then */
async function ask(
  url: URL,
  asked: RulesTrialAskJson,
  io: CommandIo,
): Promise<RulesTrialJson | undefined> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(asked),
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
    const answer = (await response.json()) as RulesTrialJson & Partial<ErrorJson>;
    if (response.ok) return answer;
    const said = answer.error?.message ?? `HTTP status ${response.status}`;
    io.stderr.write(`${url.origin}: ${printable(said)}\n`);
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    io.stderr.write(
      `kale rules: no answer from ${url.origin}: ${reason}. Is \`kale start\` running?\n`,
    );
  }
  return undefined;
}

const fateWords = { both: "as before", "left-out": "left out", added: "added" } as const;

function trialText(trial: RulesTrialJson, { isAll }: { readonly isAll: boolean }): string {
  const { matched, affected, tried, both, leftOut, added, known } = trial;
  const rows = trial.anomalies.filter(({ fate }) => isAll || fate !== "both");
  const nameWidth = Math.min(60, Math.max(0, ...rows.map(({ name }) => name.length)));
  const lines = rows.map(({ fate, name, started, sentence }) => {
    const when = momentText(started);
    const cells = [fateWords[fate].padEnd(9), `${when} UTC`, printable(name).padEnd(nameWidth)];
    return `${cells.join("  ")}  ${printable(sentence)}\n`;
  });
  const knownWords = known === 0 ? "" : `, ${known} known as normal`;
  const found = `${leftOut} left out, ${added} added, ${both} as before${knownWords}`;
  const scope = `${affected} of ${matched} metrics are judged otherwise by these rules`;
  const rest = tried < affected ? `; there was time for ${tried} of them` : "";
  return `${lines.join("")}${found}; ${scope}${rest}.\n`;
}

/** "2026-11-23 09:15" */
function momentText(seconds: number): string {
  const { year, month, day, hour, minute } = wallTime(seconds);
  const [date, clock] = [
    [year, month, day],
    [hour, minute],
  ].map((parts) => parts.map((part) => String(part).padStart(2, "0"))) as [string[], string[]];
  return `${date.join("-")} ${clock.join(":")}`;
}

function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, "\ufffd");
}
