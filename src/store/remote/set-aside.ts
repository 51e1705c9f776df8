/**
 * Rows that the remote refuses for good: kept in files of their own beside the outbox, so that the
 * rows behind them are not held up and somebody can see what was refused. Bounded: the oldest go.
 */
import { join } from "node:path";
import type { Disk } from "../log/disk.ts";
import type { FaultLedger } from "../log/fault-ledger.ts";
import { SegmentedLog, segmentName, segmentNumbers } from "../log/segmented-log.ts";
import type { SampleBatch } from "../../model/index.ts";
import type { Clock } from "../../base/clock.ts";
import { encodePieces } from "./outbox-codec.ts";

const prefix = "refused";

export class SetAside {
  readonly #log: SegmentedLog;
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #faults: FaultLedger;
  readonly #sizeBytesMax: number;
  #sampleCount = 0;

  private constructor(
    log: SegmentedLog,
    folder: string,
    parts: { readonly clock: Clock; readonly faults: FaultLedger; readonly sizeBytesMax: number },
  ) {
    this.#log = log;
    this.#folder = folder;
    this.#clock = parts.clock;
    this.#faults = parts.faults;
    this.#sizeBytesMax = parts.sizeBytesMax;
  }

  static async open(
    folder: string,
    parts: {
      readonly disk: Disk;
      readonly clock: Clock;
      readonly faults: FaultLedger;
      readonly sizeBytesMax: number;
    },
  ): Promise<SetAside> {
    const numbers = segmentNumbers(prefix, await parts.disk.list(folder));
    const number = (numbers.at(-1) ?? 0) + 1;
    const log = new SegmentedLog(parts.disk, folder, { kind: "OBOX", prefix, number });
    for (const old of numbers) {
      const file = await parts.disk.open(join(folder, segmentName(prefix, old)), "read");
      log.noteExisting(old, await file.sizeBytes());
      await file.close();
    }
    return new SetAside(log, folder, parts);
  }

  /** Samples set aside since the start. */
  get sampleCount(): number {
    return this.#sampleCount;
  }

  /** @returns false where the disk refuses: the rows stay where they are */
  async take(rows: SampleBatch, first: number, reason: string): Promise<boolean> {
    try {
      const takenMs = this.#clock.nowMs();
      for (const piece of await encodePieces(rows, { first, takenMs }))
        await this.#log.append(piece);
      await this.#log.rotate();
      if (this.#log.sizeBytes > this.#sizeBytesMax) {
        await this.#log.removeBefore(this.#log.number - 1);
      }
    } catch {
      await this.#log.abandon();
      return false;
    }
    this.#sampleCount += rows.count;
    this.#faults.report(
      "remote-refused",
      `Samples that the remote refuses were set aside in ${this.#folder}: ${reason}`,
      {},
      rows.count,
    );
    return true;
  }

  async close(): Promise<void> {
    await this.#log.close();
  }
}
