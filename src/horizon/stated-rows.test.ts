import { expect, test } from "vitest";
import { integerValue, statedCounter, statedGauge } from "../model/index.ts";
import { readExposition } from "../wire/index.ts";
import { MetricCatalog } from "./metric-catalog.ts";
import { StatedRows } from "./stated-rows.ts";

/** The types of each row by its name. */
function typesOf(read: (rows: StatedRows) => void, catalog = new MetricCatalog()): unknown {
  const types: [string, number][] = [];
  const sink = {
    row: (
      ...[bytes, start, end, , , given = 0]: Parameters<InstanceType<typeof StatedRows>["row"]>
    ) => {
      types.push([Buffer.from(bytes.subarray(start, end)).toString(), given]);
    },
    fault: () => expect.unreachable(),
  };
  read(new StatedRows(sink, (series) => catalog.statedOf(series)));
  return types;
}

test("StatedRows states of each row what the page says of its metric", () => {
  const catalog = new MetricCatalog();
  const page = `# TYPE hits counter
hits_total{a="1"} 1
hits_total{a="2"} 2
# TYPE heat gauge
heat{a="1"} 3
# TYPE took histogram
took_bucket{le="1"} 4
took_count 5
other 6
`;
  const options = {
    format: "text",
    nowMs: 0,
    labels: [],
    sampleCountMax: 100,
    onMetadata: catalog.hear,
  } as const;
  const types = typesOf((rows) => readExposition(Buffer.from(page), rows, options), catalog);
  expect(types).toEqual([
    ["hits_total;a=1", statedCounter],
    ["hits_total;a=2", statedCounter],
    ["heat;a=1", statedGauge],
    ["took_bucket;le=1", statedCounter],
    ["took_count", statedCounter],
    ["other", 0],
  ]);
});

test("StatedRows leaves a row's own word, and the other bits", () => {
  const catalog = new MetricCatalog();
  catalog.note("a".repeat(100), "type", "counter");
  const name = Buffer.from(`${"a".repeat(100)};b=c`);
  const types = typesOf((rows) => {
    rows.row(name, 0, name.length, 0, 1, integerValue);
    rows.row(name, 0, name.length, 0, 1, statedGauge);
    rows.row(name, 1, name.length, 0, 1);
  }, catalog) as [string, number][];
  expect(types.map(([, given]) => given)).toEqual([statedCounter | integerValue, statedGauge, 0]);
});
