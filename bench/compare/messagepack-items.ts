/**
 * Lines of Carbon's plaintext as the MessagePack that agents of Skyline send.
 *
 *     92 d9 length NAME 92 ce time value     value: an integer of up to 32 bits, or cb f64
 */
const space = 0x20;
const newline = 0x0a;
/** What is more than in the line: heads, and a float where the line has a digit. */
const itemBytesMore = 16;

export function messagePackItems(lines: Uint8Array): Uint8Array {
  const text = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength);
  let count = 0;
  for (const byte of lines) if (byte === newline) count += 1;
  const out = Buffer.allocUnsafeSlow(lines.length + count * itemBytesMore);
  let at = 0;
  for (let start = 0; start < text.length;) {
    const nameEnd = text.indexOf(space, start);
    const valueEnd = text.indexOf(space, nameEnd + 1);
    const lineEnd = text.indexOf(newline, valueEnd);
    const value = Number(text.toString("latin1", nameEnd + 1, valueEnd));
    out[at] = 0x92;
    out[at + 1] = 0xd9;
    out[at + 2] = nameEnd - start;
    at += 3 + text.copy(out, at + 3, start, nameEnd);
    out[at] = 0x92;
    out[at + 1] = 0xce;
    out.writeUInt32BE(Number(text.toString("latin1", valueEnd + 1, lineEnd)), at + 2);
    at += 6;
    if (Number.isInteger(value) && value >= 0 && value <= 0xffffffff) {
      out[at] = 0xce;
      at = out.writeUInt32BE(value, at + 1);
    } else {
      out[at] = 0xcb;
      at = out.writeDoubleBE(value, at + 1);
    }
    start = lineEnd + 1;
  }
  return out.subarray(0, at);
}
