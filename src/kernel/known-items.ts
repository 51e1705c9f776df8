/**
 * Skyline's MessagePack items of known names: what the kernel `intake` does, in TypeScript.
 *
 *     [ name, [ seconds, value ] ]     arrays of two in their short form
 *
 * - name     known; a text or binary of up to 65,535 bytes
 * - seconds  uint 32 or float 64, within the bounds
 * - value    float 64 or 32, or an integer of up to 32 bits; finite
 *
 * Anything else is left to the reader of messages.
 */
import { type KnownNames, noShard, stateWord } from "./known-names.ts";

/** How the numbers were written; as `integerValue` and `floatTime` of a batch. */
const integerType = 1;
const floatTimeType = 2;
/** As the readers cut senders' fractions to milliseconds. */
const decimalSlackMs = 0.0005;

/**
 * Reads at most `countMax` items at `start` of the input, which lies at the start of one.
 *
 * @returns where the first item begins that was not taken; it also ends after the row that fills a
 *   shard, which `fullShard` of the state then names
 */
export function readKnownItems(
  names: KnownNames,
  start: number,
  end: number,
  countMax: number,
): number {
  const { bytes, words, doubles } = names;
  const view = new DataView(bytes.buffer);
  const oldestMs = doubles[stateWord.bounds / 2]!;
  const newestMs = doubles[stateWord.bounds / 2 + 1]!;
  words[stateWord.fullShard] = noShard;
  let at = start;
  for (let taken = 0; taken < countMax && at + 4 <= end; taken++) {
    if (bytes[at] !== 0x92) return at;
    const name = at + 1 + nameHeadBytes(bytes[at + 1]!);
    if (name === at + 1) return at;
    const length = nameLength(view, at + 1);
    const point = name + length;
    if (length === 0 || point + 7 > end || bytes[point] !== 0x92) return at;

    let types = 0;
    let timeMs: number;
    let next = point + 2;
    if (bytes[point + 1] === 0xce) {
      timeMs = view.getUint32(next) * 1000;
      next += 4;
    } else if (bytes[point + 1] === 0xcb) {
      const seconds = view.getFloat64(next);
      if (!(seconds >= 0)) return at;
      timeMs = Math.floor(seconds * 1000 + decimalSlackMs);
      types = floatTimeType;
      next += 8;
    } else return at;
    const form = bytes[next]!;
    const value = valueAt(view, next);
    next += valueBytes(form);
    if (form !== 0xca && form !== 0xcb) types |= integerType;
    if (next > end || value - value !== 0) return at;
    if (!(timeMs >= oldestMs && timeMs <= newestMs)) return at;

    const record = names.find(bytes, name, point);
    if (record === 0) return at;
    at = next;
    words[stateWord.takenCount]! += 1;
    if (names.push(record, timeMs, value, types)) {
      words[stateWord.fullShard] = names.shardOf(record);
      return at;
    }
  }
  return at;
}

/** Bytes before a name that begins with this one; 0 where no name does. */
function nameHeadBytes(form: number): number {
  if ((form & 0xe0) === 0xa0) return 1;
  if (form === 0xd9 || form === 0xc4) return 2;
  return form === 0xda || form === 0xc5 ? 3 : 0;
}

function nameLength(view: DataView, at: number): number {
  const form = view.getUint8(at);
  if ((form & 0xe0) === 0xa0) return form & 31;
  return form === 0xd9 || form === 0xc4 ? view.getUint8(at + 1) : view.getUint16(at + 1);
}

function valueBytes(form: number): number {
  if (form === 0xcb) return 9;
  if (form === 0xcc || form === 0xd0) return 2;
  if (form === 0xcd || form === 0xd1) return 3;
  return form === 0xca || form === 0xce || form === 0xd2 ? 5 : 1;
}

/** NaN where it is none of the plain ones. */
function valueAt(view: DataView, at: number): number {
  const form = view.getUint8(at);
  if (form < 0x80) return form;
  if (form >= 0xe0) return form - 256;
  switch (form) {
    case 0xca:
      return view.getFloat32(at + 1);
    case 0xcb:
      return view.getFloat64(at + 1);
    case 0xcc:
      return view.getUint8(at + 1);
    case 0xcd:
      return view.getUint16(at + 1);
    case 0xce:
      return view.getUint32(at + 1);
    case 0xd0:
      return view.getInt8(at + 1);
    case 0xd1:
      return view.getInt16(at + 1);
    case 0xd2:
      return view.getInt32(at + 1);
    default:
      return NaN;
  }
}
