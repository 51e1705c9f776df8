import fc from "fast-check";
import { expect, test } from "vitest";
import { nextInteger, seededRandom } from "../base/random.ts";
import { capture, spoiled } from "../../test/support/captures.ts";
import { RecordingSink } from "./recording-sink.fixture.ts";
import { StatsdAggregator, type StatsdOptions } from "./statsd-aggregator.ts";
import { type SenderNote, StatsdReader } from "./statsd-line.ts";

class Bench {
  readonly sink = new RecordingSink();
  readonly notes: SenderNote[] = [];
  readonly aggregator: StatsdAggregator;
  readonly reader: StatsdReader;

  constructor(options: Partial<StatsdOptions> = {}) {
    this.aggregator = new StatsdAggregator(this.sink, {
      nowMs: 0,
      onNote: (note) => this.notes.push(note),
      options,
    });
    this.reader = new StatsdReader(this.aggregator);
  }

  send(text: string | Uint8Array): this {
    this.reader.readDatagram(Buffer.from(text));
    return this;
  }

  /** Rows of one flush, as lines. */
  flush(nowMs = 10_000): string[] {
    this.sink.rows.length = 0;
    this.aggregator.flush(nowMs);
    for (const { timeMs } of this.sink.rows) expect(timeMs).toBe(nowMs);
    return this.sink.rows.map(({ name, value }) => `${name} ${value}`);
  }
}

test.each([
  ["a counter", "a.b:3|c", ["stats.counters.a.b.count 3", "stats.counters.a.b.rate 0.3"]],
  ["a rate", "a:3|c|@0.1", ["stats.counters.a.count 30", "stats.counters.a.rate 3"]],
  ["a counter without value", "a:|c", ["stats.counters.a.count 1", "stats.counters.a.rate 0.1"]],
  [
    "several values of one name",
    "a:1|c:2|c\n",
    ["stats.counters.a.count 3", "stats.counters.a.rate 0.3"],
  ],
  [
    "DataDog's several values",
    "a:1:2:3|c",
    ["stats.counters.a.count 6", "stats.counters.a.rate 0.6"],
  ],
  ["a gauge", "a:1.5|g\na:-0.5|g\na:+3|g", ["stats.gauges.a 4"]],
  ["a set", "a:x|s\na:y|s\na:x|s", ["stats.sets.a.count 2"]],
  ["a set of packed members", "a:x:y|s", ["stats.sets.a.count 2"]],
  ["tags", "a:1|g|#z:1,flag,b:x=y", ["stats.gauges.a;b=x=y;flag=true;z=1"].map((n) => `${n} 1`)],
  ["tags and a container", "a:1|g|#k:v|c:abc|T1656581400", ["stats.gauges.a;k=v 1"]],
  ["Graphite's tags in the name", "a;k=v;b=c:1|g", ["stats.gauges.a;b=c;k=v 1"]],
  ["a name to be cleaned", "a  b/c!é%:1|g", ["stats.gauges.a_b-cé 1"]],
  ["a check", "_sc|svc|2|#env:x|m:down|#no:tag", ["stats.checks.svc;env=x 2"]],
])("StatsdReader and StatsdAggregator take %s", (ignored, text, expected) => {
  const bench = new Bench().send(text);
  expect(bench.flush()).toEqual(expected);
  expect(bench.sink.faults).toEqual([]);
});

