/**
 * Rows of a batch into the records of their series, and into the frames of the sample log. The memory is
 * laid out by src/kernel/series-records.ts, which draws it; the twins are in src/kernel/row-kernel.ts and
 * src/kernel/packed-rows.ts.
 *
 * Rows that come in any order wait for memory: `plain` looks at every record of a run in a short loop, so
 * that many are fetched at once, and `take` finds them near.
 */
import { encodeRegular } from "./lib/chunk/encode";
import { packStaged, readPacked } from "./lib/packed-samples";
import {
  chunkAt,
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
const whole: i64 = 1;
const hundredths: i64 = 2;
const thousandths: i64 = 3;
const nextSerialBit: u32 = 4;
const sameTimeBit: u32 = 8;

/** Of two rows. */
const forms: usize = memory.data(16, 16);
const numbers: usize = memory.data(16, 16);

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
 * Makes a chunk of what is packed and staged of the series, and where `hasNext` is 1 of a sample one step after
 * it; there is at least one sample.
 * @returns its length
 */
export function seal(id: u32, hasNext: u32, nextValue: f64): i32 {
  const record = recordsAt + ((<usize>id) << recordBits);
  const packedCount = <u32>load<u16>(record, recordPacked);
  const stagedCount = <u32>load<u8>(record, recordCount);
  const count = packedCount + stagedCount + hasNext;
  readPacked(record, columnValuesAt);
  const staged = columnValuesAt + ((<usize>packedCount) << 3);
  for (let k: usize = 0; k < <usize>stagedCount; k++) {
    store<f64>(staged + (k << 3), load<f64>(record + (k << 3), recordStaged));
  }
  if (hasNext != 0) store<f64>(staged + ((<usize>stagedCount) << 3), nextValue);
  const step = <f64>load<u32>(record, recordStep);
  const span = <f64>(<i32>count - 1) * step;
  const first = load<f64>(record) + <f64>hasNext * step - span;
  return encodeRegular(first, span, columnValuesAt, <i32>count, chunkAt);
}

/** Where rows may lie. */
export function freeMemory(): usize {
  return __heap_base;
}

/**
 * Packs rows from `from` on behind one another, as long as less than `sizeMax` bytes are there. Which form a
 * value takes no branch can foresee, so all forms are tried at once, of two rows at a time.
 * @returns the first row that found no room; `packedEnd` says where the bytes end
 */
export function pack(from: u32, until: u32, sizeMax: u32): u32 {
  let at = packedAt;
  const end = packedAt + <usize>sizeMax;
  let lastSerial: u32 = 0;
  let lastMs: f64 = 0;
  let row = from;
  for (; row < until && at < end; row++) {
    // The second of a pair finds what was found of both.
    if (((row - from) & 1) == 0) findForms(valuesAt + ((<usize>row) << 3));
    const lane = (<usize>((row - from) & 1)) << 3;
    const form = <u32>load<u64>(forms + lane);
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
    const signed = <i64>load<f64>(numbers + lane);
    const folded = <u64>((signed << 1) ^ (signed >> 63));
    const size = (71 - <u32>clz(folded)) >> 3;
    const isRaw = form == 0;
    store<u64>(at, select(load<u64>(valuesAt + ((<usize>row) << 3)), folded, isRaw));
    at += <usize>select<u32>(8, size, isRaw);
    store<u8>(headAt, <u8>(head | select<u32>(0, size << 4, isRaw)));
  }
  packed = at;
  return row;
}

/** The form of two values, and the numbers that are written for them; 0 where that is the value itself. */
function findForms(values: usize): void {
  const pair = v128.load(values);
  const half = f64x2.splat(0.5);
  const hundred = f64x2.splat(100);
  const thousand = f64x2.splat(1000);
  const isMinusZero = i64x2.eq(pair, i64x2.splat(0x8000000000000000));
  const isNear = f64x2.lt(f64x2.abs(pair), f64x2.splat(1e12));
  const canBe = v128.andnot(isNear, isMinusZero);
  const inWholes = f64x2.floor(pair);
  const inHundredths = f64x2.floor(f64x2.add(f64x2.mul(pair, hundred), half));
  const inThousandths = f64x2.floor(f64x2.add(f64x2.mul(pair, thousand), half));
  const isWhole = f64x2.eq(inWholes, pair);
  const isHundredths = f64x2.eq(f64x2.div(inHundredths, hundred), pair);
  const isThousandths = f64x2.eq(f64x2.div(inThousandths, thousand), pair);
  let number = v128.and(inThousandths, isThousandths);
  let form = v128.and(i64x2.splat(thousandths), isThousandths);
  number = v128.bitselect(inHundredths, number, isHundredths);
  form = v128.bitselect(i64x2.splat(hundredths), form, isHundredths);
  number = v128.bitselect(inWholes, number, isWhole);
  form = v128.bitselect(i64x2.splat(whole), form, isWhole);
  v128.store(numbers, v128.and(number, canBe));
  v128.store(forms, v128.and(form, canBe));
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
