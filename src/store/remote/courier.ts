/**
 * Carries what waits in the outbox to the remote, one batch at a time and in order, for as long as
 * it takes.
 *
 *     due ──→ give ──acknowledged──→ next
 *              │ ↑
 *              │ └── wait: 0.25 s, doubled up to 30 s, and give the same again as a repeat
 *              └── refused for `refusalPatienceMs`: set aside, counted, next
 *
 * A batch is due when enough rows wait, or the oldest has waited for `flushIntervalMs`.
 */
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { FaultLedger } from "../log/fault-ledger.ts";
import type { Outbox, OutboxBatch } from "./outbox.ts";
import { RemoteError, type RemoteErrorCode, type RemoteSeries } from "./remote-series.ts";
import type { SetAside } from "./set-aside.ts";

export interface CourierOptions {
  /** Rows wait at most this long before they are given. */
  readonly flushIntervalMs: number;
  /** Rows of one batch, about. */
  readonly batchRowCountMax: number;
  readonly retryDelayMinMs: number;
  readonly retryDelayMaxMs: number;
  /** A batch that the remote refuses for good is set aside after this. */
  readonly refusalPatienceMs: number;
}

export interface CourierParts {
  readonly outbox: Outbox;
  readonly remote: RemoteSeries;
  readonly setAside: SetAside;
  readonly faults: FaultLedger;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called when rows before `end` need no longer be kept here. */
  readonly onDone: (end: number) => void;
}

/** After a slow-down the intake waits no longer than this at a time. */
const busyPauseMaxMs = 1000;
const diskRetryMs = 1000;

export class Courier {
  readonly #parts: CourierParts;
  readonly #options: CourierOptions;
  #running: Promise<void> | undefined;
  #isStopping = false;
  #isHurried = false;
  #wake: (() => void) | undefined;
  readonly #idle: (() => void)[] = [];
  #failure: { readonly code: RemoteErrorCode; readonly message: string } | undefined;
  #failingSinceMs: number | null = null;
  #attemptFailed = false;
  #retryCount = 0;
  #busyCount = 0;
  #deliveredCount = 0;

