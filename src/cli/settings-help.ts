/** What is written about the settings, out of their table: help texts and docs/settings.md. */
import { settingOptions } from "./load-settings.ts";
import { optionHelp } from "./options.ts";
import {
  envNameOf,
  flagOf,
  settingFields,
  settingOf,
  type AnySetting,
  type SettingGroup,
} from "./settings.ts";

const groups: readonly SettingGroup[] = [
  "Program",
  "Ports",
  "Taking in",
  "Keeping",
  "Redis",
  "Elasticsearch",
  "Judging",
  "Alerts",
  "Log",
];

const standardLengthMax = 40;

/** The options of `kale start`, under their headings. */
export function settingsHelp(): string {
  const parts = groups.map((group) => {
    const settings = new Map(settingsOf(group).map((setting) => [flagOf(setting.key), setting]));
    const specs = settingOptions
      .filter(({ flag }) => settings.has(flag) || (group === "Program" && flag === "--config"))
      .map((spec) => ({ ...spec, doc: withStandard(spec.doc, settings.get(spec.flag)) }));
    return `${group}:\n${optionHelp(specs)}`;
  });
  return parts.join("\n\n");
}

/** "How often each of them is asked (15s)." Nothing is told of what is off, empty or long. */
function withStandard(doc: string, setting: AnySetting | undefined): string {
  if (setting === undefined) return doc;
  const { kind } = setting;
  const sentence = doc.replace(/[.]$/, "");
  const shown = kind.show(setting.standard).replace(/^\[(.*)\]$/, "$1");
  if (kind.placeholder === "WORD" && kind.words.length > 0) {
    return `${sentence} (${shown}; one of ${kind.words.join(", ")}).`;
  }
  const isTold = !["false", "true", "0", "none", '""', "", "{}"].includes(shown);
  if (!isTold || shown.length > standardLengthMax || doc.includes(shown)) return doc;
  return `${sentence} (${shown}).`;
}

/** The whole text of docs/settings.md, which settings-help.test.ts keeps current. */
export function settingsDocument(): string {
  const parts = groups.map(
    (group) => `## ${group}\n\n${settingsOf(group).map(settingSection).join("\n")}`,
  );
  return `${introduction}\n${parts.join("\n")}\n${originalTable()}`;
}

function settingsOf(group: SettingGroup): AnySetting[] {
  return settingFields.map(settingOf).filter((setting) => setting.group === group);
}

function settingSection(setting: AnySetting): string {
  const { key, kind, doc, original } = setting;
  const standard = kind.show(setting.standard);
  const flag = `${flagOf(key)}${kind.placeholder === "" ? "" : ` ${kind.placeholder}`}`;
  const negated = kind.placeholder === "" ? `, \`--no-${flagOf(key).slice(2)}\`` : "";
  const lines = [
    `### ${key}\n`,
    `${doc}\n`,
    `- default: \`${standard}\``,
    `- allowed: ${kind.allowed}`,
    `- flag \`${flag}\`${negated}; environment \`${envNameOf(key)}\``,
  ];
  if (original !== undefined) lines.push(`- in the original: ${original}`);
  return `${lines.join("\n")}\n`;
}

const introduction = `# Settings

<!-- Made from src/cli/settings.ts; run \`UPDATE_DOCS=1 npx vitest run src/cli/settings-help\` after a change. -->

Kale runs without any. Each setting can be given in three places; the first that has it wins:

1. a flag of \`kale start\`: \`--max-age 30m\`
2. an environment variable: \`KALE_MAX_AGE=30m\`
3. the YAML file named by \`--config FILE\` or \`KALE_CONFIG\`: \`max-age: 30m\`

A dot in a key is one level of the file:

\`\`\`yaml
bind: 0.0.0.0
max-age: 30m
ports:
  pickle: 2024
  oculus: 0 # off
skip-list: [example.test, statsd.debug]
\`\`\`

Durations carry a unit (\`ms\`, \`s\`, \`m\`, \`h\`, \`d\`, \`w\`); a bare number is seconds, as in the
original. Lists are YAML lists in the file, and have commas in flags and variables. Unknown keys and
values that are not allowed end the start with exit status 2; \`kale check-config FILE\` names all of
them with line and column. A default port that another program holds is left out with a message; a
port that was set here and is taken ends the start.
`;

/** Settings of the original that have no counterpart, and what took their place. */
const replacedOriginals: readonly (readonly [name: string, place: string])[] = [
  ["LOG_PATH, PID_PATH", "none: the log goes to stderr, the service manager knows the process"],
  ["ROOMBA_PROCESSES, ROOMBA_GRACE_TIME", "none: what is older than `full-duration` leaves memory"],
  ["CHUNK_SIZE, MAX_QUEUE_SIZE, WORKER_PROCESSES", "none: intake is bounded, and pauses senders"],
  ["CANARY_METRIC", "none: Kale sends its own canary, see the status page"],
  ["ANOMALY_DUMP", "none: the file is a route, `/static/dump/anomalies.json`"],
  ["GRAPHITE_HOST, GRAPH_URL, CARBON_PORT", "none: graphs and self metrics are on the page"],
];

function originalTable(): string {
  const rows = settingFields
    .map(settingOf)
    .filter(({ original }) => original !== undefined)
    .map(({ original, key }) => `| ${original ?? ""} | \`${key}\` |`);
  const replaced = replacedOriginals.map(([name, place]) => `| ${name} | ${place} |`);
  return `## Names in the original's settings.py

| original | here |
|---|---|
${[...rows, ...replaced].join("\n")}
`;
}
