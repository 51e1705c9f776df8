/** Files that whisper itself wrote are in test/import-files.test.ts. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  newestWhisperSecond,
  readWhisperHeader,
  readWhisperPoints,
  whisperSeriesName,
  type WhisperPoints,
} from "./whisper.ts";

interface Info {
  readonly offset: number;
  readonly step: number;
  readonly count: number;
}

function headerOf(infos: readonly Info[]): Uint8Array {
  const bytes = Buffer.alloc(16 + 12 * infos.length);
  bytes.writeUInt32BE(1, 0);
  bytes.writeUInt32BE(infos.length, 12);
  for (const [i, { offset, step, count }] of infos.entries()) {
    bytes.writeUInt32BE(offset, 16 + 12 * i);
    bytes.writeUInt32BE(step, 20 + 12 * i);
    bytes.writeUInt32BE(count, 24 + 12 * i);
  }
  return bytes;
}

test("readWhisperHeader() tells the archives, finest first", () => {
  const bytes = headerOf([
    { offset: 40, step: 60, count: 10 },
    { offset: 160, step: 10, count: 5 },
  ]);
  expect(readWhisperHeader(bytes, 220)).toEqual({
    ok: true,
    archives: [
      { offsetBytes: 160, sizeBytes: 60, stepSeconds: 10, retentionSeconds: 50 },
      { offsetBytes: 40, sizeBytes: 120, stepSeconds: 60, retentionSeconds: 600 },
    ],
  });
});

test.each([
  { fault: "short-header", bytes: new Uint8Array(15), size: 15 },
  { fault: "short-header", bytes: headerOf([{ offset: 28, step: 1, count: 1 }]).subarray(0, 20), size: 20 }, // prettier-ignore
  { fault: "bad-header", bytes: headerOf([]), size: 100 },
  { fault: "bad-header", bytes: headerOf([{ offset: 28, step: 0, count: 1 }]), size: 100 },
  { fault: "bad-header", bytes: headerOf([{ offset: 28, step: 1, count: 0 }]), size: 100 },
  { fault: "bad-header", bytes: headerOf([{ offset: 4, step: 1, count: 1 }]), size: 100 },
  { fault: "truncated", bytes: headerOf([{ offset: 28, step: 1, count: 9 }]), size: 100 },
])("readWhisperHeader() refuses a header as $fault", ({ fault, bytes, size }) => {
  expect(readWhisperHeader(bytes, size)).toEqual({ ok: false, fault });
});

function ring(slots: readonly (readonly [second: number, value: number])[]): WhisperPoints {
  const bytes = Buffer.alloc(12 * slots.length);
  for (const [i, [second, value]] of slots.entries()) {
    bytes.writeUInt32BE(second, 12 * i);
    bytes.writeDoubleBE(value, 12 * i + 4);
  }
  const archive = { offsetBytes: 28, sizeBytes: bytes.length, stepSeconds: 10 };
  return { archive: { ...archive, retentionSeconds: 10 * slots.length }, bytes };
}

test("readWhisperPoints() goes round the ring and leaves out old laps, NaN and odd times", () => {
  const points = ring([
    [130, 3],
    [140, 4],
    [50, 9],
    [110, 1],
    [123, 9],
    [120, Number.NaN],
    [0, 0],
  ]);
  expect(newestWhisperSecond(points, 1000)).toBe(140);
  expect(newestWhisperSecond(points, 135)).toBe(130);
  const { timesMs, values } = readWhisperPoints(points, { afterSecond: 70, untilSecond: 140 });
  expect([...timesMs]).toEqual([110_000, 130_000, 140_000]);
  expect([...values]).toEqual([1, 3, 4]);
});

test.each([
  ["a/b/c.wsp", "a.b.c"],
  ["_tagged/abc/0f1/disk_DOT_used;host=a_DOT_b.wsp", "disk.used;host=a.b"],
])("whisperSeriesName() of %s is %s", (path, name) => {
  expect(whisperSeriesName(path)).toBe(name);
});

test("readers of Whisper never throw and give points of the asked time only", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(), fc.nat(), (bytes, a, b) => {
      const header = readWhisperHeader(bytes, bytes.length);
      const archives = header.ok
        ? header.archives
        : [{ offsetBytes: 0, sizeBytes: bytes.length, stepSeconds: 1, retentionSeconds: 60 }];
      for (const archive of archives) {
        const { offsetBytes, sizeBytes } = archive;
        const points = { archive, bytes: bytes.subarray(offsetBytes, offsetBytes + sizeBytes) };
        newestWhisperSecond(points, a);
        const { timesMs, values } = readWhisperPoints(points, { afterSecond: a, untilSecond: b });
        expect(timesMs.every((timeMs) => timeMs > a * 1000 && timeMs <= b * 1000)).toBe(true);
        expect(values.every(Number.isFinite)).toBe(true);
      }
    }),
  );
});
