import { expect, test } from "vitest";
import fc from "fast-check";
import { TimeZone } from "../base/time-zone.ts";
import { type GraphLine, type GraphOptions, drawGraph, graphTheme, parseColor } from "./index.ts";
import { timeTicks } from "./time-axis.ts";
import { makeValueAxis } from "./value-axis.ts";

const start = 1_764_000_000;

function draw(lines: readonly Partial<GraphLine>[], options: Partial<GraphOptions> = {}): string {
  const whole = lines.map((line) => ({
    name: "a",
    start,
    step: 60,
    values: Float64Array.of(1, 2, 3),
    ...line,
  }));
  return drawGraph(whole, {
    ...graphTheme("dark"),
    width: 400,
    height: 300,
    margin: 10,
    fontSize: 10,
    title: "",
    verticalTitle: "",
    lineMode: "slope",
    lineWidth: 1,
    areaMode: "none",
    areaAlpha: 1,
    min: undefined,
    max: undefined,
    isNullZero: false,
    hasLegend: true,
    hasAxes: true,
    hasGrid: true,
    fromSeconds: start,
    untilSeconds: start + 180,
    zone: TimeZone.utc,
    ...options,
  });
}

/** The paths of lines, not those of areas. */
function linePaths(svg: string): string[] {
  return [...svg.matchAll(/<path d="([^"]*)" stroke="#/g)].map(([, path = ""]) => path);
}

test("drawGraph() escapes every text from outside", () => {
  const odd = `<script>"x"&'y'</script>\u0000\ud800`;
  const svg = draw([{ name: odd }], { title: odd, verticalTitle: odd });
  expect(svg).not.toContain("<script");
  expect(svg).not.toContain("\u0000");
  expect(svg.match(/&lt;script&gt;&quot;x&quot;&amp;&#39;y&#39;/g)).toHaveLength(3);
});

test("drawGraph() breaks a line where a value is missing, unless lines are connected", () => {
  const values = Float64Array.of(1, NaN, 2, 3);
  expect(linePaths(draw([{ values }]))[0]?.match(/M/g)).toHaveLength(2);
  expect(linePaths(draw([{ values }], { lineMode: "connected" }))[0]?.match(/M/g)).toHaveLength(1);
  expect(linePaths(draw([{ values }], { isNullZero: true }))[0]?.match(/M/g)).toHaveLength(1);
});

test("drawGraph() says so where there is nothing to draw", () => {
  expect(draw([])).toContain("No Data");
  expect(draw([{ values: Float64Array.of(NaN) }])).toContain("No Data");
});

test("drawGraph() writes no number that is none, whatever the values", () => {
  const value = fc.oneof(fc.double(), fc.constantFrom(0, NaN, Infinity, 1e308, -1e308, 1e-320));
  const line = fc.record({
    values: fc.array(value, { maxLength: 8 }).map((values) => Float64Array.from(values)),
    isStacked: fc.boolean(),
    isInfinite: fc.boolean(),
    isOnSecondAxis: fc.boolean(),
    isInvisible: fc.boolean(),
  });
  const options = fc.record({
    areaMode: fc.constantFrom("none", "first", "all", "stacked"),
    lineMode: fc.constantFrom("slope", "connected", "staircase"),
    min: fc.option(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { nil: undefined }),
    max: fc.option(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { nil: undefined }),
    width: fc.integer({ min: 1, max: 600 }),
    height: fc.integer({ min: 1, max: 400 }),
  });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 4 }), options, (lines, given) => {
      const svg = draw(lines, given);
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    }),
    { numRuns: 500 },
  );
});

test.each([
  [0, 10, 5, [0, 2, 4, 6, 8, 10], ["0", "2", "4", "6", "8", "10"]],
  [0, 1, 4, [0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.50", "0.75", "1.00"]],
  [
    1000,
    3500,
    5,
    [1000, 1500, 2000, 2500, 3000, 3500],
    ["1.0 K", "1.5 K", "2.0 K", "2.5 K", "3.0 K", "3.5 K"],
  ],
  [7, 7, 2, [7, 7.5, 8], ["7.0", "7.5", "8.0"]],
])("makeValueAxis() from %d to %d has round lines", (min, max, tickCount, ticks, labels) => {
  const axis = makeValueAxis(min, max, { min: undefined, max: undefined, tickCount });
  expect(axis.ticks).toEqual(ticks);
  expect(axis.ticks.map(axis.label)).toEqual(labels);
});

test("timeTicks() stand where a clock on the wall shows round times, also when clocks change", () => {
  const berlin = TimeZone.of("Europe/Berlin") ?? TimeZone.utc;
  const day = { fromSeconds: start, untilSeconds: start + 86_400 };
  expect(timeTicks(day, 5, berlin).map(({ label }) => label)).toEqual([
    "18:00",
    "00:00",
    "06:00",
    "12:00",
  ]);
  const october = { fromSeconds: 1_761_343_200, untilSeconds: 1_761_343_200 + 3 * 86_400 };
  expect(timeTicks(october, 4, berlin).map(({ label }) => label)).toEqual([
    "Oct 25",
    "Oct 26",
    "Oct 27",
  ]);
});

test.each([
  ["red", "#ff0000", 1],
  ["#6464FF", "#6464ff", 1],
  ["00c80080", "#00c800", 128 / 255],
])("parseColor() reads %s", (text, rgb, opacity) => {
  expect(parseColor(text)).toEqual({ rgb, opacity });
});

test.each(["", "url(#x)", "constructor", "12345", "red;x"])("parseColor() refuses %s", (text) => {
  expect(parseColor(text)).toBeUndefined();
});
