import { expect, test } from "vitest";
import { columnsHeadroomBytes, type SampleColumns } from "../model/index.ts";
import { encodePointColumns } from "./point-columns.ts";

const range = { fromMs: 1_000, untilMs: 9_000 };

test.each([
  [3, 3],
  [3, 5],
  [1, 400],
  [0, 4],
])(
  "encodePointColumns writes the same body into a store's buffer of %i samples in room for %i as into a new one",
  (count, capacity) => {
    const { apart, together } = bothLayouts(count, capacity);
    const store = together.timesMs.buffer;
    const expected = encodePointColumns(apart, range, 7);
    const body = encodePointColumns(together, range, 7);
    expect(body).toEqual(expected);
    expect(body.buffer).toBe(store);
  },
);

test("encodePointColumns leaves a buffer alone that holds more than the one series", () => {
  const page = new Float64Array(64).fill(42);
  const columns: SampleColumns = {
    timesMs: page.subarray(columnsHeadroomBytes / 8, columnsHeadroomBytes / 8 + 2),
    values: page.subarray(36, 38),
  };
  const body = encodePointColumns(columns, range, 2);
  expect(body.buffer).not.toBe(page.buffer);
  expect(page).toEqual(new Float64Array(64).fill(42));
});

function bothLayouts(
  count: number,
  capacity: number,
): { apart: SampleColumns; together: SampleColumns } {
  const apart = {
    timesMs: Float64Array.from({ length: count }, (_, i) => 1_000 + 10 * i),
    values: Float64Array.from({ length: count }, (_, i) => i / 3),
  };
  const buffer = new ArrayBuffer(columnsHeadroomBytes + 16 * capacity);
  const together = {
    timesMs: new Float64Array(buffer, columnsHeadroomBytes, count),
    values: new Float64Array(buffer, columnsHeadroomBytes + 8 * capacity, count),
  };
  together.timesMs.set(apart.timesMs);
  together.values.set(apart.values);
  return { apart, together };
}
