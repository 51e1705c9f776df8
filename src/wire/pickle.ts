/**
 * Python pickles that hold samples: bytes in, rows out.
 *
 * The payload is what Carbon and Skyline send, a list or tuple of
 *
 *     (name, (seconds, value))
 *
 * or one such pair alone. What runs the pickle is pickle-machine.ts; this file reads its result. An
 * item that is not as above is refused by itself, the items beside it are taken; a pickle that
 * cannot be run is refused whole, and nothing of it is taken.
 *
 * Source: carbon/protocols.py 1.1.7, etsy/skyline horizon/listen.py. Deviations: points of three and
 * more elements count by their first two, as the original's page read them. A time or value that is text
 * is taken where it is a number in words, as Carbon does: graphitesend pickles its values so.
 */
import { floatTime, integerValue } from "../model/index.ts";
import { parseDecimal } from "./decimal.ts";
import { PickleMachine } from "./pickle-machine.ts";
import type { PickleMachineFault } from "./pickle-machine.ts";
import {
  kindLiteral,
  kindLongText,
  kindNumber,
  kindObject,
  kindText,
  kindWide,
} from "./pickle-values.ts";
import type { RowSink } from "./row-sink.ts";
import { timeMsOfSeconds } from "./seconds.ts";

export type PickleFault =
  | PickleMachineFault
  /** Longer than the limit; over TCP this costs the connection. */
  | "long-frame"
  /** All connections together hold as much of unfinished frames as they may. */
  | "no-room"
  /** Neither a list of samples nor a sample. */
  | "bad-payload"
  // Faults that cost one item:
  | "bad-item"
  | "bad-name"
  | "bad-time"
  | "bad-value"
  /** It would name, build or call something; the example shows what. */
  | "object"
  | "long-text"
  | "wide-number"
  /** Bytes behind the end of the pickle; what came before is taken. */
  | "trailing-bytes";

/** Reads pickles, one at a time, and keeps its memory for the next; one serves all connections. */
export class PickleReader {
  readonly #machine = new PickleMachine();
  readonly #sink: RowSink<PickleFault>;
  /** The pickle at hand. */
  #bytes: Uint8Array = noBytes;
  #start = 0;
  #end = 0;
  #objectRefusalCount = 0;

  constructor(sink: RowSink<PickleFault>) {
    this.#sink = sink;
  }

  /** Reads the pickle in `bytes[start, end)`. */
  read(bytes: Uint8Array, start: number, end: number): void {
    const machine = this.#machine;
    const stop = machine.run(bytes, start, end);
    if (typeof stop === "string") {
      this.#sink.fault(stop, bytes, start, end);
      return;
    }
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    const objectRefusalCount = this.#objectRefusalCount;
    this.#readPayload(machine.result);
    if (machine.firstObject >= 0 && this.#objectRefusalCount === objectRefusalCount) {
      this.#refuse("object", machine.firstObject, -1);
    }
    if (stop < end) this.#sink.fault("trailing-bytes", bytes, stop, end);
    this.#bytes = noBytes;
  }

  #readPayload(payload: number): void {
    const values = this.#machine.values;
    if (!values.isSequence(payload)) {
      this.#refuse("bad-payload", payload, -1);
      return;
    }
    const length = values.lengthOf(payload);
    if (length > 0 && this.#isText(values.elementOf(payload, 0))) {
      this.#readItem(payload);
      return;
    }
    let step = values.firstStep(payload);
    for (let i = 0; i < length; i++) {
      this.#readItem(values.stepValue(payload, step));
      step = values.stepAfter(payload, step);
    }
  }

  #readItem(item: number): void {
    const values = this.#machine.values;
    if (!values.isSequence(item) || values.lengthOf(item) !== 2) {
      this.#refuse("bad-item", item, -1);
      return;
    }
    const name = values.elementOf(item, 0);
    if (!this.#isText(name)) {
      this.#refuse("bad-name", name, -1);
      return;
    }
    const point = values.elementOf(item, 1);
    if (!values.isSequence(point) || values.lengthOf(point) < 2) {
      this.#refuse("bad-item", point, name);
      return;
    }
    const time = values.elementOf(point, 0);
    const seconds = this.#numberOf(time);
    if (!Number.isFinite(seconds)) {
      this.#refuse("bad-time", time, name);
      return;
    }
    const value = values.elementOf(point, 1);
    const number = this.#numberOf(value);
    if (values.kinds[value] !== kindNumber && Number.isNaN(number)) {
      this.#refuse("bad-value", value, name);
      return;
    }
    const bytes = values.kinds[name] === kindLiteral ? values.literals : this.#bytes;
    const timeMs = timeMsOfSeconds(seconds);
    const types = (this.#isFloat(time) ? floatTime : 0) | (this.#isFloat(value) ? 0 : integerValue);
    this.#sink.row(bytes, values.starts[name]!, values.ends[name]!, timeMs, number, types);
  }

  /** @returns NaN where it is no number, nor text that is one */
  #numberOf(part: number): number {
    const values = this.#machine.values;
    if (values.kinds[part] === kindNumber) return values.numbers[part]!;
    if (!this.#isText(part)) return NaN;
    const bytes = values.kinds[part] === kindLiteral ? values.literals : this.#bytes;
    return parseDecimal(bytes, values.starts[part]!, values.ends[part]!);
  }

  /** Of a number: before its bytes stands the opcode that made it, or a long integer's short length. */
  #isFloat(number: number): boolean {
    if (this.#machine.values.kinds[number] !== kindNumber) return true;
    const opcode = this.#bytes[this.#machine.values.starts[number]! - 1];
    return opcode === 0x47 || opcode === 0x46; // BINFLOAT, FLOAT
  }

  /**
   * @param value  the part at fault; its kind may tell more than `otherwise`
   * @param name   the item's name as the example, -1 where there is none
   */
  #refuse(otherwise: PickleFault, value: number, name: number): void {
    const values = this.#machine.values;
    const kind = values.kinds[value]!;
    if (kind === kindObject) {
      this.#objectRefusalCount += 1;
      this.#sink.fault("object", this.#bytes, values.starts[value]!, values.ends[value]!);
      return;
    }
    const reason =
      kind === kindLongText ? "long-text" : kind === kindWide ? "wide-number" : otherwise;
    const example = name >= 0 ? name : this.#isText(value) ? value : -1;
    if (example < 0) this.#sink.fault(reason, this.#bytes, this.#start, this.#end);
    else {
      const bytes = values.kinds[example] === kindLiteral ? values.literals : this.#bytes;
      this.#sink.fault(reason, bytes, values.starts[example]!, values.ends[example]!);
    }
  }

  #isText(value: number): boolean {
    const kind = this.#machine.values.kinds[value];
    return kind === kindText || kind === kindLiteral;
  }
}

const noBytes = new Uint8Array(0);
