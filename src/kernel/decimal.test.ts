import { expect, test } from "vitest";
import { nextInteger, seededRandom } from "../base/random.ts";
import { decimalExponentMax, powerOfTen, toDecimals } from "./decimal.ts";

test.each([
  { values: [1, 2, 3], exponent: 0 },
  { values: [0, 2 ** 53, -(2 ** 53)], exponent: 0 },
  { values: [1, 2.5], exponent: 1 },
  { values: [2.5, 1, 21.37], exponent: 2 },
  { values: [0.1 + 0.2], exponent: -1 },
  { values: [1e-7], exponent: 7 },
  { values: [1e-8], exponent: -1 },
  { values: [5, -0], exponent: -1 },
  { values: [5e-324], exponent: -1 },
  { values: [1e300], exponent: -1 },
  { values: [2 ** 51 + 0.5], exponent: -1 },
])("toDecimals($values) finds exponent $exponent", ({ values, exponent }) => {
  const numbers = new Float64Array(values.length);
  expect(toDecimals(Float64Array.from(values), 0, values.length, numbers)).toBe(exponent);
  if (exponent < 0) return;
  expect([...numbers].map((n) => n / powerOfTen(exponent))).toEqual(values);
});

test("toDecimals() takes the least exponent that a try of each would find", () => {
  const random = seededRandom(11);
  for (let round = 0; round < 500; round++) {
    const digits = nextInteger(random, 10);
    const values = Float64Array.from({ length: 1 + nextInteger(random, 9) }, () =>
      Number(((random.next() - 0.5) * 10 ** nextInteger(random, 12)).toFixed(digits)),
    ).map((value) => value + 0);
    let expected = -1;
    for (let e = decimalExponentMax; e >= 0; e--) {
      const power = powerOfTen(e);
      const fits = values.every(
        (v) => Math.abs(v * power) < 2 ** 51 && Math.round(v * power) / power === v,
      );
      if (fits) expected = e;
    }
    const found = toDecimals(values, 0, values.length, new Float64Array(values.length));
    expect(found, `round ${round}: ${values.join(" ")}`).toBe(expected);
  }
});
