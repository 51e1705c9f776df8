/**
 * Reads series from a file of JSON lines, `{"name":"…","values":[1,2.5,null,…]}`, gzip or not.
 *
 * Whether a file is gzip is told by its first two bytes, never by its name. A value that is null is a
 * gap and becomes NaN. So is NaN and Infinity, which JSON does not know and Python's writer emits.
 */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createGunzip } from "node:zlib";

/** Why a line holds no series. */
export type SeriesLineFault = "not-json" | "no-name" | "no-values" | "bad-value";

export type SeriesLine =
  | { readonly ok: true; readonly name: string; readonly values: Float64Array<ArrayBuffer> }
  | { readonly ok: false; readonly name: string | null; readonly fault: SeriesLineFault };

/** The file is not there, is a folder, or its gzip stream is broken. */
export class SeriesFileError extends Error {
  override readonly name = "SeriesFileError";
  readonly code = "SERIES_FILE_UNREADABLE";
}

/**
 * Lines of the file as they come; empty ones are left out. Rejects with a `SeriesFileError` where it
 * cannot be read.
 */
export async function* readSeriesLines(
  path: string,
): AsyncGenerator<{ readonly lineNumber: number; readonly line: SeriesLine }> {
  let lineNumber = 0;
  try {
    for await (const text of readLines(path)) {
      lineNumber += 1;
      if (text.trim() !== "") yield { lineNumber, line: parseSeriesLine(text) };
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SeriesFileError(`${path} cannot be read: ${reason}`, { cause });
  }
}

export function parseSeriesLine(text: string): SeriesLine {
  const parsed = parseJson(text) ?? parseJson(withoutWordsForNumbers(text));
  if (parsed === undefined) return { ok: false, name: null, fault: "not-json" };
  const { name, values } = (parsed ?? {}) as { name?: unknown; values?: unknown };
  if (typeof name !== "string") return { ok: false, name: null, fault: "no-name" };
  if (!Array.isArray(values)) return { ok: false, name, fault: "no-values" };
  const numbers = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value: unknown = values[i];
    if (value !== null && typeof value !== "number") return { ok: false, name, fault: "bad-value" };
    numbers[i] = value ?? Number.NaN;
  }
  return { ok: true, name, values: numbers };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** NaN and Infinity become null, but not inside of strings. */
function withoutWordsForNumbers(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (part) =>
    part.startsWith('"') ? part : "null",
  );
}

/** Not by node:readline, which ends quietly where its input fails: half a file is no library. */
async function* readLines(path: string): AsyncGenerator<string> {
  const isPacked = await isGzip(path);
  const file = createReadStream(path);
  const bytes = isPacked ? file.pipe(createGunzip()) : file;
  if (isPacked) file.on("error", (error) => bytes.destroy(error)); // a pipe passes no errors on
  bytes.setEncoding("utf8");
  let rest = "";
  try {
    for await (const chunk of bytes as AsyncIterable<string>) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
    if (rest !== "") yield rest;
  } finally {
    file.destroy();
  }
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const head = new Uint8Array(2);
    const { bytesRead } = await file.read(head, 0, 2, 0);
    return bytesRead === 2 && head[0] === 0x1f && head[1] === 0x8b;
  } finally {
    await file.close();
  }
}
