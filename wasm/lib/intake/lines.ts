/**
 * Carbon's lines of known names. Names are looked for in two ways. In the order of last time: the name that
 * followed is compared, 16 bytes at a time, before anything is hashed. Where that fails too often: 32 lines are
 * hashed first, then their slots are read, then their records, so that memory is waited for once and not each
 * time.
 */
import { batchLinesMax, recordHeadBytes, recordIsBlankInside } from "../known-names";
import { hashOf, isSame, probe, recordOfHash } from "./names";
import { Numbers } from "./numbers";
import {
  scratchAt,
  sFullShard,
  sMode,
  sScore,
  sSlotMask,
  sSlots,
  sSuccessors,
  sTaken,
} from "./state";

let isStopped: bool = false;
/** How many strange lines are looked up next: few after one that ended the run. */
let lookAhead: u32 = batchLinesMax;

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
    const next = Numbers.read(nameEnd + 1, end, (<usize>record) << 4);
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
    const next = Numbers.read(at + length + 1, end, (<usize>record) << 4);
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
