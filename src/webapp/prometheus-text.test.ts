import { expect, test } from "vitest";
import { PrometheusText } from "./prometheus-text.ts";

test("PrometheusText writes families together, in the order they first came", () => {
  const text = new PrometheusText();
  text.counter("a_total", "Things.", 1, { kind: "x" });
  text.gauge("b", "Others.", 0.5);
  text.counter("a_total", "Things.", 2, { kind: "y", shard: 3 });
  expect(text.toString()).toBe(
    [
      "# HELP a_total Things.",
      "# TYPE a_total counter",
      'a_total{kind="x"} 1',
      'a_total{kind="y",shard="3"} 2',
      "# HELP b Others.",
      "# TYPE b gauge",
      "b 0.5",
      "",
    ].join("\n"),
  );
});

test.each([
  ['quote " back \\ line \n end', '{v="quote \\" back \\\\ line \\n end"}'],
  ["☃ 日本語 <b>", '{v="☃ 日本語 <b>"}'],
])("PrometheusText escapes the label %j", (value, expected) => {
  const text = new PrometheusText();
  text.gauge("a", 'Quotes stay " in help,\nlines and \\ do not.', 1, { v: value });
  expect(text.toString().split("\n")).toEqual([
    '# HELP a Quotes stay " in help,\\nlines and \\\\ do not.',
    "# TYPE a gauge",
    `a${expected} 1`,
    "",
  ]);
});

test.each([
  [Infinity, "+Inf"],
  [-Infinity, "-Inf"],
  [NaN, "NaN"],
  [true, "1"],
  [1e21, "1e+21"],
])("PrometheusText writes %s as %s", (value, expected) => {
  const text = new PrometheusText();
  text.gauge("a", "A.", value);
  expect(text.toString()).toContain(`\na ${expected}\n`);
});

test("PrometheusText leaves out what is not known", () => {
  const text = new PrometheusText();
  text.gauge("a", "A.", null);
  text.gauge("a", "A.", undefined);
  expect(text.toString()).toBe("");
});
