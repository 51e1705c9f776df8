/**
 * Values as the XOR with the one before; format and source are told in src/kernel/xor-values.ts. Bits
 * go from the high end of each byte, so the bytes of each eight are turned round before they are read:
 * two words then hold any 64 bits, the code of a value and mostly all of its meaningful bits.
 */

const valueBitsMax: u32 = 77;
const chunkSampleCountMax: u32 = 480;
/** As many bytes as so many values can take, and a vector and a word behind them. */
const turned: usize = memory.data(8 + (480 * 77) / 8 + 32, 16);

/**
 * Reads `count` doubles to `to`, at most `chunkSampleCountMax`; sixteen bytes behind `end` can be read,
 * whatever is in them.
 * @returns whether the run was whole and ended within its last byte at `end`
 */
export function readXorValues(from: usize, end: usize, count: i32, to: usize): bool {
  const bytes = <u32>(end - from);
  const bytesMax: u32 = 8 + ((<u32>(count - 1) * valueBitsMax + 7) >>> 3);
  // Of a longer run more than the last byte would be left over.
  if (bytes < 8 || bytes > bytesMax || <u32>count > chunkSampleCountMax) return false;
  turn(from, end);
  const endBit = bytes << 3;
  let bits = load<u64>(turned);
  store<u64>(to, bits);
  let bit: u32 = 64;
  let width: u32 = 0;
  let trailing: u32 = 64;
  const columnEnd = to + ((<usize>count) << 3);
  for (let p = to + 8; p < columnEnd; p += 8) {
    if (bit >= endBit) return false;
    const next = bitsFrom(bit);
    if (<i64>next >= 0) {
      bit += 1;
      store<u64>(p, bits);
      continue;
    }
    let meaningful = next << 2;
    if (next >> 62 == 2) {
      bit += 2;
      if (width > 62) meaningful = bitsFrom(bit);
    } else {
      const leading = (<u32>(next >> 57)) & 31;
      width = (<u32>(next >> 51)) & 63;
      if (width == 0) width = 64;
      if (leading + width > 64) return false;
      trailing = 64 - leading - width;
      bit += 13;
      meaningful = bitsFrom(bit);
    }
    // Width 0 is "as before" with none before.
    if (width == 0 || bit + width > endBit) return false;
    bits ^= (meaningful >> (64 - <u64>width)) << (<u64>trailing);
    bit += width;
    store<u64>(p, bits);
  }
  return bit <= endBit && endBit - bit < 8;
}

function turn(from: usize, end: usize): void {
  let to = turned;
  for (let p = from; p < end; p += 16, to += 16) {
    const both = v128.load(p);
    v128.store(
      to,
      v128.shuffle<u8>(both, both, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8),
    );
  }
}

/** The 64 bits from `bit` on; what lies behind the run may be anything. */
function bitsFrom(bit: u32): u64 {
  const at = turned + <usize>((bit >>> 6) << 3);
  const shift = (<u64>bit) & 63;
  return (load<u64>(at) << shift) | ((load<u64>(at, 8) >> 1) >> (63 - shift));
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
