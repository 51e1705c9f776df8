import { expect, test } from "vitest";
import { nextInteger, seededRandom } from "../base/random.ts";
import { parseDecimal, parseNonFinite } from "./decimal.ts";

function parse(text: string): number {
  const bytes = Buffer.from(`[${text}]`, "latin1");
  return parseDecimal(bytes, 1, bytes.length - 1);
}

test.each([
  ["0", 0],
  ["-0", -0],
  ["-0.0e5", -0],
  ["+7", 7],
  ["1.", 1],
  [".5", 0.5],
  ["000000000000000000000000012.5", 12.5],
  ["1e3", 1000],
  ["1E-3", 0.001],
  ["1.5e+2", 150],
  ["9007199254740992", 2 ** 53],
  ["9007199254740993", 2 ** 53],
  ["12345678901234567890", 12345678901234567000],
  ["90.17489974511511", 90.17489974511511],
  ["0.1000000000000000055511151231257827", 0.1],
  ["1e400", Infinity],
  ["-1e400", -Infinity],
  ["1e-400", 0],
  ["0e99999999999999999999", 0],
  ["5e-324", 5e-324],
  ["2.2250738585072011e-308", 2.2250738585072011e-308],
])("parseDecimal() reads %s", (text, expected) => {
  expect(parse(text)).toBe(expected);
});

test.each([
  "",
  "-",
  "+",
  ".",
  "-.",
  "e5",
  ".e5",
  "1e",
  "1e+",
  "1..2",
  "1.2.3",
  "--1",
  "0x10",
  "1_000",
  "1 ",
  " 1",
  "1,5",
  "nan",
  "inf",
  "1e5x",
  "١",
])("parseDecimal() refuses %j", (text) => {
  expect(parse(text)).toBeNaN();
});

test("parseDecimal() rounds as Number() does, 200,000 times", () => {
  const random = seededRandom(20261123);
  const float = new Float64Array(1);
  const halves = new Uint32Array(float.buffer);
  const kinds: (() => string)[] = [
    () => {
      halves[0] = random.next() * 2 ** 32;
      halves[1] = random.next() * 2 ** 32;
      return Number.isFinite(float[0]!) ? String(float[0]) : "1";
    },
    () => String(random.next() * 100),
    () => (random.next() * 1e6).toFixed(nextInteger(random, 20)),
    () => `${nextInteger(random, 1e9)}${nextInteger(random, 1e9)}e${nextInteger(random, 40) - 20}`,
    () => {
      // Right between two doubles, with the point anywhere: ties and near ties.
      const tie =
        (BigInt(nextInteger(random, 2 ** 53)) * 2n + 1n) * 2n ** BigInt(nextInteger(random, 10));
      const near = String(tie + BigInt(nextInteger(random, 3) - 1));
      const point = nextInteger(random, near.length);
      return `${near.slice(0, point)}.${near.slice(point)}`;
    },
  ];
  for (let i = 0; i < 200_000; i++) {
    const text = kinds[i % kinds.length]!();
    if (!Object.is(parse(text), Number(text))) expect.fail(`${text} at ${i}: ${parse(text)}`);
  }
});

test("parseNonFinite() knows the words for what is no number", () => {
  const parsed = (text: string): number | undefined =>
    parseNonFinite(Buffer.from(text), 0, text.length);
  expect(["nan", "-NaN", "-inf", "+Inf", "INFINITY"].map(parsed)).toEqual([
    ...[NaN, NaN, -Infinity, Infinity, Infinity],
  ]);
  for (const text of ["", "na", "nano", "infinit", "1", "-"]) expect(parsed(text)).toBe(undefined);
});
