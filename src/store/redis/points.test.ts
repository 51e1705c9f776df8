import fc from "fast-check";
import { expect, test } from "vitest";
import { floatTime, integerValue } from "../../model/index.ts";
import { decodePoints } from "./point-columns.ts";
import { PointReader, PointWriter } from "./points.ts";

const always = { fromMs: -Infinity, untilMs: Infinity };

function written(timeMs: number, value: number, types: number): string {
  const writer = new PointWriter();
  writer.add(timeMs, value, types);
  return writer.take().toString("hex");
}

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(" ", ""), "hex");
}

function pairsOf(hex: string) {
  const { columns, oddCount, unreadBytes } = decodePoints(bytesOf(hex), always);
  return {
    pairs: Array.from(columns.timesMs, (timeMs, i) => [timeMs, columns.values[i]]),
    oddCount,
    unreadBytes,
  };
}

// What msgpack-python 0.4 packs (the original's version) for the same pair.
test.each([
  ["whole seconds and a float", 1385000000000, 7, 0, "92ce528d6c40cb401c000000000000"],
  ["two integers", 1385000000000, 7, integerValue, "92ce528d6c4007"],
  ["two floats", 1385000000000, 7, floatTime, "92cb41d4a35b10000000cb401c000000000000"],
  ["a fraction of a second", 1385000000500, 7, 0, "92cb41d4a35b10200000cb401c000000000000"],
  ["127", 1000, 127, integerValue, "92017f"],
  ["128", 1000, 128, integerValue, "9201cc80"],
  ["255", 1000, 255, integerValue, "9201ccff"],
  ["256", 1000, 256, integerValue, "9201cd0100"],
  ["65535", 1000, 65_535, integerValue, "9201cdffff"],
  ["65536", 1000, 65_536, integerValue, "9201ce00010000"],
  ["2^32", 1000, 2 ** 32, integerValue, "9201cf0000000100000000"],
  ["-1", 1000, -1, integerValue, "9201ff"],
  ["-32", 1000, -32, integerValue, "9201e0"],
  ["-33", 1000, -33, integerValue, "9201d0df"],
  ["-128", 1000, -128, integerValue, "9201d080"],
  ["-129", 1000, -129, integerValue, "9201d1ff7f"],
  ["-32769", 1000, -32_769, integerValue, "9201d2ffff7fff"],
  ["-2^31 - 1", 1000, -(2 ** 31) - 1, integerValue, "9201d3ffffffff7fffffff"],
  ["minus zero", 1000, -0, integerValue, "9201cb8000000000000000"],
  ["what no 64 bits hold", 1000, 2 ** 64, integerValue, "9201cb43f0000000000000"],
])("PointWriter writes %s as the original did", (unused, timeMs, value, types, hex) => {
  expect(written(timeMs, value, types)).toBe(hex);
  expect(pairsOf(hex)).toEqual({ pairs: [[timeMs, value]], oddCount: 0, unreadBytes: 0 });
});

test("any samples come back as they were written", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          timeMs: fc.integer({ min: 0, max: 4_102_444_800_000 }),
          value: fc.oneof(
            fc.double({ noNaN: true, noDefaultInfinity: true }),
            fc.maxSafeInteger(),
            fc.integer({ min: -300, max: 300 }),
          ),
          types: fc.integer({ min: 0, max: 3 }),
        }),
        { maxLength: 300 },
      ),
      (samples) => {
        const writer = new PointWriter();
        for (const { timeMs, value, types } of samples) writer.add(timeMs, value, types);
        const reader = new PointReader(writer.take());
        for (const { timeMs, value } of samples) {
          expect(reader.next()).toBe("point");
          expect([reader.timeMs, reader.value]).toEqual([timeMs, value]);
        }
        expect(reader.isAtEnd).toBe(true);
      },
    ),
  );
});

test.each([
  ["a text for a value", "9201a3616263", { pairs: [], oddCount: 1, unreadBytes: 0 }],
  ["a value that is not a number", "9201cb7ff8000000000000", { pairs: [], oddCount: 1 }],
  ["a text for a time", "92a3616263 07", { pairs: [], oddCount: 1 }],
  ["a negative time", "92ff07", { pairs: [], oddCount: 1 }],
  ["three elements, by the first two", "93010709", { pairs: [[1000, 7]], oddCount: 0 }],
  ["an array in its long form", "dc00020107", { pairs: [[1000, 7]], oddCount: 0 }],
  ["one element", "9101", { pairs: [], oddCount: 1 }],
  ["numbers outside of arrays", "01 07", { pairs: [], oddCount: 2 }],
  ["nested things", "92 01 93 81 a161 9107 c0 c7 02 05 0102", { pairs: [], oddCount: 1 }],
  ["single precision", "92ca40000000ca40e00000", { pairs: [[2000, 7]], oddCount: 0 }],
  ["out of order", "920207 920108", { pairs: [[1000, 8], [2000, 7]] }], // prettier-ignore
  ["twice the same time", "920107 920205 920108", { pairs: [[1000, 8], [2000, 5]] }], // prettier-ignore
  ["a point cut short", "920107 9202cb40", { pairs: [[1000, 7]], unreadBytes: 4 }],
  ["no MessagePack", "920107 c1 920208", { pairs: [[1000, 7]], unreadBytes: 4 }],
  ["an array that announces 2^32", "920107 ddffffffff01", { pairs: [[1000, 7]], unreadBytes: 6 }],
  ["nothing", "", { pairs: [], oddCount: 0, unreadBytes: 0 }],
])("decodePoints() reads %s", (unused, hex, expected) => {
  expect(pairsOf(hex)).toMatchObject(expected);
  // What is odd costs nothing of its neighbours.
  if (!("unreadBytes" in expected) || expected.unreadBytes === 0) {
    expect(pairsOf(`920301 ${hex} 920401`).pairs).toEqual(
      expect.arrayContaining([[3000, 1], [4000, 1]]), // prettier-ignore
    );
  }
});

test("decodePoints() takes the half-open range", () => {
  const { columns } = decodePoints(bytesOf("920101 920202 920303"), {
    fromMs: 2000,
    untilMs: 3000,
  });
  expect([...columns.timesMs]).toEqual([2000]);
});

test("decodePoints() takes any bytes without a throw, and never reads beyond them", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const { unreadBytes } = decodePoints(bytes, always);
      expect(unreadBytes).toBeGreaterThanOrEqual(0);
      expect(unreadBytes).toBeLessThanOrEqual(bytes.length);
    }),
    { numRuns: 3000 },
  );
});