  constructor(parts: CourierParts, options: CourierOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Why the last attempt failed; undefined where it did not. */
  get failure(): { readonly code: RemoteErrorCode; readonly message: string } | undefined {
    return this.#failure;
  }

  /** Since when no attempt succeeded; null while they do. */
  get failingSinceMs(): number | null {
    return this.#failingSinceMs;
  }

  get retryCount(): number {
    return this.#retryCount;
  }

  get busyCount(): number {
    return this.#busyCount;
  }

  /** Rows that the remote has acknowledged. */
  get deliveredCount(): number {
    return this.#deliveredCount;
  }

  /** The remote asked for less, and has not taken a batch since. */
  get isBusy(): boolean {
    return this.#failure?.code === "REMOTE_BUSY";
  }

  /** More rows may be due. */
  poke(): void {
    if (this.#failure === undefined && this.#isDue()) this.#wake?.();
  }

  /** While the remote is busy: resolves after a moment. */
  async pause(): Promise<void> {
    if (this.isBusy) await sleep(busyPauseMaxMs / 4);
  }

  /**
   * Gives all that is durable now without waiting for more. Resolves when it is there, when an
   * attempt failed, or after `patienceMs`.
   */
  async flush(patienceMs: number): Promise<void> {
    this.#isHurried = true;
    this.#attemptFailed = false;
    const idle = new Promise<void>((resolve) => {
      this.#idle.push(resolve);
    });
    this.#wake?.();
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patienceMs);
    });
    await Promise.race([idle, patience]);
    clearTimeout(timer);
    this.#isHurried = false;
  }

  /** Begins nothing new. What is under way is given up; it counts as given when it is not heard of. */
  async stop(patienceMs: number): Promise<void> {
    this.#isStopping = true;
    this.#wake?.();
    if (this.#running === undefined) return;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patienceMs);
    });
    await Promise.race([this.#running, patience]);
    clearTimeout(timer);
  }

  async #run(): Promise<void> {
    const { outbox } = this.#parts;
    while (!this.#isStopping) {
      if (outbox.committedCount === 0 || this.#attemptFailed) this.#settleIdle();
      if (!this.#isDue()) {
        await this.#rest(this.#untilDueMs());
        continue;
      }
      let batch: OutboxBatch | undefined;
      try {
        batch = await outbox.nextBatch(this.#options.batchRowCountMax);
      } catch {
        // The outbox has counted and said it; the disk is asked again.
        this.#attemptFailed = true;
        this.#settleIdle();
        await this.#rest(diskRetryMs);
        continue;
      }
      if (batch !== undefined) await this.#give(batch);
    }
    this.#settleIdle();
  }

  async #give(batch: OutboxBatch): Promise<void> {
    const { remote, clock, logger, setAside } = this.#parts;
    let { isRepeat } = batch;
    let delayMs = this.#options.retryDelayMinMs;
    let refusedAtMs: number | undefined;
    const { rows, end } = batch;
    while (!this.#isStopping) {
      try {
        if (rows.count > 0) await remote.write(rows, { isRepeat });
        if (this.#failure !== undefined) {
          logger.info("the remote takes samples again", {
            awayMs: clock.nowMs() - (this.#failingSinceMs ?? clock.nowMs()),
          });
        }
        this.#failure = undefined;
        this.#failingSinceMs = null;
        this.#attemptFailed = false;
        this.#deliveredCount += rows.count;
        await this.#done(end);
        return;
      } catch (error) {
        this.#failed(error);
        this.#settleIdle();
      }
      isRepeat = true;
      if (this.#failure?.code === "REMOTE_REFUSED") {
        refusedAtMs ??= clock.elapsedMs();
        const refusedForMs = clock.elapsedMs() - refusedAtMs;
        if (
          refusedForMs >= this.#options.refusalPatienceMs &&
          (await setAside.take(rows, end - rows.count, this.#failure.message))
        ) {
          await this.#done(end);
          return;
        }
      } else refusedAtMs = undefined;
      await this.#rest(delayMs);
      delayMs = Math.min(delayMs * 2, this.#options.retryDelayMaxMs);
    }
  }

  async #done(end: number): Promise<void> {
    await this.#parts.outbox.acknowledge(end);
    this.#parts.onDone(end);
  }

  #failed(error: unknown): void {
    const { clock, faults } = this.#parts;
    const code = error instanceof RemoteError ? error.code : "REMOTE_UNREACHABLE";
    const message = error instanceof Error ? error.message : String(error);
    this.#failure = { code, message };
    this.#attemptFailed = true;
    this.#retryCount += 1;
    if (code === "REMOTE_BUSY") {
      this.#busyCount += 1;
      return;
    }
    this.#failingSinceMs ??= clock.nowMs();
    faults.report(
      "remote-away",
      `Samples wait on this disk until the remote takes them: ${message}`,
    );
  }

  #isDue(): boolean {
    const { outbox, clock } = this.#parts;
    if (outbox.committedCount === 0) return false;
    if (outbox.hasRepeat || this.#isHurried) return true;
    if (outbox.committedCount >= this.#options.batchRowCountMax) return true;
    const durableAtMs = outbox.oldestDurableAtMs ?? Infinity;
    return clock.elapsedMs() - durableAtMs >= this.#options.flushIntervalMs;
  }

  #untilDueMs(): number {
    const { outbox, clock } = this.#parts;
    const { oldestDurableAtMs } = outbox;
    if (oldestDurableAtMs === undefined) return this.#options.flushIntervalMs;
    return Math.max(1, oldestDurableAtMs + this.#options.flushIntervalMs - clock.elapsedMs());
  }

  #settleIdle(): void {
    for (const settle of this.#idle.splice(0)) settle();
  }

  /** Until the time has passed, or somebody wakes it. */
  #rest(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, durationMs);
      timer.unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function sleep(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
