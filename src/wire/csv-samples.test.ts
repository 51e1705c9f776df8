import fc from "fast-check";
import { expect, test } from "vitest";
import { readCsvLayout, readCsvLine } from "./csv-samples.ts";

function read(text: string) {
  const [head = "", ...lines] = text.split("\n");
  const layout = readCsvLayout(head, "file");
  if (layout === undefined) return undefined;
  const rows: [string, number, number][] = [];
  const hasHead = layout.form === "wide" || layout.hasHead;
  const faults = (hasHead ? lines : [head, ...lines]).map((line) =>
    readCsvLine(line, layout, (...row) => rows.push(row)),
  );
  return { rows, faults: faults.filter((fault) => fault !== undefined) };
}

test.each([
  {
    name: "wide",
    text: "time,a,b\n10,1,2\n20,,3",
    rows: [["a", 10_000, 1], ["b", 10_000, 2], ["b", 20_000, 3]], // prettier-ignore
  },
  { name: "one series", text: "timestamp,value\n10,1", rows: [["file", 10_000, 1]] },
  { name: "long", text: "Value\tName\tTS\n1\tq\t10", rows: [["q", 10_000, 1]] },
  {
    name: "Graphite's own, without a head",
    text: "a.b,1970-01-01 00:00:10,1.5\na.b,1970-01-01 00:00:20,",
    rows: [["a.b", 10_000, 1.5]],
  },
  { name: "decimal commas", text: "time;a\n10;1,5", rows: [["a", 10_000, 1.5]] },
  {
    name: "quotes",
    text: 'time,"a ""b"", c"\n"10","1"',
    rows: [['a "b", c', 10_000, 1]],
  },
])("readCsvLine() takes $name", ({ text, rows }) => {
  expect(read(text)).toEqual({ rows, faults: [] });
});

test.each([
  { line: "x,1,2", fault: "bad-time" },
  { line: "10,1", fault: "bad-columns" },
  { line: '10,"1,2', fault: "bad-quotes" },
  { line: '10,"1"x,2', fault: "bad-quotes" },
])("readCsvLine() refuses $line as $fault", ({ line, fault }) => {
  expect(read(`time,a,b\n${line}`)).toEqual({ rows: [], faults: [fault] });
});

test("readCsvLine() takes the other values of a line with a bad one", () => {
  expect(read("time,a,b\n10,x,2")).toEqual({ rows: [["b", 10_000, 2]], faults: ["bad-value"] });
});

test("readCsvLayout() knows no layout without a time", () => {
  expect(readCsvLayout("a,b", "file")).toBeUndefined();
  expect(readCsvLayout("", "file")).toBeUndefined();
});

test("readCsvLine() never throws and gives finite samples only", () => {
  const cell = fc.oneof(fc.string(), fc.constantFrom("time", "value", '"', ",", "10", "1e3"));
  fc.assert(
    fc.property(fc.array(cell), fc.array(cell), (head, cells) => {
      const found = read(`${head.join(",").replaceAll("\n", "")}\n${cells.join(",")}`);
      for (const [, timeMs, value] of found?.rows ?? []) {
        expect(Number.isInteger(timeMs) && timeMs >= 0).toBe(true);
        expect(Number.isFinite(value)).toBe(true);
      }
    }),
  );
});
