import { expect, test } from "vitest";
import {
  batchOf,
  floatTime,
  integerValue,
  nameBytesMax,
  SampleBatchBuilder,
  transferOf,
  type SampleBatch,
} from "./sample-batch.ts";

const decoder = new TextDecoder();

function rowsOf(batch: SampleBatch): [string, number, number][] {
  const rows: [string, number, number][] = [];
  for (let row = 0, start = 0; row < batch.count; row++) {
    const end = batch.nameEnds[row]!;
    const name = decoder.decode(batch.names.subarray(start, end));
    rows.push([name, batch.timesMs[row]!, batch.values[row]!]);
    start = end;
  }
  return rows;
}

test("SampleBatchBuilder gives back what was added, and starts anew after take()", () => {
  const builder = new SampleBatchBuilder(3);
  const bytes = new TextEncoder().encode("[web.fe1]");
  builder.add(bytes, 1, bytes.length - 1, 1000, 1.5);
  builder.add(bytes, 0, bytes.length, 2000, -0);
  const first = builder.take();
  expect(rowsOf(first)).toEqual([
    ["web.fe1", 1000, 1.5],
    ["[web.fe1]", 2000, -0],
  ]);

  builder.add(bytes, 1, 4, 3000, 7);
  expect(rowsOf(builder.take())).toEqual([["web", 3000, 7]]);
  expect(rowsOf(first)[0]).toEqual(["web.fe1", 1000, 1.5]);
});

test("SampleBatchBuilder is full by rows, or by names before one more could overflow", () => {
  const byRows = new SampleBatchBuilder(2);
  const name = new Uint8Array(1).fill(97);
  byRows.add(name, 0, 1, 0, 0);
  expect(byRows.isFull).toBe(false);
  byRows.add(name, 0, 1, 0, 0);
  expect(byRows.isFull).toBe(true);
  expect(() => byRows.add(name, 0, 1, 0, 0)).toThrow(/with room/);

  const byNames = new SampleBatchBuilder(100);
  const long = new Uint8Array(nameBytesMax).fill(97);
  let count = 0;
  for (; !byNames.isFull; count++) byNames.add(long, 0, long.length, 0, 0);
  expect(count).toBeGreaterThan(0);
  expect(count).toBeLessThan(100);
});

test("batchOf() writes names as UTF-8", () => {
  const rows: [string, number, number][] = [
    ["größe", 1, 2],
    ["", 3, 4],
    ["日本;host=é", 5, 6],
  ];
  expect(rowsOf(batchOf(rows))).toEqual(rows);
});

test("SampleBatchBuilder keeps types only where a row has some, and transfers them", () => {
  const builder = new SampleBatchBuilder(3);
  const name = new Uint8Array(1).fill(97);
  builder.add(name, 0, 1, 0, 0);
  builder.add(name, 0, 1, 0, 0, integerValue | floatTime);
  const typed = builder.take();
  expect(typed.types).toEqual(Uint8Array.of(0, 3, 0));
  expect(transferOf(typed)).toContain(typed.types?.buffer);
  builder.add(name, 0, 1, 0, 0);
  expect(builder.take().types).toBeUndefined();
});
