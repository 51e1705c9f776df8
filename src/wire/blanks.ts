/**
 * Fields between blanks, for the protocols that write a sample as a line of words.
 *
 * Blanks are Python's of ASCII, as the original daemons split by them: space, and 0x09 to 0x0d.
 */

export function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/** @returns where in `bytes[start, end)` the first byte is that is no blank, or `end` */
export function skipBlanks(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isBlank(bytes[at]!)) at += 1;
  return at;
}

/** @returns where the field that begins at `start` ends */
export function skipField(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && !isBlank(bytes[at]!)) at += 1;
  return at;
}
