/**
 * Samples as senders write them: the other side of wire/, for `seed`, `demo` and `doctor`.
 *
 * Carbon      "name value seconds\n"
 * MessagePack array of 2: text, array of 2: uint 32 seconds, float 64 value (Skyline's datagram)
 * pickle      4 bytes big-endian length, then protocol 2: a list of (name, (seconds, value)), with
 *             the opcodes that carbon-relay 1.1 uses
 *
 * Times are sent in whole seconds, as nearly all senders do.
 */
import { assert } from "../../base/assert.ts";

export interface Sample {
  readonly name: string;
  readonly timeMs: number;
  readonly value: number;
}

const encoder = new TextEncoder();

export function encodeCarbon(samples: readonly Sample[]): Uint8Array {
  const lines = samples.map(({ name, timeMs, value }) => `${name} ${value} ${secondsOf(timeMs)}\n`);
  return encoder.encode(lines.join(""));
}

/** One message; several may stand behind each other in one datagram. */
export function encodeMessagePack({ name, timeMs, value }: Sample): Uint8Array {
  const text = encoder.encode(name);
  assert(text.length < 65_536, "a name fits a 16-bit length");
  const headBytes = text.length < 32 ? 1 : text.length < 256 ? 2 : 3;
  const bytes = new Uint8Array(1 + headBytes + text.length + 15);
  const view = new DataView(bytes.buffer);
  let at = 0;
  bytes[at++] = 0x92;
  if (headBytes === 1) bytes[at] = 0xa0 | text.length;
  else if (headBytes === 2) {
    bytes[at] = 0xd9;
    bytes[at + 1] = text.length;
  } else {
    bytes[at] = 0xda;
    view.setUint16(at + 1, text.length);
  }
  at += headBytes;
  bytes.set(text, at);
  at += text.length;
  bytes[at] = 0x92;
  bytes[at + 1] = 0xce;
  view.setUint32(at + 2, secondsOf(timeMs));
  bytes[at + 6] = 0xcb;
  view.setFloat64(at + 7, value);
  return bytes;
}

/** Messages packed into datagrams that pass any network whole. */
export function packDatagrams(
  messages: readonly Uint8Array[],
  datagramBytesMax = 1400,
): Uint8Array[] {
  const datagrams: Uint8Array[] = [];
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  for (const message of messages) {
    if (waitingBytes > 0 && waitingBytes + message.length > datagramBytesMax) {
      datagrams.push(Buffer.concat(waiting));
      waiting = [];
      waitingBytes = 0;
    }
    waiting.push(message);
    waitingBytes += message.length;
  }
  if (waitingBytes > 0) datagrams.push(Buffer.concat(waiting));
  return datagrams;
}

/** One frame with its length in front. */
export function encodePickleFrame(samples: readonly Sample[]): Uint8Array {
  const names = samples.map(({ name }) => encoder.encode(name));
  // PROTO 2, EMPTY_LIST, MARK … APPENDS, STOP; each sample is 5 + name + 5 + 9 + 1 + 1 bytes
  const pickleBytes = names.reduce((sum, name) => sum + name.length + 21, 6);
  const bytes = new Uint8Array(4 + pickleBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, pickleBytes);
  bytes.set([0x80, 2, charOf("]"), charOf("(")], 4);
  let at = 8;
  for (const [i, { timeMs, value }] of samples.entries()) {
    const name = names[i] ?? new Uint8Array();
    bytes[at] = charOf("X"); // BINUNICODE
    view.setUint32(at + 1, name.length, true);
    bytes.set(name, at + 5);
    at += 5 + name.length;
    bytes[at] = charOf("J"); // BININT
    view.setInt32(at + 1, secondsOf(timeMs), true);
    bytes[at + 5] = charOf("G"); // BINFLOAT
    view.setFloat64(at + 6, value);
    bytes[at + 14] = 0x86; // TUPLE2: (seconds, value)
    bytes[at + 15] = 0x86; // TUPLE2: (name, …)
    at += 16;
  }
  bytes[at] = charOf("e"); // APPENDS
  bytes[at + 1] = charOf("."); // STOP
  return bytes;
}

function secondsOf(timeMs: number): number {
  return Math.floor(timeMs / 1000);
}

function charOf(char: string): number {
  return char.charCodeAt(0);
}
