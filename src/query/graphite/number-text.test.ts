import { expect, test } from "vitest";
import { fixedText, floatText, generalText, integerText, roundEven } from "./number-text.ts";

test.each([
  [1, "1.0"],
  [-0, "-0.0"],
  [0.1, "0.1"],
  [1e16, "1e+16"],
  [123456789012345, "123456789012345.0"],
  [0.0001, "0.0001"],
  [0.00001, "1e-05"],
  [-1.5e-7, "-1.5e-07"],
  [1e300, "1e+300"],
  [Infinity, "inf"],
])("floatText() writes %d as Python's str() does", (value, expected) => {
  expect(floatText(value)).toBe(expected);
});

test.each([
  [2, "2"],
  [1234567, "1.23457e+06"],
  [0.0000125, "1.25e-05"],
  [100000, "100000"],
  [999999.5, "1e+06"],
  [0.1 + 0.2, "0.3"],
  [0, "0"],
])("generalText() writes %d as Python's %%g does", (value, expected) => {
  expect(generalText(value)).toBe(expected);
});

test.each([
  [0.5, 0, 0],
  [1.5, 0, 2],
  [2.5, 0, 2],
  [-2.5, 0, -2],
  [0.0078125, 6, 0.007812],
  [0.0234375, 6, 0.023438],
  [2.675, 2, 2.67],
  [1.005, 2, 1],
  [1250, -2, 1200],
  [1350, -2, 1400],
  [-1250.5, -2, -1300],
  [1e300, 6, 1e300],
  [123.4567894, 6, 123.456789],
])("roundEven(%d, %i) is %d, as Python's round()", (value, digits, expected) => {
  expect(roundEven(value, digits)).toBe(expected);
});

test("fixedText() and integerText() write as Python's %.2f and %d do", () => {
  expect([0.125, 2.5, 1e22].map((value) => fixedText(value, 2))).toEqual([
    "0.12",
    "2.50",
    "10000000000000000000000.00",
  ]);
  expect([2.9, -2.9, 1e21].map(integerText)).toEqual(["2", "-2", "1000000000000000000000"]);
});