test.each([
  ["without a name", ":1|c", "missing-name"],
  ["of a name that nothing is left of", "!%:1|c", "missing-name"],
  ["without a value", "abc", "missing-value"],
  ["of a gauge without a value", "a:|g", "missing-value"],
  ["without a type", "a:1", "missing-type"],
  ["of an unknown type", "a:1|x", "bad-type"],
  ["of an empty type", "a:1|", "bad-type"],
  ["of text", "a:x|c", "bad-value"],
  ["of no number", "a:nan|g", "bad-value"],
  ["of a rate of 0", "a:1|c|@0", "bad-rate"],
  ["of a rate above 1", "a:1|c|@2", "bad-rate"],
  ["of an event cut short", "_e{5,5}:abc|d", "bad-event"],
  ["of an unknown check state", "_sc|svc|4", "bad-check"],
  ["of a long name", `${"x".repeat(5000)}:1|c`, "long-name"],
  ["beyond the limit", `${"x".repeat(9000)}:1|c`, "long-line"],
])("StatsdReader refuses a line %s and keeps its neighbours", (ignored, bad, reason) => {
  const bench = new Bench().send(`a:1|g\n${bad}\n\nb:2|g`);
  expect(bench.sink.reasons).toEqual([reason]);
  expect(bench.flush()).toEqual(["stats.gauges.a 1", "stats.gauges.b 2"]);
});

test("StatsdReader takes what hot-shots sent", () => {
  const bench = new Bench().send(capture("statsd.000.udp")).send(capture("statsd.001.udp"));
  const lines = bench.flush();
  expect(bench.sink.faults).toEqual([]);
  expect(lines).toContain("stats.counters.req.count;a=b;env=x 2");
  expect(lines).toContain("stats.timers.dist.mean;env=x 5");
});

test("StatsdReader gives events as notes, whose lengths are of bytes", () => {
  const bench = new Bench();
  bench.send("_e{5,9}:dé|x|now\\nthen|d:1700000000|h:web1|t:error|#env:x,b");
  bench.send("_e{1,3}:t|txt|#a:b");
  expect(bench.sink.faults).toEqual([]);
  expect(bench.notes).toEqual([
    {
      title: "dé|x",
      text: "now\nthen",
      timeMs: 1_700_000_000_000,
      kind: "error",
      host: "web1",
      tags: ["env:x", "b"],
    },
    { title: "t", text: "txt", timeMs: NaN, kind: "", host: "", tags: ["a:b"] },
  ]);
  expect(bench.aggregator.noteCount).toBe(2);
});

test("StatsdAggregator writes a timer's numbers as StatsD does", () => {
  const bench = new Bench().send(
    `t:10|ms|@0.5\nt:20|ms\n${[30, 40, 50, 60, 70, 80, 90, 1000].map((v) => `t:${v}|ms`).join("\n")}`,
  );
  const numbers = Object.fromEntries(
    bench.flush().map((line) => line.replace("stats.timers.t.", "").split(" ") as [string, string]),
  );
  expect(numbers).toEqual({
    count: "11",
    count_ps: "1.1",
    lower: "10",
    upper: "1000",
    mean: "145",
    median: "55",
    std: String(
      Math.sqrt(
        [10, 20, 30, 40, 50, 60, 70, 80, 90, 1000].reduce((s, v) => s + (v - 145) ** 2, 0) / 10,
      ),
    ),
    sum: "1450",
    sum_squares: "1028500",
    count_90: "9",
    mean_90: "50",
    upper_90: "90",
    sum_90: "450",
    sum_squares_90: "28500",
  });
});

test("StatsdAggregator agrees with sorting and slicing, for fastest and slowest", () => {
  const random = seededRandom(8);
  for (let round = 0; round < 50; round++) {
    const values = Array.from({ length: 1 + nextInteger(random, 40) }, () =>
      nextInteger(random, 100),
    );
    const bench = new Bench({ percentiles: [75, -25] }).send(
      values.map((v) => `t:${v}|ms`).join("\n"),
    );
    const lines = bench.flush();
    const sorted = values.toSorted((a, b) => a - b);
    const low = sorted.slice(0, Math.round(0.75 * values.length));
    const high = sorted.slice(values.length - Math.round(0.25 * values.length));
    const sum = (part: readonly number[]): number => part.reduce((s, v) => s + v, 0);
    if (low.length > 0) {
      expect(lines).toContain(`stats.timers.t.sum_75 ${sum(low)}`);
      expect(lines).toContain(`stats.timers.t.upper_75 ${low.at(-1)}`);
    }
    if (high.length > 0) {
      expect(lines).toContain(`stats.timers.t.sum_top25 ${sum(high)}`);
      expect(lines).toContain(`stats.timers.t.lower_top25 ${high[0]}`);
    }
  }
});

