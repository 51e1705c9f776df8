/**
 * Packs whole numbers of 0 to 53 bits side by side into bytes, and unpacks them.
 *
 * Number k of width w takes bits [k * w, (k + 1) * w) of the run; bit i is bit i % 8 of byte i / 8,
 * so low bits come first. A run of n numbers takes ceil(n * w / 8) bytes.
 *
 * Numbers are doubles, because whole numbers to 2^53 are exact there and a BigInt is an allocation.
 * JavaScript shifts on 32 bits only, so wide numbers go in pieces of 24: with a start inside a byte
 * a piece then spans at most four bytes.
 */

/** Doubles hold whole numbers exactly up to this many bits. */
export const bitWidthMax = 53;

const pieceBits = 24;
const pieceSpan = 2 ** pieceBits;
const pieceMask = pieceSpan - 1;

export function packedBytes(count: number, width: number): number {
  return (count * width + 7) >>> 3;
}

/** How many bits the whole number 0 <= n < 2^53 needs; 0 for 0. */
export function bitLength(n: number): number {
  if (n < 4294967296) return 32 - Math.clz32(n);
  return 64 - Math.clz32(n / 4294967296);
}

/**
 * Packs the low `width` bits of numbers[0, count).
 * @returns the offset after the run
 */
export function packBits(
  numbers: Float64Array,
  count: number,
  width: number,
  out: Uint8Array,
  offset: number,
): number {
  if (width === 0) return offset;
  let at = offset;
  let pending = 0;
  let pendingBits = 0;
  for (let k = 0; k < count; k++) {
    let rest = numbers[k]!;
    let restBits = width;
    while (restBits > pieceBits) {
      const piece = rest & pieceMask;
      pending |= piece << pendingBits;
      out[at] = pending;
      out[at + 1] = pending >>> 8;
      out[at + 2] = pending >>> 16;
      at += 3;
      pending >>>= pieceBits;
      rest = (rest - piece) / pieceSpan;
      restBits -= pieceBits;
    }
    pending |= (rest & ((1 << restBits) - 1)) << pendingBits;
    pendingBits += restBits;
    while (pendingBits >= 8) {
      out[at++] = pending;
      pending >>>= 8;
      pendingBits -= 8;
    }
  }
  if (pendingBits > 0) out[at++] = pending;
  return at;
}

/** What to make of a packed number n: (base + n * multiplier) / divisor. */
export interface Scale {
  base: number;
  multiplier: number;
  divisor: number;
}

/**
 * Unpacks `count` numbers, scaled, to out[at, at + count). The caller has checked that the run lies
 * inside `bytes` and that there is room. Scaling here costs nothing: the loads take longer.
 */
export function unpackBits(
  bytes: Uint8Array,
  offset: number,
  width: number,
  count: number,
  scale: Readonly<Scale>,
  out: Float64Array,
  at: number,
): void {
  if (width === 0) {
    out.fill(scale.base / scale.divisor, at, at + count);
    return;
  }
  // A number is read with a few whole bytes, of which the last may belong to what follows the run.
  // Near the end of the buffer there is none, so the last numbers go the careful way.
  const spanBytes = width <= 9 ? 2 : width <= 25 ? 4 : 8;
  const roomBits = (bytes.length - offset - spanBytes) * 8;
  const quickCount = roomBits < 0 ? 0 : Math.min(count, Math.floor(roomBits / width) + 1);
  if (width <= 9) unpackNarrow(bytes, offset, width, quickCount, scale, out, at);
  else if (width <= 25) unpackMiddle(bytes, offset, width, quickCount, scale, out, at);
  else unpackWide(bytes, offset, width, quickCount, scale, out, at);
  for (let k = quickCount; k < count; k++) {
    out[at + k] = scaled(readBits(bytes, offset, k * width, width), scale);
  }
}

export function scaled(n: number, scale: Readonly<Scale>): number {
  return (scale.base + n * scale.multiplier) / scale.divisor;
}

/** One number, from any bit of the run; bytes past the end of the buffer count as 0. */
export function readBits(bytes: Uint8Array, offset: number, bit: number, width: number): number {
  let number = 0;
  let scale = 1;
  let at = bit;
  let rest = width;
  while (rest > 0) {
    const shift = at & 7;
    const take = Math.min(8 - shift, rest);
    const index = offset + Math.floor(at / 8);
    const byte = index < bytes.length ? bytes[index]! : 0;
    number += ((byte >>> shift) & ((1 << take) - 1)) * scale;
    scale *= 1 << take;
    at += take;
    rest -= take;
  }
  return number;
}

function unpackNarrow(
  bytes: Uint8Array,
  offset: number,
  width: number,
  count: number,
  scale: Readonly<Scale>,
  out: Float64Array,
  at: number,
): void {
  const { base, multiplier, divisor } = scale;
  const end = at + count;
  const mask = (1 << width) - 1;
  for (let k = at, bit = 0; k < end; k++, bit += width) {
    const q = offset + (bit >>> 3);
    const n = ((bytes[q]! | (bytes[q + 1]! << 8)) >>> (bit & 7)) & mask;
    out[k] = (base + n * multiplier) / divisor;
  }
}

function unpackMiddle(
  bytes: Uint8Array,
  offset: number,
  width: number,
  count: number,
  scale: Readonly<Scale>,
  out: Float64Array,
  at: number,
): void {
  const { base, multiplier, divisor } = scale;
  const end = at + count;
  const mask = (1 << width) - 1;
  for (let k = at, bit = 0; k < end; k++, bit += width) {
    const n = (word32(bytes, offset + (bit >>> 3)) >>> (bit & 7)) & mask;
    out[k] = (base + n * multiplier) / divisor;
  }
}

function unpackWide(
  bytes: Uint8Array,
  offset: number,
  width: number,
  count: number,
  scale: Readonly<Scale>,
  out: Float64Array,
  at: number,
): void {
  const { base, multiplier, divisor } = scale;
  const end = at + count;
  const middleBits = Math.min(pieceBits, width - pieceBits);
  const middleMask = (1 << middleBits) - 1;
  const topBits = width - pieceBits - middleBits;
  const topMask = (1 << topBits) - 1;
  for (let k = at, bit = 0; k < end; k++, bit += width) {
    const q = offset + (bit >>> 3);
    const shift = bit & 7;
    let n = (word32(bytes, q) >>> shift) & pieceMask;
    n += ((word32(bytes, q + 3) >>> shift) & middleMask) * pieceSpan;
    if (topBits > 0) {
      const top = bytes[q + 6]! | (bytes[q + 7]! << 8);
      n += ((top >>> shift) & topMask) * (pieceSpan * pieceSpan);
    }
    out[k] = (base + n * multiplier) / divisor;
  }
}

function word32(bytes: Uint8Array, q: number): number {
  return bytes[q]! | (bytes[q + 1]! << 8) | (bytes[q + 2]! << 16) | (bytes[q + 3]! << 24);
}
