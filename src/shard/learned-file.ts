/**
 * What the streaming detector has learned, on disk beside the shard's checkpoint: weeks of it would
 * otherwise be gone with every restart, as the window holds a day. Its bytes are learned-format.ts's.
 *
 * The rules of a crash are the checkpoint's: a new file is written beside, synced, and renamed, so there is
 * the old one or the new one, never half. What a checksum refuses is left out, and those series learn anew from the
 * window; so do all of a file of another version. Each series' state knows up to which sample it speaks: what
 * came since is fed to it from the window. Saved every ten minutes and at the end, in slices.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { decodeSeriesState, encodeSeriesState, type StreamJudge } from "../analyzer/index.ts";
import type { Logger } from "../base/log.ts";
import type { SeriesWindow } from "../model/index.ts";
import { type LearnedEnd, LearnedWriter, readLearned } from "./learned-format.ts";

const seriesPerTurn = 32;
const saveEveryMs = 600_000;

export class LearnedFile {
  readonly #path: string;
  readonly #window: SeriesWindow;
  readonly #stream: StreamJudge;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> | undefined;
  #isFailing = false;
  readonly #decoder = new TextDecoder();
  readonly #encoder = new TextEncoder();

  constructor(path: string, window: SeriesWindow, stream: StreamJudge, logger: Logger) {
    this.#path = path;
    this.#window = window;
    this.#stream = stream;
    this.#logger = logger;
  }

  /** @returns how many series go on where they were. Never rejects: what cannot be read is learned anew. */
  async load(): Promise<number> {
    let count = 0;
    let end: LearnedEnd;
    try {
      end = await readLearned(this.#path, (name, state) => {
        const id = this.#window.find(this.#decoder.decode(name));
        if (id !== undefined && decodeSeriesState(this.#stream, id, state)) count += 1;
      });
    } catch (error) {
      if (codeOf(error) !== "ENOENT") this.#warn("cannot be read", error);
      return count;
    }
    if (end.kind === "foreign")
      this.#warn("is not of this version; everything is learned anew from the window");
    else if (end.kind === "damaged")
      this.#warn(`is damaged at byte ${end.atBytes}; ${count} series go on, the rest learns anew`);
    return count;
  }

  start(): void {
    this.#timer = setInterval(() => void this.save(), saveEveryMs);
    this.#timer.unref();
  }

  /** Never rejects: a disk that takes no more costs what was learned since the last time. */
  save(): Promise<void> {
    this.#saving ??= this.#write()
      .then(() => {
        this.#isFailing = false;
      })
      .catch((error: unknown) => {
        if (!this.#isFailing) this.#warn("cannot be written; it is tried again", error);
        this.#isFailing = true;
      })
      .finally(() => {
        this.#saving = undefined;
      });
    return this.#saving;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#saving;
    await this.save();
  }

  async #write(): Promise<void> {
    const writer = await LearnedWriter.create(this.#path);
    try {
      for (let id = 0; id < this.#window.idCount; id++) {
        if (this.#window.isLive(id)) {
          const name = this.#encoder.encode(this.#window.name(id));
          writer.add(name, (into) => encodeSeriesState(this.#stream, id, into));
        }
        if (writer.isFlushDue) await writer.flush();
        if (id % seriesPerTurn === seriesPerTurn - 1) await nextTurn();
      }
    } catch (error) {
      await writer.abandon();
      throw error;
    }
    await writer.finish();
  }

  #warn(what: string, error?: unknown): void {
    const facts = error instanceof Error ? { error: error.message } : {};
    this.#logger.warn(`the file of what was learned ${what}`, { path: this.#path, ...facts });
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
