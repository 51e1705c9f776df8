/**
 * Pickle frames of one TCP connection, cut anywhere.
 *
 *     | length: 4 bytes, big-endian | pickle: `length` bytes | length ...
 *
 * A frame that lies whole in what arrived is read where it is. A cut one is gathered in a buffer
 * that grows with what has arrived, not with what was announced: a client that announces a megabyte
 * and falls silent costs nothing. All connections together hold at most what `HeldBytes` allows. A
 * length beyond the limit loses the framing: what follows may be anything, often another protocol.
 *
 * Source: carbon/protocols.py 1.1.7, MetricPickleReceiver.
 */
import { uint32BigEndian } from "./byte-order.ts";
import type { PickleFault, PickleReader } from "./pickle.ts";
import type { RowSink } from "./row-sink.ts";
import type { StreamReader } from "./stream-reader.ts";

/** Carbon's own default for the longest frame. */
export const pickleFrameBytesMaxDefault = 1 << 20;

const headerBytes = 4;

/** How much all connections of a protocol may hold of unfinished frames. */
export class HeldBytes {
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @returns false, having taken nothing, where it would go beyond the limit */
  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.#bytesMax) return false;
    this.#bytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#bytes -= bytes;
  }
}

export interface PickleFrameOptions {
  readonly frameBytesMax: number;
  readonly held: HeldBytes;
}

export class PickleFrames implements StreamReader {
  readonly #reader: PickleReader;
  readonly #sink: RowSink<PickleFault>;
  readonly #frameBytesMax: number;
  readonly #held: HeldBytes;
  /** Header and body so far of a frame that is cut. */
  #buffer = noBytes;
  #bufferedBytes = 0;

  constructor(reader: PickleReader, sink: RowSink<PickleFault>, options: PickleFrameOptions) {
    this.#reader = reader;
    this.#sink = sink;
    this.#frameBytesMax = options.frameBytesMax;
    this.#held = options.held;
  }

  push(bytes: Uint8Array): boolean {
    let at = 0;
    while (this.#bufferedBytes > 0 && at < bytes.length) {
      const wantedBytes =
        this.#bufferedBytes < headerBytes
          ? headerBytes
          : headerBytes + uint32BigEndian(this.#buffer, 0);
      const takenBytes = Math.min(wantedBytes - this.#bufferedBytes, bytes.length - at);
      if (!this.#keep(bytes, at, at + takenBytes)) return false;
      at += takenBytes;
      if (this.#bufferedBytes < wantedBytes) return true;
      if (wantedBytes > headerBytes || this.#isEmptyFrame()) this.#readBuffered();
      else if (uint32BigEndian(this.#buffer, 0) > this.#frameBytesMax) return this.#lose(bytes, at);
    }

    while (at + headerBytes <= bytes.length) {
      const frameBytes = uint32BigEndian(bytes, at);
      if (frameBytes > this.#frameBytesMax) return this.#lose(bytes, at);
      const end = at + headerBytes + frameBytes;
      if (end > bytes.length) break;
      this.#reader.read(bytes, at + headerBytes, end);
      at = end;
    }
    return at === bytes.length || this.#keep(bytes, at, bytes.length);
  }

  end(): void {
    if (this.#bufferedBytes > 0)
      this.#sink.fault("cut-short", this.#buffer, 0, this.#bufferedBytes);
    this.#release();
  }

  #isEmptyFrame(): boolean {
    return uint32BigEndian(this.#buffer, 0) === 0;
  }

  #readBuffered(): void {
    this.#reader.read(this.#buffer, headerBytes, this.#bufferedBytes);
    this.#release();
  }

  #keep(bytes: Uint8Array, start: number, end: number): boolean {
    const neededBytes = this.#bufferedBytes + end - start;
    if (neededBytes > this.#buffer.length) {
      const capacityBytes = Math.max(
        neededBytes,
        Math.min(neededBytes * 2, headerBytes + this.#frameBytesMax),
      );
      if (!this.#held.take(capacityBytes - this.#buffer.length)) {
        this.#sink.fault("no-room", bytes, start, end);
        this.#release();
        return false;
      }
      const grown = new Uint8Array(capacityBytes);
      grown.set(this.#buffer.subarray(0, this.#bufferedBytes));
      this.#buffer = grown;
    }
    this.#buffer.set(bytes.subarray(start, end), this.#bufferedBytes);
    this.#bufferedBytes = neededBytes;
    return true;
  }

  #lose(bytes: Uint8Array, at: number): boolean {
    if (this.#bufferedBytes > 0)
      this.#sink.fault("long-frame", this.#buffer, 0, this.#bufferedBytes);
    else this.#sink.fault("long-frame", bytes, at, bytes.length);
    this.#release();
    return false;
  }

  #release(): void {
    this.#held.give(this.#buffer.length);
    this.#buffer = noBytes;
    this.#bufferedBytes = 0;
  }
}

const noBytes = new Uint8Array(0);
