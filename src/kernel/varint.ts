/**
 * Whole numbers of unknown size: seven bits per byte, low bits first, the top bit of a byte says
 * that another follows. Signed ones keep their sign in bit 6 of the first byte, so that the whole
 * range of -2^53 to 2^53 stays exact in a double.
 */

/** No number takes more bytes. */
export const varintBytesMax = 8;

/** Writes 0 <= n <= 2^53. @returns the offset after it */
export function writeUnsigned(n: number, out: Uint8Array, offset: number): number {
  let at = offset;
  let rest = n;
  while (rest >= 128) {
    out[at++] = (rest & 127) | 128;
    rest = Math.floor(rest / 128);
  }
  out[at++] = rest;
  return at;
}

/** Writes -2^53 <= n <= 2^53. @returns the offset after it */
export function writeSigned(n: number, out: Uint8Array, offset: number): number {
  const size = Math.abs(n);
  const head = (size & 63) | (n < 0 ? 64 : 0);
  if (size < 64) {
    out[offset] = head;
    return offset + 1;
  }
  out[offset] = head | 128;
  return writeUnsigned(Math.floor(size / 64), out, offset + 1);
}

/** Where the number that starts at `offset` ends; -1 where it does not end before `end`. */
export function varintEnd(bytes: Uint8Array, offset: number, end: number): number {
  const last = Math.min(end, offset + varintBytesMax);
  for (let at = offset; at < last; at++) if (bytes[at]! < 128) return at + 1;
  return -1;
}

/** Reads a number that `varintEnd` has found whole. */
export function readUnsigned(bytes: Uint8Array, offset: number): number {
  let n = 0;
  let scale = 1;
  for (let at = offset; ; at++) {
    const byte = bytes[at]!;
    n += (byte & 127) * scale;
    if (byte < 128) return n;
    scale *= 128;
  }
}

/** Reads a number that `varintEnd` has found whole. */
export function readSigned(bytes: Uint8Array, offset: number): number {
  const head = bytes[offset]!;
  const size = (head & 63) + (head < 128 ? 0 : readUnsigned(bytes, offset + 1) * 64);
  return (head & 64) === 0 ? size : -size;
}
