/**
 * Gives operations to the cluster until each is acknowledged on the wanted number of copies.
 *
 * What fails for a while (a full queue, a copy that is moving) is given again, that alone; what the
 * cluster refuses for good fails the whole. A creation that answers "it is there" counts as done.
 */
import {
  bulk,
  type BulkOperation,
  type BulkOutcome,
  type EngineClient,
} from "../../engine/index.ts";
import { RemoteError } from "../remote/remote-series.ts";

const attemptCountMax = 4;
const delayMsMin = 200;

export class BulkWriter {
  readonly #client: EngineClient;
  readonly #copyCount: number | undefined;
  #retryCount = 0;
  #writtenBytes = 0;

  constructor(client: EngineClient, options: { readonly copyCount: number | undefined }) {
    this.#client = client;
    this.#copyCount = options.copyCount;
  }

  /** Operations that had to be given again. */
  get retryCount(): number {
    return this.#retryCount;
  }

  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** Rejects with an EngineError or a RemoteError; then any part of the operations may be done. */
  async write(operations: readonly BulkOperation[]): Promise<void> {
    let left = operations;
    let delayMs = delayMsMin;
    for (let attempt = 1; left.length > 0; attempt++) {
      const { outcomes, requestBytes } = await bulk(this.#client, left, {
        waitForActiveShards: this.#copyCount,
      });
      this.#writtenBytes += requestBytes;
      const failed = left.filter((_, i) => !this.#isDone(outcomes[i]));
      if (failed.length === 0) return;
      this.#retryCount += failed.length;
      const fault = this.#faultOf(left, outcomes);
      if (attempt === attemptCountMax || fault.code === "REMOTE_REFUSED") throw fault;
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      delayMs *= 2;
      left = failed;
    }
  }

  #isDone(outcome: BulkOutcome | undefined): boolean {
    if (outcome === undefined) return false;
    // "create" of what is there, and "delete" of what is gone.
    if (outcome.status === 409 || outcome.status === 404) return true;
    if (outcome.fault !== undefined || outcome.status >= 300) return false;
    return this.#copyCount === undefined || outcome.copyCount >= this.#copyCount;
  }

  /** The gravest of what failed. */
  #faultOf(operations: readonly BulkOperation[], outcomes: readonly BulkOutcome[]): RemoteError {
    const failed = outcomes.filter((outcome) => !this.#isDone(outcome));
    const refused = failed.find(({ status }) => status >= 400 && status < 500 && status !== 429);
    const busy = failed.find(({ status }) => status === 429);
    const worst = refused ?? busy ?? failed[0];
    const index = operations[outcomes.findIndex((outcome) => outcome === worst)]?.index ?? "";
    const why =
      worst?.fault === undefined
        ? `acknowledged on ${worst?.copyCount ?? 0} copies of ${this.#copyCount ?? 1}`
        : `${worst.fault.type}: ${worst.fault.reason}`;
    const message = `write ${failed.length} of ${operations.length} documents, e.g. to ${index}: ${why}`;
    const isDiskFull = worst?.fault?.type === "cluster_block_exception";
    if (refused !== undefined || isDiskFull) return new RemoteError("REMOTE_REFUSED", message);
    return new RemoteError(busy === undefined ? "REMOTE_UNREACHABLE" : "REMOTE_BUSY", message);
  }
}
