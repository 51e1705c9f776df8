/** kale import: takes series over from another program, into a data folder that no Kale runs on. */
import { RemoteError, StoreError } from "../store/index.ts";
import { UsageError, type Command, type CommandIo } from "./command.ts";
import { importOptions, readImportArguments, type ImportArguments } from "./import/arguments.ts";
import { csvSourceKind, jsonSourceKind } from "./import/line-source.ts";
import { FolderTarget } from "./import/folder-target.ts";
import { graphiteSourceKind } from "./import/graphite-source.ts";
import { prometheusSourceKind } from "./import/prometheus-source.ts";
import { redisSourceKind } from "./import/redis-source.ts";
import { ImportError, type ImportSource, type ImportSourceKind } from "./import/source.ts";
import { whisperSourceKind } from "./import/whisper-source.ts";
import { settingOptions } from "./load-settings.ts";
import { optionHelp } from "./options.ts";
import { ProgressBar } from "./progress.ts";
import { StartError } from "./running.ts";
import { showDuration } from "./setting-kinds.ts";
import { loggerOf } from "./start.ts";

const sourceKinds: readonly ImportSourceKind[] = [
  graphiteSourceKind,
  whisperSourceKind,
  prometheusSourceKind,
  csvSourceKind,
  jsonSourceKind,
  redisSourceKind,
];

/** Items that are read and made durable together, where the source does not say. */
const itemsPerStepDefault = 2048;

export const importCommand: Command = {
  name: "import",
  summary: "takes history over from other programs and from files",
  help: `usage: kale import SOURCE [WORD…] [OPTION…]

Takes over what another program keeps into the data folder (--data), while no Kale runs on it. Samples
older than --retention are left out and counted; Kale has to be started with the same retention. An
import that was interrupted goes on when it is asked for again; nothing is there twice.

Sources:
${sourceKinds.map(({ name, help }) => `  ${name.padEnd(11)} ${help}`).join("\n")}

${optionHelp(importOptions)}
${sourceKinds
  .filter((kind) => kind.options.length > 0)
  .map(({ name, options }) => `\nOf ${name}:\n${optionHelp(options)}\n`)
  .join("")}
Every option of kale start is taken too. Exit status: 0; 1 where it could not be done to the end;
2 where it was asked for in a way that cannot be.

${sourceKinds.map(({ example }) => `  kale import ${example}`).join("\n")}
`,
  options: [...importOptions, ...sourceKinds.flatMap(({ options }) => options), ...settingOptions],
  secondWords: sourceKinds.map(({ name }) => name),
  takesFiles: true,
  run,
};

async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const asked = readImportArguments(args, sourceKinds, io);
  const { kind, settings } = asked;
  if (settings.storeKind !== "embedded") {
    const advice = settings.storeKind === kind.name ? ": what is there is used as it is" : "";
    throw new UsageError(`it writes into the data folder, not into store: ${settings.storeKind}${advice}`); // prettier-ignore
  }
  const logger = loggerOf({ ...settings, logLevel: "warn" }, io);
  let target: FolderTarget | undefined;
  let source: ImportSource | undefined;
  try {
    source = await kind.open({ ...asked, clock: io.clock, io, logger });
    target = await FolderTarget.open(settings, { ...asked, clock: io.clock, logger });
    await takeOver(asked, source, target, io);
    return 0;
  } catch (error) {
    if (!isOfTheWorld(error)) throw error;
    io.stderr.write(`kale import ${kind.name}: ${error.message}\n`);
    const identity = (source?.identity ?? "") + asked.asked;
    if (target?.lastItem(kind.name, identity) !== undefined) {
      io.stderr.write("The same command goes on where this one ended.\n");
    }
    return 1;
  } finally {
    await source?.close();
    await target?.close();
  }
}

async function takeOver(
  { kind, isAnew, range, settings, asked }: ImportArguments,
  source: ImportSource,
  target: FolderTarget,
  io: CommandIo,
): Promise<void> {
  const identity = source.identity + asked;
  const items = await source.items();
  const lastItem = isAnew ? undefined : target.lastItem(kind.name, identity);
  const first = lastItem === undefined ? 0 : items.findIndex((item) => item > lastItem);
  const from = first < 0 ? items.length : first;
  if (from > 0) io.stdout.write(`Goes on behind ${from} of ${items.length}.\n`);

  const { itemsPerStep = itemsPerStepDefault } = source;
  const bar = new ProgressBar(io, `importing from ${kind.name}`);
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
      target.noteDone(kind.name, identity, step.at(-1) ?? "");
    }
    await target.settle();
  } finally {
    bar.end();
  }
  target.forgetState(kind.name);
  tellCounts(target, settings.retentionMs, source.problem(), io);
}

function tellCounts(
  target: FolderTarget,
  retentionMs: number,
  problem: string | undefined,
  { stdout }: CommandIo,
): void {
  const { counts } = target;
  const tell = (count: number, what: string): void => {
    if (count > 0) stdout.write(`${count} ${what}\n`);
  };
  stdout.write(`${counts.sampleCount} samples of ${counts.seriesCount} series were taken over.\n`);
  tell(counts.refusedSeriesCount, "series were left out: their names cannot be kept.");
  tell(
    counts.oldSampleCount,
    `samples were left out: they are older than the retention of ${showDuration(retentionMs)}; --retention keeps more.`,
  );
  tell(counts.futureSampleCount, "samples were left out: they lie in the future.");
  tell(counts.badSampleCount, "samples were left out: they are no finite numbers.");
  tell(
    target.crowdedSampleCount,
    "samples were left out: there are as many series as --series-limit allows.",
  );
  if (problem !== undefined) stdout.write(`${problem}\n`);
}

/** A failure that a sound program can meet; its message is for people. */
function isOfTheWorld(
  error: unknown,
): error is StoreError | RemoteError | StartError | ImportError {
  return (
    error instanceof StoreError ||
    error instanceof RemoteError ||
    error instanceof StartError ||
    error instanceof ImportError
  );
}
