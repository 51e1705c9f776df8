/**
 * The search engine as a whole: imports into it every few minutes, knows what it can, and answers
 * searches. What cli/compose.ts joins to the shards and to the page.
 */
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import { RemoteError } from "../../base/rpc.ts";
import type {
  SearchEngineReport,
  ShapeImportReport,
  ShapeReader,
  SimilarityReader,
} from "../../model/index.ts";
import type { EngineClient } from "../client.ts";
import { hasPlugin } from "../cluster.ts";
import { EngineError } from "../errors.ts";
import { EngineSimilarity, type EngineState } from "./engine-similarity.ts";
import { type ImportShare, restUntilDueMs, sharedWindow, wholeShare } from "./import-share.ts";
import { chooseServing, type ServingIndex } from "./serving-choice.ts";
import { readIndexes } from "./shape-index.ts";
import { importShapes } from "./shape-importer.ts";

const pluginName = "oculus-scorer";

/** An index that was not replaced for so many intervals is too old to be called the newest window. */
const staleIntervalCount = 5;
const staleMsMin = 10 * 60_000;

/** After a start most series have no samples yet: imports then follow each other sooner. */
const warmUpMs = 10 * 60_000;
const warmUpIntervalMs = 15_000;
const emptyShareMax = 0.2;

export interface OculusEngineParts {
  readonly client: EngineClient;
  /** Addresses of the nodes, for the page. */
  readonly nodes: readonly string[];
  readonly shapes: ShapeReader;
  /** Answers what the engine cannot. */
  readonly shards: SimilarityReader;
  readonly prefix: string;
  /** Undefined where this process has all series. */
  readonly share?: ImportShare | undefined;
  /** Names this process as no other is named. */
  readonly holder: string;
  readonly importIntervalMs: number;
  /** How many series there are, for progress. */
  readonly seriesCount: () => Promise<number>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class OculusEngine implements EngineState {
  readonly similarity: SimilarityReader;
  readonly #parts: OculusEngineParts;
  readonly #startedMs: number;
  #serving: ServingIndex | undefined;
  #hasPlugin: boolean | undefined;
  #lastImport: ShapeImportReport | null = null;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #stopping = new AbortController();
  #answeredCount = 0;
  #fallbackCount = 0;
  #problem = "";

  constructor(parts: OculusEngineParts) {
    this.#parts = parts;
    this.#startedMs = parts.clock.elapsedMs();
    this.similarity = new EngineSimilarity({ ...parts, state: this });
  }

  /** Imports now and then every interval, until stopped. */
  start(): void {
    void this.lookAgain().then(() => {
      if (this.#parts.share === undefined) this.#runOnTime();
      else this.#schedule();
    });
  }

  /** Resolves when the import under way has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }

  startImport(): boolean {
    if (this.#running !== undefined || this.#stopping.signal.aborted) return false;
    this.#running = this.#import().finally(() => {
      this.#running = undefined;
    });
    return true;
  }

  report(): Omit<SearchEngineReport, "collections"> {
    const serving = this.#serving;
    return {
      nodes: this.#parts.nodes,
      scorer: this.#hasPlugin === undefined ? null : this.scorer(),
      window:
        serving === undefined ? null : { range: serving.range, pointCount: serving.pointCount },
      seriesCount: serving?.comparableCount ?? 0,
      lastImport: this.#lastImport,
      importIntervalMs: this.#parts.importIntervalMs,
      answeredCount: this.#answeredCount,
      fallbackCount: this.#fallbackCount,
      problem: this.#problem,
    };
  }

  serving(): ServingIndex | undefined {
    return this.#serving;
  }

  scorer(): "plugin" | "painless" {
    return this.#hasPlugin === true ? "plugin" : "painless";
  }

  problem(): string | undefined {
    if (this.#serving === undefined) return undefined;
    if (this.#serving.comparableCount === 0) return "The search engine holds no shapes yet.";
    const { importIntervalMs, clock } = this.#parts;
    const ageMs = clock.nowMs() - this.#serving.range.untilMs;
    if (ageMs <= Math.max(staleMsMin, staleIntervalCount * importIntervalMs)) return undefined;
    return `The last import into the search engine is ${Math.round(ageMs / 60_000)} minutes old.`;
  }

  /** The process that has all series knows what it imported. */
  async update(): Promise<string | undefined> {
    if (this.#parts.share === undefined) return undefined;
    return await problemOf(this.#findServing());
  }

  async lookAgain(): Promise<void> {
    const { client } = this.#parts;
    const looked = this.#findServing().then(async () => {
      this.#hasPlugin = await hasPlugin(client, pluginName);
    });
    this.#problem = (await problemOf(looked)) ?? this.#problem;
  }

  count(problem: string | undefined): void {
    if (problem === undefined) this.#answeredCount += 1;
    else this.#fallbackCount += 1;
    this.#problem = problem ?? "";
  }

  #runOnTime(): void {
    if (this.#stopping.signal.aborted) return;
    this.startImport();
    void (this.#running ?? Promise.resolve()).then(() => this.#schedule());
  }

  #schedule(): void {
    if (this.#stopping.signal.aborted) return;
    this.#timer = setTimeout(() => this.#runOnTime(), this.#restMs());
    this.#timer.unref();
  }

  async #findServing(): Promise<void> {
    const { client, prefix, clock } = this.#parts;
    const { complete } = await readIndexes(client, prefix);
    this.#serving = chooseServing(prefix, complete, clock.nowMs());
  }

  /** Until the next import; counted from the begin of this one, so that they keep their pace. */
  #restMs(): number {
    const { clock, importIntervalMs, share } = this.#parts;
    if (share !== undefined) return restUntilDueMs(clock.nowMs(), importIntervalMs);
    const { comparableCount = 0, faultCounts = {} } = this.#serving ?? {};
    const emptyCount = faultCounts["empty"] ?? 0;
    const isWarmingUp = clock.elapsedMs() - this.#startedMs < warmUpMs;
    const isSparse = comparableCount === 0 || emptyCount > emptyShareMax * comparableCount;
    if (isWarmingUp && isSparse) return Math.min(warmUpIntervalMs, importIntervalMs);
    const { startedMs = clock.nowMs() } = this.#lastImport ?? {};
    return Math.max(0, startedMs + importIntervalMs - clock.nowMs());
  }

  async #import(): Promise<void> {
    const { clock, logger, shapes, importIntervalMs, share } = this.#parts;
    const startedMs = clock.nowMs();
    let report: ShapeImportReport = {
      ...{ startedMs, endedMs: null, seriesCount: 0, totalCount: 0 },
      ...{ outcome: "running", problem: "" },
    };
    const tell = (change: Partial<ShapeImportReport>): void => {
      report = { ...report, ...change };
      this.#lastImport = report;
    };
    tell({});
    try {
      tell({ totalCount: await this.#parts.seriesCount() });
      const { signal } = this.#stopping;
      const newest = shapes.newestWindow();
      const window =
        share === undefined ? newest : sharedWindow(startedMs, importIntervalMs, newest);
      const parts = { ...this.#parts, window, share: share ?? wholeShare, signal };
      const outcome = await importShapes(parts, (seriesCount) => {
        tell({ seriesCount });
      });
      this.#hasPlugin = await hasPlugin(this.#parts.client, pluginName);
      if (outcome.outcome === "locked") {
        await this.#findServing();
        const problem = "Another process was importing.";
        tell({ outcome: "locked", endedMs: clock.nowMs(), problem });
        return;
      }
      this.#serving = outcome.serving;
      this.#problem = "";
      tell({ outcome: "done", endedMs: clock.nowMs() });
      const { seriesCount, endedMs } = report;
      logger.debug("imported into the search engine", {
        series: seriesCount,
        tookMs: (endedMs ?? startedMs) - startedMs,
      });
    } catch (error) {
      if (!(error instanceof EngineError || error instanceof RemoteError)) throw error;
      tell({ outcome: "failed", endedMs: clock.nowMs(), problem: error.message });
      logger.warn("an import into the search engine failed", { error: error.message });
    }
  }
}

/** @returns why it failed, where the engine did */
async function problemOf(looked: Promise<void>): Promise<string | undefined> {
  try {
    await looked;
    return undefined;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return error.message;
  }
}
