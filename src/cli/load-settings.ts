/**
 * Reads the settings in force: flag over environment over file over default.
 *
 * Nothing here stops at the first mistake: all problems are gathered, each with its place, what was
 * found and what is allowed.
 */
import type { OptionSpec } from "./command.ts";
import { didYouMean } from "./nearest.ts";
import { splitArguments } from "./options.ts";
import { describeInput, parseConfig, type SettingProblem } from "./settings-file.ts";
import {
  defaultSettings,
  envNameOf,
  flagOf,
  settingFields,
  settingOf,
  type SettingField,
  type SettingOrigin,
  type SettingOrigins,
  type Settings,
} from "./settings.ts";

export interface LoadedSettings {
  readonly settings: Settings;
  readonly origins: SettingOrigins;
  /** Empty where the settings can be used. */
  readonly problems: readonly SettingProblem[];
  /** Worth telling, but no reason to stop, e.g. an environment variable that means nothing. */
  readonly warnings: readonly string[];
  /** Keys of ports that were set to a number by flag, environment or file, e.g. "ports.pickle". */
  readonly asked: ReadonlySet<string>;
  readonly configPath: string | undefined;
}

/** Variables of ours that are no settings: the file of them, and the token of `kale oculus import`. */
const notSettings: ReadonlySet<string> = new Set(["KALE_CONFIG", "KALE_TOKEN"]);

export type Environment = Readonly<Record<string, string | undefined>>;

/** Every flag that `loadSettings` understands. */
export const settingOptions: readonly OptionSpec[] = [
  { flag: "--config", placeholder: "FILE", doc: "YAML file with settings (KALE_CONFIG)." },
  ...settingFields.map((field) => {
    const setting = settingOf(field);
    const { placeholder, words } = setting.kind;
    const isOn = setting.standard === true;
    return { flag: flagOf(setting.key), placeholder, doc: setting.doc, words, isOn };
  }),
];

/**
 * @param args      what stood behind the command's name
 * @param readText  gives a file's text or throws
 */
export function loadSettings(
  args: readonly string[],
  env: Environment,
  readText: (path: string) => string,
): LoadedSettings {
  const values = { ...defaultSettings() } as Record<SettingField, unknown>;
  const origins = Object.fromEntries(
    settingFields.map((field) => [field, { source: "default", where: "default" }]),
  ) as Record<SettingField, SettingOrigin>;
  const problems: SettingProblem[] = [];
  const warnings: string[] = [];

  const { options, unknown, words } = splitArguments(args, settingOptions);
  const flags = settingOptions.map(({ flag }) => flag);
  for (const flag of unknown) {
    problems.push({ where: flag, message: `unknown option${didYouMean(flag, flags)}` });
  }
  for (const word of words) {
    problems.push({ where: describeInput(word), message: "is not expected here" });
  }

  const configFlag = options.findLast(({ flag }) => flag === "--config");
  const configPath = configFlag?.text ?? nonEmpty(env["KALE_CONFIG"]);
  if (configPath !== undefined) takeFile(configPath);
  takeEnvironment();
  for (const { flag, text } of options) {
    const field = settingFields.find((known) => flagOf(settingOf(known).key) === flag);
    if (text === undefined) problems.push({ where: flag, message: "needs a value" });
    else if (field !== undefined) take(field, text, { source: "flag", where: flag });
  }
  const settings = values as unknown as Settings;
  if (problems.length === 0) problems.push(...contradictions(settings, origins));
  return {
    settings,
    origins,
    problems,
    warnings,
    asked: askedPorts(settings, origins),
    configPath,
  };

  function take(field: SettingField, input: unknown, origin: SettingOrigin): void {
    const { key, kind } = settingOf(field);
    const value = kind.read(input) as unknown;
    const mistakes = value === undefined ? (kind.problems?.(input) ?? []) : [];
    for (const message of mistakes) problems.push({ where: origin.where, message });
    if (mistakes.length > 0) return;
    if (value === undefined) {
      const subject = origin.source === "file" ? `${key}: ` : "";
      const message = `${subject}found ${describeInput(input)}; allowed is ${kind.allowed}`;
      problems.push({ where: origin.where, message });
      return;
    }
    values[field] = value;
    origins[field] = origin;
  }

  function takeFile(path: string): void {
    let text: string;
    try {
      text = readText(path);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      problems.push({ where: path, message: `cannot be read: ${reason}` });
      return;
    }
    const parsed = parseConfig(text, path);
    problems.push(...parsed.problems);
    for (const { key, input, where } of parsed.values) {
      const field = settingFields.find((known) => settingOf(known).key === key);
      if (field !== undefined) take(field, input, { source: "file", where });
    }
  }

  function takeEnvironment(): void {
    const known = new Map(settingFields.map((field) => [envNameOf(settingOf(field).key), field]));
    for (const [name, text] of Object.entries(env)) {
      if (text === undefined || !name.startsWith("KALE_") || notSettings.has(name)) continue;
      const field = known.get(name);
      if (field !== undefined) take(field, text, { source: "env", where: name });
      else if (!isServiceLink(name)) {
        const hint = didYouMean(name, [...known.keys()]);
        warnings.push(`the environment variable ${name} means nothing to Kale${hint}`);
      }
    }
  }
}

