import { expect, test } from "vitest";
import { encodeCarbon, encodeMessagePack, encodePickleFrame, packDatagrams } from "./encode.ts";

const timeMs = 1_790_000_000_999;
const seconds = 1_790_000_000; // 0x6ab13b80

test("encodeCarbon() writes a line per sample, in whole seconds", () => {
  const bytes = encodeCarbon([
    { name: "a.b", timeMs, value: 1.5 },
    { name: "c", timeMs, value: -2 },
  ]);
  expect(new TextDecoder().decode(bytes)).toBe(`a.b 1.5 ${seconds}\nc -2 ${seconds}\n`);
});

test("encodeMessagePack() writes [name, [seconds, value]] as the original's senders do", () => {
  const hex = Buffer.from(encodeMessagePack({ name: "a.b", timeMs, value: 1.5 })).toString("hex");
  expect(hex).toBe("92" + "a3612e62" + "92" + "ce6ab13b80" + "cb3ff8000000000000");
});

test.each([
  { length: 31, head: "92bf" },
  { length: 32, head: "92d920" },
  { length: 255, head: "92d9ff" },
  { length: 256, head: "92da0100" },
])("encodeMessagePack() writes a name of $length bytes behind $head", ({ length, head }) => {
  const bytes = encodeMessagePack({ name: "x".repeat(length), timeMs, value: 1 });
  expect(Buffer.from(bytes).toString("hex").startsWith(`${head}7878`)).toBe(true);
  expect(bytes.length).toBe(head.length / 2 + length + 15);
});

test("packDatagrams() keeps order, cuts nothing and keeps to the limit", () => {
  const messages = [1, 2, 3, 4, 5].map((byte) => new Uint8Array(40).fill(byte));
  const datagrams = packDatagrams(messages, 100);
  expect(datagrams.map(({ length }) => length)).toEqual([80, 80, 40]);
  expect(Buffer.concat(datagrams)).toEqual(Buffer.concat(messages));
  expect(packDatagrams([new Uint8Array(500)], 100).length).toBe(1);
  expect(packDatagrams([])).toEqual([]);
});

test("encodePickleFrame() writes what carbon-relay's opcodes say", () => {
  const bytes = Buffer.from(encodePickleFrame([{ name: "é", timeMs, value: 1.5 }]));
  expect(bytes.readUInt32BE(0)).toBe(bytes.length - 4);
  expect(bytes.subarray(4).toString("hex")).toBe(
    "80025d28" + "5802000000c3a9" + "4a803bb16a" + "473ff8000000000000" + "8686" + "652e",
  );
});
