/**
 * Whether there is room for what is written: the outbox has a limit, and a remote that is busy slows
 * writers down. Whoever writes waits here, which pauses senders; at the end of the program all are let in.
 */
import type { FaultLedger } from "../log/fault-ledger.ts";
import type { Courier } from "./courier.ts";
import type { OlderRows } from "./older-rows.ts";
import type { Outbox } from "./outbox.ts";

export interface WriterRoomParts {
  readonly outbox: Outbox;
  readonly older: OlderRows;
  readonly courier: Courier;
  readonly faults: FaultLedger;
  readonly commit: () => Promise<void>;
  /** Of the outbox; beyond it writers wait. */
  readonly sizeBytesMax: number;
}

export class WriterRoom {
  readonly #parts: WriterRoomParts;
  readonly #waiting: (() => void)[] = [];
  #heldWriteCount = 0;
  #isHolding = false;
  #isLettingIn = false;

  constructor(parts: WriterRoomParts) {
    this.#parts = parts;
  }

  /** Writes that had to wait. */
  get heldWriteCount(): number {
    return this.#heldWriteCount;
  }

  get isHolding(): boolean {
    return this.#isHolding;
  }

  /** Resolves when there is room; while the remote is busy after a moment. */
  async wait(): Promise<void> {
    const { outbox, courier, commit, faults } = this.#parts;
    if (outbox.isCrowded) await commit().catch(() => undefined);
    if (courier.isBusy && !this.#isLettingIn) await courier.pause();
    if (!this.#isFull()) return;
    this.#heldWriteCount += 1;
    this.#isHolding = true;
    faults.report(
      "outbox-full",
      "So much waits for the remote that senders are made to wait. Bring the remote back, or raise outbox-limit.",
    );
    await commit().catch(() => undefined);
    while (this.#isFull()) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    this.#isHolding = false;
  }

  /** Something may have become free. */
  make(): void {
    if (this.#isFull()) return;
    for (const go of this.#waiting.splice(0)) go();
  }

  /** From now on nobody waits. */
  letIn(): void {
    this.#isLettingIn = true;
    this.make();
  }

  #isFull(): boolean {
    if (this.#isLettingIn) return false;
    const { outbox, older, sizeBytesMax } = this.#parts;
    return outbox.occupiedBytes >= sizeBytesMax || older.isFull || outbox.isCrowded;
  }
}
