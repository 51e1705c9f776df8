/**
 * Rules tried without a running Kale: over a data folder that nobody holds, or over CSV files.
 *
 * Judged by the same code as a running Kale's, so the answer is the same. The folder is read over a disk that
 * writes nowhere, and is held meanwhile, so that nobody starts on it; its journal says which rules were kept
 * on the page and what people marked as normal. Of CSV files nothing of that is known.
 */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Judge, StreamJudge } from "../analyzer/index.ts";
import { silentLogger } from "../base/log.ts";
import { readSaid } from "../journal/index.ts";
import {
  type Feedback,
  type NamePage,
  nameMatcher,
  type NameQuery,
  type Rule,
  type SampleColumns,
  shardOfName,
  type TimeRange,
} from "../model/index.ts";
import {
  LearnedFile,
  RulesTrials,
  type TrialParts,
  tryRulesOver,
  WindowScratch,
} from "../shard/index.ts";
import { DataFolder, EmbeddedStore, readOnlyDisk } from "../store/index.ts";
import {
  parseRulesText,
  parseTimeText,
  type RulesTrialJson,
  timeTextForms,
  trialJson,
} from "../webapp/index.ts";
import { configuredRules, zoneRules } from "./configured-rules.ts";
import { UsageError, type CommandIo } from "./command.ts";
import { fileSource, InputError, readLines } from "./detect-input.ts";
import { type CsvColumns, readHeader, readRow } from "./detect-stream.ts";
import { loadSettings, showProblems } from "./load-settings.ts";
import type { Settings } from "./settings.ts";

const dayMs = 86_400_000;
const rangeMs = 7 * dayMs;
const rangeMaxMs = 31 * dayMs;
/** Nobody else waits for it, so it may take longer than in a running Kale. */
const budgetMs = 600_000;
const seriesCountMax = 100_000;

export interface OfflineTrial {
  readonly data: string | undefined;
  readonly csvPaths: readonly string[];
  readonly rulesPath: string | undefined;
  readonly configPath: string | undefined;
  readonly match: string;
  readonly from: string | undefined;
  readonly until: string | undefined;
}

/** Something that was read and cannot be used, in a sentence for whoever wrote it. */
class TrialInputError extends Error {
  override readonly name = "TrialInputError";
  readonly code = "TRIAL_INPUT";
}

/** Series on shards, opened to be read. */
interface History {
  readonly kept: readonly Rule[];
  readonly feedback: readonly Feedback[];
  /** The newest sample, where the end of the history follows from it. */
  readonly endMs: number | undefined;
  readonly shards: readonly OpenShard[];
  close(): Promise<void>;
}

interface OpenShard {
  readonly store: TrialParts["store"];
  findNames(query: NameQuery): Promise<NamePage>;
  statedOf(name: string): number;
}

/** Rejects with an error that has a `code` where files cannot be read or used. */
export async function tryRulesOffline(
  asked: OfflineTrial,
  { clock }: Pick<CommandIo, "clock">,
): Promise<RulesTrialJson> {
  const settings = settingsOf(asked.configPath);
  const given = asked.rulesPath === undefined ? undefined : rulesOf(asked.rulesPath);
  const judge = new Judge({
    fullDurationMs: settings.fullDurationMs,
    stalePeriodMs: settings.stalePeriodMs,
    checks: settings.checks,
    consensus: settings.consensusCount,
    compat: settings.isCompatible,
    minTolerableLength: settings.minTolerableLength,
    maxTolerableBoredom: settings.maxTolerableBoredom,
    boredomSetSize: settings.boredomSetSize,
  });
  const history =
    asked.data === undefined
      ? await openFiles(asked.csvPaths)
      : await openFolder(asked.data, settings, judge, { clock });
  try {
    const { kept, shards } = history;
    const range = rangeOf(asked, history.endMs ?? clock.nowMs(), clock.nowMs());
    const trials = shards.map((shard) => {
      const { stalePeriodMs } = settings;
      const trial = new RulesTrials({ ...shard, judge, stalePeriodMs, clock });
      trial.useFeedback(history.feedback);
      return trial;
    });
    const configured = configuredRules(settings);
    const rules =
      given === undefined
        ? { inForce: [...zoneRules(settings), ...kept], tried: [...configured, ...kept] }
        : { inForce: [...configured, ...kept], tried: [...configured, ...given] };
    const answer = await tryRulesOver(
      {
        findNames: async (query) => {
          const pages = await Promise.all(shards.map((shard) => shard.findNames(query)));
          const names = pages.flatMap((page) => page.names).toSorted();
          return { names, totalCount: pages.reduce((sum, page) => sum + page.totalCount, 0) };
        },
        ask: async ({ names, ...query }) => {
          const answers = [];
          for (const [i, trial] of trials.entries()) {
            const own = names.filter((name) => shardOfName(name, shards.length) === i);
            answers.push(await trial.run({ ...query, names: own }));
          }
          return answers;
        },
      },
      { ...rules, match: asked.match, range, budgetMs, seriesCountMax },
    );
    if (answer === undefined) throw new TrialInputError("There is nothing to try rules on.");
    return trialJson(answer, range);
  } finally {
    await history.close();
  }
}

function settingsOf(path: string | undefined): Settings {
  const args = path === undefined ? [] : [`--config=${path}`];
  const { settings, problems } = loadSettings(args, {}, (file) => readFileSync(file, "utf8"));
  if (problems.length > 0) throw new TrialInputError(showProblems(problems).trimEnd());
  return settings;
}

/** @throws an error with a code, which names the file */
export function readRulesFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TrialInputError(`${path} cannot be read: ${reason}`, { cause });
  }
}

