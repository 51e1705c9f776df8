/** A folder of Whisper files, as Carbon keeps it, or single files of it. */
import { open, readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { SampleColumns, TimeRange } from "../../model/index.ts";
import {
  newestWhisperSecond,
  readWhisperHeader,
  readWhisperPoints,
  whisperHeaderBytesMax,
  whisperSeriesName,
  type WhisperArchive,
  type WhisperFault,
  type WhisperPoints,
} from "../../wire/index.ts";
import { UsageError } from "../command.ts";
import { ProblemLedger } from "./problem-ledger.ts";
import { ImportError, type ImportedSeries, type ImportSourceKind } from "./source.ts";

/** Files that are read and made durable together. */
const filesPerStep = 500;
/** A link may lead to a folder above itself. */
const depthMax = 40;
/** 44 million points: of one second more than a year. */
const fileBytesMax = 512 << 20;
/** A point may be this much ahead of our clock and count as the newest. */
const aheadMaxSeconds = 86_400;

export const whisperSourceKind: ImportSourceKind = {
  name: "whisper",
  help: "FOLDER  Graphite's Whisper files; folders make the names",
  example: "whisper /var/lib/graphite/whisper --retention 400d --data /var/lib/kale",
  options: [],
  open({ words, wants, clock }) {
    const [word, more] = words;
    if (word === undefined || more !== undefined) {
      throw new UsageError("name one folder of Whisper files, or one such file");
    }
    const root = resolve(word);
    const problems = new ProblemLedger();
    const untilSeconds = Math.floor(clock.nowMs() / 1000) + aheadMaxSeconds;
    return {
      identity: root,
      itemsPerStep: filesPerStep,
      async items() {
        const files = await whisperFiles(root);
        return files.filter((file) => wants(seriesName(root, file))).sort();
      },
      async *read(files, range): AsyncGenerator<ImportedSeries> {
        for (const file of files) {
          const path = file === "" ? root : join(root, file);
          const read = await readFile(path, untilSeconds, range);
          if (typeof read === "string") problems.note(read, path);
          else for (const columns of read) yield { name: seriesName(root, file), columns };
        }
      },
      problem: () => problems.tell("file", "could not be read"),
      close: () => Promise.resolve(),
    };
  },
};

/** A file that was named itself is "" below it. */
function seriesName(root: string, file: string): string {
  return whisperSeriesName(file === "" ? basename(root) : file);
}

/** @returns paths below the root; [""] where the root is a file */
async function whisperFiles(root: string): Promise<string[]> {
  try {
    if ((await stat(root)).isFile()) return [""];
    const files: string[] = [];
    await collect("", 0);
    return files;

    async function collect(folder: string, depth: number): Promise<void> {
      for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
        const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
        // Trees of links to folders of hosts are common.
        const about = entry.isSymbolicLink()
          ? await stat(join(root, path)).catch(() => undefined)
          : entry;
        if (about?.isDirectory() === true && depth < depthMax) await collect(path, depth + 1);
        else if (about?.isFile() === true && path.endsWith(".wsp")) files.push(path);
      }
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ImportError("IMPORT_UNREADABLE", `${root} cannot be read: ${reason}`, { cause });
  }
}

type FileFault = WhisperFault | "unreadable" | "too-large";

/** @returns the points of each archive, coarsest first, so that finer ones count */
async function readFile(
  path: string,
  untilSeconds: number,
  range: TimeRange,
): Promise<readonly SampleColumns[] | FileFault> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      if (size > fileBytesMax) return "too-large";
      const head = new Uint8Array(Math.min(size, whisperHeaderBytesMax));
      await file.read(head, 0, head.length, 0);
      const header = readWhisperHeader(head, size);
      if (!header.ok) return header.fault;
      const points: WhisperPoints[] = [];
      for (const archive of header.archives) {
        points.push({ archive, bytes: await bytesOf(file, archive) });
      }
      return columnsOf(points, untilSeconds, range);
    } finally {
      await file.close();
    }
  } catch {
    return "unreadable";
  }
}

async function bytesOf(
  file: Awaited<ReturnType<typeof open>>,
  { offsetBytes, sizeBytes }: WhisperArchive,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(sizeBytes);
  const { bytesRead } = await file.read(bytes, 0, sizeBytes, offsetBytes);
  return bytes.subarray(0, bytesRead);
}

function columnsOf(
  points: readonly WhisperPoints[],
  untilSeconds: number,
  { fromMs }: TimeRange,
): SampleColumns[] {
  const newest = Math.max(...points.map((one) => newestWhisperSecond(one, untilSeconds)));
  const columns: SampleColumns[] = [];
  let untilSecond = newest;
  for (const one of points) {
    const afterSecond = newest - one.archive.retentionSeconds;
    if (untilSecond * 1000 >= fromMs) {
      columns.unshift(
        readWhisperPoints(one, { afterSecond: Math.max(0, afterSecond), untilSecond }),
      );
    }
    untilSecond = Math.min(untilSecond, afterSecond);
  }
  return columns;
}
