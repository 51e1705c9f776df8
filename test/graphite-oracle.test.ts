/**
 * Kale's answers to Graphite's targets against those of graphite-web 1.1.8, on the same data: names,
 * tags, times and values. Where they differ on purpose docs/query-apis.md says why.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  defaultGraphiteLimits,
  evaluateTargets,
  graphiteJson,
  readRenderRequest,
} from "../src/query/graphite/index.ts";
import { GraphiteWeb, graphiteWeb } from "./support/graphite-web.ts";
import {
  oracleNow,
  oracleRanges,
  oracleSeries,
  oracleTargets,
} from "./support/graphite-targets.ts";
import { MemorySeries } from "./support/memory-series.ts";
import { describeWith } from "./support/requirements.ts";

interface Answered {
  readonly target: string;
  readonly tags: Record<string, string>;
  readonly datapoints: readonly (readonly [number | null, number])[];
}

const series = oracleSeries();
const memory = new MemorySeries(series);

async function kale(query: string): Promise<Answered[]> {
  const request = readRenderRequest(new URLSearchParams(query), oracleNow * 1000);
  const pace = { elapsedMs: () => 0, pause: () => Promise.resolve() };
  const source = { series: memory, index: memory, eventTimes: () => [] };
  const list = await evaluateTargets(request.query, source, pace, defaultGraphiteLimits);
  return JSON.parse([...graphiteJson(list, request)].join("")) as Answered[];
}

describeWith(graphiteWeb, "graphite-web 1.1.8 as the oracle", () => {
  let oracle: GraphiteWeb;
  beforeAll(() => {
    oracle = new GraphiteWeb(series, oracleNow);
  });
  afterAll(() => oracle.close());

  const cases = oracleTargets.flatMap((target, i) => {
    const ranges = [oracleRanges[0], oracleRanges[1 + (i % (oracleRanges.length - 1))]];
    return ranges.map((range) => ({ target, range: range ?? "" }));
  });

  test.each(cases)("$target with $range is the same", async ({ target, range }) => {
    const query = `target=${encodeURIComponent(target)}&${range}&now=${oracleNow}&format=json&noCache=1`;
    const theirs = await oracle.ask("/render", query);
    expect(theirs.status, theirs.body.toString().slice(0, 300)).toBe(200);
    const expected = JSON.parse(theirs.body.toString()) as Answered[];
    const found = await kale(query);
    expect(found.map(({ target: name, tags }) => ({ name, tags }))).toEqual(
      expected.map(({ target: name, tags }) => ({ name, tags })),
    );
    for (const [i, { datapoints }] of expected.entries()) {
      expectPoints(found[i]?.datapoints ?? [], datapoints);
    }
  });
});

function expectPoints(found: Answered["datapoints"], expected: Answered["datapoints"]): void {
  expect(found.map(([, time]) => time)).toEqual(expected.map(([, time]) => time));
  for (const [i, [value, time]] of expected.entries()) {
    const other = found[i]?.[0] ?? null;
    const isSame =
      value === null || other === null
        ? value === other
        : value === other || Math.abs(value - other) <= 1e-9 * Math.max(Math.abs(value), 1e-3);
    if (!isSame) expect({ time, value: other }).toEqual({ time, value });
  }
}
