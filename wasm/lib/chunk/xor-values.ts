/**
 * Values as the XOR with the one before; format and source are told in src/kernel/xor-values.ts. Bits
 * go from the high end of each byte, so a swapped load of eight bytes shows 57 of them at least.
 */

/**
 * Reads `count` doubles to `to`; eight bytes behind `end` can be read, whatever is in them.
 * @returns whether the run was whole and ended within its last byte at `end`
 */
export function readXorValues(from: usize, end: usize, count: i32, to: usize): bool {
  const endBit = (<u32>(end - from)) << 3;
  if (endBit < 64) return false;
  let bits = bswap(load<u64>(from));
  store<u64>(to, bits);
  let bit: u32 = 64;
  let width: u32 = 0;
  let trailing: u32 = 64;
  for (let k = 1; k < count; k++) {
    if (bit >= endBit) return false;
    const code = peek(from, bit);
    if (<i64>code >= 0) bit += 1;
    else {
      if (code >> 62 == 2) bit += 2;
      else {
        const leading = (<u32>(code >> 57)) & 31;
        width = (<u32>(code >> 51)) & 63;
        if (width == 0) width = 64;
        if (leading + width > 64) return false;
        trailing = 64 - leading - width;
        bit += 13;
      }
      // Width 0 is "as before" with none before.
      if (width == 0 || bit + width > endBit) return false;
      bits ^= readHighBits(from, bit, width) << (<u64>trailing);
      bit += width;
    }
    store<u64>(to + ((<usize>k) << 3), bits);
  }
  return bit <= endBit && endBit - bit < 8;
}

/** The bits from `bit` on, at the high end; the lowest seven may be missing. */
function peek(from: usize, bit: u32): u64 {
  return bswap(load<u64>(from + <usize>(bit >>> 3))) << ((<u64>bit) & 7);
}

function readHighBits(from: usize, bit: u32, width: u32): u64 {
  if (width <= 57) return peek(from, bit) >> (64 - <u64>width);
  const rest = width - 32;
  const high = peek(from, bit) >> 32;
  return (high << (<u64>rest)) | (peek(from, bit + 32) >> (64 - <u64>rest));
}

let out: usize = 0;
let pending: u64 = 0;
let pendingBits: u32 = 0;

/** Writes `count` doubles. @returns the address after the last byte that holds a bit */
export function writeXorValues(values: usize, count: i32, to: usize): usize {
  let bits = load<u64>(values);
  store<u64>(to, bswap(bits));
  out = to + 8;
  pending = 0;
  pendingBits = 0;
  let windowLeading: u32 = 65;
  let windowTrailing: u32 = 0;
  for (let k = 1; k < count; k++) {
    const next = load<u64>(values + ((<usize>k) << 3));
    const xor = next ^ bits;
    bits = next;
    if (xor == 0) {
      put(0, 1);
      continue;
    }
    const leading = min<u32>(31, <u32>clz(xor));
    const trailing = <u32>ctz(xor);
    if (windowLeading <= leading && windowTrailing <= trailing) put(2, 2);
    else {
      windowLeading = leading;
      windowTrailing = trailing;
      put((3 << 11) | ((<u64>leading) << 6) | ((<u64>(64 - leading - trailing)) & 63), 13);
    }
    const width = 64 - windowLeading - windowTrailing;
    const meaningful = xor >> (<u64>windowTrailing);
    if (width > 32) {
      put(meaningful >> 32, width - 32);
      put(meaningful & 0xffffffff, 32);
    } else put(meaningful, width);
  }
  store<u32>(out, bswap(<u32>(pending << (32 - <u64>pendingBits))));
  return out + <usize>((pendingBits + 7) >>> 3);
}

/** The low `width` bits of n, 1 to 32; the others are 0. Fewer than 32 bits wait between calls. */
function put(n: u64, width: u32): void {
  pending = (pending << (<u64>width)) | n;
  pendingBits += width;
  if (pendingBits < 32) return;
  pendingBits -= 32;
  store<u32>(out, bswap(<u32>(pending >> (<u64>pendingBits))));
  out += 4;
}
