/**
 * Rows of names that were admitted before, out of the bytes that came: Carbon's lines and Skyline's
 * MessagePack. The memory is laid out by src/kernel/known-names.ts, which draws it; what a row is, is
 * said by the twins, src/kernel/known-lines.ts and known-items.ts. Whatever is not plain ends the run
 * at its first byte.
 *
 * Names are looked for in two ways. In the order of last time: the name that followed is compared, 16
 * bytes at a time, before anything is hashed. Where that fails too often: 32 lines are hashed first,
 * then their slots are read, then their records, so that memory is waited for once and not each time.
 */
import {
  batchLinesMax,
  columnAliases,
  columnTimes,
  columnTypes,
  columnValues,
  recordHeadBytes,
  recordIsBlankInside,
  recordShard,
  stateAt,
} from "./lib/known-names";

const sSuccessors: usize = stateAt + 0;
const sMode: usize = stateAt + 4;
const sScore: usize = stateAt + 8;
const sTaken: usize = stateAt + 12;
const sFullShard: usize = stateAt + 16;
const sRowRoom: usize = stateAt + 20;
const sSlotMask: usize = stateAt + 24;
const sColumns: usize = stateAt + 28;
const sColumnBytes: usize = stateAt + 32;
const sSlots: usize = stateAt + 36;
const sOldest: usize = stateAt + 40;
const sNewest: usize = stateAt + 48;
const sCounts: usize = stateAt + 64;
const sTypes: usize = stateAt + 64 + 1024;
/** Of the lines that are looked up together: hash, start, name's length, record. */
const scratchAt: usize = stateAt + 4096;

const mantissaMax: u64 = 9007199254740991;
const tens: usize = memory.data<f64>([
  1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
  1e18, 1e19, 1e20, 1e21, 1e22,
]);

// What the text of the last time was, and what it meant: most lines of a round have the same.
let lastTimeHead: u64 = 0;
let lastTimeTail: u32 = 0;
let lastTimeMs: f64 = 0;

/** @returns where the first line begins that was not taken, or `end` */
export function lines(start: usize, end: usize): usize {
  store<u32>(sFullShard, u32.MAX_VALUE);
  let at = start;
  while (at < end) {
    const before = at;
    if (load<u32>(sMode) == 0) at = expectedLines(at, end);
    else at = strangeLines(at, end);
    if (load<u32>(sFullShard) != u32.MAX_VALUE || at == before) break;
    // A change of the mode goes on; anything else has ended at a line that is not plain.
    if (isStopped) break;
  }
  return at;
}

let isStopped: bool = false;
/** How many strange lines are looked up next: few after one that ended the run. */
let lookAhead: u32 = batchLinesMax;

/** Lines that come in the order of last time. */
function expectedLines(start: usize, end: usize): usize {
  let at = start;
  let previous = load<u32>(sSuccessors);
  let score = <i32>load<u32>(sScore);
  let taken = load<u32>(sTaken);
  isStopped = false;
  while (at < end) {
    let record: u32 = previous == 0 ? 0 : load<u32>(((<usize>previous) << 4) + 8);
    let nameEnd: usize = 0;
    if (record != 0) {
      const head = (<usize>record) << 4;
      const length = <usize>load<u16>(head);
      if (
        at + length < end &&
        load<u8>(at + length) == 0x20 &&
        isSame(at, head + recordHeadBytes, length) &&
        load<u8>(head + recordIsBlankInside) == 0
      ) {
        nameEnd = at + length;
        if (score < 64) score++;
      }
    }
    if (nameEnd == 0) {
      nameEnd = endOfName(at, end);
      if (nameEnd == 0) {
        isStopped = true;
        break;
      }
      const hash = hashOf(at, nameEnd - at);
      record = probe(hash, at, nameEnd - at);
      if (record == 0) {
        isStopped = true;
        break;
      }
      if (previous != 0) store<u32>(((<usize>previous) << 4) + 8, record);
      score -= 8;
    }
    const next = readNumbers(nameEnd + 1, end, (<usize>record) << 4);
    if (next == 0) {
      isStopped = true;
      break;
    }
    previous = record;
    taken++;
    at = next;
    if (load<u32>(sFullShard) != u32.MAX_VALUE) break;
    if (score < 0) {
      score = 0;
      store<u32>(sMode, 1);
      break;
    }
  }
  store<u32>(sSuccessors, previous);
  store<u32>(sScore, score);
  store<u32>(sTaken, taken);
  return at;
}

