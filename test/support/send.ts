/** Small senders for tests: one datagram, one TCP stream. */
import { createSocket } from "node:dgram";
import { connect } from "node:net";

export function sendDatagram(port: number, bytes: Uint8Array): Promise<void> {
  const socket = createSocket("udp4");
  return new Promise((resolve, reject) => {
    socket.send(bytes, port, "127.0.0.1", (error) => {
      socket.close();
      if (error === null) resolve();
      else reject(error);
    });
  });
}

export function sendStream(port: number, bytes: Uint8Array | string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port }, () => {
      socket.end(bytes);
    });
    socket.on("error", reject);
    socket.on("close", () => resolve());
    socket.resume();
  });
}

/** `[name, [seconds, value]]` in MessagePack, as the original's senders wrote it. */
export function skylineMessage(name: string, seconds: number, value: number): Uint8Array {
  const nameBytes = Buffer.from(name);
  const bytes = Buffer.alloc(1 + 2 + nameBytes.length + 1 + 5 + 9);
  let at = bytes.writeUInt8(0x92, 0);
  at = bytes.writeUInt8(0xd9, at);
  at = bytes.writeUInt8(nameBytes.length, at);
  at += nameBytes.copy(bytes, at);
  at = bytes.writeUInt8(0x92, at);
  at = bytes.writeUInt8(0xce, at);
  at = bytes.writeUInt32BE(Math.floor(seconds), at);
  at = bytes.writeUInt8(0xcb, at);
  bytes.writeDoubleBE(value, at);
  return bytes;
}
