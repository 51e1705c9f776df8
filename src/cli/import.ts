/** kale import: takes series over from another program, into a data folder that no Kale runs on. */
import { readFileSync } from "node:fs";
import { RemoteError, StoreError } from "../store/index.ts";
import { UsageError, type Command, type CommandIo } from "./command.ts";
import { FolderTarget } from "./import/folder-target.ts";
import { redisSourceKind } from "./import/redis-source.ts";
import type { ImportSource, ImportSourceKind } from "./import/source.ts";
import { loadSettings, settingOptions, showProblems } from "./load-settings.ts";
import { didYouMean } from "./nearest.ts";
import { optionHelp, splitArguments, type OptionSpec } from "./options.ts";
import { ProgressBar } from "./progress.ts";
import { StartError } from "./running.ts";
import { loggerOf } from "./start.ts";
import type { Settings } from "./settings.ts";

const sourceKinds: readonly ImportSourceKind[] = [redisSourceKind];

/** Items that are read and made durable together. */
const itemsPerStep = 2048;

const options: readonly OptionSpec[] = [
  {
    flag: "--restart",
    placeholder: "",
    doc: "Begins anew instead of going on where an interrupted import of the same ended.",
  },
];

export const importCommand: Command = {
  name: "import",
  summary: "takes series over from another program",
  help: `usage: kale import SOURCE [OPTION…]

Takes over what another program keeps into the data folder (--data), while no Kale runs on it. Samples
older than the retention are left out. An import that was interrupted goes on when it is asked for
again; nothing is there twice.

Sources:
${sourceKinds.map(({ name, help }) => `  ${name}  ${help}`).join("\n")}

${optionHelp(options)}

Every option of kale start is taken too. Exit status: 0, or 1 where it could not be done to the end.

  kale import redis --redis-url unix:///tmp/redis.sock --data /var/lib/kale
`,
  run,
};

async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const { kind, words, isAnew, settings } = readArguments(args, io);
  if (settings.storeKind !== "embedded") {
    const advice = settings.storeKind === kind.name ? ": what is there is used as it is" : "";
    throw new UsageError(`it writes into the data folder, not into store: ${settings.storeKind}${advice}`); // prettier-ignore
  }
  const logger = loggerOf({ ...settings, logLevel: "warn" }, io);
  let target: FolderTarget | undefined;
  let source: ImportSource | undefined;
  try {
    target = await FolderTarget.open(settings, { clock: io.clock, logger });
    source = await kind.open({ settings, words, clock: io.clock, logger });
    await takeOver({ kind: kind.name, source, target, isAnew }, settings, io);
    return 0;
  } catch (error) {
    if (!isOfTheWorld(error)) throw error;
    io.stderr.write(`kale import ${kind.name}: ${error.message}\n`);
    if (target !== undefined) io.stderr.write("The same command goes on where this one ended.\n");
    return 1;
  } finally {
    await source?.close();
    await target?.close();
  }
}

interface Takeover {
  readonly kind: string;
  readonly source: ImportSource;
  readonly target: FolderTarget;
  readonly isAnew: boolean;
}

async function takeOver(
  { kind, source, target, isAnew }: Takeover,
  settings: Settings,
  io: CommandIo,
): Promise<void> {
  const items = await source.items();
  const lastItem = isAnew ? undefined : target.lastItem(kind, source.identity);
  const first = lastItem === undefined ? 0 : items.findIndex((item) => item > lastItem);
  const from = first < 0 ? items.length : first;
  if (from > 0) io.stdout.write(`Goes on behind ${from} of ${items.length}.\n`);

  const range = { fromMs: io.clock.nowMs() - settings.retentionMs, untilMs: Infinity };
  const bar = new ProgressBar(io, `importing from ${kind}`);
  try {
    for (let at = from; at < items.length; at += itemsPerStep) {
      const step = items.slice(at, at + itemsPerStep);
      let doneCount = 0;
      for await (const series of source.read(step, range)) {
        await target.add(series);
        doneCount += 1;
        bar.update((at + Math.min(doneCount, step.length)) / items.length);
      }
      await target.commit();
      target.noteDone(kind, source.identity, step.at(-1) ?? "");
    }
  } finally {
    bar.end();
  }
  target.forgetState(kind);
  tellCounts(target, source.problem(), io);
}

function tellCounts({ counts }: FolderTarget, problem: string | undefined, io: CommandIo): void {
  const { seriesCount, sampleCount, refusedSeriesCount, refusedSampleCount } = counts;
  io.stdout.write(`${sampleCount} samples of ${seriesCount} series were taken over.\n`);
  if (refusedSeriesCount > 0) {
    io.stdout.write(`${refusedSeriesCount} series were left out: their names cannot be kept.\n`);
  }
  if (refusedSampleCount > 0) {
    io.stdout.write(`${refusedSampleCount} samples were left out: they lie in the future.\n`);
  }
  if (problem !== undefined) io.stdout.write(`${problem}\n`);
}

interface ImportArguments {
  readonly kind: ImportSourceKind;
  readonly words: readonly string[];
  readonly isAnew: boolean;
  readonly settings: Settings;
}

/** @throws UsageError  naming every mistake */
function readArguments(args: readonly string[], io: CommandIo): ImportArguments {
  const names = sourceKinds.map(({ name }) => name);
  const [name = "", ...behind] = args;
  const kind = sourceKinds.find((known) => known.name === name);
  if (kind === undefined) {
    const hint = didYouMean(name, names) || `; it is one of ${names.join(", ")}`;
    if (name === "" || name.startsWith("-")) {
      throw new UsageError(`name a source first: ${names.join(", ")}`);
    }
    throw new UsageError(`unknown source ${JSON.stringify(name)}${hint}`);
  }
  const split = splitArguments(behind, [...options, ...settingOptions]);
  const isOwn = (flag: string): boolean => options.some((option) => option.flag === flag);
  const settingArguments = split.options
    .filter(({ flag }) => !isOwn(flag))
    .map(({ flag, text }) => (text === undefined ? flag : `${flag}=${text}`));
  const loaded = loadSettings([...split.unknown, ...settingArguments], io.env, (path) =>
    readFileSync(path, "utf8"),
  );
  if (loaded.problems.length > 0) {
    throw new UsageError(`the settings cannot be used\n${showProblems(loaded.problems)}`);
  }
  const isAnew = split.options.findLast(({ flag }) => isOwn(flag))?.text === "true";
  return { kind, words: split.words, isAnew, settings: loaded.settings };
}

/** A failure that a sound program can meet; its message is for people. */
function isOfTheWorld(error: unknown): error is StoreError | RemoteError | StartError {
  return error instanceof StoreError || error instanceof RemoteError || error instanceof StartError;
}
