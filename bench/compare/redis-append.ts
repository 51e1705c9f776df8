/**
 * Lines of Carbon's plaintext as Redis commands: what Skyline's horizon made of each point.
 *
 *     APPEND metrics.NAME 92 | ce u32 time | cb f64 value        a MessagePack pair of 15 bytes
 */
const pairBytes = 15;
const commandBytesMax = 128;
const space = 0x20;
const newline = 0x0a;

export function appendCommands(lines: Uint8Array): { bytes: Uint8Array; count: number } {
  const text = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength);
  let count = 0;
  for (const byte of lines) if (byte === newline) count += 1;
  const out = Buffer.allocUnsafeSlow(lines.length + count * commandBytesMax);
  let at = 0;
  for (let start = 0; start < text.length;) {
    const nameEnd = text.indexOf(space, start);
    const valueEnd = text.indexOf(space, nameEnd + 1);
    const lineEnd = text.indexOf(newline, valueEnd);
    const keyLength = "metrics.".length + nameEnd - start;
    at += out.write(`*3\r\n$6\r\nAPPEND\r\n$${keyLength}\r\nmetrics.`, at, "latin1");
    at += text.copy(out, at, start, nameEnd);
    at += out.write(`\r\n$${pairBytes}\r\n`, at, "latin1");
    out[at] = 0x92;
    out[at + 1] = 0xce;
    out.writeUInt32BE(Number(text.toString("latin1", valueEnd + 1, lineEnd)), at + 2);
    out[at + 6] = 0xcb;
    out.writeDoubleBE(Number(text.toString("latin1", nameEnd + 1, valueEnd)), at + 7);
    at += pairBytes;
    at += out.write("\r\n", at, "latin1");
    start = lineEnd + 1;
  }
  return { bytes: out.subarray(0, at), count };
}
