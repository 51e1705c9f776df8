import { expect, test } from "vitest";
import { rowCountMax, ShapeTable } from "./index.ts";

function shape(first: number): Float64Array {
  return Float64Array.of(first, -first, 0);
}

test("ShapeTable adds, replaces, refuses and removes by id", () => {
  const table = new ShapeTable({ pointCount: 3, rowCount: 1 });
  table.put(5, shape(1));
  table.put(2, shape(2));
  table.put(5, shape(3));
  table.refuse(9, "too-sparse");
  expect(table.idCount).toBe(10);
  expect(table.comparableCount).toBe(2);
  expect([...table.shape(5)!]).toEqual([3, -3, 0]);
  expect(table.shape(9)).toBeUndefined();
  expect(table.faultOf(9)).toBe("too-sparse");
  expect(table.faultOf(2)).toBeUndefined();
  expect(table.faultOf(1)).toBeUndefined();
  expect(table.faultOf(99)).toBeUndefined();
  expect(table.faultCounts()).toMatchObject({ "too-sparse": 1, flat: 0 });

  table.remove(5);
  table.refuse(2, "flat");
  table.put(9, shape(4));
  expect(table.comparableCount).toBe(1);
  expect(table.isComparable(5)).toBe(false);
  expect(table.faultOf(2)).toBe("flat");
  expect(table.faultOf(9)).toBeUndefined();
});

test("ShapeTable tells of every change by its revision", () => {
  const table = new ShapeTable({ pointCount: 3 });
  const seen = new Set([table.revision]);
  table.put(0, shape(1));
  seen.add(table.revision);
  table.put(0, shape(2));
  seen.add(table.revision);
  table.remove(0);
  seen.add(table.revision);
  expect(seen.size).toBe(4);
});

test("ShapeTable keeps its rows when it grows, and has a limit", () => {
  const table = new ShapeTable({ pointCount: 3, rowCount: 2 });
  for (let id = 0; id < 500; id++) table.put(id, shape(id));
  for (let id = 0; id < 500; id++) expect(table.shape(id)![0]).toBe(id);
  expect(table.put(rowCountMax, shape(1))).toBe(false);
  expect(table.refuse(rowCountMax, "flat")).toBe(false);
  expect(table.comparableCount).toBe(500);
});

test("ShapeTable takes the memory that it says", () => {
  const table = new ShapeTable({ pointCount: 60, rowCount: 1000 });
  expect(table.memoryBytes).toBe(1000 * (4 * 60 + 1));
});