/** Lines in no order that is known, many at a time. */
function strangeLines(start: usize, end: usize): usize {
  isStopped = false;
  let count: u32 = 0;
  let at = start;
  let s = scratchAt;
  const slots = <usize>load<u32>(sSlots);
  const mask = load<u32>(sSlotMask);
  while (count < lookAhead && at < end) {
    const nameEnd = endOfName(at, end);
    if (nameEnd == 0) break;
    store<u32>(s, hashOf(at, nameEnd - at));
    store<u32>(s, <u32>at, 4);
    store<u32>(s, <u32>(nameEnd - at), 8);
    const lineEnd = endOfLine(nameEnd, end);
    if (lineEnd == 0) break;
    at = lineEnd + 1;
    s += 16;
    count++;
  }
  if (count == 0) {
    isStopped = true;
    lookAhead = 2;
    return start;
  }
  // One word of each slot, and then of each line of each record, brings all near before the first is needed.
  const until = scratchAt + ((<usize>count) << 4);
  let touched: u32 = 0;
  for (s = scratchAt; s < until; s += 16) {
    touched |= load<u32>(slots + ((<usize>(load<u32>(s) & mask)) << 3));
  }
  for (s = scratchAt; s < until; s += 16) {
    const record = recordOfHash(load<u32>(s), slots, mask);
    store<u32>(s, record, 12);
    touched |= load<u32>((<usize>record) << 4);
  }
  for (s = scratchAt; s < until; s += 16) {
    const name = ((<usize>load<u32>(s, 12)) << 4) + recordHeadBytes;
    touched |= <u32>load<u8>(name + <usize>load<u32>(s, 8) - 1);
  }
  store<u32>(scratchAt + 2048, touched);

  let previous = load<u32>(sSuccessors);
  let taken = load<u32>(sTaken);
  let expectedCount: u32 = 0;
  at = start;
  for (s = scratchAt; s < until; s += 16) {
    const length = <usize>load<u32>(s, 8);
    let record = load<u32>(s, 12);
    const head = (<usize>record) << 4;
    if (
      record == 0 ||
      <usize>load<u16>(head) != length ||
      !isSame(at, head + recordHeadBytes, length)
    ) {
      record = probe(load<u32>(s), at, length);
      if (record == 0) {
        isStopped = true;
        break;
      }
    }
    const next = readNumbers(at + length + 1, end, (<usize>record) << 4);
    if (next == 0) {
      isStopped = true;
      break;
    }
    if (previous != 0) {
      const successor = ((<usize>previous) << 4) + 8;
      if (load<u32>(successor) == record) expectedCount++;
      else store<u32>(successor, record);
    }
    previous = record;
    taken++;
    at = next;
    if (load<u32>(sFullShard) != u32.MAX_VALUE) break;
  }
  lookAhead = isStopped ? 2 : min(batchLinesMax, lookAhead * 2);
  if (expectedCount * 2 > count) {
    store<u32>(sMode, 0);
    store<u32>(sScore, 32);
  }
  store<u32>(sSuccessors, previous);
  store<u32>(sTaken, taken);
  return at;
}

