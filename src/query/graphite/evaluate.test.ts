/** What the evaluation refuses, and that nothing else comes out of it; values are test/graphite-oracle's. */
import { expect, test } from "vitest";
import fc from "fast-check";
import { TimeZone } from "../../base/time-zone.ts";
import type { NamePage, SampleColumns, TimeRange } from "../../model/index.ts";
import { finish, selectNames } from "../select/index.ts";
import { defaultGraphiteLimits, type GraphiteLimits } from "./budget.ts";
import { GraphiteError } from "./errors.ts";
import { evaluateTargets } from "./evaluate.ts";
import type { GraphiteSource } from "./fetch.ts";
import { graphiteFunctions } from "./functions/index.ts";
import { graphiteJson } from "./formats/json.ts";
import type { Series } from "./series.ts";

const nowSeconds = 1_764_000_000;
const names = ["a.b.c", "a.b.d", "a.x.c", "t;k=v", "t;k=w"];

/** Every ten seconds the number of the sample; "a.x.c" has none. */
function samplesOf(name: string, { fromMs, untilMs }: TimeRange): SampleColumns {
  const times: number[] = [];
  const first = Math.max(Math.ceil(fromMs / 10_000), nowSeconds / 10 - 3000);
  for (let i = first; i * 10_000 < untilMs && i * 10 <= nowSeconds; i++) times.push(i * 10_000);
  const kept = name === "a.x.c" ? [] : times;
  return {
    timesMs: Float64Array.from(kept),
    values: Float64Array.from(kept, (time) => (time / 10_000) % 97),
  };
}

const source: GraphiteSource = {
  series: {
    read: (name, range) =>
      Promise.resolve(names.includes(name) ? samplesOf(name, range) : undefined),
  },
  index: {
    select: (selector): Promise<NamePage> => Promise.resolve(finish(selectNames(names, selector))),
  },
  eventTimes: () => [nowSeconds - 5],
};

async function evaluate(
  target: string,
  limits: Partial<GraphiteLimits> = {},
  msPerLook = 0,
): Promise<readonly Series[]> {
  let elapsedMs = 0;
  const pace = { elapsedMs: () => (elapsedMs += msPerLook), pause: () => Promise.resolve() };
  const query = {
    targets: [target],
    fromSeconds: nowSeconds - 600,
    untilSeconds: nowSeconds,
    nowSeconds,
    zone: TimeZone.utc,
    xFilesFactor: 0,
    template: new Map<string, string>(),
  };
  return await evaluateTargets(query, source, pace, { ...defaultGraphiteLimits, ...limits });
}

test("a series without samples takes the step of the others, so that sums keep theirs", async () => {
  const [sum] = await evaluate("sumSeries(a.*.c)");
  expect(sum?.step).toBe(10);
});

test("events() counts anomalies by the second", async () => {
  const [series] = await evaluate("events('*')");
  expect(series?.values[series.values.length - 5]).toBe(1);
  expect(series?.consolidation).toBe("sum");
});

test("seriesByTag() does not match by the end of a value", async () => {
  const found = await evaluate("seriesByTag('k=~^v$')");
  expect(found.map(({ name }) => name)).toEqual(["t;k=v"]);
});

test.each([
  [
    "more series than one pattern may stand for",
    "a.*.*",
    { seriesCountMax: 2 },
    /stands for 3 series/,
  ],
  ["more values than may be read", "a.b.*", { pointCountMax: 100 }, /more than 100 values/],
  ["more values than may be made", "time('x',1)", { pointCountMax: 100 }, /more than 100 values/],
  [
    "more calls than may be made",
    "scale(scale(a.b.c,1),1)",
    { callCountMax: 1 },
    /more than 1 times/,
  ],
  [
    "functions that read again in each other",
    `${"movingAverage(".repeat(20)}a.b.c${",1)".repeat(20)}`,
    {},
    /calls functions more than/,
  ],
])("evaluateTargets() refuses %s", async (_, target, limits, message) => {
  await expect(evaluate(target, limits)).rejects.toThrow(message);
});

test("evaluateTargets() ends when its time is over", async () => {
  await expect(evaluate("scale(a.b.*,1)", { timeMaxMs: 50 }, 20)).rejects.toThrow(
    /longer than 0.05 s/,
  );
});

test.each([
  ["summarize(a.b.c,'')", /longer than nothing/],
  ["summarize(a.b.c,'-1h')", /longer than nothing/],
  ["scale(a.b.c)", /misses its argument factor/],
  ["scale(a.b.c,1,2)", /at most 2 arguments/],
  ["scale(a.b.c,factr=2)", /no argument named|takes no argument named "factr"/],
  ["scale(5,2)", /takes as seriesList series/],
  ["groupByNode(a.b.*,1,'nonsense')", /an aggregation or a function/],
  ["seriesByTag('k')", /no tag expression/],
  ["seriesByTag('k!=v')", /has to ask for a tag that is there/],
  ["seriesByTag('k=~(')", /wrong at character/],
  ["aliasSub(a.b.c,'(b)','\\2')", /no group/],
  ["percentileOfSeries(a.b.*,0)", /above 0/],
  ["nPercentile(a.b.c,300)", /no percentile 300/],
  ["divideSeries(a.b.c,a.b.*)", /exactly one/],
  ["consolidateBy(a.b.c,'best')", /no consolidation/],
])("evaluateTargets() refuses %s in words", async (target, message) => {
  await expect(evaluate(target)).rejects.toThrow(message);
});

test("evaluateTargets() throws nothing but its own error, whatever functions are given", async () => {
  const values = [
    "a.b.*",
    "a.b.c",
    "none.such",
    "a.x.c",
    "'1h'",
    "'x'",
    "-1",
    "0",
    "3",
    "1.5",
    "inf",
    "none",
    "true",
    "'max'",
    "'('",
    "seriesByTag('k!=')",
    "map(a.b.*,1)",
    "1e300",
    "'-1d'",
    "''",
    "'%'",
  ];
  const call = fc
    .tuple(
      fc.constantFrom(...graphiteFunctions.keys()),
      fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 4 }),
    )
    .map(([name, args]) => `${name}(${args.join(",")})`);
  const nested = fc
    .tuple(
      fc.constantFrom(...graphiteFunctions.keys()),
      call,
      fc.array(fc.constantFrom(...values), { maxLength: 3 }),
    )
    .map(([name, inner, args]) => `${name}(${[inner, ...args].join(",")})`);
  await fc.assert(
    fc.asyncProperty(fc.oneof(call, nested), async (target) => {
      let found: readonly Series[];
      try {
        found = await evaluate(target, { pointCountMax: 500_000, callCountMax: 200 });
      } catch (error) {
        if (!(error instanceof GraphiteError)) throw error;
        return;
      }
      const options = { maxDataPoints: 7, isWithoutNulls: false, isPretty: false };
      JSON.parse([...graphiteJson(found, options)].join(""));
    }),
    { numRuns: 1500 },
  );
});
