import { expect, test } from "vitest";
import { statedCounter, statedGauge } from "../model/index.ts";
import { MetricCatalog } from "./metric-catalog.ts";

test("MetricCatalog keeps the last word on each metric, sorted", () => {
  const catalog = new MetricCatalog();
  catalog.note("b", "type", "counter");
  catalog.note("a", "type", "untyped");
  catalog.note("a", "help", "h".repeat(1000));
  catalog.note("b", "type", "gauge");
  catalog.note("b", "unit", "bytes");
  expect(catalog.find({ limit: 10 })).toEqual([
    { metric: "a", type: "unknown", help: "h".repeat(500), unit: "" },
    { metric: "b", type: "gauge", help: "", unit: "bytes" },
  ]);
  expect(catalog.find({ limit: 1 })).toHaveLength(1);
  expect(catalog.find({ metric: "b", limit: 10 })).toHaveLength(1);
  expect(catalog.find({ metric: "c", limit: 10 })).toEqual([]);
});

test("MetricCatalog takes no more metrics than it has room for, and counts them", () => {
  const catalog = new MetricCatalog();
  for (let i = 0; i < 50_002; i++) catalog.note(`m${i}`, "type", "counter");
  expect(catalog.refusedCount).toBe(2);
  catalog.note("m0", "type", "gauge");
  expect(catalog.find({ metric: "m0", limit: 1 })[0]?.type).toBe("gauge");
});

test.each([
  ["requests_total", statedCounter],
  ["jobs_total", statedCounter],
  ["jobs_created", statedGauge],
  ["latency_bucket", statedCounter],
  ["latency_sum", statedCounter],
  ["latency_count", statedCounter],
  ["size", statedGauge],
  ["size_sum", statedCounter],
  ["depth", statedGauge],
  ["depth_count", statedGauge],
  ["of_nobody", 0],
  ["nobody_count", 0],
  ["unsure", 0],
])("MetricCatalog says what is stated of %s", (series, stated) => {
  const catalog = new MetricCatalog();
  expect(catalog.statedOf(series)).toBe(0);
  const types = [
    ["requests_total", "counter"],
    ["jobs", "counter"],
    ["latency", "histogram"],
    ["size", "summary"],
    ["depth", "gauge"],
    ["unsure", "untyped"],
  ] as const;
  for (const [metric, text] of types) catalog.hear({ metric, field: "type", text });
  expect(catalog.statedOf(series)).toBe(stated);
});

test("MetricCatalog finds the metric that a series is of", () => {
  const catalog = new MetricCatalog();
  catalog.note("latency", "type", "histogram");
  const metricOf = (series: string): unknown => catalog.find({ series, limit: 1 })[0]?.metric;
  expect(["latency_bucket", "latency", "latency_max", ""].map(metricOf)).toEqual([
    "latency",
    "latency",
    undefined,
    undefined,
  ]);
});
