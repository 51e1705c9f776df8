/** Whether a name with tags is spelt as `canonicalName` would spell it, told from its bytes. */

/**
 * Senders mostly sort their tags, so that most names need no decoding.
 *
 * @param bytes  an ASCII name with at least one ';' in `[start, end)`
 * @returns whether all tags are `key=value`, neither empty, keys ascending and each once
 */
export function isCanonicalTagged(bytes: Uint8Array, start: number, end: number): boolean {
  let tagStart = bytes.indexOf(semicolon, start) + 1;
  let lastKeyStart = 0;
  let lastKeyEnd = 0;
  while (tagStart <= end) {
    const keyEnd = findByte(bytes, tagStart, end, equalsSign);
    const tagEnd = findByte(bytes, tagStart, end, semicolon);
    if (keyEnd === tagStart || keyEnd + 1 >= tagEnd) return false;
    if (lastKeyEnd > 0 && !isBefore(bytes, lastKeyStart, lastKeyEnd, tagStart, keyEnd))
      return false;
    lastKeyStart = tagStart;
    lastKeyEnd = keyEnd;
    tagStart = tagEnd + 1;
  }
  return true;
}

const semicolon = 0x3b;
const equalsSign = 0x3d;

/** @returns `end` where there is none */
function findByte(bytes: Uint8Array, start: number, end: number, wanted: number): number {
  let at = start;
  while (at < end && bytes[at] !== wanted) at += 1;
  return at;
}

/** ASCII bytes order as the strings do. */
function isBefore(
  bytes: Uint8Array,
  start: number,
  end: number,
  otherStart: number,
  otherEnd: number,
): boolean {
  const length = Math.min(end - start, otherEnd - otherStart);
  for (let i = 0; i < length; i++) {
    const step = (bytes[start + i] ?? 0) - (bytes[otherStart + i] ?? 0);
    if (step !== 0) return step < 0;
  }
  return end - start < otherEnd - otherStart;
}
