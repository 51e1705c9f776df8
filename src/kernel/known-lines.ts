/**
 * Carbon's plain lines of known names: what the kernel `intake` does, in TypeScript.
 *
 *     name SP value SP seconds [ CR ] LF
 *
 * - name     known; no byte below 0x21
 * - value    [-] digits [ . digits ], exact as an integer below 2^53 and a power of ten
 * - seconds  1 to 10 digits, within the bounds
 *
 * Anything else is no fault: it is left to the reader of lines, which says what is. The kernel also
 * takes values of up to 19 digits where it can tell how they round; the reader rounds them alike.
 */
import { type KnownNames, noShard, stateWord } from "./known-names.ts";

const digitCountMax = 19;
const exactDigitsMax = Number.MAX_SAFE_INTEGER;
const powersOfTen = Float64Array.from({ length: 23 }, (ignored, power) => Number(`1e${power}`));

/**
 * Reads lines at `start` of the input.
 *
 * @returns where the first line begins that was not taken, or `end`; it also ends after the row that
 *   fills a shard, which `fullShard` of the state then names
 */
export function readKnownLines(names: KnownNames, start: number, end: number): number {
  const { bytes, words } = names;
  words[stateWord.fullShard] = noShard;
  let at = start;
  while (at < end) {
    let nameEnd = at;
    while (nameEnd < end && bytes[nameEnd]! > 0x20) nameEnd += 1;
    if (nameEnd === at || nameEnd === end || bytes[nameEnd] !== 0x20) return at;
    const numbersEnd = readNumbers(names, nameEnd + 1, end);
    if (numbersEnd === 0) return at;
    const record = names.find(bytes, at, nameEnd);
    if (record === 0) return at;
    at = numbersEnd;
    words[stateWord.takenCount]! += 1;
    if (names.push(record, timeMs, value, 0)) {
      words[stateWord.fullShard] = names.shardOf(record);
      return at;
    }
  }
  return at;
}

// What `readNumbers` read.
let value = 0;
let timeMs = 0;

/** @returns the byte after LF, 0 where the numbers are not plain */
function readNumbers({ bytes, doubles }: KnownNames, start: number, end: number): number {
  let at = start;
  const isNegative = bytes[at] === 0x2d;
  if (isNegative) at += 1;
  let digits = 0;
  const first = at;
  let digit = bytes[at]! - 0x30;
  while (digit >= 0 && digit <= 9) {
    digits = digits * 10 + digit;
    digit = bytes[++at]! - 0x30;
  }
  let digitCount = at - first;
  let power = 0;
  if (bytes[at] === 0x2e) {
    const point = ++at;
    digit = bytes[at]! - 0x30;
    while (digit >= 0 && digit <= 9) {
      digits = digits * 10 + digit;
      digit = bytes[++at]! - 0x30;
    }
    power = at - point;
    digitCount += power;
  }
  if (digitCount === 0 || digitCount > digitCountMax || bytes[at] !== 0x20) return 0;
  if (digits > exactDigitsMax) return 0;
  const size = digits / powersOfTen[power]!;
  value = isNegative ? -size : size;

  const timeStart = ++at;
  let seconds = 0;
  digit = bytes[at]! - 0x30;
  while (digit >= 0 && digit <= 9 && at - timeStart < 10) {
    seconds = seconds * 10 + digit;
    digit = bytes[++at]! - 0x30;
  }
  if (at === timeStart) return 0;
  if (bytes[at] === 0x0d) at += 1;
  if (bytes[at] !== 0x0a || at >= end) return 0;
  timeMs = seconds * 1000;
  const bounds = stateWord.bounds / 2;
  return timeMs >= doubles[bounds]! && timeMs <= doubles[bounds + 1]! ? at + 1 : 0;
}
