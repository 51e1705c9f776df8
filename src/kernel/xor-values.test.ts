import fc from "fast-check";
import { expect, test } from "vitest";
import { readXorValues, writeXorValues, xorValuesBytesMax } from "./xor-values.ts";

/** The obvious twin: the paper's scheme as a string of bits. */
function encodeSlowly(values: readonly number[]): number[] {
  const bitsOf = (value: number): bigint => {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value);
    return view.getBigUint64(0);
  };
  const binary = (n: bigint, width: number): string => n.toString(2).padStart(width, "0");
  let text = binary(bitsOf(values[0]!), 64);
  let window: { leading: number; trailing: number } | undefined;
  for (let k = 1; k < values.length; k++) {
    const x = bitsOf(values[k]!) ^ bitsOf(values[k - 1]!);
    if (x === 0n) {
      text += "0";
      continue;
    }
    const digits = binary(x, 64);
    const leading = Math.min(31, digits.indexOf("1"));
    const trailing = 63 - digits.lastIndexOf("1");
    if (window !== undefined && window.leading <= leading && window.trailing <= trailing) {
      text += "10";
    } else {
      window = { leading, trailing };
      text += `11${binary(BigInt(leading), 5)}${binary(BigInt((64 - leading - trailing) % 64), 6)}`;
    }
    text += digits.slice(window.leading, 64 - window.trailing);
  }
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8, "0");
  return (padded.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
}

const anyFinite = fc.double({ noNaN: true, noDefaultInfinity: true });
const columns = fc.oneof(
  fc.array(anyFinite, { minLength: 1, maxLength: 60 }),
  fc.array(fc.constantFrom(0, -0, 1, 1.5, 0.1, 1 / 3, 1e300, 5e-324), {
    minLength: 1,
    maxLength: 60,
  }),
  fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 60 }),
);

test("writeXorValues() writes what the paper's scheme writes bit by bit, and reads it back", () => {
  fc.assert(
    fc.property(columns, (values) => {
      const out = new Uint8Array(xorValuesBytesMax(values.length) + 2);
      const end = writeXorValues(Float64Array.from(values), 0, values.length, out, 2);
      expect([...out.subarray(2, end)]).toEqual(encodeSlowly(values));

      const back = new Float64Array(values.length + 1);
      const bytes = out.slice(0, end);
      expect(readXorValues(bytes, 2, end, values.length, back, 1)).toBe(true);
      expect([...back.subarray(1)]).toEqual(values);
      expect(readXorValues(bytes, 2, end - 1, values.length, back, 1)).toBe(false);
    }),
    { numRuns: 400 },
  );
});

test("readXorValues() refuses a window before there was one, and more bits than a double has", () => {
  const first = [0, 0, 0, 0, 0, 0, 0, 0];
  const read = (bytes: readonly number[]): boolean =>
    readXorValues(Uint8Array.from(bytes), 0, bytes.length, 2, new Float64Array(2), 0);
  expect(read([...first, 0b10_000000])).toBe(false);
  // 31 leading zeros and 63 meaningful bits.
  expect(read([...first, 0b11_11111_1, 0b11111_000, 0, 0, 0, 0, 0, 0, 0, 0])).toBe(false);
});
