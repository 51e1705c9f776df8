/**
 * What a store on other machines has not acknowledged, in order, on the local disk.
 *
 *     add ──→ gathered rows ──commit──→ pieces in outbox-00000001.log … ──batch──→ remote
 *                                          ↑ cut: given up to here    ack: there up to here
 *
 * The rows that are given as one batch are marked by a *cut*, durable before they are given, so that
 * after a crash or an answer that never came the same rows are given again within the same bounds.
 * An *ack* goes into the same log; the next cut makes it durable too. One that is lost costs a repeat.
 * A file goes when all its rows are acknowledged.
 */
import { join } from "node:path";
import { assert } from "../../base/assert.ts";
import type { Clock } from "../../base/clock.ts";
import { type SampleBatch, SampleBatchBuilder } from "../../model/index.ts";
import { StoreError } from "../errors.ts";
import { type Disk, type DiskFile, isDiskRefusal } from "../log/disk.ts";
import type { FaultLedger } from "../log/fault-ledger.ts";
import { frameAt } from "../log/frame.ts";
import { SegmentedLog, segmentName } from "../log/segmented-log.ts";
import { decodePiece, encodeMark, encodePiece, joinBatches } from "./outbox-codec.ts";
import { outboxPrefix, type Piece, recoverOutbox } from "./outbox-recovery.ts";

/** A piece is closed at this many rows, or when it is committed. */
const pieceRowCount = 8192;
/** A file longer than this is ended, so that it can go when its rows are acknowledged. */
const segmentBytesMax = 8 << 20;
/** A file whose rows are all acknowledged is not kept for more rows beyond this length. */
const spentBytesMax = 1 << 20;
/** What a waiting piece costs beside its bytes on the disk. */
const pieceOverheadBytes = 256;
/** Closed pieces that may wait for the disk. */
const gatheredCountMax = 16;

interface Gathered {
  readonly batch: SampleBatch;
  readonly first: number;
  readonly takenMs: number;
  /** Time of the oldest row that the window holds, Infinity where it holds none. */
  readonly windowMs: number;
  /** Once it was encoded. */
  bytes?: Uint8Array;
}

/** Rows on their way to the remote. */
export interface OutboxBatch {
  readonly rows: SampleBatch;
  /** Ordinal of the row after the last. */
  readonly end: number;
  /** It may have been given before. */
  readonly isRepeat: boolean;
}

export interface OutboxOptions {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly faults: FaultLedger;
}

export class Outbox {
  readonly #folder: string;
  readonly #options: OutboxOptions;
  readonly #log: SegmentedLog;
  readonly #builder = new SampleBatchBuilder(pieceRowCount);
  #builderFirst: number;
  #builderTakenMs = 0;
  #builderWindowMs = Infinity;
  readonly #gathered: Gathered[] = [];
  #gatheredRowCount = 0;
  #nextOrdinal: number;
  /** Waiting ones, from `#head` on. */
  #pieces: Piece[];
  #head = 0;
  #pieceBytes = 0;
  #pieceRowCount = 0;
  /** Ends of batches that were given before the last crash. */
  readonly #givenEnds: number[];
  #isDurable = true;
  #work: Promise<unknown> = Promise.resolve();
  #nextCommit: Promise<void> | undefined;
  #reading: { readonly segment: number; readonly file: DiskFile } | undefined;

