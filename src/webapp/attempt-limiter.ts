/**
 * How often somebody may try a password or a token, from one address and from all together.
 *
 * Two buckets, each with a number of tries that come back one by one with time. A try that turns out
 * right is given back, so only wrong ones count. It is taken before the check, which is slow: many
 * tries at the same time find the bucket empty all the same.
 */
import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";

export interface AttemptLimits {
  /** Tries that may follow each other at once. */
  readonly burstCount: number;
  /** How long it takes for one to come back. */
  readonly refillMs: number;
}

export interface AttemptLimiterOptions {
  readonly perAddress: AttemptLimits;
  readonly together: AttemptLimits;
  /** Addresses remembered; beyond it the one that was quiet longest is forgotten. */
  readonly addressCountMax: number;
}

const defaultOptions: AttemptLimiterOptions = {
  perAddress: { burstCount: 10, refillMs: 30_000 },
  together: { burstCount: 60, refillMs: 1_000 },
  addressCountMax: 10_000,
};

export class AttemptLimiter {
  readonly #clock: Clock;
  readonly #options: AttemptLimiterOptions;
  readonly #together: Bucket;
  /** The one that was used last comes last. */
  readonly #byAddress = new Map<string, Bucket>();
  #failedCount = 0;
  #refusedCount = 0;

  constructor(clock: Clock, options: AttemptLimiterOptions = defaultOptions) {
    assert(options.addressCountMax >= 1, "at least one address is remembered");
    this.#clock = clock;
    this.#options = options;
    this.#together = new Bucket(options.together);
  }

  /** Wrong tokens and passwords. */
  get failedCount(): number {
    return this.#failedCount;
  }

  /** Tries that were not looked at. */
  get refusedCount(): number {
    return this.#refusedCount;
  }

  /** @returns 0 where the try may be made, and is then taken; otherwise how long to wait */
  takeMs(address: string): number {
    const nowMs = this.#clock.elapsedMs();
    const own = this.#bucketOf(address);
    const waitMs = Math.max(own.waitMs(nowMs), this.#together.waitMs(nowMs));
    if (waitMs > 0) {
      this.#refusedCount += 1;
      return waitMs;
    }
    own.take(nowMs);
    this.#together.take(nowMs);
    return 0;
  }

  /** How a try that was taken came out. */
  settle(address: string, wasRight: boolean): void {
    if (!wasRight) {
      this.#failedCount += 1;
      return;
    }
    this.#byAddress.get(address)?.giveBack();
    this.#together.giveBack();
  }

  #bucketOf(address: string): Bucket {
    const bucket = this.#byAddress.get(address) ?? new Bucket(this.#options.perAddress);
    this.#byAddress.delete(address);
    this.#byAddress.set(address, bucket);
    for (const oldest of this.#byAddress.keys()) {
      if (this.#byAddress.size <= this.#options.addressCountMax) break;
      this.#byAddress.delete(oldest);
    }
    return bucket;
  }
}

/** Tries that are left, as of a moment. */
class Bucket {
  readonly #limits: AttemptLimits;
  #left: number;
  #asOfMs = -Infinity;

  constructor(limits: AttemptLimits) {
    this.#limits = limits;
    this.#left = limits.burstCount;
  }

  waitMs(nowMs: number): number {
    const left = this.#leftAt(nowMs);
    return left >= 1 ? 0 : Math.ceil((1 - left) * this.#limits.refillMs);
  }

  take(nowMs: number): void {
    this.#left = this.#leftAt(nowMs) - 1;
    this.#asOfMs = nowMs;
  }

  giveBack(): void {
    this.#left = Math.min(this.#limits.burstCount, this.#left + 1);
  }

  #leftAt(nowMs: number): number {
    const { burstCount, refillMs } = this.#limits;
    return Math.min(burstCount, this.#left + (nowMs - this.#asOfMs) / refillMs);
  }
}
