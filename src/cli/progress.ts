/** A bar on stderr for work longer than a second, where stderr is a terminal. */
import type { CommandIo } from "./command.ts";

const showAfterMs = 1000;
const redrawMs = 100;
const barWidth = 30;

export class ProgressBar {
  readonly #io: CommandIo;
  readonly #label: string;
  readonly #startedMs: number;
  #drawnMs = 0;

  /** @param label  what is being done, e.g. "writing a day of history" */
  constructor(io: CommandIo, label: string) {
    this.#io = io;
    this.#label = label;
    this.#startedMs = io.clock.elapsedMs();
  }

  /** @param share  how much is done, 0 to 1 */
  update(share: number): void {
    const { stderr, clock } = this.#io;
    const nowMs = clock.elapsedMs();
    if (stderr.isTTY !== true || nowMs - this.#startedMs < showAfterMs) return;
    if (nowMs - this.#drawnMs < redrawMs) return;
    this.#drawnMs = nowMs;
    stderr.write(`\r${progressLine(this.#label, share, nowMs - this.#startedMs)}\u001b[K`);
  }

  /** Takes the bar away again. */
  end(): void {
    if (this.#drawnMs > 0) this.#io.stderr.write("\r\u001b[K");
    this.#drawnMs = 0;
  }
}

export function progressLine(label: string, share: number, spentMs: number): string {
  const done = Math.min(1, Math.max(0, share));
  const filled = Math.round(done * barWidth);
  const bar = "█".repeat(filled) + "░".repeat(barWidth - filled);
  const percent = `${Math.floor(done * 100)}`.padStart(3);
  const leftSeconds = done > 0.02 ? Math.ceil((spentMs * (1 - done)) / done / 1000) : undefined;
  const left = leftSeconds === undefined ? "" : `, ${leftSeconds} s left`;
  return `${label} ${bar} ${percent} %${left}`;
}
