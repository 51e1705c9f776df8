/**
 * kale detect: judges series offline, from files or stdin. The formats are in detect-checks.ts and
 * detect-stream.ts; here are arguments, files and what becomes of errors.
 *
 * A line that cannot be read is named on stderr with its file and line and left out; the rest goes on, and
 * the exit status is 1. Of a file with many such lines the first few are named and the rest counted.
 */
import { realpathSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { makeFolders } from "../store/index.ts";
import { type Command, type CommandIo, UsageError, type OptionSpec } from "./command.ts";
import { ChecksJudge } from "./detect-checks.ts";
import {
  fileSource,
  InputError,
  type LineSource,
  lineCharsMax,
  readLines,
} from "./detect-input.ts";
import { fileOutput, OutputError, standardOutput, type TextOutput } from "./detect-output.ts";
import { ProgressBar } from "./detect-progress.ts";
import { type CsvColumns, readHeader, readRow, scoreText, StreamScorer } from "./detect-stream.ts";
import { optionHelp, readOptions } from "./options.ts";

const namedFaultCountMax = 10;

const options: readonly OptionSpec[] = [
  {
    flag: "--checks",
    placeholder: "",
    doc: "JSON lines in, JSON lines out: the nine checks of each series with their numbers",
  },
  {
    flag: "--compat",
    placeholder: "",
    doc: "with --checks: count votes as the original did, a silent median check included",
  },
  {
    flag: "--stream",
    placeholder: "",
    doc: "CSV in, CSV out: a score from 0 to 1 for each row, judged by what came before it",
  },
  {
    flag: "--out",
    placeholder: "DIR",
    doc: "write one file of the same name per input into DIR, instead of to stdout",
  },
];

export const detectCommand: Command = {
  name: "detect",
  summary: "judges series from files or stdin, without a running Kale",
  help: `usage: kale detect --checks [--compat] [--out DIR] [FILE…]
       kale detect --stream [--out DIR] [FILE…]

Judges series offline. Without FILE, or with -, stdin is read. Gzipped input is recognised by its
content. Files of any length are read in bounded memory.

${optionHelp(options)}

--checks reads one series per line,
  {"name":"web.load","points":[[1700000000,4.2],[1700000010,4.4]],"now":1700000020,"ints":false}
with times in Unix seconds, null for a gap; "now" is the newest point's time where it is left out. It
writes one line per series,
  {"name":"web.load","status":"ok","algorithms":{"grubbs":{"result":false,"observed":4.3,
   "lower":null,"upper":5.1},…},"votes":0,"anomalous":false}
status is ok, TooShort, Stale or Boring; only a series that is ok can be anomalous, with six of
nine votes. docs/checks.md tells what each check compares. With --compat "anomalous" is what the
original said, and "ints":true rounds the mean of the last three values down, as Python 2 did.

--stream reads a header and rows, timestamp,value, and writes timestamp,value,anomaly_score. A timestamp is
Unix seconds or a date in UTC. A value that is empty or no number is a gap and scores 0. No
score depends on a later row. A score tells how rare it is: 0.25 is one row in 100, 0.5 one in 10,000
(docs/detection.md).

A line that cannot be read is named on stderr and left out. Exit status: 0 when all was read, 1 when
something was not.

  zcat day.jsonl.gz | kale detect --checks
  kale detect --stream --out scores/ data/*.csv.gz
`,
  options,
  takesFiles: true,
  async run(args, io) {
    const { values, words } = readOptions(args, options);
    const isOn = (name: string): boolean => values.get(name) === "true";
    if (isOn("checks") === isOn("stream")) throw new UsageError("needs one of --checks, --stream");
    if (isOn("compat") && !isOn("checks")) throw new UsageError("--compat goes with --checks");
    const jobs = planJobs(words, values.get("out"), isOn("stream"), io);
    const outDirectory = values.get("out");
    if (outDirectory !== undefined) {
      try {
        makeFolders(outDirectory);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        io.stderr.write(`kale detect: --out ${outDirectory} cannot be made: ${reason}\n`);
        return 1;
      }
    }

    const progress = new ProgressBar(io, await totalBytes(words));
    const stdout = standardOutput(io.stdout);
    let isFine = true;
    for (const { source, outPath } of jobs) {
      const faults = new FaultReport(source.name, io, progress);
      const output = outPath === undefined ? stdout : fileOutput(outPath);
      const translate = isOn("checks") ? translateChecks(isOn("compat")) : translateStream();
      try {
        await runJob(source, translate, output, faults, progress);
      } catch (error) {
        if (!(error instanceof OutputError)) throw error;
        if (error.code === "OUTPUT_CLOSED") return 1;
        faults.addFile(`${outPath ?? "stdout"} cannot be written: ${error.message}`);
      }
      if (!faults.finish()) isFine = false;
    }
    progress.clear();
    return isFine ? 0 : 1;
  },
};

interface Job {
  readonly source: LineSource;
  readonly outPath: string | undefined;
}

function planJobs(
  paths: readonly string[],
  outDirectory: string | undefined,
  isStream: boolean,
  io: CommandIo,
): Job[] {
  const stdin: LineSource = { name: "stdin", open: () => io.stdin };
  if (paths.filter((path) => path === "-").length > 1) throw new UsageError("stdin is read once");
  if (outDirectory === undefined) {
    if (isStream && paths.length > 1) throw new UsageError("--stream of several files needs --out");
    if (paths.length === 0) return [{ source: stdin, outPath: undefined }];
    return paths.map((path) => ({
      source: path === "-" ? stdin : fileSource(path),
      outPath: undefined,
    }));
  }
  if (outDirectory === "") throw new UsageError("--out needs a folder");
  if (paths.length === 0 || paths.includes("-")) throw new UsageError("--out needs files to read");
  const seen = new Map<string, string>();
  return paths.map((path) => {
    const name = basename(path);
    const other = seen.get(name);
    if (other !== undefined) {
      throw new UsageError(`${other} and ${path} would be written to the same file of --out`);
    }
    seen.set(name, path);
    if (isSameFolder(outDirectory, dirname(path))) {
      throw new UsageError(`--out ${outDirectory} would overwrite ${path}`);
    }
    return { source: fileSource(path), outPath: join(outDirectory, name) };
  });
}

/** Also where one is a link to the other. A folder that is not there is the same as none. */
function isSameFolder(first: string, second: string): boolean {
  if (resolve(first) === resolve(second)) return true;
  try {
    return realpathSync(first) === realpathSync(second);
  } catch {
    return false;
  }
}

/** @returns 0 where it is not known */
async function totalBytes(paths: readonly string[]): Promise<number> {
  const sizes = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Makes output of a line; undefined for a line that needs none. */
type Translate = (text: string, isFirst: boolean) => Translation;

type Translation =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "nothing" }
  | { readonly kind: "fault"; readonly fault: string; readonly isFatal: boolean };

async function runJob(
  source: LineSource,
  translate: Translate,
  output: TextOutput,
  faults: FaultReport,
  progress: ProgressBar,
): Promise<void> {
  try {
    for await (const { number, text } of readLines(source, (bytes) => progress.advance(bytes))) {
      if (text === undefined) {
        faults.add(number, `is longer than ${lineCharsMax} characters`);
        continue;
      }
      const result = translate(text, number === 1);
      if (result.kind === "text") await output.write(result.text);
      if (result.kind !== "fault") continue;
      faults.add(number, result.fault);
      if (result.isFatal) break;
    }
    await output.close();
  } catch (error) {
    if (!(error instanceof InputError)) {
      await output.discard();
      throw error;
    }
    // What came before the break was judged, and is kept.
    faults.addFile(error.message);
    await output.close();
  }
}

function translateChecks(compat: boolean): Translate {
  const judge = new ChecksJudge({ compat });
  return (text) => {
    if (text.trim() === "") return { kind: "nothing" };
    const answer = judge.answer(text);
    if (answer.ok) return { kind: "text", text: `${answer.line}\n` };
    return { kind: "fault", fault: answer.fault, isFatal: false };
  };
}

/** The header is the first line even where that is empty: options never depend on what comes later. */
function translateStream(): Translate {
  const scorer = new StreamScorer();
  let columns: CsvColumns | undefined;
  return (text, isFirst) => {
    if (isFirst || columns === undefined) {
      const header = readHeader(text);
      if (!header.ok) return { kind: "fault", fault: header.fault, isFatal: true };
      columns = header.columns;
      return { kind: "text", text: "timestamp,value,anomaly_score\n" };
    }
    if (text.trim() === "") return { kind: "nothing" };
    const row = readRow(text, columns);
    if (!row.ok) return { kind: "fault", fault: row.fault, isFatal: false };
    const score = scoreText(scorer.score(row.seconds, row.value));
    return { kind: "text", text: `${quoted(row.timestamp)},${quoted(row.text)},${score}\n` };
  };
}

function quoted(cell: string): string {
  return /[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Names what is wrong with an input, up to a limit, and counts the rest. */
class FaultReport {
  readonly #name: string;
  readonly #io: CommandIo;
  readonly #progress: ProgressBar;
  #count = 0;

  constructor(name: string, io: CommandIo, progress: ProgressBar) {
    this.#name = name;
    this.#io = io;
    this.#progress = progress;
  }

  add(line: number, fault: string): void {
    this.#count += 1;
    if (this.#count <= namedFaultCountMax) this.#say(`${this.#name}:${line}: ${fault}`);
  }

  addFile(fault: string): void {
    this.#count += 1;
    this.#say(`${this.#name}: ${fault}`);
  }

  /** @returns whether nothing was wrong */
  finish(): boolean {
    const more = this.#count - namedFaultCountMax;
    if (more > 0) this.#say(`${this.#name}: ${more} more such lines`);
    return this.#count === 0;
  }

  #say(text: string): void {
    this.#progress.clear();
    this.#io.stderr.write(`kale detect: ${text}\n`);
  }
}
