import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ByteReader, ByteWriter } from "../log/bytes.ts";
import { realDisk } from "../log/disk.ts";
import {
  beginFrame,
  endFrame,
  frameHeaderBytes,
  scanFrames,
  writeFileHeader,
} from "../log/frame.ts";
import { ChunkFrames, readChunks, readNames, readSamples, SampleFrames } from "./log-codec.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kale-frame-"));
});
afterAll(() => rm(folder, { recursive: true }));

function fileOf(payloads: readonly Uint8Array[]): Uint8Array {
  const writer = new ByteWriter();
  writeFileHeader(writer, "SLOG");
  for (const payload of payloads) {
    const frame = beginFrame(writer);
    writer.raw(payload);
    endFrame(writer, frame);
  }
  return writer.written().slice();
}

async function scan(bytes: Uint8Array) {
  const path = join(folder, "file");
  await writeFile(path, bytes);
  const file = await realDisk.open(path, "read");
  const payloads: string[] = [];
  try {
    const result = await scanFrames(file, "SLOG", (payload) => {
      payloads.push(Buffer.from(payload).toString("hex"));
      return true;
    });
    return { ...result, payloads };
  } finally {
    await file.close();
  }
}

const payloadsOf = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 20 });

test("scanFrames() gives back every payload in order", async () => {
  await fc.assert(
    fc.asyncProperty(payloadsOf, async (payloads) => {
      const { payloads: found, damages } = await scan(fileOf(payloads));
      expect(found).toEqual(payloads.map((payload) => Buffer.from(payload).toString("hex")));
      expect(damages).toEqual([]);
    }),
    { numRuns: 50 },
  );
});

test("scanFrames() passes over damage, loses only the frames it touches, and says where it is", async () => {
  await fc.assert(
    fc.asyncProperty(
      payloadsOf,
      fc.nat(),
      fc.integer({ min: 0, max: 7 }),
      async (payloads, where, bit) => {
        const bytes = fileOf(payloads);
        const at = 16 + (where % (bytes.length - 16));
        bytes[at]! ^= 1 << bit;
        const { payloads: found, damages } = await scan(bytes);
        const starts = payloads.reduce<number[]>(
          (ends, { length }) => [...ends, ends.at(-1)! + frameHeaderBytes + length],
          [16],
        );
        const lost = starts.findLastIndex((start) => start <= at);
        const kept = payloads.filter((unused, i) => i !== lost);
        expect(found).toEqual(kept.map((payload) => Buffer.from(payload).toString("hex")));
        expect(damages).toHaveLength(1);
        expect(damages[0]).toMatchObject({
          offset: starts[lost],
          lengthBytes: frameHeaderBytes + payloads[lost]!.length,
        });
      },
    ),
    { numRuns: 100 },
  );
});

test("scanFrames() takes a file cut off anywhere as a torn tail", async () => {
  const payloads = [1, 2, 3].map((size) => new Uint8Array(size * 10).fill(size));
  const bytes = fileOf(payloads);
  for (let cut = 17; cut < bytes.length; cut++) {
    const { damages, goodEndBytes } = await scan(bytes.subarray(0, cut));
    if (goodEndBytes === cut) expect(damages).toEqual([]);
    else {
      expect(damages).toEqual([
        { offset: goodEndBytes, lengthBytes: cut - goodEndBytes, isTornTail: true },
      ]);
    }
  }
});

test("scanFrames() takes zeros at the end as a torn tail: a file grown but never filled", async () => {
  const bytes = fileOf([Uint8Array.of(1, 2, 3)]);
  const { damages, payloads } = await scan(new Uint8Array([...bytes, ...new Uint8Array(4096)]));
  expect(payloads).toEqual(["010203"]);
  expect(damages).toEqual([{ offset: bytes.length, lengthBytes: 4096, isTornTail: true }]);
});

test("scanFrames() survives any bytes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 4000 }), async (bytes) => {
      const { goodEndBytes } = await scan(bytes);
      expect(goodEndBytes).toBeLessThanOrEqual(bytes.length);
    }),
    { numRuns: 100 },
  );
});

const timeMs = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const value = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -1e6, max: 1e6 }).map((whole) => whole / 100),
  fc.integer({ min: -1e6, max: 1e6 }).map((whole) => whole / 1000),
  fc.constantFrom(-0, 0, 2 ** 53, -(2 ** 53), Number.MAX_VALUE, Number.MIN_VALUE),
);

test("readSamples() gives back what SampleFrames took, bit for bit, with ordinals", () => {
  const row = fc.tuple(fc.integer({ min: 1, max: 0xfffffffe }), timeMs, value);
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 4000 }), (rows) => {
      const frames = new SampleFrames();
      for (const [i, [serial, time, sample]] of rows.entries())
        frames.addSample(serial, time, sample, 1000 + i, 5);
      frames.finish();
      const found: unknown[] = [];
      for (const payload of payloadsIn(frames.samples.written())) {
        const isSound = readSamples(payload, (serial, time, sample, ordinal, routeBeforeMs) =>
          found.push([serial, time, sample, ordinal, routeBeforeMs]),
        );
        expect(isSound).toBe(true);
      }
      expect(found).toEqual(
        rows.map(([serial, time, sample], i) => [serial, time, sample, 1000 + i, 5]),
      );
    }),
    { numRuns: 30 },
  );
});

test("readNames() and readChunks() give back what was written", () => {
  const frames = new SampleFrames();
  const name = new TextEncoder().encode("größe");
  frames.addName(7, name, 0, name.length);
  frames.finish();
  const names: unknown[] = [];
  for (const payload of payloadsIn(frames.names.written()))
    readNames(payload, (serial, bytes) => names.push([serial, new TextDecoder().decode(bytes)]));
  expect(names).toEqual([[7, "größe"]]);

  const chunks = new ChunkFrames();
  const expected = Array.from({ length: 100 }, (unused, i) => ({
    serial: i * 1000,
    ordinal: 5000 - i * 7,
    isClaim: i % 3 === 0,
  }));
  for (const chunk of expected) chunks.add(chunk, new Uint8Array(200).fill(chunk.serial), 3, 150);
  chunks.finish();
  const found: unknown[] = [];
  for (const payload of payloadsIn(chunks.out.written()))
    readChunks(payload, (bytes, { offset, length, ...chunk }) => {
      const chunkBytes = bytes.slice(offset, offset + length);
      expect(chunkBytes).toEqual(new Uint8Array(150).fill(chunk.serial));
      found.push(chunk);
    });
  expect(found).toEqual(expected);
});

test("the readers of payloads survive any bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
      readNames(bytes, () => undefined);
      readSamples(bytes, () => undefined);
      readChunks(bytes, () => undefined);
    }),
    { numRuns: 500 },
  );
});

/** Payloads of frames that lie end to end. */
function payloadsIn(bytes: Uint8Array): Uint8Array[] {
  const payloads: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = new ByteReader(bytes, at + 4).u32();
    payloads.push(bytes.subarray(at + frameHeaderBytes, at + frameHeaderBytes + length));
    at += frameHeaderBytes + length;
  }
  return payloads;
}