function rulesOf(path: string): readonly Rule[] {
  const reading = parseRulesText(readRulesFile(path));
  if (!reading.ok) throw new TrialInputError(`${path}: ${reading.fault}`);
  return reading.rules;
}

function rangeOf(asked: OfflineTrial, endMs: number, nowMs: number): TimeRange {
  const timeOf = (option: string, text: string): number => {
    const timeMs = parseTimeText(text, nowMs);
    if (timeMs === undefined) throw new UsageError(`--${option} takes ${timeTextForms}`);
    return timeMs;
  };
  const untilMs = asked.until === undefined ? endMs : timeOf("until", asked.until);
  const fromMs = asked.from === undefined ? untilMs - rangeMs : timeOf("from", asked.from);
  if (!(fromMs < untilMs && untilMs - fromMs <= rangeMaxMs)) {
    throw new UsageError(`--from is a time before --until, at most ${rangeMaxMs / dayMs} days`);
  }
  return { fromMs, untilMs };
}

/** @throws StoreError  where a process holds the folder, or it is none */
async function openFolder(
  path: string,
  settings: Settings,
  judge: Judge,
  { clock }: Pick<CommandIo, "clock">,
): Promise<History> {
  const folder = DataFolder.openExisting(path);
  const stores: EmbeddedStore[] = [];
  const close = async (): Promise<void> => {
    for (const store of stores) await store.close();
    folder.close();
  };
  try {
    const { rulesText, feedback } = readSaid(join(folder.path, "journal.sqlite"), clock);
    const kept = parseRulesText(rulesText);
    if (!kept.ok) throw new TrialInputError(`The kept rules: ${kept.fault}`);
    const shards: OpenShard[] = [];
    for (let shard = 0; shard < folder.shardCount; shard++) {
      const store = await EmbeddedStore.open(folder.shardFolder(shard), {
        ...{ clock, logger: silentLogger, disk: readOnlyDisk, maintainIntervalMs: 0 },
        windowMs: settings.fullDurationMs,
        retentionMs: settings.retentionMs,
        seriesCountMax: settings.seriesCountMax,
      });
      stores.push(store);
      const statedOf = await statedBy(store, folder.shardFolder(shard), settings, judge);
      shards.push({ store, findNames: (query) => store.findNames(query), statedOf });
    }
    return { kept: kept.rules, feedback, endMs: undefined, shards, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What senders stated of the series lies with what was learned. */
async function statedBy(
  { window }: EmbeddedStore,
  folder: string,
  { fullDurationMs, stalePeriodMs }: Settings,
  judge: Judge,
): Promise<(name: string) => number> {
  const scratch = new WindowScratch(window, { fullDurationMs });
  const stream = new StreamJudge(scratch, judge, { activeCountMax: 1, stalePeriodMs });
  await new LearnedFile(join(folder, "learned"), window, stream, silentLogger).load();
  return (name) => {
    const id = window.find(name);
    return id === undefined ? 0 : stream.statedOf(id);
  };
}

/** Each file a series, all on one shard. */
async function openFiles(paths: readonly string[]): Promise<History> {
  const series = new Map<string, SampleColumns>();
  let endMs = 1;
  for (const path of paths) {
    const columns = await readCsv(path);
    series.set(
      basename(path)
        .replace(/\.gz$/, "")
        .replace(/\.csv$/, ""),
      columns,
    );
    endMs = Math.max(endMs, (columns.timesMs.at(-1) ?? 0) + 1);
  }
  const shard: OpenShard = {
    store: {
      read: (name, { fromMs, untilMs }) => {
        const columns = series.get(name);
        if (columns === undefined) return Promise.resolve(undefined);
        const { timesMs, values } = columns;
        const isIn = (timeMs: number): boolean => timeMs >= fromMs && timeMs < untilMs;
        return Promise.resolve({
          timesMs: timesMs.filter(isIn),
          values: values.filter((...[, i]) => isIn(timesMs[i] ?? Number.NaN)),
        });
      },
    },
    findNames: ({ query, limit }) => {
      const names = [...series.keys()].filter(nameMatcher(query));
      return Promise.resolve({ names: names.slice(0, limit), totalCount: names.length });
    },
    statedOf: () => 0,
  };
  const close = (): Promise<void> => Promise.resolve();
  return { kept: [], feedback: [], endMs, shards: [shard], close };
}

/** @throws InputError, TrialInputError */
async function readCsv(path: string): Promise<SampleColumns> {
  let columns: CsvColumns | undefined;
  const rows: (readonly [timeMs: number, value: number])[] = [];
  try {
    for await (const { number, text } of readLines(fileSource(path), () => undefined)) {
      if (text === "") continue;
      if (columns === undefined) {
        const header = readHeader(text ?? "");
        if (!header.ok) throw new TrialInputError(`${path}: line ${number} ${header.fault}`);
        columns = header.columns;
        continue;
      }
      const row = readRow(text ?? "", columns);
      if (!row.ok) throw new TrialInputError(`${path}: line ${number} ${row.fault}`);
      if (Number.isFinite(row.value)) rows.push([row.seconds * 1000, row.value]);
    }
  } catch (error) {
    if (error instanceof InputError) throw new TrialInputError(`${path} ${error.message}`);
    throw error;
  }
  if (columns === undefined) throw new TrialInputError(`${path} is empty`);
  rows.sort(([a], [b]) => a - b);
  const kept = rows.filter(([timeMs], i) => timeMs !== rows[i + 1]?.[0]);
  return {
    timesMs: Float64Array.from(kept, ([timeMs]) => timeMs),
    values: Float64Array.from(kept, ([, value]) => value),
  };
}
