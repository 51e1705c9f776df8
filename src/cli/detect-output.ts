/**
 * Where `kale detect` writes: stdout, or a file in the folder of `--out` that appears under its name
 * only when it is whole. Text is gathered into blocks, and a slow reader slows us down.
 */
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { finished } from "node:stream/promises";
import { createGzip } from "node:zlib";

const blockChars = 64 * 1024;

export interface TextOutput {
  write(text: string): Promise<void>;
  /** Puts all of it in place. */
  close(): Promise<void>;
  /** Leaves nothing behind, as far as that is possible. */
  discard(): Promise<void>;
}

/** The output cannot be written: a full disk, a folder without permission, a reader that left. */
export class OutputError extends Error {
  override readonly name = "OutputError";
  /** "OUTPUT_CLOSED": whoever read stdout wants no more, as `head` does. */
  readonly code: "OUTPUT_FAILED" | "OUTPUT_CLOSED";

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    const isClosed = cause instanceof Error && "code" in cause && cause.code === "EPIPE";
    this.code = isClosed ? "OUTPUT_CLOSED" : "OUTPUT_FAILED";
  }
}

/** The command's stdout: stays open for what comes next. */
export function standardOutput(stdout: NodeJS.WritableStream): TextOutput {
  const blocks = new BlockWriter(stdout);
  return {
    write: (text) => blocks.write(text),
    close: () => blocks.flush(),
    discard: () => Promise.resolve(),
  };
}

/** @param path  gzipped where it ends in .gz, as the input of that name would be */
export function fileOutput(path: string): TextOutput {
  const partPath = `${path}.part`;
  const file = createWriteStream(partPath);
  const head = path.endsWith(".gz") ? createGzip() : file;
  if (head !== file) {
    head.pipe(file);
    file.on("error", (error) => head.destroy(error));
  }
  const written = finished(file);
  // Awaited in close(); a failure before that shows in the next write, and must not end the process.
  written.catch(() => undefined);
  const blocks = new BlockWriter(head);
  return {
    write: (text) => blocks.write(text),
    async close() {
      await blocks.flush();
      try {
        head.end();
        await written;
        await rename(partPath, path);
      } catch (cause) {
        throw new OutputError(cause);
      }
    },
    async discard() {
      head.destroy();
      file.destroy();
      await written.catch(() => undefined);
      await rm(partPath, { force: true });
    },
  };
}

class BlockWriter {
  readonly #stream: NodeJS.WritableStream;
  #block = "";
  #failure: Error | undefined;

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
    stream.once("error", (error: Error) => (this.#failure = error));
  }

  async write(text: string): Promise<void> {
    this.#block += text;
    if (this.#block.length >= blockChars) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#failure !== undefined) throw new OutputError(this.#failure);
    if (this.#block === "") return;
    const block = this.#block;
    this.#block = "";
    if (this.#stream.write(block)) return;
    try {
      await once(this.#stream, "drain");
    } catch (cause) {
      throw new OutputError(cause);
    }
  }
}
