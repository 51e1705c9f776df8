import fc from "fast-check";
import { expect, test } from "vitest";
import { PromqlError } from "./error.ts";
import { parseQuery, parseSelector } from "./parser.ts";
import { printPretty, printQuery } from "./print.ts";

test.each([
  ["1+2*3", "1 + 2 * 3"],
  ["-2^2", "-2 ^ 2"],
  ["1e3", "1000"],
  ["0.00001", "1e-05"],
  ["1e21", "1e+21"],
  ["inf", "+Inf"],
  ["foo{a='b',c!~\"d\"}[5m]offset 1h30m", 'foo{a="b",c!~"d"}[5m] offset 1h30m'],
  ["foo offset -8d @ 12", "foo @ 12.000 offset -8d"],
  ["foo@end()", "foo @ end()"],
  ["rate(foo[5m])[1h:] @ start()", "rate(foo[5m])[1h:] @ start()"],
  ["SUM(foo)BY(a,b)", "sum by (a, b) (foo)"],
  ["sum without(a)(foo)", "sum without (a) (foo)"],
  ["topk(3,foo)", "topk(3, foo)"],
  ["a/on(x)group_left(y)b", "a / on (x) group_left (y) b"],
  ["a > bool ignoring(x) b", "a > bool ignoring (x) b"],
  ["a and b or c unless d", "a and b or c unless d"],
  ["(1)", "(1)"],
  ["sum", "sum"],
  ["{'servers.fe1.cpu',host='a'}", '{__name__="servers.fe1.cpu",host="a"}'],
  ["sum by ('http.host') (foo)", 'sum by ("http.host") (foo)'],
  ["# comment\nfoo", "foo"],
])("parseQuery(%j) prints as %j", (query, printed) => {
  expect(printQuery(parseQuery(query))).toBe(printed);
  expect(printQuery(parseQuery(printed))).toBe(printed);
});

test("printPretty() breaks what is longer than a line", () => {
  const query = `sum by (instance) (rate(${"a".repeat(60)}[5m])) / sum(${"b".repeat(60)})`;
  const pretty = printPretty(parseQuery(query));
  expect(pretty.split("\n").length).toBeGreaterThan(1);
  expect(printQuery(parseQuery(pretty))).toBe(query);
});

test.each([
  ["sum(foo", "1:8: parse error: unexpected end of input"],
  ["foo\n  bar", '2:3: parse error: unexpected word "bar"'],
  ["rate(foo)", "1:6: parse error: expected type range vector"],
  ["nosuch(foo)", '1:1: parse error: unknown function with name "nosuch"'],
  ["info(foo)", "experimental"],
  ["histogram_quantile(0.9, histogram_sum(foo))", "1:25: parse error"],
  ["foo{a=~'('}", "1:1: parse error: error parsing regexp"],
  ["a".repeat(40_000), "1:1: parse error: the query has more than"],
  ["(".repeat(1000), "levels of nesting"],
  [Array.from({ length: 1000 }, () => "1").join("+"), "operators in a row"],
])("parseQuery() says what is wrong and where: %.40s", (query, message) => {
  let found = "";
  try {
    parseQuery(query);
  } catch (error) {
    found = error instanceof PromqlError ? error.message : String(error);
  }
  expect(found).toContain(message);
});

test("parseSelector() takes a plain selector and nothing else", () => {
  expect(parseSelector("up{a='b'}").matchers).toHaveLength(2);
  for (const query of ["up offset 5m", "up[5m]", "sum(up)", "1"]) {
    expect(() => parseSelector(query), query).toThrow(PromqlError);
  }
});

const piece = fc.constantFrom(
  ...["foo", "sum", "rate", "by", "on", "group_left", "bool", "offset", "(", ")", "[", "]", "{"],
  ...["}", "5m", "1", "'x'", ",", "=", "=~", "+", "-", "^", "and", "==", "@", "start", ":", "a"],
);

test("parseQuery() answers any text with a tree that prints and reads again, or a PromqlError", () => {
  const texts = fc.oneof(
    fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(" ")),
    fc.string({ maxLength: 60 }),
  );
  fc.assert(
    fc.property(texts, (text) => {
      let printed: string;
      try {
        printed = printQuery(parseQuery(text));
      } catch (error) {
        expect(error).toBeInstanceOf(PromqlError);
        return;
      }
      expect(printQuery(parseQuery(printed))).toBe(printed);
    }),
    { numRuns: 2000 },
  );
});