/** One line per problem, as commands print them. */
export function showProblems(problems: readonly SettingProblem[]): string {
  return problems.map(({ where, message }) => `${where}: ${message}\n`).join("");
}

/** Values that are each allowed but not together. */
function contradictions(settings: Settings, origins: SettingOrigins): SettingProblem[] {
  const problems: SettingProblem[] = [];
  if (settings.consensusCount > settings.checks.length) {
    const message = `consensus is ${settings.consensusCount}, but only ${settings.checks.length} checks vote`;
    problems.push({ where: placeOf("consensusCount", "checks"), message });
  }
  if (settings.miniDurationMs > settings.fullDurationMs) {
    const message = "mini-duration is longer than full-duration";
    problems.push({ where: placeOf("miniDurationMs", "fullDurationMs"), message });
  }
  if (settings.retentionMs < settings.fullDurationMs) {
    const message = "retention is shorter than full-duration, so what is judged would not be kept";
    problems.push({ where: placeOf("retentionMs", "fullDurationMs"), message });
  }
  const owners = new Map<number, SettingField>();
  for (const field of portFields) {
    const port = settings[field];
    const owner = owners.get(port);
    if (port !== 0 && owner !== undefined) {
      const message = `${settingOf(owner).key} and ${settingOf(field).key} are both ${port}`;
      problems.push({ where: placeOf(field, owner), message });
    }
    owners.set(port, field);
  }
  return problems;

  /** The place of the first of the settings that somebody set. */
  function placeOf(...fields: readonly SettingField[]): string {
    const set = fields.find((field) => origins[field].source !== "default");
    return set === undefined ? "default" : origins[set].where;
  }
}

export const portFields = [
  "picklePort",
  "msgpackPort",
  "carbonPort",
  "carbonPicklePort",
  "statsdPort",
  "opentsdbPort",
  "collectdPort",
  "gangliaPort",
  "webappPort",
  "oculusPort",
] as const satisfies readonly SettingField[];

function askedPorts(settings: Settings, origins: SettingOrigins): ReadonlySet<string> {
  const asked = portFields.filter(
    (field) => settings[field] !== 0 && origins[field].source !== "default",
  );
  return new Set(asked.map((field) => settingOf(field).key));
}

/**
 * Kubernetes gives every container KALE_SERVICE_HOST, KALE_PORT, KALE_PORT_1500_TCP_ADDR and more
 * where a service is called kale; they are not meant for us.
 */
function isServiceLink(name: string): boolean {
  return /^KALE_(SERVICE_(HOST|PORT(_.*)?)|PORT(_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)?)$/.test(name);
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
