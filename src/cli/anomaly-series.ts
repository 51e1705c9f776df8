/**
 * Anomalies over time as a series of its own, `kale.anomalies.active`: to be drawn beside others, asked
 * for over every query API, and judged like any other metric.
 *
 * Like the canary it is of Kale itself, so whoever judges writes it, whether this machine's own vital
 * signs are recorded or not.
 */
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import { batchOf, type EpisodeJournal, type SampleSink } from "../model/index.ts";

export const anomalySeriesName = "kale.anomalies.active";
const everyMs = 10_000;

export interface AnomalySeriesParts {
  readonly sink: SampleSink;
  readonly episodes: Pick<EpisodeJournal, "countOverTime">;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class AnomalySeries {
  readonly #parts: AnomalySeriesParts;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: AnomalySeriesParts) {
    this.#parts = parts;
  }

  /** Writes at once, so that a place full of names has one for it, and from then on. */
  start(): void {
    this.#writing = this.#write();
    this.#timer = setInterval(() => {
      this.#writing = this.#write();
    }, everyMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
  }

  async #write(): Promise<void> {
    const { sink, episodes, clock, logger } = this.#parts;
    const nowMs = Math.floor(clock.nowMs());
    try {
      const [count = 0] = episodes.countOverTime({ fromMs: nowMs - 1, untilMs: nowMs }, 1);
      await sink.write(batchOf([[anomalySeriesName, nowMs, count]]));
    } catch (error) {
      logger.warn("the number of anomalies could not be written", { error: String(error) });
    }
  }
}
