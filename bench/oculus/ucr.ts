/**
 * One-nearest-neighbour error of `kale similar` on sets in the format of the UCR time series archive, to be
 * held against the published figures: by Euclidean distance, by DTW within a band, by DTW without one.
 *
 * A set is two files, NAME_TRAIN and NAME_TEST, ending in .tsv, .csv or .txt, or in that and .gz. A row is the
 * class and then the values, between commas, tabs or blanks. NaN, ? and nothing are gaps; at the end of a row
 * they mean that it is shorter than others.
 *
 * The band is given as a share of the length, or learned as the archive does: that of 0 to 100 % in whole
 * percents, the smallest of equals, with the fewest errors when each series of TRAIN is looked for among the
 * others. H. A. Dau and others, "The UCR time series archive" (2019).
 *
 * Run: node bench/oculus/ucr.ts FOLDER [--set NAME]… [--band SHARE] [--learn]
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { systemClock } from "../../src/base/clock.ts";
import { similarCommand } from "../../src/cli/similar.ts";

export interface UcrErrors {
  readonly set: string;
  readonly trainCount: number;
  readonly testCount: number;
  readonly euclidean: number;
  /** Undefined where no band was given or learned. */
  readonly band: number | undefined;
  readonly dtwBand: number | undefined;
  readonly dtw: number;
}

interface UcrFiles {
  readonly train: string;
  readonly test: string;
  readonly trainCount: number;
  readonly testCount: number;
}

const fileForm = /^(.+)_(TRAIN|TEST)\.(?:tsv|csv|txt)(?:\.gz)?$/;

/** @param options.sets  only these, by name; all of the folder where none is named */
export async function* ucrErrors(
  folder: string,
  options: {
    readonly sets?: readonly string[] | undefined;
    readonly band?: number | undefined;
    readonly learns?: boolean | undefined;
  } = {},
): AsyncGenerator<UcrErrors> {
  const files = await readdir(folder);
  const names = new Set(files.flatMap((file) => fileForm.exec(file)?.[1] ?? []));
  for (const set of [...names].sort()) {
    if (options.sets !== undefined && !options.sets.includes(set)) continue;
    const scratch = await mkdtemp(join(tmpdir(), "kale-ucr-"));
    try {
      const lines = await linesOf(folder, files, set, scratch);
      const { train, test, trainCount, testCount } = lines;
      const band = options.learns === true ? await learnedBand(lines) : options.band;
      yield {
        ...{ set, trainCount, testCount, band },
        euclidean: await errorOf(train, test, ["--method", "euclidean"]),
        dtwBand: band === undefined ? undefined : await errorOf(train, test, bandArgs(band)),
        dtw: await errorOf(train, test, bandArgs(1)),
      };
    } finally {
      await rm(scratch, { recursive: true });
    }
  }
}

/** Both files of a set as lines that the command reads; the class stands in the name. */
async function linesOf(
  folder: string,
  files: readonly string[],
  set: string,
  scratch: string,
): Promise<UcrFiles> {
  const write = async (part: string): Promise<{ path: string; count: number }> => {
    const file = files.find((name) => {
      const [, ofSet, ofPart] = fileForm.exec(name) ?? [];
      return ofSet === set && ofPart === part;
    });
    if (file === undefined) throw new Error(`${folder} has no ${set}_${part}`);
    const bytes = await readFile(join(folder, file));
    const rows = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes)
      .toString()
      .split("\n")
      .filter((row) => row.trim() !== "");
    const path = join(scratch, part);
    await writeFile(path, rows.map((row, at) => `${lineOf(row, at)}\n`).join(""));
    return { path, count: rows.length };
  };
  const train = await write("TRAIN");
  const test = await write("TEST");
  return {
    ...{ train: train.path, test: test.path },
    ...{ trainCount: train.count, testCount: test.count },
  };
}

function lineOf(row: string, at: number): string {
  const separator = row.includes(",") ? "," : row.includes("\t") ? "\t" : /\s+/;
  const [label = "", ...cells] = row.trim().split(separator);
  const values = cells.map((cell) => {
    const value = cell.trim() === "" ? Number.NaN : Number(cell);
    return Number.isFinite(value) ? value : null;
  });
  while (values.at(-1) === null) values.pop();
  // 1, 1.0 and 1.0000000e+00 are one class.
  const name = Number.isFinite(Number(label)) ? String(Number(label)) : label;
  return JSON.stringify({ name: `${at}:${name}`, values });
}

async function learnedBand({ train }: UcrFiles): Promise<number> {
  let best = { band: 0, error: Infinity };
  for (let percent = 0; percent <= 100; percent++) {
    const band = percent / 100;
    const error = await errorOf(train, train, [...bandArgs(band), "--skip-same-name"]);
    if (error < best.error) best = { band, error };
  }
  return best.band;
}

function bandArgs(band: number): string[] {
  return ["--method", "dtw", "--band", String(band)];
}

/** The share of the queries whose nearest is of another class, or that have none. */
async function errorOf(library: string, queries: string, args: readonly string[]): Promise<number> {
  const stdout = Object.assign(new PassThrough(), { isTTY: false });
  const output = text(stdout);
  const files = ["--library", library, "--queries", queries, "--limit", "1"];
  await similarCommand.run([...files, ...args], {
    ...{ env: {}, clock: systemClock, stdin: Readable.from([]) },
    ...{ stdout, stderr: process.stderr },
  });
  stdout.end();
  const answers = (await output)
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { query: string; matches: { name: string }[] });
  const wrong = answers.filter(({ query, matches: [nearest] }) => {
    return nearest === undefined || labelOf(nearest.name) !== labelOf(query);
  });
  return wrong.length / answers.length;
}

function labelOf(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      set: { type: "string", multiple: true },
      band: { type: "string" },
      learn: { type: "boolean" },
    },
  });
  const [folder] = positionals;
  if (folder === undefined) throw new Error("give the folder of the sets");
  const band = values.band === undefined ? undefined : Number(values.band);
  for await (const errors of ucrErrors(folder, { sets: values.set, band, learns: values.learn })) {
    process.stdout.write(`${JSON.stringify(errors)}\n`);
  }
}
