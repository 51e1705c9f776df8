import { expect, test } from "vitest";
import { decodePointColumns } from "./point-columns.ts";

/** As drawn in docs/http-api.md. */
function bodyOf(points: readonly (readonly [number, number])[]): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(32 + 16 * points.length));
  new TextEncoder().encodeInto("KPT1", new Uint8Array(view.buffer));
  view.setUint32(4, points.length, true);
  for (const [i, value] of [1_000.5, 2_000, 77].entries()) view.setFloat64(8 + 8 * i, value, true);
  for (const [i, [time, value]] of points.entries()) {
    view.setFloat64(32 + 8 * i, time, true);
    view.setFloat64(32 + 8 * (points.length + i), value, true);
  }
  return view.buffer;
}

test.each([
  { points: [] },
  { points: [[1_500, -0.25]] },
  {
    points: [
      [1_500.125, 3],
      [1_600, 1e300],
      [1_700, -4],
    ],
  },
] as { points: [number, number][] }[])(
  "decodePointColumns() reads $points.length points, their range and how many there were",
  ({ points }) => {
    const read = decodePointColumns(bodyOf(points));
    expect(read).toEqual({ from: 1_000.5, until: 2_000, sampleCount: 77, points });
  },
);

test.each([
  { what: "nothing", body: new ArrayBuffer(0) },
  { what: "a page", body: new TextEncoder().encode("<!doctype html>".padEnd(48)).buffer },
  { what: "half of an answer", body: bodyOf([[1, 2]]).slice(0, 40) },
  { what: "more than one answer", body: new Uint8Array([...new Uint8Array(bodyOf([])), 0]).buffer },
])("decodePointColumns() takes $what for no points", ({ body }) => {
  expect(() => decodePointColumns(body)).toThrow(SyntaxError);
});
