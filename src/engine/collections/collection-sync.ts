/** Runs rounds of the replica: soon after a change here, and now and then for changes there. */
import type { Logger } from "../../base/log.ts";
import type { CollectionSyncState } from "../../model/index.ts";
import { EngineError } from "../errors.ts";
import { type CollectionReplicaParts, replicateCollections } from "./collection-replica.ts";

const lookEveryMs = 1000;
const roundEveryMs = 30_000;

export class CollectionSync {
  readonly #parts: CollectionReplicaParts;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #revision: number | undefined;
  #roundMs = -Infinity;
  #agreedMs: number | null = null;
  #problem = "";

  constructor(parts: CollectionReplicaParts, logger: Logger) {
    this.#parts = parts;
    this.#logger = logger;
  }

  get state(): CollectionSyncState {
    return { agreedMs: this.#agreedMs, problem: this.#problem };
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), lookEveryMs);
    this.#timer.unref();
    this.#look();
  }

  /** Resolves when the round under way has ended. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  #look(): void {
    if (this.#running !== undefined) return;
    const { clock, collections } = this.#parts;
    const isChanged = collections.revision !== this.#revision && this.#problem === "";
    if (!isChanged && clock.elapsedMs() - this.#roundMs < roundEveryMs) return;
    this.#running = this.#round().finally(() => {
      this.#running = undefined;
    });
  }

  async #round(): Promise<void> {
    const { clock, collections } = this.#parts;
    this.#roundMs = clock.elapsedMs();
    const { revision } = collections;
    try {
      const { takenCount } = await replicateCollections(this.#parts);
      // What was taken over changed the revision, too; another round finds nothing to do.
      this.#revision = takenCount === 0 ? revision : undefined;
      this.#agreedMs = clock.nowMs();
      this.#problem = "";
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      if (this.#problem === "") {
        this.#logger.warn("collections are not in step with the search engine", {
          error: error.message,
        });
      }
      this.#problem = error.message;
    }
  }
}
