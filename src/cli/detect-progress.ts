/**
 * A progress bar on stderr for work that takes longer than a second; nothing where stderr is no
 * terminal. One line, drawn over itself, wiped at the end.
 */
import type { CommandIo } from "./command.ts";

const quietMs = 1000;
const intervalMs = 100;
const barChars = 30;

export class ProgressBar {
  readonly #io: CommandIo;
  readonly #totalBytes: number;
  readonly #startedMs: number;
  #doneBytes = 0;
  #drawnMs = -Infinity;
  #isDrawn = false;

  /** @param totalBytes  0 where it is not known, as for stdin: bytes are shown then */
  constructor(io: CommandIo, totalBytes: number) {
    this.#io = io;
    this.#totalBytes = totalBytes;
    this.#startedMs = io.clock.elapsedMs();
  }

  advance(bytes: number): void {
    this.#doneBytes += bytes;
    if (this.#io.stderr.isTTY !== true) return;
    const nowMs = this.#io.clock.elapsedMs();
    if (nowMs - this.#startedMs < quietMs || nowMs - this.#drawnMs < intervalMs) return;
    this.#drawnMs = nowMs;
    this.#isDrawn = true;
    this.#io.stderr.write(`\r${this.#text()}\u001b[K`);
  }

  /** Wipes the bar, so that a message can be written; the next step draws it again. */
  clear(): void {
    if (this.#isDrawn) this.#io.stderr.write("\r\u001b[K");
    this.#isDrawn = false;
  }

  #text(): string {
    const megabytes = `${(this.#doneBytes / 1e6).toFixed(1)} MB`;
    if (this.#totalBytes === 0) return megabytes;
    const share = Math.min(this.#doneBytes / this.#totalBytes, 1);
    const filled = Math.round(share * barChars);
    const bar = "█".repeat(filled) + "░".repeat(barChars - filled);
    return `${bar} ${Math.floor(share * 100)} %  ${megabytes}`;
  }
}
