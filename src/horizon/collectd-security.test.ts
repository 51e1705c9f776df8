import { createCipheriv, createHash, createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { CollectdReader, type RowSink } from "../wire/index.ts";
import { collectdSecurity } from "./collectd-security.ts";

/** host h, plugin p, type t, one gauge of 1.5 */
const parts = Buffer.from(
  "0000000668000002000670000004000674000006000f0001" + "01" + "000000000000f83f",
  "hex",
);

function partOf(type: number, ...content: Uint8Array[]): Buffer {
  const bytes = Buffer.concat(content);
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type);
  head.writeUInt16BE(4 + bytes.length, 2);
  return Buffer.concat([head, bytes]);
}

function signed(user: string, password: string, content: Buffer = parts): Buffer {
  const mac = createHmac("sha256", password).update(user).update(content).digest();
  return Buffer.concat([partOf(0x200, mac, Buffer.from(user)), content]);
}

function encrypted(user: string, password: string): Buffer {
  const iv = Buffer.alloc(16, 7);
  const key = createHash("sha256").update(password).digest();
  const cipher = createCipheriv("aes-256-ofb", key, iv);
  const sum = createHash("sha1").update(parts).digest();
  const length = Buffer.alloc(2);
  length.writeUInt16BE(user.length);
  return partOf(0x210, length, Buffer.from(user), iv, cipher.update(Buffer.concat([sum, parts])));
}

function read(level: "none" | "sign" | "encrypt", packet: Buffer): string {
  const seen: string[] = [];
  const sink: RowSink<string> = {
    row: (bytes, start, end, ignored, value) =>
      seen.push(`${Buffer.from(bytes.subarray(start, end)).toString()} ${value}`),
    fault: (reason) => seen.push(reason),
  };
  const security = collectdSecurity({ level, passwords: { ann: "secret" } });
  new CollectdReader(sink, { security }).read(packet);
  return seen.join(" ");
}

const row = "h.p.t 1.5";

test.each([
  ["none", "plain", parts, row],
  ["sign", "plain", parts, "not-secured"],
  ["encrypt", "plain", parts, "not-secured"],
  ["none", "signed", signed("ann", "secret"), row],
  ["sign", "signed", signed("ann", "secret"), row],
  ["encrypt", "signed", signed("ann", "secret"), "not-secured"],
  ["none", "wrongly signed", signed("ann", "guess"), "bad-signature"],
  ["sign", "signed by a stranger", signed("bob", "secret"), "bad-signature"],
  ["none", "encrypted", encrypted("ann", "secret"), row],
  ["sign", "encrypted", encrypted("ann", "secret"), row],
  ["encrypt", "encrypted", encrypted("ann", "secret"), row],
  ["encrypt", "wrongly encrypted", encrypted("ann", "guess"), "bad-encryption"],
  ["encrypt", "encrypted by a stranger", encrypted("bob", "secret"), "bad-encryption"],
] as const)("at level %s a %s packet gives %s", (level, ignored, packet, expected) => {
  expect(read(level, packet)).toBe(expected);
});

test("a signature covers all that follows, and a flipped bit shows in what is encrypted", () => {
  const flip = (packet: Buffer, at: number): Buffer => {
    const bytes = Buffer.from(packet);
    bytes[at]! ^= 1;
    return bytes;
  };
  const sound = signed("ann", "secret");
  for (let at = 4; at < sound.length; at++) {
    expect(read("sign", flip(sound, at))).not.toContain("1.5");
    expect(read("sign", flip(sound, at))).not.toContain(" ");
  }
  const sealed = encrypted("ann", "secret");
  for (let at = 4; at < sealed.length; at++) {
    expect(read("encrypt", flip(sealed, at))).toBe("bad-encryption");
  }
});