/** Where the blank after the name is; 0 where the name does not end, or ends in something else. */
function endOfName(start: usize, end: usize): usize {
  let at = start;
  const limit = i8x16.splat(0x20);
  while (at < end) {
    const found = i8x16.bitmask(i8x16.le_u(v128.load(at), limit));
    if (found != 0) {
      at += ctz(found);
      return at < end && at > start && load<u8>(at) == 0x20 ? at : 0;
    }
    at += 16;
  }
  return 0;
}

function endOfLine(start: usize, end: usize): usize {
  let at = start;
  const wanted = i8x16.splat(0x0a);
  while (at < end) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), wanted));
    if (found != 0) {
      at += ctz(found);
      return at < end ? at : 0;
    }
    at += 16;
  }
  return 0;
}

/** Both sides may be read 16 bytes beyond their ends. */
function isSame(a: usize, b: usize, length: usize): bool {
  let i: usize = 0;
  while (i + 16 <= length) {
    if (v128.any_true(v128.xor(v128.load(a + i), v128.load(b + i)))) return false;
    i += 16;
  }
  if (i == length) return true;
  const same = i8x16.bitmask(i8x16.eq(v128.load(a + i), v128.load(b + i)));
  const rest = <i32>(length - i);
  return (~same & ((1 << rest) - 1)) == 0;
}

function hashOf(start: usize, length: usize): u32 {
  let hash: u32 = <u32>length * 0x9e3779b1;
  let at = start;
  const wordsEnd = start + (length & ~3);
  while (at < wordsEnd) {
    hash = (hash ^ load<u32>(at)) * 0x85ebca6b;
    hash ^= hash >>> 15;
    at += 4;
  }
  const rest = length & 3;
  if (rest != 0) {
    hash = (hash ^ (load<u32>(at) & ((1 << ((<u32>rest) << 3)) - 1))) * 0x85ebca6b;
    hash ^= hash >>> 15;
  }
  hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
  return hash ^ (hash >>> 16);
}

/** @returns the first record whose name has the hash, 0 where none has */
function recordOfHash(hash: u32, slots: usize, mask: u32): u32 {
  let slot = hash & mask;
  while (true) {
    const entry = load<u64>(slots + ((<usize>slot) << 3));
    if (<u32>(entry >> 32) == hash || <u32>entry == 0) return <u32>entry;
    slot = (slot + 1) & mask;
  }
}

/** @returns the record of the name, 0 where it is not known */
function probe(hash: u32, name: usize, length: usize): u32 {
  const slots = <usize>load<u32>(sSlots);
  const mask = load<u32>(sSlotMask);
  let slot = hash & mask;
  while (true) {
    const entry = load<u64>(slots + ((<usize>slot) << 3));
    const record = <u32>entry;
    if (record == 0) return 0;
    if (<u32>(entry >> 32) == hash) {
      const head = (<usize>record) << 4;
      if (<usize>load<u16>(head) == length && isSame(name, head + recordHeadBytes, length))
        return record;
    }
    slot = (slot + 1) & mask;
  }
}

/**
 * Value, blank, seconds and LF at `start`; writes the row.
 * @returns the byte after LF, 0 where it is not plain, and then nothing is written
 */
