/**
 * What senders said of their metrics, kept in a file of the data folder:
 *
 *     {"format":"kale-metadata","version":1}
 *     {"metric":"up","type":"gauge","help":"…","unit":""}        one line a metric
 *
 * Written a minute after a change and at the end, whole: beside, synced, and renamed, so that there is the old
 * file or the new one. A line that is none is passed over, and a file that is none too: senders say it all again.
 */
import { open, readFile, rename, stat } from "node:fs/promises";
import type { Logger } from "../base/log.ts";
import type { MetricCatalog } from "./metric-catalog.ts";

const saveAfterMs = 60_000;
/** More than 50,000 metrics with all that is kept of each take. */
const fileBytesMax = 256 << 20;
const header = { format: "kale-metadata", version: 1 };

export class CatalogFile {
  readonly #path: string;
  readonly #catalog: MetricCatalog;
  readonly #logger: Logger;
  #savedRevision = 0;
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();
  #isFailing = false;

  constructor(path: string, catalog: MetricCatalog, logger: Logger) {
    this.#path = path;
    this.#catalog = catalog;
    this.#logger = logger;
  }

  /** Never rejects: what cannot be read is said again by the senders. */
  async load(): Promise<void> {
    try {
      const { size } = await stat(this.#path);
      if (size <= fileBytesMax) this.#take(await readFile(this.#path, "utf8"));
      else this.#warn("is too long, and is not read");
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) {
        this.#warn("cannot be read", error);
      }
    }
    this.#savedRevision = this.#catalog.revision;
  }

  start(): void {
    this.#timer = setInterval(() => void this.save(), saveAfterMs);
    this.#timer.unref();
  }

  /** Writes what has changed. Never rejects: a disk that takes no more is told once. */
  save(): Promise<void> {
    this.#saving = this.#saving.then(() => this.#save());
    return this.#saving;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.save();
  }

  async #save(): Promise<void> {
    const { revision } = this.#catalog;
    if (revision === this.#savedRevision) return;
    const lines = [header, ...this.#catalog.find({ limit: Infinity })];
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    const temporary = `${this.#path}.tmp`;
    try {
      const file = await open(temporary, "w");
      try {
        await file.writeFile(text);
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(temporary, this.#path);
      this.#savedRevision = revision;
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#warn("cannot be written; it is tried again", error);
      this.#isFailing = true;
    }
  }

  #take(text: string): void {
    const [first = "", ...lines] = text.split("\n");
    const head = objectOf(first);
    if (head?.["format"] !== header.format || head["version"] !== header.version) {
      this.#warn("is not of this version, and is not read");
      return;
    }
    for (const line of lines) {
      const { metric, ...said } = objectOf(line) ?? {};
      if (typeof metric !== "string" || metric === "") continue;
      for (const field of ["type", "help", "unit"] as const) {
        const value = said[field];
        if (typeof value === "string") this.#catalog.note(metric, field, value);
      }
    }
  }

  #warn(what: string, error?: unknown): void {
    const facts = error instanceof Error ? { error: error.message } : {};
    this.#logger.warn(`the file of metadata ${what}`, { path: this.#path, ...facts });
  }
}

function objectOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === "object" && parsed !== null
      ? (parsed as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
