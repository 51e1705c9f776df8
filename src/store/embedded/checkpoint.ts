/**
 * The checkpoint: everything that is neither in sealed chunks nor in archives, as of one sample, so
 * that the sample log before it can go. Drawn in docs/formats/checkpoint.md.
 *
 *     header | state | series … | samples (backfill) … | end
 *
 * It is written beside the old one, made durable and renamed. The one before is kept: serials are
 * never given twice, so its names are good where the newer file is damaged.
 *
 * It is taken while samples arrive. A series may therefore hold samples newer than `ordinal`; the
 * sample log gives them once more, in the same order, which changes nothing.
 */
import { join } from "node:path";
import { ByteReader, ByteWriter } from "../log/bytes.ts";
import { errorCode, type Disk, type DiskFile } from "../log/disk.ts";
import { beginFrame, endFrame, scanFrames, writeFileHeader, type Damage } from "../log/frame.ts";
import { payloadKind, readSamples, type SampleFrames } from "./log-codec.ts";

export const checkpointName = "checkpoint.kale";
export const previousCheckpointName = "checkpoint-previous.kale";

const frameTargetBytes = 16 << 10;
const writeBytes = 256 << 10;

export interface CheckpointState {
  /** The checkpoint holds every sample up to this one that is not in chunks or archives. */
  readonly ordinal: number;
  /** Samples older than this go to the backfill. */
  readonly routeBeforeMs: number;
  /** All samples older than this are in archives or in the backfill. */
  readonly archivedBeforeMs: number;
  readonly nextSerial: number;
}

export interface CheckpointSeries {
  readonly serial: number;
  readonly name: Uint8Array;
  /** -Infinity where unknown. */
  readonly newestMs: number;
  /** Empty where there is nothing open. */
  readonly open: Uint8Array;
}

export class CheckpointWriter {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #file: DiskFile;
  readonly #state: CheckpointState;
  readonly #out = new ByteWriter(writeBytes * 2);
  #flushedBytes = 0;
  #frame = -1;

  private constructor(disk: Disk, folder: string, file: DiskFile, state: CheckpointState) {
    this.#disk = disk;
    this.#folder = folder;
    this.#file = file;
    this.#state = state;
    writeFileHeader(this.#out, "CKPT");
    this.#addState(payloadKind.checkpointState);
  }

  static async create(
    disk: Disk,
    folder: string,
    state: CheckpointState,
  ): Promise<CheckpointWriter> {
    const file = await disk.open(join(folder, `${checkpointName}.tmp`), "create");
    return new CheckpointWriter(disk, folder, file, state);
  }

  get isFlushDue(): boolean {
    return this.#out.length >= writeBytes;
  }

  addSeries(
    series: { readonly serial: number; readonly newestMs: number; readonly openBytes: number },
    name: Uint8Array,
    open: Uint8Array,
  ): void {
    const out = this.#out;
    if (this.#frame < 0) {
      this.#frame = beginFrame(out);
      out.u8(payloadKind.checkpointSeries);
    }
    out.varint(series.serial);
    out.f64(series.newestMs);
    out.varint(name.length);
    out.raw(name);
    out.varint(series.openBytes);
    out.raw(open, 0, series.openBytes);
    if (out.length - this.#frame > frameTargetBytes) this.#endFrame();
  }

  addBackfill(frames: SampleFrames): void {
    this.#endFrame();
    this.#out.raw(frames.samples.written());
  }

  async flush(): Promise<void> {
    this.#endFrame();
    await this.#file.write(this.#out.written(), this.#flushedBytes);
    this.#flushedBytes += this.#out.length;
    this.#out.clear();
  }

  /** Puts it in the place of the one before. @returns its length */
  async finish(): Promise<number> {
    this.#endFrame();
    this.#addState(payloadKind.checkpointEnd);
    await this.flush();
    await this.#file.sync();
    await this.#file.close();
    const path = join(this.#folder, checkpointName);
    await this.#disk
      .rename(path, join(this.#folder, previousCheckpointName))
      .catch((error: unknown) => {
        if (errorCode(error) !== "ENOENT") throw error;
      });
    await this.#disk.rename(`${path}.tmp`, path);
    await this.#disk.syncFolder(this.#folder);
    return this.#flushedBytes;
  }

  async abandon(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await this.#disk.remove(join(this.#folder, `${checkpointName}.tmp`)).catch(() => undefined);
  }

  #addState(kind: number): void {
    const frame = beginFrame(this.#out);
    this.#out.u8(kind);
    this.#out.f64(this.#state.ordinal);
    this.#out.f64(this.#state.routeBeforeMs);
    this.#out.f64(this.#state.archivedBeforeMs);
    this.#out.u32(this.#state.nextSerial);
    endFrame(this.#out, frame);
  }

  #endFrame(): void {
    if (this.#frame >= 0) endFrame(this.#out, this.#frame);
    this.#frame = -1;
  }
}

export interface CheckpointVisitor {
  /** Bytes are lent for the call. */
  series(series: CheckpointSeries): void;
  backfill(serial: number, timeMs: number, value: number): void;
}

/**
 * Reads what is sound.
 *
 * @returns undefined where there is no such file; `state` undefined where both copies are damaged
 */
export async function readCheckpoint(
  disk: Disk,
  path: string,
  visitor: CheckpointVisitor,
): Promise<
  | {
      readonly state: CheckpointState | undefined;
      readonly damages: readonly Damage[];
      readonly header: "good" | "damaged" | "foreign";
    }
  | undefined
> {
  let file: DiskFile;
  try {
    file = await disk.open(path, "read");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
  /** It stands at the beginning and at the end. */
  const states: CheckpointState[] = [];
  let isEnded = false as boolean;
  try {
    const { damages, header, goodEndBytes } = await scanFrames(file, "CKPT", (payload) => {
      const kind = payload[0];
      if (kind === payloadKind.checkpointSeries) return readSeries(payload, visitor);
      if (kind === payloadKind.samples) {
        return readSamples(payload, (serial, timeMs, value) => {
          visitor.backfill(serial, timeMs, value);
        });
      }
      if (kind !== payloadKind.checkpointState && kind !== payloadKind.checkpointEnd) return false;
      states.push(readState(payload));
      isEnded = kind === payloadKind.checkpointEnd;
      return true;
    });
    // A checkpoint is renamed only when it is whole, so one without its end was cut off later.
    const isCut = !isEnded && damages.length === 0 && header === "good";
    const cut: Damage = { offset: goodEndBytes, lengthBytes: 0, isTornTail: true };
    return { state: states[0], damages: isCut ? [cut] : damages, header };
  } finally {
    await file.close();
  }
}

function readState(payload: Uint8Array): CheckpointState {
  const reader = new ByteReader(payload, 1);
  return {
    ordinal: reader.f64(),
    routeBeforeMs: reader.f64(),
    archivedBeforeMs: reader.f64(),
    nextSerial: reader.u32(),
  };
}

function readSeries(payload: Uint8Array, visitor: CheckpointVisitor): boolean {
  const reader = new ByteReader(payload, 1);
  while (reader.hasMore) {
    const serial = reader.varint();
    const newestMs = reader.f64();
    const name = reader.raw(reader.varint());
    const open = reader.raw(reader.varint());
    if (reader.isOverrun) return false;
    visitor.series({ serial, newestMs, name, open });
  }
  return true;
}
