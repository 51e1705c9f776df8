import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FaultKeeper, matchersOf, parseMetric, parseQueryJson, parseQueryUrl } from "./index.ts";
import { TimeZone } from "./local-time.ts";
import { queryJson, type SubQuery } from "./query.ts";
import { parseDuration, parseTime } from "./times.ts";
import { compileSelector } from "../select/index.ts";

/** 2025-11-24T16:00:00Z */
const nowMs = 1_764_000_000_000;
const hourMs = 3_600_000;

function ofUrl(m: string, rest = "start=1h-ago"): SubQuery {
  const parsed = parseQueryUrl(
    new URLSearchParams([["m", m], ...new URLSearchParams(rest)]),
    nowMs,
  );
  if (!parsed.ok) throw new Error(parsed.fault.message);
  return parsed.query.queries[0]!;
}

function ofJson(subQuery: unknown, rest: object = { start: "1h-ago" }) {
  return parseQueryJson({ ...rest, queries: [subQuery] }, { nowMs, asArrays: false });
}

function faultOf(parsed: ReturnType<typeof ofJson>): string {
  return parsed.ok ? "" : parsed.fault.message;
}

describe("parseTime()", () => {
  test.each([
    ["now", nowMs],
    ["1h-ago", nowMs - hourMs],
    ["90s-ago", nowMs - 90_000],
    ["250ms-ago", nowMs - 250],
    ["2W-AGO", nowMs - 14 * 24 * hourMs],
    ["1n-ago", nowMs - 30 * 24 * hourMs],
    ["1y-ago", nowMs - 365 * 24 * hourMs],
    ["1764000000", nowMs],
    ["1764000000123", nowMs + 123],
    ["1764000000.5", nowMs + 500],
    ["1764000000.123", nowMs + 123],
    ["0", 0],
    ["2025/11/24", nowMs - 16 * hourMs],
    ["2025/11/24-16:00", nowMs],
    ["2025/11/24 16:00:01", nowMs + 1000],
  ])("%j", (text, expected) => {
    expect(parseTime(text, { nowMs, timeZone: TimeZone.utc })).toBe(expected);
  });

  test("dates are of the query's time zone", () => {
    const timeZone = TimeZone.find("Asia/Tokyo")!;
    expect(parseTime("2025/11/25-01:00:00", { nowMs, timeZone })).toBe(nowMs);
  });

  test.each([
    "",
    "h-ago",
    "0h-ago",
    "1x-ago",
    "-5",
    "1e9",
    "2025/13/01",
    "2025-11-24",
    "yesterday",
  ])("%j is no time", (text) => {
    expect(parseTime(text, { nowMs, timeZone: TimeZone.utc })).toBeUndefined();
  });

  test.each(["", "m", "0m", "1.5h", "5parsec"])("%j is no duration", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe("parseQueryUrl()", () => {
  test("reads every part of m", () => {
    const query = ofUrl(
      "p99:1m-avg-nan:rate{counter,65535,1000}:explicit_tags:sys.cpu{host=web*,dc=lga|sjc}{role=not_literal_or(db)}",
    );
    expect(query).toMatchObject({
      index: 0,
      metric: "sys.cpu",
      aggregator: { name: "p99" },
      downsample: { interval: { kind: "fixed", stepMs: 60_000 }, fill: "nan" },
      rate: { isCounter: true, counterMax: 65_535, resetValue: 1000, dropsResets: false },
      hasExplicitTags: true,
      filters: [
        { tagKey: "host", type: "wildcard", text: "web*", isGroupBy: true },
        { tagKey: "dc", type: "literal_or", text: "lga|sjc", isGroupBy: true },
        { tagKey: "role", type: "not_literal_or", text: "db", isGroupBy: false },
      ],
    });
  });

  test.each([
    ["sum:cpu", []],
    ["sum:cpu{}", []],
    ["sum:cpu{}{host=a}", [["host", "literal_or", "a", false]]],
    ["sum:cpu{host=*}", [["host", "wildcard", "*", true]]],
    [
      "sum:cpu{host=regexp(web[0-9]{2},(a|b):c)}",
      [["host", "regexp", "web[0-9]{2},(a|b):c", true]],
    ],
    ["sum:cpu{host=iLiteral_or(a|b)}", [["host", "iliteral_or", "a|b", true]]],
    ["sum:cpu{host=not_key()}", [["host", "not_key", "", true]]],
  ])("%s", (m, expected) => {
    const { filters } = ofUrl(m);
    const found = filters.map((each) => [each.tagKey, each.type, each.text, each.isGroupBy]);
    expect(found).toEqual(expected);
  });

  test.each([
    ["sum:rate:cpu", { isCounter: false, dropsResets: false }],
    ["sum:rate{counter}:cpu", { isCounter: true, counterMax: 2 ** 63, resetValue: 0 }],
    ["sum:rate{dropcounter,,9}:cpu", { isCounter: true, dropsResets: true, resetValue: 9 }],
  ])("%s", (m, expected) => {
    expect(ofUrl(m).rate).toMatchObject(expected);
  });

  test("flags stand with or without a value", () => {
    const flags = "ms&arrays=true&show_query&global_annotations=true&no_annotations=false";
    const parsed = parseQueryUrl(new URLSearchParams(`start=1&m=sum:a&${flags}`), nowMs);
    expect(parsed).toMatchObject({
      ok: true,
      query: {
        ...{ startMs: 1000, endMs: nowMs, hasMsResolution: true, asArrays: true },
        ...{ showsQuery: true, hasGlobalAnnotations: true, hasAnnotations: true },
      },
    });
  });

  test.each([
    ["m=sum:cpu", /Missing start time/],
    ["start=1h-ago", /at least one parameter m/],
    ["start=soon&m=sum:cpu", /Invalid start time: "soon"/],
    ["start=1h-ago&end=2h-ago&m=sum:cpu", /must be greater/],
    ["start=1h-ago&m=cpu", /form aggregator:metric/],
    ["start=1h-ago&m=summ:cpu", /No such aggregation function: "summ"/],
    ["start=1h-ago&m=sum:1m-avg-:cpu", /No such fill policy/],
    ["start=1h-ago&m=sum:1m:cpu", /Invalid downsampling specifier/],
    ["start=1h-ago&m=sum:1m-none:cpu", /No such downsampling function: "none"/],
    ["start=1h-ago&m=sum:7q-avg:cpu", /Invalid downsampling interval "7q"/],
    ["start=1h-ago&m=sum:rate{drop}:cpu", /Invalid options of rate/],
    ["start=1h-ago&m=sum:pre-agg:cpu", /Unknown part "pre-agg"/],
    ["start=1h-ago&m=sum:percentiles[99]:cpu", /no histograms/],
    ["start=1h-ago&m=sum:cpu{host}", /Invalid tag "host"/],
    ["start=1h-ago&m=sum:cpu{host=*", /Invalid tags/],
    ["start=1h-ago&m=sum:cpu{host=near(a)}", /No such filter: "near"/],
    ["start=1h-ago&m=sum:cpu{host=}", /is empty/],
    ["start=1h-ago&m=sum:cpu{host=regexp(a**)}", /invalid nested repetition/],
    ["start=1h-ago&m=sum:cpu{host=regexp(a(b)}", /Invalid tags/],
    ["start=1h-ago&m=sum:", /Missing the metric/],
    ["start=1h-ago&tsuid=sum:000001", /no tsuids/],
    ["start=1h-ago&m=sum:cpu&delete=true", /Nothing can be deleted/],
    ["start=1h-ago&m=sum:cpu&tz=Mars", /Invalid timezone name: "Mars"/],
  ])("%s is refused", (text, message) => {
    const parsed = parseQueryUrl(new URLSearchParams(text.replaceAll("+", "%2B")), nowMs);
    expect(faultOf(parsed)).toMatch(message);
  });
});

describe("parseQueryJson()", () => {
  test("reads what a URL says too", () => {
    const parsed = ofJson({
      metric: "sys.cpu",
      aggregator: "p99",
      rate: true,
      rateOptions: { counter: true, counterMax: 65_535, resetValue: 1000 },
      downsample: "1m-avg-nan",
      explicitTags: true,
      filters: [{ type: "not_literal_or", tagk: "role", filter: "db", groupBy: false }],
      tags: { host: "web*", dc: "lga|sjc" },
    });
    const byUrl = ofUrl(
      "p99:1m-avg-nan:rate{counter,65535,1000}:explicit_tags:sys.cpu{host=web*,dc=lga|sjc}{role=not_literal_or(db)}",
    );
    const [query] = parsed.ok ? parsed.query.queries : [];
    const sorted = (filters: SubQuery["filters"] = []) =>
      [...filters].sort((a, b) => (a.tagKey < b.tagKey ? -1 : 1));
    expect({ ...query, filters: sorted(query?.filters) }).toEqual({
      ...byUrl,
      filters: sorted(byUrl.filters),
    });
  });

  test("gives the query back as OpenTSDB names its fields", () => {
    expect(queryJson(ofUrl("sum:1m-avg:rate:cpu{host=*}"))).toEqual({
      aggregator: "sum",
      metric: "cpu",
      tsuids: null,
      downsample: "1m-avg",
      rate: true,
      filters: [{ tagk: "host", filter: "*", group_by: true, type: "wildcard" }],
      index: 0,
      rateOptions: { counter: false, counterMax: 2 ** 63, resetValue: 0, dropResets: false },
      explicitTags: false,
      tags: { host: "wildcard(*)" },
    });
  });

  test("takes times as numbers, and no end for now", () => {
    const range = { start: nowMs - hourMs, end: null };
    expect(ofJson({ metric: "a", aggregator: "sum" }, range)).toMatchObject({
      query: { startMs: nowMs - hourMs, endMs: nowMs },
    });
    expect(
      ofJson({ metric: "a", aggregator: "sum" }, { start: 1763990000, end: 1764000000 }),
    ).toMatchObject({ query: { startMs: 1763990000_000, endMs: nowMs } });
  });

  test.each<[unknown, RegExp]>([
    [null, /no JSON object/],
    [[], /no JSON object/],
    [{}, /Missing start/],
    [{ start: 1 }, /Missing queries/],
    [{ start: 1, queries: [] }, /Missing queries/],
    [{ start: 1, queries: [7] }, /Query 0 is no JSON object/],
    [{ start: 1, queries: [{ metric: "a" }] }, /Missing the aggregation/],
    [{ start: 1, queries: [{ aggregator: "sum" }] }, /Missing the metric/],
    [{ start: 1, queries: [{ aggregator: "sum", tsuids: ["00"] }] }, /no tsuids/],
    [{ start: 1, delete: true, queries: [{}] }, /Nothing can be deleted/],
    [{ start: 1, queries: Array(65).fill({ metric: "a", aggregator: "sum" }) }, /at most 64/],
    [
      { start: 1, queries: [{ metric: "a", aggregator: "sum", filters: {} }] },
      /filters is no list/,
    ],
    [{ start: 1, queries: [{ metric: "a", aggregator: "sum", tags: [] }] }, /tags is no JSON/],
    [
      {
        start: 1,
        queries: [{ metric: "a", aggregator: "sum", filters: [{ tagk: "h", type: "x" }] }],
      },
      /No such filter: "x"/,
    ],
    [
      {
        start: 1,
        queries: [
          {
            metric: "a",
            aggregator: "sum",
            filters: Array(40).fill({ tagk: "h", type: "wildcard", filter: "*" }),
          },
        ],
      },
      /More than 31 filters/,
    ],
    [
      {
        start: 1,
        queries: [{ metric: "a", aggregator: "sum", rate: true, rateOptions: { counterMax: "x" } }],
      },
      /counterMax is no number/,
    ],
  ])("%j is refused", (body, message) => {
    expect(faultOf(parseQueryJson(body, { nowMs, asArrays: false }))).toMatch(message);
  });

  test("whatever is sent is a query or a fault", () => {
    const text = fc.oneof(
      fc.constantFrom(
        "sum",
        "1m-avg",
        "*",
        "regexp(a",
        "host",
        "1h-ago",
        "rate{",
        "a|b",
        "0all-sum",
      ),
      fc.string({ maxLength: 12 }),
    );
    const value = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
    const subQuery = fc.dictionary(
      fc.constantFrom(
        "metric",
        "aggregator",
        "downsample",
        "rate",
        "rateOptions",
        "tags",
        "filters",
      ),
      fc.oneof(value, fc.array(fc.dictionary(fc.constantFrom("type", "tagk", "filter"), value))),
    );
    const body = fc.record({
      start: value,
      end: value,
      queries: fc.oneof(fc.array(subQuery), value),
    });
    fc.assert(
      fc.property(body, (each) => {
        const parsed = parseQueryJson(each, { nowMs, asArrays: false });
        if (parsed.ok) {
          for (const { metric, filters } of parsed.query.queries) {
            expect(compileSelector(matchersOf(metric, filters)).ok).toBe(true);
          }
        } else expect(parsed.fault.message).toMatch(/\.$/);
      }),
    );
  });

  test("whatever stands in a URL is a query or a fault", () => {
    const unit = fc.constantFrom(..."sum:cpu{}()[]=,*|rate-1mavg\\".split(""), "sum:", "{host=");
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 30 }), (m) => {
        const parsed = parseQueryUrl(
          new URLSearchParams([
            ["start", "1h-ago"],
            ["m", m],
          ]),
          nowMs,
        );
        if (!parsed.ok) expect(parsed.fault.message).toMatch(/\.$/);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("filters", () => {
  const values = ["web1", "WEB1", "web2", "db1", "a.b", "a|b", ""];
  test.each([
    ["web1", ["web1"]],
    ["web1|db1", ["web1", "db1"]],
    ["web*", ["web1", "web2"]],
    ["*", ["web1", "WEB1", "web2", "db1", "a.b", "a|b"]],
    ["literal_or(a.b)", ["a.b"]],
    ["iliteral_or(Web1)", ["web1", "WEB1"]],
    ["not_literal_or(web1|db1)", ["WEB1", "web2", "a.b", "a|b"]],
    ["not_iliteral_or(web1)", ["web2", "db1", "a.b", "a|b"]],
    ["wildcard(*1)", ["web1", "WEB1", "db1"]],
    ["iwildcard(w*1)", ["web1", "WEB1"]],
    ["iwildcard(*.*)", ["a.b"]],
    ["regexp(b[12])", ["web1", "web2", "db1"]],
    ["regexp(^.b1$)", ["db1"]],
    ["not_key()", [""]],
  ])("host=%s passes %j", (text, expected) => {
    const faults = new FaultKeeper();
    const { metric, filters } = parseMetric(`cpu{host=${text}}`, faults);
    expect(faults.first).toBeUndefined();
    const compiled = compileSelector(matchersOf(metric, filters));
    const passed = values.filter((value) => {
      const name = value === "" ? "cpu;dc=1" : `cpu;dc=1;host=${value}`;
      return compiled.ok && compiled.test(name);
    });
    expect(passed).toEqual(expected);
  });
});
