/**
 * Text files as lines: from files or stdin, gunzipped where the first bytes say so, in bounded
 * memory.
 *
 * Gzip is known by its magic number 1f 8b (RFC 1952), never by the name of the file. Lines end in LF
 * or CRLF; a byte order mark at the start is dropped; bytes that are no UTF-8 become U+FFFD.
 */
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";

/** A longer line is a fault of its line; the rest of it is skipped. A day at 1 s is some 2 MB. */
export const lineCharsMax = 16 * 1024 * 1024;

export interface InputLine {
  /** Counted from 1. */
  readonly number: number;
  /** undefined where the line is longer than `lineCharsMax`. */
  readonly text: string | undefined;
}

/** The source itself cannot be read: missing, a directory, a broken gzip stream. */
export class InputError extends Error {
  override readonly name = "InputError";
  readonly code = "INPUT_UNREADABLE";
}

export interface LineSource {
  /** For messages: the path, or "stdin". */
  readonly name: string;
  open(): NodeJS.ReadableStream;
}

export function fileSource(path: string): LineSource {
  return { name: path, open: () => createReadStream(path, { highWaterMark: 256 * 1024 }) };
}

/**
 * The lines of a source, one after the other. Ends with an `InputError` where reading fails.
 *
 * @param onBytes  told how many bytes of the source, still packed, were read
 */
export async function* readLines(
  source: LineSource,
  onBytes: (count: number) => void,
): AsyncGenerator<InputLine, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  let isSkipping = false;
  let number = 0;
  try {
    for await (const chunk of unpacked(countedChunks(source.open(), onBytes))) {
      const text = rest + decoder.decode(chunk, { stream: true });
      let from = 0;
      for (let end = text.indexOf("\n", rest.length); end >= 0; end = text.indexOf("\n", from)) {
        number += 1;
        yield { number, text: isSkipping ? undefined : withoutReturn(text.slice(from, end)) };
        isSkipping = false;
        from = end + 1;
      }
      rest = text.slice(from);
      if (rest.length > lineCharsMax) isSkipping = true;
      if (isSkipping) rest = "";
    }
    rest += decoder.decode();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const where = number === 0 ? "" : ` further than line ${number}`;
    throw new InputError(`cannot be read${where}: ${reason}`, { cause });
  }
  if (isSkipping) yield { number: number + 1, text: undefined };
  else if (rest !== "") yield { number: number + 1, text: withoutReturn(rest) };
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

async function* countedChunks(
  stream: NodeJS.ReadableStream,
  onBytes: (count: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of stream) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    onBytes(bytes.length);
    yield bytes;
  }
}

/** Looks at the first two bytes, which may come one by one, and gunzips if they are gzip's. */
async function* unpacked(
  chunks: AsyncGenerator<Uint8Array, void, undefined>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let head = new Uint8Array(0);
  while (head.length < 2) {
    const { value, done } = await chunks.next();
    if (done === true) break;
    head = Buffer.concat([head, value]);
  }
  const whole = startingWith(head, chunks);
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    yield* whole;
    return;
  }
  const packed = Readable.from(whole, { objectMode: false });
  const gunzip = createGunzip();
  packed.on("error", (error) => gunzip.destroy(error));
  for await (const chunk of packed.pipe(gunzip)) yield chunk as Uint8Array;
}

async function* startingWith(
  head: Uint8Array,
  chunks: AsyncGenerator<Uint8Array, void, undefined>,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (head.length > 0) yield head;
  yield* chunks;
}
