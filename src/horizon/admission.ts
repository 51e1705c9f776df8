/**
 * What may come in: between a wire reader and the batches of the shards.
 *
 * A row is taken when its name, value and time are fit to keep; each other is counted by reason
 * with its last example. Names with tags are put into their one spelling. The receiver's clock is
 * read once per piece of input, not per row.
 *
 * A name that was admitted before is not looked at again: the rules are the same for all of a process'
 * life. A new one without tags and beyond ASCII makes no object either.
 */
import { assert } from "../base/assert.ts";
import { canonicalName, hashName, nameBytesMax, shardOf } from "../model/index.ts";
import type { RowSink } from "../wire/index.ts";
import type { AdmissionFault, RefusalLedger, RefusalReason } from "./refusals.ts";
import { isCanonicalTagged } from "./tagged-name.ts";
import { utf8Length } from "./utf8.ts";

/** Where admitted rows go. */
export interface AdmittedRows {
  readonly shardCount: number;
  /** Adds a row of a name that was admitted before, in whichever spelling. @returns whether it is one */
  addKnown(
    bytes: Uint8Array,
    start: number,
    end: number,
    timeMs: number,
    value: number,
    types: number,
  ): boolean;
  /** The name is copied out of `bytes[start, end)`. */
  add(
    shard: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    timeMs: number,
    value: number,
    types: number,
  ): void;
  /** `bytes[start, end)` is how a sender writes `name[0, length)`, of which there is a row. */
  addSpelling(
    bytes: Uint8Array,
    start: number,
    end: number,
    name: Uint8Array,
    length: number,
  ): void;
}

export interface AdmissionOptions {
  /** Samples whose name contains one of these are refused. */
  readonly skipList: readonly string[];
  readonly maxAgeMs: number;
  readonly futureMaxMs: number;
}

export class Admission implements RowSink<RefusalReason> {
  readonly #rows: AdmittedRows;
  readonly #refusals: RefusalLedger;
  readonly #options: AdmissionOptions;
  readonly #skipList: readonly Uint8Array[];
  readonly #shardCount: number;
  readonly #decoder = new TextDecoder();
  readonly #encoder = new TextEncoder();
  readonly #canonical = new Uint8Array(nameBytesMax);
  #acceptedCount = 0;
  #nowMs = 0;
  #oldestMs = 0;
  #newestMs = 0;

  constructor(rows: AdmittedRows, refusals: RefusalLedger, options: AdmissionOptions) {
    this.#rows = rows;
    this.#refusals = refusals;
    this.#options = options;
    this.#shardCount = rows.shardCount;
    this.#skipList = options.skipList.map((text) => this.#encoder.encode(text));
    assert(
      this.#skipList.every(({ length }) => length > 0),
      "a text of the skip list is not empty",
    );
  }

  get acceptedCount(): number {
    return this.#acceptedCount;
  }

  /** Times outside of these are refused; they are those of the piece of input. */
  get oldestMs(): number {
    return this.#oldestMs;
  }

  get newestMs(): number {
    return this.#newestMs;
  }

  /** Rows that were taken elsewhere by what was admitted before. */
  noteAccepted(count: number): void {
    this.#acceptedCount += count;
  }

  /** Begins a piece of input: its rows are judged by this time. */
  begin(nowMs: number): void {
    this.#nowMs = Math.floor(nowMs);
    this.#oldestMs = this.#nowMs - this.#options.maxAgeMs;
    this.#newestMs = this.#nowMs + this.#options.futureMaxMs;
  }

  fault(reason: RefusalReason, bytes: Uint8Array, start: number, end: number): void {
    this.#refusals.count(reason, this.#nowMs, bytes, start, end);
  }

  row(
    bytes: Uint8Array,
    start: number,
    end: number,
    timeMs: number,
    value: number,
    types = 0,
  ): void {
    const numberFault = this.#numberFault(timeMs, value);
    const sampleMs = Number.isNaN(timeMs) ? this.#nowMs : timeMs;
    if (
      numberFault === undefined &&
      this.#rows.addKnown(bytes, start, end, sampleMs, value, types)
    ) {
      this.#acceptedCount += 1;
      return;
    }
    const refusal = numberFault ?? this.#nameFault(bytes, start, end);
    if (refusal !== undefined) {
      this.#refusals.countRow(refusal, this.#nowMs, bytes, start, end, timeMs, value);
      return;
    }
    if (this.#hasTags && !(this.#isAscii && isCanonicalTagged(bytes, start, end))) {
      this.#addCanonical(bytes, start, end, sampleMs, value, types);
    } else this.#add(bytes, start, end, sampleMs, value, types);
  }

  /** What `#nameFault` saw on its way. */
  #hasTags = false;
  #isAscii = true;

  #numberFault(timeMs: number, value: number): AdmissionFault | undefined {
    if (!Number.isFinite(value)) return "not-finite";
    if (timeMs < this.#oldestMs) return timeMs < 0 ? "negative-time" : "too-old";
    return timeMs > this.#newestMs ? "too-far-ahead" : undefined;
  }

  #nameFault(bytes: Uint8Array, start: number, end: number): AdmissionFault | undefined {
    if (end - start > nameBytesMax) return "long-name";
    if (start === end || bytes[start] === 0x3b) return "empty-name";
    let hasTags = false;
    let isAscii = true;
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte === 0x3b) hasTags = true;
      else if (byte < 0x20 || byte === 0x7f) return "name-control-character";
      else if (byte > 0x7f) isAscii = false;
    }
    this.#hasTags = hasTags;
    this.#isAscii = isAscii;
    if (!isAscii) {
      const fault = textFault(bytes, start, end);
      if (fault !== undefined) return fault;
    }
    for (const text of this.#skipList) if (contains(bytes, start, end, text)) return "skip-list";
    return undefined;
  }

  #addCanonical(
    bytes: Uint8Array,
    start: number,
    end: number,
    timeMs: number,
    value: number,
    types: number,
  ): void {
    const name = canonicalName(this.#decoder.decode(bytes.subarray(start, end)));
    // Never longer than what was sent, so it fits.
    const { written } = this.#encoder.encodeInto(name, this.#canonical);
    this.#add(this.#canonical, 0, written, timeMs, value, types);
    this.#rows.addSpelling(bytes, start, end, this.#canonical, written);
  }

  #add(
    bytes: Uint8Array,
    start: number,
    end: number,
    timeMs: number,
    value: number,
    types: number,
  ): void {
    const shard = shardOf(hashName(bytes, start, end), this.#shardCount);
    this.#acceptedCount += 1;
    this.#rows.add(shard, bytes, start, end, timeMs, value, types);
  }
}

/** Of a name beyond ASCII: is it sound UTF-8 without the controls U+0080 to U+009F? */
function textFault(bytes: Uint8Array, start: number, end: number): AdmissionFault | undefined {
  for (let at = start; at < end;) {
    const length = utf8Length(bytes, at, end);
    if (length === 0) return "name-not-utf8";
    if (length === 2 && bytes[at] === 0xc2 && (bytes[at + 1] as number) < 0xa0) {
      return "name-control-character";
    }
    at += length;
  }
  return undefined;
}

function contains(bytes: Uint8Array, start: number, end: number, text: Uint8Array): boolean {
  const lastStart = end - text.length;
  for (let at = start; at <= lastStart; at++) {
    let i = 0;
    while (i < text.length && bytes[at + i] === text[i]) i += 1;
    if (i === text.length) return true;
  }
  return false;
}
