/**
 * Values as the XOR with the one before: for doubles with a full mantissa.
 *
 *     first value           64 bits
 *     then for each value   x = its bits XOR those of the value before
 *       0                   x is 0
 *       1 0 M               the meaningful bits of x, in the window of the last M
 *       1 1 L5 N6 M         leading zeros L (31 at most), N meaningful bits (64 is written 0), M
 *
 * Bits go from the high end of each byte. The last byte is filled with 0.
 *
 * Source: Pelkonen et al., "Gorilla: A Fast, Scalable, In-Memory Time Series Database" (VLDB 2015),
 * section 4.1.2; as there, but for the 64 that six bits cannot hold.
 */

const scratchDoubles = new Float64Array(1);
const scratchWords = new Uint32Array(scratchDoubles.buffer);
scratchDoubles[0] = 1;
/** Which half of a double this machine keeps first. The chunk's bytes do not depend on it. */
const highHalf = scratchWords[0] === 0 ? 1 : 0;
const lowHalf = 1 - highHalf;

/** No run of `count` values is longer. */
export function xorValuesBytesMax(count: number): number {
  return 8 + Math.ceil(((count - 1) * 77) / 8) + 4;
}

const noBytes = new Uint8Array(0);

/** Collects bits in a word and writes it out, high byte first, whenever it is full. */
class BitWriter {
  #out: Uint8Array = noBytes;
  #at = 0;
  #word = 0;
  #freeBits = 32;

  start(out: Uint8Array, offset: number): void {
    this.#out = out;
    this.#at = offset;
    this.#word = 0;
    this.#freeBits = 32;
  }

  /** The low `bits` bits of n, 1 to 32; the others must be 0. */
  put(n: number, bits: number): void {
    const free = this.#freeBits - bits;
    if (free > 0) {
      this.#word |= n << free;
      this.#freeBits = free;
      return;
    }
    this.#write(this.#word | (n >>> -free));
    this.#freeBits = free + 32;
    this.#word = free === 0 ? 0 : n << (free + 32);
  }

  /** @returns the offset after the last byte that holds a bit */
  finish(): number {
    const end = this.#at + ((39 - this.#freeBits) >>> 3);
    this.#write(this.#word);
    this.#out = noBytes;
    return end;
  }

  #write(word: number): void {
    const out = this.#out;
    const at = this.#at;
    out[at] = word >>> 24;
    out[at + 1] = word >>> 16;
    out[at + 2] = word >>> 8;
    out[at + 3] = word;
    this.#at = at + 4;
  }
}

const writer = new BitWriter();

/** Writes values[from, from + count). @returns the offset after the run */
export function writeXorValues(
  values: Float64Array,
  from: number,
  count: number,
  out: Uint8Array,
  offset: number,
): number {
  writer.start(out, offset);
  scratchDoubles[0] = values[from]!;
  let high = scratchWords[highHalf]!;
  let low = scratchWords[lowHalf]!;
  writer.put(high, 32);
  writer.put(low, 32);
  let windowLeading = 65;
  let windowTrailing = 0;
  for (let k = 1; k < count; k++) {
    scratchDoubles[0] = values[from + k]!;
    const xorHigh = scratchWords[highHalf]! ^ high;
    const xorLow = scratchWords[lowHalf]! ^ low;
    if ((xorHigh | xorLow) === 0) {
      writer.put(0, 1);
      continue;
    }
    high ^= xorHigh;
    low ^= xorLow;
    const leading = Math.min(31, Math.clz32(xorHigh));
    const trailing =
      xorLow !== 0 ? 31 - Math.clz32(xorLow & -xorLow) : 63 - Math.clz32(xorHigh & -xorHigh);
    if (windowLeading <= leading && windowTrailing <= trailing) {
      writer.put(2, 2);
    } else {
      windowLeading = leading;
      windowTrailing = trailing;
      writer.put((3 << 11) | (leading << 6) | ((64 - leading - trailing) & 63), 13);
    }
    putMeaningful(xorHigh, xorLow, windowLeading, windowTrailing);
  }
  return writer.finish();
}

/** The bits between `leading` and `trailing` zeros of a 64-bit number; leading is at most 31. */
function putMeaningful(high: number, low: number, leading: number, trailing: number): void {
  if (trailing >= 32) {
    writer.put(high >>> (trailing - 32), 64 - leading - trailing);
    return;
  }
  writer.put(high >>> 0, 32 - leading);
  writer.put(low >>> trailing, 32 - trailing);
}

/**
 * Reads `count` values to values[to, to + count); safe on any bytes.
 * @returns whether the run was whole and ended within its last byte at `end`
 */
export function readXorValues(
  bytes: Uint8Array,
  offset: number,
  end: number,
  count: number,
  values: Float64Array,
  to: number,
): boolean {
  const endBit = (end - offset) * 8;
  if (endBit < 64) return false;
  let high = readHighBits(bytes, offset, 0, 32);
  let low = readHighBits(bytes, offset, 32, 32);
  scratchWords[highHalf] = high;
  scratchWords[lowHalf] = low;
  values[to] = scratchDoubles[0]!;
  let bit = 64;
  let leading = 0;
  let trailing = 64;
  for (let k = 1; k < count; k++) {
    if (bit >= endBit) return false;
    const code = readHighBits(bytes, offset, bit, 13);
    if (code < 4096) bit += 1;
    else {
      if (code < 6144) bit += 2;
      else {
        leading = (code >>> 6) & 31;
        const width = code & 63;
        trailing = 64 - leading - (width === 0 ? 64 : width);
        bit += 13;
      }
      const width = 64 - leading - trailing;
      // A negative `trailing` is more bits than there are; width 0 is "as before" with none before.
      if (trailing < 0 || width === 0 || bit + width > endBit) return false;
      if (trailing >= 32) high ^= readHighBits(bytes, offset, bit, width) << (trailing - 32);
      else {
        high ^= readHighBits(bytes, offset, bit, 32 - leading);
        low ^= readHighBits(bytes, offset, bit + 32 - leading, 32 - trailing) << trailing;
      }
      bit += width;
    }
    scratchWords[highHalf] = high;
    scratchWords[lowHalf] = low;
    values[to + k] = scratchDoubles[0]!;
  }
  return bit <= endBit && endBit - bit < 8;
}

/** `width` bits, 1 to 32, from any bit; bytes past the end of the buffer read as 0. */
function readHighBits(bytes: Uint8Array, offset: number, bit: number, width: number): number {
  const at = offset + (bit >>> 3);
  const shift = bit & 7;
  const word = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
  if (shift + width <= 32) return (word << shift) >>> (32 - width);
  return ((word << shift) | (bytes[at + 4]! >>> (8 - shift))) >>> (32 - width);
}
