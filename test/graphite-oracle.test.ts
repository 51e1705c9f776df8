/**
 * Kale's Graphite API against graphite-web 1.1.8 on the same data: targets, moments, forms of answers, the
 * tree of names, tags. What differs on purpose is listed here too, so that docs/query-apis.md stays true.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestWebapp, type TestWebapp } from "../src/webapp/http.fixture.ts";
import {
  oracleNow,
  oracleRanges,
  oracleSeries,
  oracleTargets,
} from "./support/graphite-targets.ts";
import { GraphiteWeb, graphiteWeb, type OracleAnswer } from "./support/graphite-web.ts";
import { MemorySeries } from "./support/memory-series.ts";
import { describeWith } from "./support/requirements.ts";

interface Answered {
  readonly target: string;
  readonly tags: Record<string, string>;
  readonly datapoints: readonly (readonly [number | null, number])[];
}

const series = oracleSeries();

describeWith(graphiteWeb, "graphite-web 1.1.8 as the oracle", () => {
  let oracle: GraphiteWeb;
  let kale: TestWebapp;

  beforeAll(async () => {
    oracle = new GraphiteWeb(series, oracleNow);
    const memory = new MemorySeries(series);
    kale = await startTestWebapp({}, { series: memory, index: memory });
    await oracle.ask("/version/", "");
  }, 120_000);
  afterAll(async () => {
    await oracle.close();
    await kale.webapp.close();
  });

  async function both(query: string): Promise<[ours: Answered[], theirs: Answered[]]> {
    const all = `${query}&now=${oracleNow}&format=json&noCache=1`;
    const theirs = await oracle.ask("/render", all);
    expect(theirs.status, theirs.body.toString().slice(0, 300)).toBe(200);
    const ours = await kale.get(`/render?${all}`);
    expect(ours.status, ours.text).toBe(200);
    return [ours.json() as Answered[], jsonOf(theirs) as Answered[]];
  }

  const cases = oracleTargets.flatMap((target, i) => {
    const ranges = [oracleRanges[0], oracleRanges[1 + (i % (oracleRanges.length - 1))]];
    return ranges.map((range) => ({ target, range: range ?? "" }));
  });

  test.each(cases)("$target with $range is the same", async ({ target, range }) => {
    const [ours, theirs] = await both(`target=${encodeURIComponent(target)}&${range}`);
    expectSame(ours, theirs);
  });

  test("many targets in one request are the same, stacks going on through all of them", async () => {
    const targets = ["stacked(servers.*.cpu.user)", "stacked(servers.*.cpu.system)", "flat.seven"];
    const query = targets.map((target) => `target=${encodeURIComponent(target)}`).join("&");
    const [ours, theirs] = await both(`${query}&from=-2h&xFilesFactor=0.5&maxDataPoints=31`);
    expectSame(ours, theirs);
  });

  test.each([1, 2, 7, 100, 359, 360, 361])("maxDataPoints=%i is the same", async (count) => {
    const query = `target=servers.*.disk&target=sparse.*&from=-6h&maxDataPoints=${count}`;
    const [ours, theirs] = await both(query);
    expectSame(ours, theirs);
  });

  // constantLine() shows the moments that were understood.
  const moments = [
    "-24h",
    "now-1d",
    "-90min",
    "midnight",
    "noon yesterday",
    "teatime_yesterday",
    "04:00_20251123",
    "20251120",
    "11/20/25",
    "monday",
    "sunday",
    "friday",
    "6am monday",
    "11:15pm_20251123",
    "jan 5",
    "november20",
    "midnight-1d",
    "yesterday+2h",
    "today",
    "1763900000",
    "-1mon",
    "-1y",
    "-2weeks",
    "6AM Yesterday",
    "noon 20250330",
    "02:30_20250330",
    "02:30_20251026",
    "-3d12h",
    "00:00_20250701",
  ];
  const zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"];
  test.each(moments)("from=%s is the same moment in every zone", async (from) => {
    for (const zone of zones) {
      const query = `target=constantLine(1)&from=${encodeURIComponent(from)}&tz=${zone}`;
      const [ours, theirs] = await both(query);
      expect(ours, zone).toEqual(theirs);
    }
  });

  test.each(["csv", "raw"])("format=%s is the same text", async (format) => {
    const query = `target=sparse.one&target=alias(flat.seven,'a,"b"')&from=-1h&until=-10min&now=${oracleNow}&format=${format}&tz=Europe/Berlin&noCache=1`;
    const theirs = await oracle.ask("/render", query);
    expect((await kale.get(`/render?${query}`)).text).toBe(theirs.body.toString());
  });

  test.each(["pickle", "msgpack"] as const)(
    "Python reads the same from format=%s",
    async (format) => {
      const query = `target=sparse.one&target=scale(servers.*.cpu.user,2)&from=-1h&now=${oracleNow}&format=${format}&noCache=1`;
      const theirs = await oracle.ask("/render", query);
      const ours = await kale.get(`/render?${query}`);
      expect(await oracle.decode(format, ours.bytes)).toEqual(
        await oracle.decode(format, theirs.body),
      );
    },
  );

  test.each([
    "/metrics/find?query=servers.*",
    "/metrics/find?query=servers.web1.*",
    "/metrics/find?query=servers.*.cpu&wildcards=1",
    "/metrics/find?query=servers.{web1,web3}.d*",
    "/metrics/find?query=servers.we&format=completer",
    "/metrics/find?query=servers.web1.&format=completer&wildcards=1",
    "/metrics/find?query=servers.*.*&format=nodelist&position=1",
    "/metrics/find?query=no.such",
    "/metrics/expand?query=servers.*.disk&query=flat.*",
    "/metrics/expand?query=servers.*&leavesOnly=1",
    "/metrics/expand?query=servers.*.disk&groupByExpr=1",
    "/tags/findSeries?expr=name%3Ddisk.used&expr=host%3D~fe",
    "/tags/findSeries?expr=dc%21%3Dnorth&expr=host%3Dfe1",
    "/tags/autoComplete/tags?tagPrefix=h",
    "/tags/autoComplete/tags?expr=name%3Ddisk.used",
    "/tags/autoComplete/tags?expr=host%3Dfe1&limit=1",
    "/tags/autoComplete/values?tag=host",
    "/tags/autoComplete/values?tag=host&valuePrefix=fe2",
    "/tags/autoComplete/values?tag=dc&expr=name%3Ddisk.free",
    "/tags/no-such",
  ])("%s is the same", async (target) => {
    const [path = "", query = ""] = target.split("?");
    const theirs = await oracle.ask(path, query);
    expect((await kale.get(target)).json()).toEqual(jsonOf(theirs));
  });

  test("/functions names the same functions in the same groups, with the same parameters", async () => {
    interface Info {
      readonly group: string;
      readonly params: readonly Record<string, unknown>[];
    }
    const theirs = await oracle.ask("/functions", "");
    const expected = JSON.parse(theirs.body.toString().replaceAll("Infinity", "1e9999")) as Record<
      string,
      Info
    >;
    const found = (await kale.get("/functions")).json() as Record<string, Info>;
    const shape = (infos: Record<string, Info>): unknown =>
      Object.fromEntries(
        Object.entries(infos).map(([name, { group, params }]) => [
          name,
          { group, params: params.map((one) => `${String(one["name"])}: ${String(one["type"])}`) },
        ]),
      );
    expect(shape(found)).toEqual(shape(expected));
  });

  test.each([
    [
      "a pipe is kept where a function reads again",
      "servers.*.cpu.user|sumSeries()|movingAverage(5)",
    ],
    [
      "template() is kept where a function reads again",
      "template(movingAverage(servers.$h.cpu.user,5),h='web1')",
    ],
    ["lists of series that nothing reduces are series", "mapSeries(servers.*.cpu.*,1)"],
    ["nulls do not break a comparison", "useSeriesAbove(servers.*.cpu.user,50,'user','system')"],
    ["nulls do not break a percentile", "removeBetweenPercentile(servers.*.cpu.user,60)"],
    [
      "setXFilesFactor() holds for its own target",
      "setXFilesFactor(sparse.one,1)&target=sumSeries(sparse.*)",
    ],
    ["series of different steps keep their times", "asPercent(servers.web*.disk)"],
    ["series with tags have a path", "sumSeries(disk.used)"],
  ])("differs on purpose: %s", async (_, target) => {
    const encoded = target.split("&target=").map(encodeURIComponent).join("&target=");
    const query = `target=${encoded}&from=-2h&now=${oracleNow}&format=json&noCache=1`;
    const theirs = await oracle.ask("/render", query);
    const ours = await kale.get(`/render?${query}`);
    expect(ours.status, ours.text).toBe(200);
    expect((ours.json() as Answered[]).length).toBeGreaterThan(0);
    if (theirs.status === 200) expect(ours.json()).not.toEqual(jsonOf(theirs));
  });

  test.each([
    ["what stands behind a target", "servers.web1.disk)"],
    ["a number where a whole one is wanted", "limit(flat.*,1.5)"],
  ])("refuses on purpose: %s", async (_, target) => {
    const query = `target=${encodeURIComponent(target)}&from=-2h&now=${oracleNow}&format=json&noCache=1`;
    expect((await kale.get(`/render?${query}`)).status).toBe(400);
  });
});

function jsonOf(answer: OracleAnswer): unknown {
  return JSON.parse(answer.body.toString());
}

function expectSame(ours: readonly Answered[], theirs: readonly Answered[]): void {
  const named = (list: readonly Answered[]): unknown =>
    list.map(({ target, tags }) => ({ target, tags }));
  expect(named(ours)).toEqual(named(theirs));
  for (const [i, { datapoints }] of theirs.entries())
    expectPoints(ours[i]?.datapoints ?? [], datapoints);
}

/** Nine digits, or a millionth of a millionth where numbers cancel each other out. */
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
