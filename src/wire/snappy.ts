/**
 * Snappy's block format: compressed bytes in, bytes out.
 *
 *     block    length varint | element | element ...        length is that of what comes out
 *     element  literal | copy of what is already out, 1 to 64 bytes from 1 to 2^32 bytes back
 *
 * The two low bits of an element's first byte say which it is. A copy may reach into what it writes
 * itself: that is how runs are packed.
 *
 * Source: google/snappy, format_description.txt (2011). Deviation: none for sound blocks. Before
 * anything is allocated, the announced length is held against the limit and against what so many
 * bytes can unpack to at most.
 */

export type SnappyFault =
  /** Not a sound block, or cut short. */
  | "bad-snappy"
  /** It says that it unpacks to more than is taken. */
  | "long-body";

export type SnappyResult =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly fault: SnappyFault };

/** Three bytes can copy 64, and nothing does better. */
const expansionMax = 22;

/** @param bytesMax  of what comes out */
export function decodeSnappy(block: Uint8Array, bytesMax: number): SnappyResult {
  let at = 0;
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    if (at === block.length || shift > 28) return refused("bad-snappy");
    const byte = block[at++]!;
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  if (length > bytesMax) return refused("long-body");
  if (length > (block.length - at) * expansionMax) return refused("bad-snappy");

  const bytes = new Uint8Array(length);
  return unpack(block, at, bytes) ? { ok: true, bytes } : refused("bad-snappy");
}

function unpack(block: Uint8Array, start: number, out: Uint8Array): boolean {
  let at = start;
  let to = 0;
  while (at < block.length) {
    const head = block[at++]!;
    let count = (head >> 2) + 1;
    const kind = head & 3;
    if (kind === 0) {
      if (count > 60) {
        const widthBytes = count - 60;
        if (at + widthBytes > block.length) return false;
        count = littleEndian(block, at, widthBytes) + 1;
        at += widthBytes;
      }
      if (count > block.length - at || count > out.length - to) return false;
      out.set(block.subarray(at, at + count), to);
      at += count;
      to += count;
      continue;
    }
    const widthBytes = kind === 3 ? 4 : kind;
    if (at + widthBytes > block.length) return false;
    let distance = littleEndian(block, at, widthBytes);
    at += widthBytes;
    if (kind === 1) {
      count = ((head >> 2) & 7) + 4;
      distance += (head >> 5) * 256;
    }
    if (distance === 0 || distance > to || count > out.length - to) return false;
    for (let from = to - distance; count > 0; count--) out[to++] = out[from++]!;
  }
  return to === out.length;
}

function littleEndian(bytes: Uint8Array, at: number, widthBytes: number): number {
  let number = 0;
  for (let i = widthBytes - 1; i >= 0; i--) number = number * 256 + bytes[at + i]!;
  return number;
}

function refused(fault: SnappyFault): SnappyResult {
  return { ok: false, fault };
}
