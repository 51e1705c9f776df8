/** The bench's end of the load generator's thread. */
import { Worker } from "node:worker_threads";

export interface LoadThreadData {
  readonly port: number;
  readonly seriesCount: number;
  /** Of the folder that the values go on from. */
  readonly shardCount: number;
  readonly hours: number;
  readonly stepMs: number;
  readonly endMs: number;
}

export type LoadOrder =
  { readonly kind: "replay" } | { readonly kind: "live"; readonly seconds: number };

export interface LoadReport {
  readonly sentCount: number;
  readonly isDone: boolean;
}

export class LoadGenerator {
  readonly #worker: Worker;
  #sentCount = 0;
  #failure: Error | undefined;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on("message", (report: LoadReport) => (this.#sentCount = report.sentCount));
    worker.on("error", (error: Error) => (this.#failure = error));
  }

  /** Resolves when it is connected and its values lie ready. */
  static async start(data: LoadThreadData): Promise<LoadGenerator> {
    const worker = new Worker(new URL("./load-thread.ts", import.meta.url), { workerData: data });
    const generator = new LoadGenerator(worker);
    await generator.#next(() => true);
    return generator;
  }

  get sentCount(): number {
    return this.#sentCount;
  }

  /** Resolves when all of it was sent; rejects when the connection is gone. */
  async run(order: LoadOrder): Promise<void> {
    this.#worker.postMessage(order);
    await this.#next(({ isDone }) => isDone);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #next(isIt: (report: LoadReport) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) reject(this.#failure);
      this.#worker.once("error", reject);
      const listener = (report: LoadReport): void => {
        if (!isIt(report)) return;
        this.#worker.off("message", listener);
        this.#worker.off("error", reject);
        resolve();
      };
      this.#worker.on("message", listener);
    });
  }
}