test("StatsdAggregator is silent about idle counters, timers and sets, and repeats gauges for a while", () => {
  const bench = new Bench({ gaugeRepeatMs: 30_000, keyIdleMaxMs: 60_000 });
  bench.send("c:1|c\nt:1|ms\ns:x|s\ng:5|g");
  expect(bench.flush(10_000).length).toBeGreaterThan(10);
  expect(bench.flush(20_000)).toEqual(["stats.gauges.g 5"]);
  expect(bench.flush(40_000)).toEqual([]);
  bench.send("g:+1|g");
  expect(bench.flush(50_000)).toEqual(["stats.gauges.g 6"]);
  expect(bench.aggregator.keyCount).toBe(4);
  expect(bench.flush(70_000)).toEqual(["stats.gauges.g 6"]);
  expect(bench.aggregator.keyCount).toBe(1);
  bench.flush(200_000);
  expect(bench.aggregator.keyCount).toBe(0);
});

test("StatsdAggregator writes idle zeros when asked", () => {
  const bench = new Bench({ writesIdleZeros: true }).send("c:1|c\nt:1|ms\ns:x|s");
  bench.flush(10_000);
  expect(bench.flush(20_000)).toEqual([
    "stats.counters.c.count 0",
    "stats.counters.c.rate 0",
    "stats.timers.t.count 0",
    "stats.timers.t.count_ps 0",
    "stats.sets.s.count 0",
  ]);
});

test("StatsdAggregator keeps no more keys and values than its limits, and counts the rest", () => {
  const bench = new Bench({ keyCountMax: 2, heldValueCountMax: 3 });
  bench.send("a:1|c\nb:1|c\nc:1|c\na:1|c");
  expect(bench.sink.reasons).toEqual(["too-many-keys"]);
  expect(bench.flush()).toEqual([
    "stats.counters.a.count 2",
    "stats.counters.a.rate 0.2",
    "stats.counters.b.count 1",
    "stats.counters.b.rate 0.1",
  ]);
  const timers = new Bench({ heldValueCountMax: 3 }).send("t:1|ms\nt:2|ms\nt:3|ms\nt:4|ms\ns:x|s");
  expect(timers.sink.reasons).toEqual(["too-many-values", "too-many-values"]);
  expect(timers.flush()).toEqual(
    expect.arrayContaining([
      "stats.timers.t.count 4",
      "stats.timers.t.sum 6",
      "stats.sets.s.count 0",
    ]),
  );
  timers.send("s:x|s");
  expect(timers.flush(20_000)).toEqual(["stats.sets.s.count 1"]);
});

test("the StatsD reader takes any bytes without a throw, and what comes behind them", () => {
  const line = fc
    .array(
      fc.constantFrom(
        "a",
        ":",
        "|",
        "#",
        "@",
        "1",
        ".5",
        "-",
        "c",
        "ms",
        "s",
        "_e{1,1}:",
        "_sc|",
        ",",
        ";=",
        "\n",
        "é",
      ),
      { maxLength: 20 },
    )
    .map((parts) => Buffer.from(parts.join("")));
  const sound = Buffer.from(
    "req:1|c|@0.5|#env:x,a:b\nt:1:2:3|d|#a\n_e{1,3}:t|txt|#a:b\n_sc|svc|0|#b:c",
  );
  fc.assert(
    fc.property(fc.oneof(line, spoiled(sound)), (bytes) => {
      const bench = new Bench().send(bytes).send("last:7|g");
      expect(bench.flush()).toContain("stats.gauges.last 7");
    }),
    { numRuns: 1500 },
  );
});
