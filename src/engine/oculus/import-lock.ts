/**
 * Lets one process at a time import the same series: a document that only the first can create.
 *
 * Whoever holds it renews it while working. One that was not renewed for long belonged to a process
 * that died, and is taken over, by whoever is first to replace exactly that version of it. Age goes by
 * the clocks of the machines that share the cluster; they have to agree to well within `lockKeptMs`.
 */
import type { Clock } from "../../base/clock.ts";
import type { EngineClient } from "../client.ts";
import { deleteDocument, type DocumentVersion, getDocument, putDocument } from "../documents.ts";

/** Bulk requests wait up to two minutes for an answer, and the lock is renewed between them. */
export const lockKeptMs = 5 * 60_000;
const renewMs = 30_000;

/** Where the lock lies: one for each share of the series. */
export interface LockPlace {
  readonly index: string;
  readonly id: string;
}

export function lockIdOf(owner: string): string {
  return owner === "" ? "import-lock" : `import-lock-${owner}`;
}

interface LockDocument {
  readonly holder: string;
  readonly expiresMs: number;
}

export class ImportLock {
  readonly #client: EngineClient;
  readonly #index: string;
  readonly #id: string;
  readonly #holder: string;
  readonly #clock: Clock;
  #version: DocumentVersion;
  #renewedMs: number;

  private constructor(
    client: EngineClient,
    { index, id }: LockPlace,
    holder: string,
    clock: Clock,
    version: DocumentVersion,
  ) {
    this.#client = client;
    this.#index = index;
    this.#id = id;
    this.#holder = holder;
    this.#clock = clock;
    this.#version = version;
    this.#renewedMs = clock.elapsedMs();
  }

  /**
   * @param holder  names this process and this run, as no other is named
   * @returns undefined where somebody else has it
   */
  static async take(
    client: EngineClient,
    place: LockPlace,
    holder: string,
    clock: Clock,
  ): Promise<ImportLock | undefined> {
    const source = lockDocument(holder, clock);
    let version = await putDocument(client, { ...place, source, onlyIf: "create" });
    if (version === undefined) {
      const there = await getDocument<LockDocument>(client, place.index, place.id);
      if (there?.source.holder === holder) version = there;
      else if (there === undefined || there.source.expiresMs > clock.nowMs()) return undefined;
      else version = await putDocument(client, { ...place, source, onlyIf: there });
    }
    return version && new ImportLock(client, place, holder, clock, version);
  }

  /** To be called between two steps of the work. @returns false where it was taken from us */
  async renewInTime(): Promise<boolean> {
    return this.#clock.elapsedMs() - this.#renewedMs < renewMs || (await this.renew());
  }

  /** To be called before what only the holder may do. @returns false where it was taken from us */
  async renew(): Promise<boolean> {
    const version = await putDocument(this.#client, {
      index: this.#index,
      id: this.#id,
      source: lockDocument(this.#holder, this.#clock),
      onlyIf: this.#version,
    });
    if (version === undefined) return false;
    this.#version = version;
    this.#renewedMs = this.#clock.elapsedMs();
    return true;
  }

  async release(): Promise<void> {
    await deleteDocument(this.#client, this.#index, this.#id, { onlyIf: this.#version });
  }
}

function lockDocument(holder: string, clock: Clock): LockDocument {
  return { holder, expiresMs: clock.nowMs() + lockKeptMs };
}
