/** Skyline's MessagePack in datagrams, and in a TCP connection cut anywhere. */
import { MsgpackReader, msgpackLost, msgpackNameBytesMax } from "./msgpack.ts";
import type { MsgpackFault } from "./msgpack.ts";
import type { PlainSender } from "./plain-rows.ts";
import type { RowSink } from "./row-sink.ts";
import type { StreamReader } from "./stream-reader.ts";

/** An item with the longest name and the widest headers and numbers. */
const itemBytesMax = 5 + 5 + msgpackNameBytesMax + 5 + 9 + 9;

/** Reads datagrams: whole messages each, and nothing carried over to the next. */
export class MsgpackDatagrams {
  readonly #sink: RowSink<MsgpackFault>;
  readonly #reader: MsgpackReader;

  constructor(sink: RowSink<MsgpackFault>, plain?: PlainSender) {
    this.#sink = sink;
    this.#reader = new MsgpackReader(sink, plain);
  }

  read(bytes: Uint8Array, start: number, end: number): void {
    const rest = this.#reader.read(bytes, start, end);
    if (rest === msgpackLost) this.#reader.reset();
    else if (rest < end || !this.#reader.isBetweenMessages) {
      this.#sink.fault("cut-short", bytes, rest < end ? rest : start, end);
      this.#reader.reset();
    }
  }
}

/** Reads one connection; holds at most one item between two chunks. */
export class MsgpackStream implements StreamReader {
  readonly #sink: RowSink<MsgpackFault>;
  readonly #reader: MsgpackReader;
  #held = noBytes;

  constructor(sink: RowSink<MsgpackFault>, plain?: PlainSender) {
    this.#sink = sink;
    this.#reader = new MsgpackReader(sink, plain);
  }

  push(bytes: Uint8Array): boolean {
    let start = 0;
    if (this.#held.length > 0) {
      // Only the item that is held is finished here; what follows is read where it is.
      const heldBytes = this.#held.length;
      const borrowedBytes = Math.min(bytes.length, itemBytesMax);
      const joined = new Uint8Array(heldBytes + borrowedBytes);
      joined.set(this.#held);
      joined.set(bytes.subarray(0, borrowedBytes), heldBytes);
      const rest = this.#reader.read(joined, 0, joined.length);
      if (rest === msgpackLost) return this.#lose();
      if (rest < heldBytes) {
        this.#held = joined.subarray(rest);
        return true;
      }
      this.#held = noBytes;
      start = rest - heldBytes;
    }
    const rest = this.#reader.read(bytes, start, bytes.length);
    if (rest === msgpackLost) return this.#lose();
    // A copy: slice() of a Buffer would be a view on what is not ours.
    if (rest < bytes.length) this.#held = new Uint8Array(bytes.subarray(rest));
    return true;
  }

  end(): void {
    if (this.#held.length > 0 || !this.#reader.isBetweenMessages) {
      this.#sink.fault("cut-short", this.#held, 0, this.#held.length);
    }
    this.#lose();
  }

  #lose(): false {
    this.#held = noBytes;
    this.#reader.reset();
    return false;
  }
}

const noBytes = new Uint8Array(0);
