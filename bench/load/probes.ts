/**
 * Series among the load that are made abnormal, to see how long the news takes: from the moment that the
 * datapoint which makes it so is sent to the event on the page's stream.
 *
 * Each probe has a calm past. At its time its value jumps and stays; a verdict wants that to last, so the
 * datapoint in question is the newest one that was sent before the event came.
 */
import { seededRandom } from "../../src/base/random.ts";
import { encodeCarbon } from "../../src/cli/send/encode.ts";
import { TcpSender } from "../../src/cli/send/senders.ts";
import type { AnomalyEventJson } from "../../src/webapp/contract.ts";
import { anomalyEvents } from "./anomaly-events.ts";

const pastRounds = 720;
const calm = 100;
const jump = 4000;
/** So long before the first probe jumps: the past has to be judged. */
const leadMs = 20_000;

export interface ProbeFigures {
  readonly probeCount: number;
  readonly seenCount: number;
  readonly medianMs: number | null;
  readonly p99Ms: number | null;
}

export class Probes {
  readonly #sender: TcpSender;
  readonly #names: readonly string[];
  readonly #stepMs: number;
  readonly #random = seededRandom(3);
  readonly #sentMs: Float64Array;
  readonly #waitsMs = new Map<string, number>();
  readonly #abort = new AbortController();
  readonly #listening: Promise<void>;
  #isRunning = true;
  #running: Promise<void> = Promise.resolve();

  private constructor(sender: TcpSender, url: string, count: number, stepMs: number) {
    this.#sender = sender;
    this.#stepMs = stepMs;
    this.#names = Array.from({ length: count }, (_, i) => `bench.probe${i}.level`);
    this.#sentMs = new Float64Array(count);
    this.#listening = anomalyEvents(`${url}/kale/events`, this.#abort.signal, (event) => {
      this.#hear(event);
    });
  }

  /** Sends the past of all probes. */
  static async start(
    { port, url }: { readonly port: number; readonly url: string },
    { count, stepMs }: { readonly count: number; readonly stepMs: number },
  ): Promise<Probes> {
    const sender = await TcpSender.connect({ host: "127.0.0.1", port });
    const probes = new Probes(sender, url, count, stepMs);
    const nowMs = Math.floor(Date.now() / stepMs) * stepMs;
    for (let round = -pastRounds; round < 0; round++) {
      const timeMs = nowMs + round * stepMs;
      await sender.send(
        encodeCarbon(probes.#names.map((name) => probes.#sample(name, timeMs, false))),
      );
    }
    return probes;
  }

  /** Sends the probes' points for so long; each jumps once, spread over all but the last two minutes. */
  run(forMs: number): void {
    this.#running = this.#send(forMs);
  }

  async end(): Promise<ProbeFigures> {
    this.#isRunning = false;
    await this.#running;
    this.#abort.abort();
    await this.#listening;
    await this.#sender.close();
    const waits = [...this.#waitsMs.values()].sort((a, b) => a - b);
    return {
      probeCount: this.#names.length,
      seenCount: waits.length,
      medianMs: quantile(waits, 0.5),
      p99Ms: quantile(waits, 0.99),
    };
  }

  async #send(forMs: number): Promise<void> {
    const startMs = performance.now();
    const spreadMs = Math.max(0, forMs - leadMs - 120_000);
    const count = this.#names.length;
    const sliceMs = this.#stepMs / count;
    for (let turn = 0; this.#isRunning; turn++) {
      const i = turn % count;
      const atMs = performance.now() - startMs;
      const isJumped = atMs > leadMs + (spreadMs * i) / count;
      const timeMs = Math.floor(Date.now() / 1000) * 1000;
      this.#sentMs[i] = performance.now();
      await this.#sender.send(encodeCarbon([this.#sample(this.#names[i]!, timeMs, isJumped)]));
      const aheadMs = (turn + 1) * sliceMs - (performance.now() - startMs);
      if (aheadMs > 0) await new Promise((resolve) => setTimeout(resolve, aheadMs));
    }
  }

  #sample(name: string, timeMs: number, isJumped: boolean): Parameters<typeof encodeCarbon>[0][0] {
    const noise = Math.round(this.#random.next() * 100) / 10;
    return { name, timeMs, value: (isJumped ? jump : calm) + noise };
  }

  #hear({ change, anomaly }: AnomalyEventJson): void {
    const i = this.#names.indexOf(anomaly.name);
    if (change !== "started" || i < 0 || this.#waitsMs.has(anomaly.name)) return;
    if (this.#sentMs[i]! > 0) this.#waitsMs.set(anomaly.name, performance.now() - this.#sentMs[i]!);
  }
}

function quantile(sorted: readonly number[], share: number): number | null {
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  return value === undefined ? null : Math.round(value);
}