function readNumbers(start: usize, end: usize, head: usize): usize {
  let at = start;
  const isNegative = load<u8>(at) == 0x2d;
  if (isNegative) at++;
  let digits: u64 = 0;
  const first = at;
  let digit = <u32>load<u8>(at) - 48;
  while (digit <= 9) {
    digits = digits * 10 + digit;
    digit = <u32>load<u8>(++at) - 48;
  }
  let digitCount = at - first;
  let power: usize = 0;
  if (digit == <u32>(46 - 48)) {
    const point = ++at;
    digit = <u32>load<u8>(at) - 48;
    while (digit <= 9) {
      digits = digits * 10 + digit;
      digit = <u32>load<u8>(++at) - 48;
    }
    power = at - point;
    digitCount += power;
  }
  if (digitCount - 1 > 18 || load<u8>(at) != 0x20) return 0;
  let value: f64;
  if (digits <= mantissaMax) {
    value = <f64>digits;
    if (power != 0) value /= load<f64>(tens + (power << 3));
  } else {
    value = quotientOf(digits, load<f64>(tens + (power << 3)));
    if (value == 0) return 0;
  }
  if (isNegative) value = -value;

  at++;
  let timeMs: f64;
  const timeHead = load<u64>(at);
  const timeTail = <u32>load<u16>(at + 8);
  if (timeHead == lastTimeHead && timeTail == lastTimeTail) {
    timeMs = lastTimeMs;
    at += 10;
  } else {
    let seconds: u64 = 0;
    const from = at;
    digit = <u32>load<u8>(at) - 48;
    while (digit <= 9 && at - from < 10) {
      seconds = seconds * 10 + digit;
      digit = <u32>load<u8>(++at) - 48;
    }
    if (at == from) return 0;
    timeMs = <f64>(seconds * 1000);
    if (at - from == 10) {
      lastTimeHead = timeHead;
      lastTimeTail = timeTail;
      lastTimeMs = timeMs;
    }
  }
  let last = load<u8>(at);
  if (last == 0x0d) last = load<u8>(++at);
  if (last != 0x0a || at >= end) return 0;
  if (!(timeMs >= load<f64>(sOldest)) || !(timeMs <= load<f64>(sNewest))) return 0;
  writeRow(head, timeMs, value, 0);
  return at + 1;
}

/** digits / divisor rounded once, for digits beyond 2^53; 0 where it cannot tell. */
function quotientOf(digits: u64, divisor: f64): f64 {
  const whole = <f64>digits;
  // 2^64 - 1 becomes 2^64, which no u64 holds; 19 digits stay far below.
  const rest = <f64>(<i64>(digits - <u64>whole));
  const quotient = whole / divisor;
  const back = quotient * divisor;
  const remainder = whole - back - productError(quotient, divisor, back) + rest;
  const correction = remainder / divisor;
  const doubt = quotient * 8.077935669463161e-28; // 2^-90
  const least = quotient + (correction - doubt);
  return least == quotient + (correction + doubt) ? least : 0;
}

/** product + productError = a * b exactly, where product = fl(a * b); after Dekker. */
function productError(a: f64, b: f64, product: f64): f64 {
  const aSplit = 134217729.0 * a;
  const aHigh = aSplit - (aSplit - a);
  const aLow = a - aHigh;
  const bSplit = 134217729.0 * b;
  const bHigh = bSplit - (bSplit - b);
  const bLow = b - bHigh;
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
}

function writeRow(head: usize, timeMs: f64, value: f64, types: u32): void {
  const shard = <u32>load<u8>(head + recordShard);
  const counter = sCounts + ((<usize>shard) << 2);
  const row = <usize>load<u32>(counter);
  const room = <usize>load<u32>(sRowRoom);
  const columns = <usize>load<u32>(sColumns) + <usize>shard * <usize>load<u32>(sColumnBytes);
  store<f64>(columns + columnTimes * room + (row << 3), timeMs);
  store<f64>(columns + columnValues * room + (row << 3), value);
  store<u32>(columns + columnAliases * room + (row << 2), load<u32>(head + 12));
  store<u8>(columns + columnTypes * room + row, <u8>types);
  if (types != 0) store<u32>(sTypes + ((<usize>shard) << 2), 1);
  store<u32>(counter, <u32>row + 1);
  if (row + 1 == room) store<u32>(sFullShard, shard);
}

/**
 * At the start of an item `[name, [seconds, value]]`.
 * @returns where the first item begins that was not taken, or `end`
 */