  private constructor(
    folder: string,
    options: OutboxOptions,
    recovered: Awaited<ReturnType<typeof recoverOutbox>>,
  ) {
    this.#folder = folder;
    this.#options = options;
    this.#log = new SegmentedLog(options.disk, folder, {
      kind: "OBOX",
      prefix: outboxPrefix,
      number: recovered.nextSegment,
    });
    for (const { number, sizeBytes } of recovered.segments)
      this.#log.noteExisting(number, sizeBytes);
    this.#pieces = recovered.pieces;
    this.#givenEnds = recovered.givenEnds;
    this.#nextOrdinal = recovered.nextOrdinal;
    this.#builderFirst = recovered.nextOrdinal;
    for (const piece of recovered.pieces) this.#count(piece, 1);
  }

  /** Opens the folder, made if it is not there, with what an earlier run left in it. */
  static async open(folder: string, options: OutboxOptions): Promise<Outbox> {
    await options.disk.makeFolder(folder);
    return new Outbox(folder, options, await recoverOutbox(folder, options));
  }

  /** Ordinal of the next row. */
  get nextOrdinal(): number {
    return this.#nextOrdinal;
  }

  /** Ordinal of the oldest row that waits; `nextOrdinal` where none does. */
  get waitingFrom(): number {
    return this.#pieces[this.#head]?.first ?? this.#gathered[0]?.first ?? this.#builderFirst;
  }

  get waitingCount(): number {
    return this.#pieceRowCount + this.uncommittedCount;
  }

  /** Durable rows that can be given. */
  get committedCount(): number {
    return this.#pieceRowCount;
  }

  get uncommittedCount(): number {
    return this.#gatheredRowCount + this.#builder.count;
  }

  /** What counts against the limit. */
  get occupiedBytes(): number {
    return this.#pieceBytes;
  }

  get diskBytes(): number {
    return this.#log.sizeBytes;
  }

  /** When the oldest row was taken that waits; null where none does. */
  get oldestTakenMs(): number | null {
    const oldest = this.#pieces[this.#head] ?? this.#gathered[0];
    if (oldest !== undefined) return oldest.takenMs;
    return this.#builder.count > 0 ? this.#builderTakenMs : null;
  }

  /** When the oldest piece became durable, on the clock that never goes back. */
  get oldestDurableAtMs(): number | undefined {
    return this.#pieces[this.#head]?.durableAtMs;
  }

  /** Whether some rows were given, and nobody knows what became of them. */
  get hasRepeat(): boolean {
    return this.#givenEnds.length > 0;
  }

  get isDurable(): boolean {
    return this.#isDurable;
  }

  /** Whether rows should wait for the disk. */
  get isCrowded(): boolean {
    return this.#gathered.length >= gatheredCountMax;
  }

  /** Time of the oldest row that the window holds and the remote may not have. */
  windowMinMs(): number {
    let minMs = this.#builderWindowMs;
    for (const { windowMs } of this.#gathered) minMs = Math.min(minMs, windowMs);
    for (let i = this.#head; i < this.#pieces.length; i++)
      minMs = Math.min(minMs, this.#pieces[i]!.windowMs);
    return minMs;
  }

  /**
   * Takes a row.
   *
   * @param isInWindow  the window holds it, and has to until it is acknowledged
   * @returns its ordinal
   */
  add(
    row: {
      readonly names: Uint8Array;
      readonly start: number;
      readonly end: number;
      readonly types: number;
    },
    timeMs: number,
    value: number,
    isInWindow: boolean,
  ): number {
    if (this.#builder.isFull) this.#closePiece();
    if (this.#builder.count === 0) this.#builderTakenMs = this.#options.clock.nowMs();
    this.#builder.add(row.names, row.start, row.end, timeMs, value, row.types);
    if (isInWindow && timeMs < this.#builderWindowMs) this.#builderWindowMs = timeMs;
    return this.#nextOrdinal++;
  }

  /** Resolves when all rows taken before the call are durable; rejects with a StoreError. */
  commit(): Promise<void> {
    this.#nextCommit ??= this.#exclusive(async () => {
      this.#nextCommit = undefined;
      await this.#write();
    });
    return this.#nextCommit;
  }

  /**
   * The oldest rows as a batch to give: those given before, or about `rowCountMax` new ones, which
   * are marked as given first. Rejects with a StoreError where the disk refuses the mark.
   */
  nextBatch(rowCountMax: number): Promise<OutboxBatch | undefined> {
    return this.#exclusive(async () => {
      const givenEnd = this.#givenEnds[0];
      const end = givenEnd ?? this.#chooseEnd(rowCountMax);
      if (end === undefined) return undefined;
      if (givenEnd === undefined) await this.#mark(encodeMark("cut", end));
      const parts: SampleBatch[] = [];
      for (let i = this.#head; i < this.#pieces.length && this.#pieces[i]!.first < end; i++) {
        const part = await this.#read(this.#pieces[i]!);
        if (part !== undefined) parts.push(part);
      }
      return { rows: joinBatches(parts), end, isRepeat: givenEnd !== undefined };
    });
  }

  /** All rows before `end` stand at the remote, or were set aside. */
  acknowledge(end: number): Promise<void> {
    return this.#exclusive(async () => {
      while (this.#givenEnds[0] !== undefined && this.#givenEnds[0] <= end) this.#givenEnds.shift();
      for (let piece = this.#pieces[this.#head]; piece !== undefined && piece.first < end;) {
        this.#count(piece, -1);
        this.#head += 1;
        piece = this.#pieces[this.#head];
      }
      if (this.#head > 1024 && this.#head * 2 > this.#pieces.length) {
        this.#pieces = this.#pieces.slice(this.#head);
        this.#head = 0;
      }
      // A mark that the disk refuses costs a repeat after the next crash, no more.
      await this.#log.append(encodeMark("ack", end)).catch(() => undefined);
      await this.#removeSpent().catch(() => undefined);
    });
  }

  /** Visits all durable rows that wait, oldest first: what an earlier run left. */
  async replay(visit: (rows: SampleBatch, first: number) => number): Promise<void> {
    for (let i = this.#head; i < this.#pieces.length; i++) {
      const piece = this.#pieces[i]!;
      const rows = await this.#exclusive(() => this.#read(piece));
      if (rows !== undefined) piece.windowMs = visit(rows, piece.first);
    }
  }

  /** Commits and lets go of the files; rejects with a StoreError where the disk refuses. */
  async close(): Promise<void> {
    try {
      await this.commit();
    } finally {
      await this.#exclusive(async () => {
        await this.#reading?.file.close();
        this.#reading = undefined;
        await this.#log.close();
      });
    }
  }

  #closePiece(): void {
    if (this.#builder.count === 0) return;
    const batch = this.#builder.take();
    this.#gathered.push({
      batch,
      first: this.#builderFirst,
      takenMs: this.#builderTakenMs,
      windowMs: this.#builderWindowMs,
    });
    this.#gatheredRowCount += batch.count;
    this.#builderFirst += batch.count;
    this.#builderWindowMs = Infinity;
  }

  async #write(): Promise<void> {
    this.#closePiece();
    if (this.#gathered.length === 0 && this.#isDurable) return;
    const written = [...this.#gathered];
    const pieces: Piece[] = [];
    try {
      for (const gathered of written) {
        const { batch, first, takenMs, windowMs } = gathered;
        gathered.bytes ??= await encodePiece(batch, { first, takenMs });
        const lengthBytes = gathered.bytes.length;
        await this.#log.append(gathered.bytes);
        const segment = this.#log.number;
        const offset = this.#log.segmentBytes - lengthBytes;
        const durableAtMs = this.#options.clock.elapsedMs();
        const place = { segment, offset, lengthBytes, durableAtMs };
        pieces.push({ ...place, first, count: batch.count, takenMs, windowMs });
      }
      await this.#log.sync();
    } catch (error) {
      throw await this.#refused(error);
    }
    this.#isDurable = true;
    this.#gathered.splice(0, written.length);
    for (const piece of pieces) {
      this.#gatheredRowCount -= piece.count;
      this.#pieces.push(piece);
      this.#count(piece, 1);
    }
    if (this.#log.segmentBytes > segmentBytesMax) await this.#log.rotate().catch(() => undefined);
  }

  async #mark(bytes: Uint8Array): Promise<void> {
    try {
      await this.#log.append(bytes);
      await this.#log.sync();
    } catch (error) {
      throw await this.#refused(error);
    }
  }

  /** Nobody knows what a file holds after a failed write, so what was not durable goes into another. */
  async #refused(error: unknown): Promise<StoreError> {
    await this.#log.abandon();
    this.#isDurable = false;
    this.#options.faults.report(
      "disk-full",
      "The disk takes no more: what arrives waits in memory. Free space on it; Kale goes on by itself.",
      { cause: error instanceof Error ? error.message : String(error) },
    );
    const code = isDiskRefusal(error) ? "STORE_DISK_FULL" : "STORE_UNREACHABLE";
    return new StoreError(code, `append to the outbox in ${this.#folder}`, { cause: error });
  }

  #chooseEnd(rowCountMax: number): number | undefined {
    let end: number | undefined;
    let rowCount = 0;
    for (let i = this.#head; i < this.#pieces.length; i++) {
      const { first, count } = this.#pieces[i]!;
      if (end !== undefined && rowCount + count > rowCountMax) break;
      rowCount += count;
      end = first + count;
    }
    return end;
  }

  async #read({ segment, offset, lengthBytes }: Piece): Promise<SampleBatch | undefined> {
    const path = join(this.#folder, segmentName(outboxPrefix, segment));
    if (this.#reading?.segment !== segment) {
      await this.#reading?.file.close();
      this.#reading = undefined;
      this.#reading = { segment, file: await this.#options.disk.open(path, "read") };
    }
    const bytes = new Uint8Array(lengthBytes);
    await this.#reading.file.read(bytes, offset);
    const payload = frameAt(bytes);
    const rows = payload && (await decodePiece(payload));
    if (rows === undefined) {
      this.#options.faults.report(
        "corrupt-record",
        `${path}, offset ${offset}: ${lengthBytes} damaged bytes; their samples are lost, the rest is served`,
        { offset, lengthBytes },
      );
    }
    return rows;
  }

  async #removeSpent(): Promise<void> {
    const needed = this.#pieces[this.#head]?.segment;
    if (needed === undefined && this.#log.segmentBytes > spentBytesMax) await this.#log.rotate();
    await this.#log.removeBefore(needed ?? this.#log.number);
  }

  #count({ lengthBytes, count }: Piece, sign: 1 | -1): void {
    this.#pieceBytes += sign * (lengthBytes + pieceOverheadBytes);
    this.#pieceRowCount += sign * count;
    assert(this.#pieceRowCount >= 0, "no more rows leave the outbox than came in");
  }

  #exclusive<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#work.then(work);
    this.#work = result.catch(() => undefined);
    return result;
  }
}
