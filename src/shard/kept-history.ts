/** What is kept of a series from before its window, as lessons are given of it. */
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { SampleColumns, SeriesStore, TimeRange } from "../model/index.ts";

/** Four weeks teach each hour of the week four times. */
const lessonMs = 28 * 86_400_000;

export class KeptHistory {
  readonly #store: Pick<SeriesStore, "read">;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #fullDurationMs: number;
  #unreadableCount = 0;

  constructor(
    parts: {
      readonly store: Pick<SeriesStore, "read">;
      readonly clock: Clock;
      readonly logger: Logger;
    },
    options: { readonly fullDurationMs: number },
  ) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
    this.#fullDurationMs = options.fullDurationMs;
  }

  /** How often a series could not be read. */
  get unreadableCount(): number {
    return this.#unreadableCount;
  }

  /** As of now. */
  range(): TimeRange {
    const untilMs = this.#clock.nowMs() - this.#fullDurationMs;
    return { fromMs: untilMs - lessonMs, untilMs };
  }

  /** @returns undefined where the series is unknown, or cannot be read: that is counted, and said once */
  async read(name: string, range: TimeRange): Promise<SampleColumns | undefined> {
    try {
      return await this.#store.read(name, range);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (this.#unreadableCount === 0)
        this.#logger.warn(
          "the history of a series cannot be read; such ones learn from the window",
          {
            reason,
          },
        );
      this.#unreadableCount += 1;
      return undefined;
    }
  }
}
