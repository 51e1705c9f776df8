/**
 * The canary: a metric of our own, sent through the front door and looked for in the store.
 *
 * Every 10 s one Carbon line `kale.canary N` goes to our own plaintext port, N counting up. It has
 * come back when the store shows N. So the status page can say that the whole way works, not only
 * that the process runs.
 */
import { connect } from "node:net";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { SeriesReader } from "../model/index.ts";
import type { CanaryReport } from "../webapp/index.ts";

export const canaryName = "kale.canary";
const intervalMs = 10_000;
/** From look to look it is waited twice as long: what is told is how long it took, not how seldom we look. */
const lookPausesMs = { min: 5, max: 200 };
/** A canary that is not back by then is late. */
const patienceMs = 5000;

export interface CanaryOptions {
  readonly host: string;
  readonly port: number;
}

export class Canary {
  readonly #series: SeriesReader;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #options: CanaryOptions;
  #timer: NodeJS.Timeout | undefined;
  #report: CanaryReport = { state: "waiting", lastSeenMs: null, roundTripMs: null };
  #isStopped = false;

  constructor(series: SeriesReader, clock: Clock, logger: Logger, options: CanaryOptions) {
    this.#series = series;
    this.#clock = clock;
    this.#logger = logger;
    this.#options = options;
  }

  get report(): CanaryReport {
    return this.#report;
  }

  start(): void {
    this.#timer = setTimeout(() => {
      void this.#fly();
    }, 0);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  async #fly(): Promise<void> {
    const sentMs = this.#clock.nowMs();
    try {
      await sendLine(`${canaryName} ${sentMs} ${Math.floor(sentMs / 1000)}\n`, this.#options);
      await this.#waitFor(sentMs);
    } catch (error) {
      this.#late(`it could not be sent: ${String(error)}`);
    }
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      void this.#fly();
    }, intervalMs);
  }

  async #waitFor(sentMs: number): Promise<void> {
    const { min, max } = lookPausesMs;
    for (let pauseMs = min; !this.#isStopped; pauseMs = Math.min(2 * pauseMs, max)) {
      const nowMs = this.#clock.nowMs();
      const seen = await this.#series.read(canaryName, {
        fromMs: sentMs - 2000,
        untilMs: sentMs + 2000,
      });
      if (seen?.values.includes(sentMs) === true) {
        if (this.#report.state === "late") this.#logger.info("the canary is back");
        this.#report = { state: "ok", lastSeenMs: nowMs, roundTripMs: nowMs - sentMs };
        return;
      }
      if (nowMs - sentMs > patienceMs) {
        this.#late(`it did not come back within ${patienceMs / 1000} s`);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  #late(why: string): void {
    if (this.#isStopped) return;
    if (this.#report.state !== "late") this.#logger.warn("the canary is late", { why });
    this.#report = { ...this.#report, state: "late" };
  }
}

function sendLine(line: string, { host, port }: CanaryOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port }, () => {
      socket.end(line);
    });
    socket.setTimeout(patienceMs, () => socket.destroy(new Error("no connection in time")));
    socket.on("error", reject);
    socket.on("close", () => resolve());
    socket.resume();
  });
}
