import fc from "fast-check";
import { expect, test } from "vitest";
import { readJsonSamples } from "./json-samples.ts";

function read(line: string) {
  const rows: [string, number, number][] = [];
  const fault = readJsonSamples(line, (...row) => rows.push(row));
  return { rows, fault };
}

test.each([
  {
    line: { name: "a", points: [[10, 1], [20, null], [30, 2]] }, // prettier-ignore
    rows: [["a", 10_000, 1], ["a", 30_000, 2]], // prettier-ignore
  },
  { line: { metric: "a", timestamp: "1970-01-01T00:00:10Z", value: 1 }, rows: [["a", 10_000, 1]] },
  {
    line: { metric: { __name__: "up", b: "2", a: "1" }, values: [1], timestamps: [1.7e12] },
    rows: [["up;a=1;b=2", 1.7e12, 1]],
  },
])("readJsonSamples() takes $line", ({ line, rows }) => {
  expect(read(JSON.stringify(line))).toEqual({ rows, fault: undefined });
});

test.each([
  { line: "{", fault: "bad-json" },
  { line: "[1]", fault: "bad-json" },
  { line: '{"points":[]}', fault: "missing-name" },
  { line: '{"metric":{"job":"x"},"points":[]}', fault: "missing-name" },
  { line: '{"name":"a"}', fault: "missing-points" },
  { line: '{"name":"a","values":[1],"timestamps":[]}', fault: "missing-points" },
  { line: '{"name":"a","points":[[1,"2"]]}', fault: "bad-point" },
  { line: '{"name":"a","points":[7]}', fault: "bad-point" },
])("readJsonSamples() refuses $line as $fault", ({ line, fault }) => {
  expect(read(line)).toEqual({ rows: [], fault });
});

test("readJsonSamples() never throws on any JSON", () => {
  fc.assert(
    fc.property(fc.json(), fc.json(), (points, name) => {
      read(points);
      read(`{"name":${name},"points":${points},"values":${points},"timestamps":[1]}`);
    }),
  );
});
