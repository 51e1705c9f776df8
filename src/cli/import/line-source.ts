/**
 * Samples in text files of lines: CSV and JSON lines. Files are taken in pieces of some megabytes that
 * begin and end between lines, so that an interrupted import goes on in the middle of a large one; what
 * is packed by gzip, and stdin, is one piece.
 */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { basename, resolve } from "node:path";
import {
  readCsvLayout,
  readCsvLine,
  readJsonSamples,
  type CsvFault,
  type JsonSampleFault,
} from "../../wire/index.ts";
import { UsageError } from "../command.ts";
import {
  fileSource,
  InputError,
  lineCharsMax,
  readLines,
  type LineSource,
} from "../detect-input.ts";
import { ProblemLedger } from "./problem-ledger.ts";
import { SampleGatherer } from "./sample-gatherer.ts";
import {
  ImportError,
  type ImportedSeries,
  type ImportSource,
  type ImportSourceKind,
  type ImportSourceParts,
} from "./source.ts";

const pieceBytes = 16 << 20;
const readBytes = 64 * 1024;
const gatheredSamplesMax = 200_000;

type TakeSample = (name: string, timeMs: number, value: number) => void;
type LineFault = CsvFault | JsonSampleFault | "long-line";

/** Reads the lines of one file, from any of them on. */
type LineReader = (line: string, take: TakeSample) => LineFault | undefined;

/** @returns the reader of a file by its first line, or what is wrong with the file, for people */
type ReaderOf = (
  firstLine: string,
  fileName: string,
  wants: (name: string) => boolean,
) => { readonly read: LineReader; readonly hasHead: boolean } | string;

export const csvSourceKind: ImportSourceKind = {
  name: "csv",
  help: "[FILE…]  CSV with a head: time,NAME,NAME… or name,time,value; gzip too; - is stdin",
  example: "csv history.csv.gz more.csv --data /var/lib/kale",
  options: [],
  open: (parts) => lineSource(parts, csvReader),
};

export const jsonSourceKind: ImportSourceKind = {
  name: "json",
  help: '[FILE…]  JSON lines {"name","points":[[seconds,value],…]}; gzip too; - is stdin',
  example: "json --from -7d < series.jsonl",
  options: [],
  open: (parts) => lineSource(parts, () => ({ read: readJsonSamples, hasHead: false })),
};

function csvReader(...[firstLine, fileName, wants]: Parameters<ReaderOf>): ReturnType<ReaderOf> {
  const found = readCsvLayout(firstLine, fileName);
  if (found === undefined) return 'its first line names no column "time" or "timestamp"';
  const layout =
    found.form === "wide"
      ? { ...found, names: found.names.map((name) => (wants(name) ? name : "")) }
      : found;
  return {
    read: (line, take) => readCsvLine(line, layout, take),
    hasHead: layout.form === "wide" || layout.hasHead,
  };
}

interface FileReader {
  readonly path: string;
  readonly read: LineReader;
  readonly hasHead: boolean;
}

interface Piece {
  readonly path: string;
  readonly source: LineSource;
  readonly isFirst: boolean;
}

function lineSource({ words, wants, io }: ImportSourceParts, readerOf: ReaderOf): ImportSource {
  const paths = words.length === 0 ? ["-"] : words;
  if (paths.filter((path) => path === "-").length > 1) throw new UsageError("stdin is one file");
  const problems = new ProblemLedger();
  const pieces = new Map<string, Piece>();
  /** Of the file that was read last: pieces come in order. */
  let reader: FileReader | undefined;
  return {
    identity: paths.map((path) => (path === "-" ? path : resolve(path))).join(" "),
    itemsPerStep: 1,
    async items() {
      for (const [i, path] of paths.entries()) {
        const starts = path === "-" ? [0] : await pieceStarts(path);
        for (const [k, start] of starts.entries()) {
          const item = `${padded(i)} ${padded(start)}`;
          const source = path === "-" ? stdinSource() : pieceSource(path, start, starts[k + 1]);
          pieces.set(item, { path, source, isFirst: k === 0 });
        }
      }
      return [...pieces.keys()];
    },
    async *read(items): AsyncGenerator<ImportedSeries> {
      for (const item of items) {
        const piece = pieces.get(item);
        if (piece !== undefined) yield* readPiece(piece);
      }
    },
    problem: () => problems.tell("line", "could not be read whole"),
    close: () => Promise.resolve(),
  };

  function stdinSource(): LineSource {
    return { name: "stdin", open: () => io.stdin };
  }

  async function* readPiece({ path, source, isFirst }: Piece): AsyncGenerator<ImportedSeries> {
    const gatherer = new SampleGatherer();
    const take: TakeSample = (name, timeMs, value) => {
      gatherer.add(name, timeMs, value);
    };
    try {
      if (!isFirst && reader?.path !== path) reader = await readerOfFile(path);
      for await (const { number, text } of readLines(source, () => undefined)) {
        if (isFirst && number === 1) {
          reader = chooseReader(path, text ?? "");
          if (reader.hasHead) continue;
        }
        if (text === undefined) problems.note("long-line", `${path}, more than ${lineCharsMax}`);
        else if (text.trim() !== "") {
          const fault = reader?.read(text, take);
          if (fault !== undefined) problems.note(fault, text);
        }
        if (gatherer.count >= gatheredSamplesMax) yield* gatherer.takeAll();
      }
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new ImportError("IMPORT_UNREADABLE", `${source.name} ${error.message}`, {
        cause: error,
      });
    }
    yield* gatherer.takeAll();
  }

  /** For a piece in the middle of a file. */
  async function readerOfFile(path: string): Promise<FileReader | undefined> {
    for await (const { text } of readLines(fileSource(path), () => undefined)) {
      return chooseReader(path, text ?? "");
    }
    return undefined;
  }

  function chooseReader(path: string, firstLine: string): FileReader {
    const fileName =
      path === "-" ? "value" : basename(path).replace(/(\.csv|\.tsv|\.txt|\.gz)+$/, "");
    const made = readerOf(firstLine, fileName, wants);
    if (typeof made === "string") {
      throw new ImportError("IMPORT_UNREADABLE", `${path === "-" ? "stdin" : path}: ${made}`);
    }
    return { path, ...made };
  }
}

function pieceSource(path: string, start: number, end: number | undefined): LineSource {
  const range = { start, ...(end === undefined ? {} : { end: end - 1 }) };
  return { name: path, open: () => createReadStream(path, { ...range, highWaterMark: 256 << 10 }) };
}

/** Where lines begin, about every `pieceBytes`; only the start of what is packed. */
async function pieceStarts(path: string): Promise<number[]> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const buffer = new Uint8Array(readBytes);
      await file.read(buffer, 0, 2, 0);
      const starts = [0];
      if (buffer[0] === 0x1f && buffer[1] === 0x8b) return starts;
      for (let at = pieceBytes; at < size;) {
        const { bytesRead } = await file.read(buffer, 0, readBytes, at);
        if (bytesRead === 0) break;
        const end = buffer.subarray(0, bytesRead).indexOf(0x0a);
        const start = at + end + 1;
        if (end >= 0 && start < size) starts.push(start);
        at = end < 0 ? at + bytesRead : start + pieceBytes;
      }
      return starts;
    } finally {
      await file.close();
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ImportError("IMPORT_UNREADABLE", `${path} cannot be read: ${reason}`, { cause });
  }
}

/** So that text sorts as the number does. */
function padded(number: number): string {
  return String(number).padStart(16, "0");
}