export function items(start: usize, end: usize, countMax: u32): usize {
  store<u32>(sFullShard, u32.MAX_VALUE);
  let at = start;
  let previous = load<u32>(sSuccessors);
  let taken = load<u32>(sTaken);
  const takenUntil = countMax > u32.MAX_VALUE - taken ? u32.MAX_VALUE : taken + countMax;
  while (at + 4 <= end && taken < takenUntil) {
    if (load<u8>(at) != 0x92) break;
    let name = at + 1;
    const form = <u32>load<u8>(name);
    let length: usize = 0;
    if ((form & 0xe0) == 0xa0) {
      length = form & 31;
      name += 1;
    } else if (form == 0xd9 || form == 0xc4) {
      length = load<u8>(name + 1);
      name += 2;
    } else if (form == 0xda || form == 0xc5) {
      length = <usize>bswap<u16>(load<u16>(name + 1));
      name += 3;
    } else break;
    const point = name + length;
    // The shortest rest: an array of two, five bytes of time, one of value.
    if (length == 0 || point + 7 > end || load<u8>(point) != 0x92) break;

    let record: u32 = previous == 0 ? 0 : load<u32>(((<usize>previous) << 4) + 8);
    if (
      record == 0 ||
      <usize>load<u16>((<usize>record) << 4) != length ||
      !isSame(name, ((<usize>record) << 4) + recordHeadBytes, length)
    ) {
      record = probe(hashOf(name, length), name, length);
      if (record == 0) break;
      if (previous != 0) store<u32>(((<usize>previous) << 4) + 8, record);
    }

    let types: u32 = 0;
    let next: usize = 0;
    let timeMs: f64 = 0;
    const timeForm = load<u8>(point + 1);
    if (timeForm == 0xce) {
      timeMs = <f64>(<u64>bswap<u32>(load<u32>(point + 2)) * 1000);
      next = point + 6;
    } else if (timeForm == 0xcb) {
      const seconds = reinterpret<f64>(bswap<u64>(load<u64>(point + 2)));
      if (!(seconds >= 0) || seconds == Infinity) break;
      timeMs = Math.floor(seconds * 1000 + 0.0005);
      types = 2;
      next = point + 10;
    } else break;

    let value: f64 = 0;
    const valueForm = <u32>load<u8>(next);
    if (valueForm == 0xcb) {
      value = reinterpret<f64>(bswap<u64>(load<u64>(next + 1)));
      next += 9;
    } else if (valueForm < 0x80) {
      value = <f64>valueForm;
      types |= 1;
      next += 1;
    } else if (valueForm >= 0xe0) {
      value = <f64>(<i32>valueForm - 256);
      types |= 1;
      next += 1;
    } else if (valueForm == 0xca) {
      value = <f64>reinterpret<f32>(bswap<u32>(load<u32>(next + 1)));
      next += 5;
    } else if (valueForm == 0xcc || valueForm == 0xd0) {
      const byte = load<u8>(next + 1);
      value = valueForm == 0xcc ? <f64>byte : <f64>(<i8>byte);
      types |= 1;
      next += 2;
    } else if (valueForm == 0xcd || valueForm == 0xd1) {
      const word = bswap<u16>(load<u16>(next + 1));
      value = valueForm == 0xcd ? <f64>word : <f64>(<i16>word);
      types |= 1;
      next += 3;
    } else if (valueForm == 0xce || valueForm == 0xd2) {
      const word = bswap<u32>(load<u32>(next + 1));
      value = valueForm == 0xce ? <f64>word : <f64>(<i32>word);
      types |= 1;
      next += 5;
    } else break;
    if (next > end || !(value - value == 0)) break;
    if (!(timeMs >= load<f64>(sOldest)) || !(timeMs <= load<f64>(sNewest))) break;
    writeRow((<usize>record) << 4, timeMs, value, types);
    previous = record;
    taken++;
    at = next;
    if (load<u32>(sFullShard) != u32.MAX_VALUE) break;
  }
  store<u32>(sSuccessors, previous);
  store<u32>(sTaken, taken);
  return at;
}
