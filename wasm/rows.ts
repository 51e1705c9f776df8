/**
 * Rows of a batch into the records of their series, and into the frames of the sample log. The memory is
 * laid out by src/kernel/series-records.ts, which draws it; the twins are in src/kernel/row-kernel.ts and
 * src/kernel/packed-rows.ts.
 *
 * Rows that come in any order wait for memory: `plain` looks at every record of a run in a short loop, so
 * that many are fetched at once, and `take` finds them near.
 */

// As in src/kernel/series-records.ts.
const rowRoom: usize = 2048;
const timesAt: usize = 65536;
const valuesAt: usize = timesAt + rowRoom * 8;
const idsAt: usize = valuesAt + rowRoom * 8;
const serialsAt: usize = idsAt + rowRoom * 4;
const packedAt: usize = serialsAt + rowRoom * 4;
const recordsAt: usize = packedAt + rowRoom * 32;
const recordBits: usize = 7;
const newestAt: usize = 8;
const stepAt: usize = 16;
const serialAt: usize = 20;
const revisionAt: usize = 24;
const countAt: usize = 28;
const roomAt: usize = 29;
const stagedAt: usize = 32;

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
      load<u32>(record, serialAt) != serial ||
      !(timeMs >= fromMs && timeMs < untilMs) ||
      Math.floor(timeMs) != timeMs ||
      value - value != 0
    ) {
      break;
    }
    sum += load<u8>(record + ((<usize>load<u8>(record, countAt)) << 3), stagedAt);
  }
  touched += sum;
  return row;
}

/** Stages rows [from, until) as far as each is simply the next of its series. @returns the first that is not */
export function take(from: u32, until: u32): u32 {
  for (let row = from; row < until; row++) {
    const record = recordsAt + ((<usize>load<u32>(idsAt + ((<usize>row) << 2))) << recordBits);
    const timeMs = load<f64>(timesAt + ((<usize>row) << 3));
    const count = <u32>load<u8>(record, countAt);
    if (load<f64>(record) != timeMs || count >= <u32>load<u8>(record, roomAt)) return row;
    const value = load<f64>(valuesAt + ((<usize>row) << 3));
    store<f64>(record + ((<usize>count) << 3), value, stagedAt);
    store<u8>(record, <u8>(count + 1), countAt);
    store<f64>(record, timeMs, newestAt);
    store<f64>(record, timeMs + <f64>load<u32>(record, stepAt));
    store<u32>(record, load<u32>(record, revisionAt) + 1, revisionAt);
  }
  return until;
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
