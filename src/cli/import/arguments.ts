/** What `kale import` was asked for: a source, what of it, and the settings of the data folder. */
import { readFileSync } from "node:fs";
import { nameMatcher, type TimeRange } from "../../model/index.ts";
import { GraphiteError, parseAtTime } from "../../query/graphite/index.ts";
import { TimeZone } from "../../base/time-zone.ts";
import { parseTimeText } from "../../wire/index.ts";
import { UsageError, type CommandIo, type OptionSpec } from "../command.ts";
import { loadSettings, settingOptions, showProblems } from "../load-settings.ts";
import { didYouMean } from "../nearest.ts";
import { splitArguments } from "../options.ts";
import type { Settings } from "../settings.ts";
import type { ImportSourceKind } from "./source.ts";

/** Options that every source takes. */
export const importOptions: readonly OptionSpec[] = [
  {
    flag: "--from",
    placeholder: "TIME",
    doc: "Leaves out what is older: -14d, 2026-11-01, 2026-11-01T06:00Z, Unix seconds.",
  },
  { flag: "--until", placeholder: "TIME", doc: "Leaves out what is as new or newer." },
  {
    flag: "--names",
    placeholder: "GLOB",
    doc: "Takes only series whose name it matches, or that hold the text.",
  },
  { flag: "--prefix", placeholder: "TEXT", doc: "Stands before every name, e.g. archive." },
  {
    flag: "--restart",
    placeholder: "",
    doc: "Begins anew instead of going on where an interrupted import of the same ended.",
  },
];

export interface ImportArguments {
  readonly kind: ImportSourceKind;
  readonly words: readonly string[];
  readonly given: ReadonlyMap<string, string>;
  readonly settings: Settings;
  readonly isAnew: boolean;
  readonly range: TimeRange;
  readonly wants: (name: string) => boolean;
  readonly prefix: string;
  /** All that decides what is imported, beside the source; an interrupted import goes on with the same. */
  readonly asked: string;
}

/** @throws UsageError  naming every mistake */
export function readImportArguments(
  args: readonly string[],
  kinds: readonly ImportSourceKind[],
  io: CommandIo,
): ImportArguments {
  const [name = "", ...behind] = args;
  const kind = kindOf(name, kinds);
  const own = [...importOptions, ...kind.options];
  const split = splitArguments(behind, [...own, ...settingOptions]);
  const isOwn = (flag: string): boolean => own.some((option) => option.flag === flag);
  const settingArguments = split.options
    .filter(({ flag }) => !isOwn(flag))
    .map(({ flag, text }) => (text === undefined ? flag : `${flag}=${text}`));
  const loaded = loadSettings([...split.unknown, ...settingArguments], io.env, (path) =>
    readFileSync(path, "utf8"),
  );
  if (loaded.problems.length > 0) {
    throw new UsageError(`the settings cannot be used\n${showProblems(loaded.problems)}`);
  }
  for (const warning of loaded.warnings) io.stderr.write(`kale import: ${warning}\n`);
  const given = new Map<string, string>();
  for (const { flag, text } of split.options.filter((option) => isOwn(option.flag))) {
    if (text === undefined) throw new UsageError(`${flag} needs a value`);
    given.set(flag.slice(2), text);
  }
  const nowMs = io.clock.nowMs();
  const range = {
    fromMs: momentOf("from", given, nowMs) ?? -Infinity,
    untilMs: momentOf("until", given, nowMs) ?? Infinity,
  };
  if (range.fromMs >= range.untilMs) throw new UsageError("--from must be before --until");
  const asked = [...given].filter(([option]) => option !== "restart").sort();
  return {
    kind,
    words: split.words,
    given,
    settings: loaded.settings,
    isAnew: given.get("restart") === "true",
    range,
    wants: nameMatcher(given.get("names") ?? ""),
    prefix: given.get("prefix") ?? "",
    asked: asked.map(([option, text]) => ` --${option} ${text}`).join(""),
  };
}

function kindOf(name: string, kinds: readonly ImportSourceKind[]): ImportSourceKind {
  const names = kinds.map((kind) => kind.name);
  const kind = kinds.find((known) => known.name === name);
  if (kind !== undefined) return kind;
  if (name === "" || name.startsWith("-")) {
    throw new UsageError(`name a source first: ${names.join(", ")}`);
  }
  const hint = didYouMean(name, names) || `; it is one of ${names.join(", ")}`;
  throw new UsageError(`unknown source ${JSON.stringify(name)}${hint}`);
}

function momentOf(
  option: string,
  given: ReadonlyMap<string, string>,
  nowMs: number,
): number | undefined {
  const text = given.get(option);
  if (text === undefined) return undefined;
  // A date with its dashes would be a difference in Graphite's grammar.
  const timeMs = parseTimeText(text.trim());
  if (timeMs !== undefined) return timeMs;
  try {
    return parseAtTime(text, { nowSeconds: Math.floor(nowMs / 1000), zone: TimeZone.utc }) * 1000;
  } catch (error) {
    if (!(error instanceof GraphiteError)) throw error;
    throw new UsageError(
      `--${option}: found ${JSON.stringify(text)}; allowed are times as -14d, 2026-11-01, 2026-11-01T06:00Z and Unix seconds`,
    );
  }
}
