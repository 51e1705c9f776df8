/**
 * What went wrong in the store, counted by code, for the status page; each kind is said aloud once
 * and then at most once a minute.
 */
import type { Clock } from "../../base/clock.ts";
import type { LogFacts, Logger } from "../../base/log.ts";
import type { StoreFault } from "../../model/index.ts";

export type StoreFaultCode =
  /** A stretch of a file is damaged; it was copied to quarantine/ and the rest is served. */
  | "corrupt-record"
  /** A record is whole but names a series that nobody knows (its name was lost). */
  | "unnamed-samples"
  /** The disk takes no more; samples stay in memory. */
  | "disk-full"
  /** Archiving, merging or removing old files failed; tried again. */
  | "maintenance-failed"
  /** A time or value that cannot be kept. */
  | "bad-sample"
  /** Older than the retention. */
  | "expired-sample"
  /** Backfill that found no room while the disk refused. */
  | "backfill-full"
  /** Memory is at its limit and holds less than the whole window. */
  | "memory-full"
  /** Left memory without having reached the disk, after a long outage. */
  | "unsaved-samples"
  /** The remote does not take samples; they wait in the outbox. */
  | "remote-away"
  /** The remote refused samples for good; they were set aside. */
  | "remote-refused"
  /** The outbox is at its limit, so whoever sends waits. */
  | "outbox-full"
  /** The window could not be filled from the remote yet; tried again. */
  | "warm-start-failed";

const repeatMs = 60_000;

interface Entry {
  count: number;
  lastMs: number;
  message: string;
  saidAtMs: number;
}

export class FaultLedger {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #entries = new Map<StoreFaultCode, Entry>();

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** @param message  the newest one stands on the status page: file, offset, what to do */
  report(code: StoreFaultCode, message: string, facts: LogFacts = {}, count = 1): void {
    const nowMs = this.#clock.nowMs();
    const elapsedMs = this.#clock.elapsedMs();
    const entry = this.#entries.get(code);
    const isQuiet = entry !== undefined && elapsedMs - entry.saidAtMs < repeatMs;
    this.#entries.set(code, {
      count: (entry?.count ?? 0) + count,
      lastMs: nowMs,
      message,
      saidAtMs: isQuiet ? entry.saidAtMs : elapsedMs,
    });
    // Each damaged place is said, since each can be looked at; the rest would only repeat.
    if (isQuiet && code !== "corrupt-record") return;
    const level = code === "bad-sample" || code === "expired-sample" ? "warn" : "error";
    this.#logger[level](message, { code, ...facts });
  }

  /** The fault is over, which is said; its message on the status page becomes this one. */
  resolve(code: StoreFaultCode, message: string): void {
    const entry = this.#entries.get(code);
    if (entry === undefined) return;
    // Should it come again, that is news.
    this.#entries.set(code, { ...entry, message, saidAtMs: -Infinity });
    this.#logger.info(message, { code });
  }

  list(): StoreFault[] {
    return [...this.#entries].map(([code, { count, lastMs, message }]) => ({
      code,
      message,
      count,
      lastMs,
    }));
  }
}
