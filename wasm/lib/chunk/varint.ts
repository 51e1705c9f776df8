/** Whole numbers of unknown size; the format is told in src/kernel/varint.ts. */

const varintBytesMax: usize = 8;

/** Where the number that starts at `at` ends; 0 where it does not end before `end`. */
export function varintEnd(at: usize, end: usize): usize {
  const last = min(end, at + varintBytesMax);
  for (let p = at; p < last; p++) if (load<u8>(p) < 128) return p + 1;
  return 0;
}

/** Reads a number that `varintEnd` has found whole. */
export function readUnsigned(at: usize): u64 {
  let n: u64 = 0;
  let shift: u64 = 0;
  let byte: u8;
  let p = at;
  do {
    byte = load<u8>(p++);
    n |= (<u64>(byte & 127)) << shift;
    shift += 7;
  } while (byte >= 128);
  return n;
}

/** Reads a number that `varintEnd` has found whole: its sign is bit 6 of the first byte, also of a 0. */
export function readSigned(at: usize): f64 {
  const head = load<u8>(at);
  const size = <u64>(head & 63) + (head < 128 ? 0 : readUnsigned(at + 1) << 6);
  const n = <f64>(<i64>size);
  return (head & 64) == 0 ? n : -n;
}

/** @returns the address after it */
export function writeUnsigned(n: u64, at: usize): usize {
  let rest = n;
  let p = at;
  while (rest >= 128) {
    store<u8>(p++, (rest & 127) | 128);
    rest >>= 7;
  }
  store<u8>(p++, rest);
  return p;
}

/** @returns the address after it */
export function writeSigned(n: i64, at: usize): usize {
  const size = <u64>abs<i64>(n);
  const head = (size & 63) | (n < 0 ? 64 : 0);
  if (size < 64) {
    store<u8>(at, head);
    return at + 1;
  }
  store<u8>(at, head | 128);
  return writeUnsigned(size >> 6, at + 1);
}
