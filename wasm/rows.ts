/**
 * Rows of a batch into the records of their series, and into the frames of the sample log. The memory is
 * laid out by src/kernel/series-records.ts, which draws it; the twins are in src/kernel/row-kernel.ts and
 * src/kernel/packed-rows.ts.
 *
 * Rows that come in any order wait for memory: `plain` looks at every record of a run in a short loop, so
 * that many are fetched at once, and `take` finds them near.
 */
import { encodeChunk } from "./lib/chunk/encode";
import { packStaged, readPacked } from "./lib/packed-samples";
import {
  chunkAt,
  columnTimesAt,
  columnValuesAt,
  idsAt,
  packedAt,
  recordBits,
  recordCount,
  recordFlags,
  recordLeft,
  recordPacked,
  recordRevision,
  recordsAt,
  recordSerial,
  recordStaged,
  recordStep,
  rawFlag,
  serialsAt,
  stagedCountMax,
  timesAt,
  valuesAt,
} from "./lib/series-records";

// As in src/kernel/packed-rows.ts.
const whole: u32 = 1;
const hundredths: u32 = 2;
const thousandths: u32 = 3;
const nextSerialBit: u32 = 4;
const sameTimeBit: u32 = 8;

let packed: usize = 0;
/** What is read ahead goes somewhere, so that the compiler keeps the reading. */
export let touched: u32 = 0;

/** @returns the first of rows [from, until) that is no sound sample of the series with its serial */
export function plain(from: u32, until: u32, fromMs: f64, untilMs: f64): u32 {
  let sum: u32 = 0;
  let row = from;
  for (; row < until; row++) {
    const record = recordsAt + ((<usize>load<u32>(idsAt + ((<usize>row) << 2))) << recordBits);
    const serial = load<u32>(serialsAt + ((<usize>row) << 2));
    const timeMs = load<f64>(timesAt + ((<usize>row) << 3));
    const value = load<f64>(valuesAt + ((<usize>row) << 3));
    if (
      serial == 0 ||
      load<u32>(record, recordSerial) != serial ||
      !(timeMs >= fromMs && timeMs < untilMs) ||
      Math.floor(timeMs) != timeMs ||
      value - value != 0
    ) {
      break;
    }
    sum += load<u8>(record + ((<usize>load<u8>(record, recordCount)) << 3), recordStaged);
  }
  touched += sum;
  return row;
}

/**
 * Stages rows [from, until) as far as each is simply the next of its series; a record that is full is packed
 * before, if it may be.
 * @returns the first that is not
 */
export function take(from: u32, until: u32): u32 {
  for (let row = from; row < until; row++) {
    const record = recordsAt + ((<usize>load<u32>(idsAt + ((<usize>row) << 2))) << recordBits);
    const timeMs = load<f64>(timesAt + ((<usize>row) << 3));
    const left = <u32>load<u8>(record, recordLeft);
    let count = <u32>load<u8>(record, recordCount);
    if (left == 0 || load<f64>(record) + <f64>load<u32>(record, recordStep) != timeMs) return row;
    if (count == stagedCountMax) {
      if ((load<u8>(record, recordFlags) & rawFlag) != 0) return row;
      packStaged(record);
      count = 0;
    }
    const value = load<f64>(valuesAt + ((<usize>row) << 3));
    store<f64>(record + ((<usize>count) << 3), value, recordStaged);
    store<u8>(record, <u8>(count + 1), recordCount);
    store<u8>(record, <u8>(left - 1), recordLeft);
    store<f64>(record, timeMs);
    store<u32>(record, load<u32>(record, recordRevision) + 1, recordRevision);
  }
  return until;
}

/**
 * Makes a chunk of what is packed and staged of the series, and of a sample one step after it.
 * @returns its length
 */
export function seal(id: u32, nextValue: f64): i32 {
  const record = recordsAt + ((<usize>id) << recordBits);
  const packedCount = <u32>load<u16>(record, recordPacked);
  const stagedCount = <u32>load<u8>(record, recordCount);
  const count = packedCount + stagedCount + 1;
  readPacked(record, columnValuesAt);
  const staged = columnValuesAt + ((<usize>packedCount) << 3);
  for (let k: usize = 0; k < <usize>stagedCount; k++) {
    store<f64>(staged + (k << 3), load<f64>(record + (k << 3), recordStaged));
  }
  store<f64>(staged + ((<usize>stagedCount) << 3), nextValue);
  const step = <f64>load<u32>(record, recordStep);
  const first = load<f64>(record) - <f64>(<i32>count - 2) * step;
  for (let k: u32 = 0; k < count; k++) {
    store<f64>(columnTimesAt + ((<usize>k) << 3), first + <f64>k * step);
  }
  return encodeChunk(columnTimesAt, columnValuesAt, <i32>count, chunkAt);
}

/** Where rows may lie. */
export function freeMemory(): usize {
  return __heap_base;
}

/**
 * Packs rows from `from` on behind one another, as long as less than `sizeMax` bytes are there.
 * @returns the first row that found no room; `packedEnd` says where the bytes end
 */
export function pack(from: u32, until: u32, sizeMax: u32): u32 {
  let at = packedAt;
  const end = packedAt + <usize>sizeMax;
  let lastSerial: u32 = 0;
  let lastMs: f64 = 0;
  let row = from;
  for (; row < until && at < end; row++) {
    const value = load<f64>(valuesAt + ((<usize>row) << 3));
    let form: u32 = 0;
    let number: f64 = 0;
    if (value > -1e12 && value < 1e12) {
      number = Math.floor(value);
      if (number == value) {
        if (value != 0 || reinterpret<u64>(value) == 0) form = whole;
      } else {
        number = Math.floor(value * 100 + 0.5);
        if (number / 100 == value) form = hundredths;
        else {
          number = Math.floor(value * 1000 + 0.5);
          if (number / 1000 == value) form = thousandths;
        }
      }
    }
    const headAt = at++;
    let head = form;
    const serial = load<u32>(serialsAt + ((<usize>row) << 2));
    if (serial == lastSerial + 1) head |= nextSerialBit;
    else at = writeSigned(at, <i64>serial - <i64>lastSerial);
    lastSerial = serial;
    const timeMs = load<f64>(timesAt + ((<usize>row) << 3));
    if (timeMs == lastMs) head |= sameTimeBit;
    else at = writeSigned(at, <i64>(timeMs - lastMs));
    lastMs = timeMs;
    if (form == 0) {
      store<f64>(at, value);
      at += 8;
    } else {
      const signed = <i64>number;
      const folded = <u64>((signed << 1) ^ (signed >> 63));
      store<u64>(at, folded);
      const size = (71 - <u32>clz(folded)) >> 3;
      at += <usize>size;
      head |= size << 4;
    }
    store<u8>(headAt, <u8>head);
  }
  packed = at;
  return row;
}

export function packedEnd(): usize {
  return packed;
}

function writeSigned(start: usize, value: i64): usize {
  let at = start;
  let rest = <u64>((value << 1) ^ (value >> 63));
  while (rest >= 128) {
    store<u8>(at++, <u8>(rest | 128));
    rest >>= 7;
  }
  store<u8>(at++, <u8>rest);
  return at;
}
