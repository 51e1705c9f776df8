import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nextInteger, seededRandom, type Random } from "../../base/random.ts";
import { canonicalName, type SeriesMatcher, type SeriesTest } from "../../model/index.ts";
import {
  browseTree,
  compileSelector,
  countTagsOf,
  finish,
  mergeNamePages,
  mergeNodes,
  mergeTagCounts,
  partOf,
  quoteExpression,
  selectNames,
  SelectorError,
  tagsOf,
} from "./index.ts";
import { checkSelector } from "./selector.ts";

function passes(matcher: SeriesMatcher, name: string): boolean {
  const compiled = compileSelector([matcher]);
  if (!compiled.ok) throw new Error(compiled.fault.message);
  return compiled.test(name);
}

function faultOf(test: SeriesTest, value: string) {
  const compiled = compileSelector([
    { key: "name", test: "equal", value: "a" },
    { key: "host", test, value },
  ]);
  return compiled.ok ? undefined : compiled.fault;
}

describe("compileSelector()", () => {
  test.each<[SeriesTest, string, string, boolean]>([
    ["equal", "a.b", "a.b", true],
    ["equal", "a.b", "a.bc", false],
    ["equal", "a.b", "a.b.c", false],
    ["unequal", "a.b", "a.c", true],
    ["glob", "a.*", "a.b", true],
    ["glob", "a.*", "a.b.c", false],
    ["glob", "a.*", "a", false],
    ["glob", "*", "a", true],
    ["glob", "*.*.c", "a.b.c", true],
    ["glob", "a.b*d", "a.bcd", true],
    ["glob", "a.b*d", "a.b.d", false],
    ["glob", "a.b?", "a.bc", true],
    ["glob", "a?b", "a.b", false],
    ["glob", "a.[bc]", "a.c", true],
    ["glob", "a.[!bc]", "a.c", false],
    ["glob", "a.[^bc]x", "a.dx", true],
    ["glob", "a.[]]", "a.]", true],
    ["glob", "a.[a-c0-9]", "a.5", true],
    ["glob", "a.[a-", "a.[a-", true],
    ["glob", "a.{b,c}", "a.c", true],
    ["glob", "a.{b,c*}x", "a.ccx", true],
    ["glob", "a.{b,{c,d}e}", "a.de", true],
    ["glob", "a.{b,{c,d}e}", "a.d", false],
    ["glob", "{a.b,c}.d", "a.b.d", true],
    ["glob", "{a.b,c}.d", "c.d", true],
    ["glob", "{a.b,c}.d", "a.d", false],
    ["glob", "a.{}b", "a.b", true],
    ["glob", "a.{b.c", "a.{b.c", true],
    ["glob", "a.b}", "a.b}", true],
    ["glob", "☃.?", "☃.😀", true],
    ["glob", "a**b*", "axxbyy", true],
    ["wildcard", "a*", "a.b.c", true],
    ["wildcard", "*c", "a.b.c", true],
    ["wildcard", "a*b*c", "a.b.c", true],
    ["wildcard", "a*b*c", "a.c", false],
    ["wildcard", "ab*ba", "aba", false],
    ["wildcard", "*", "x", true],
    ["wildcard", "a[b]", "a[b]", true],
    ["wildcard", "a*b*b", "ab", false],
    ["match", "a.b", "axb", true],
    ["match", "a", "ab", false],
    ["match", "b|ab", "ab", true],
    ["match", "(?:ab|b)", "b", true],
    ["match", String.raw`a\.b|c`, "a.b", true],
    ["match", String.raw`a\.b|c`, "axb", false],
    ["match", "a|", "a", true],
    ["match", ".*", "anything", true],
    ["match", "(?i:AB)", "aB", true],
    ["match", "a.*z|q", "a.b.z", true],
    ["mismatch", "a.*", "b", true],
    ["mismatch", "a.*", "ab", false],
  ])("%s %j of the path %j is %j", (kind, value, path, expected) => {
    const matcher = { key: "name", test: kind, value };
    expect(passes(matcher, path)).toBe(expected);
    expect(passes(matcher, `${path};host=web1`)).toBe(expected);
    expect(passes({ ...matcher, key: "t" }, `m;a=1;t=${path}`)).toBe(expected);
    expect(passes({ ...matcher, key: "t" }, `m;a=1;t=${path};z=2`)).toBe(expected);
  });

  test.each<[SeriesTest, string, boolean]>([
    ["equal", "", true],
    ["unequal", "", false],
    ["match", "", true],
    ["match", "a|", true],
    ["match", ".+", false],
    ["match", ".*", true],
    ["mismatch", "a", true],
    ["glob", "*", true],
    ["wildcard", "*", true],
    ["wildcard", "a*", false],
  ])("a tag that is missing counts as the empty text: %s %j is %j", (kind, value, expected) => {
    for (const name of ["m", "m;a=1", "m;xhost=a"]) {
      expect(passes({ key: "host", test: kind, value }, name)).toBe(expected);
    }
  });

  test.each<[SeriesTest, string, string, number]>([
    ["match", "a(b", "bad-pattern", 0],
    ["match", "ab[c", "bad-pattern", 2],
    ["mismatch", "x(?=y)", "bad-pattern", 1],
    ["match", "a)(b", "bad-pattern", 0],
    ["match", "a{1001}", "bad-pattern", 1],
    ["match", "[a-z]{1000}[a-z]{1000}".repeat(40), "too-large", 0],
    ["equal", "x".repeat(70_000), "too-large", 65_536],
    ["glob", "{a,b}".repeat(11), "too-large", 0],
    ["glob", `x.${"{a,".repeat(10)}b${"}".repeat(10)}`, "too-large", 2],
    ["glob", "x".repeat(20_000), "too-large", 16_384],
  ])("%s %j is refused as %s", (kind, value, code, offset) => {
    expect(faultOf(kind, value)).toMatchObject({ code, offset, matcherIndex: 1 });
  });

  test("the error of an index names code and place", () => {
    const matchers = [{ key: "name", test: "match", value: "ab[c" }] as const;
    expect(() => {
      checkSelector(matchers);
    }).toThrow(SelectorError);
    try {
      checkSelector(matchers);
    } catch (error) {
      expect((error as SelectorError).code).toBe("SELECTOR_BAD_PATTERN");
      expect((error as SelectorError).message).toMatch(/character 3: missing closing \]/);
    }
  });

  test("more conditions than the limit are refused", () => {
    const matchers = Array.from({ length: 65 }, () => ({
      key: "name",
      test: "equal" as const,
      value: "a",
    }));
    expect(compileSelector(matchers)).toMatchObject({ ok: false, fault: { code: "too-large" } });
  });

  test("a list of texts as an expression is what RE2 makes of it", () => {
    const chars = fc.constantFrom("a", "b", "|", ".", "\\", "-", "*", "(", ")", " ", "$");
    fc.assert(
      fc.property(fc.array(fc.string({ unit: chars, maxLength: 4 }), { maxLength: 4 }), (words) => {
        const list = words.map(quoteExpression).join("|");
        const slow = `(?:${list})()`;
        for (const text of [...words, "a", "", "ab"]) {
          const fast = passes({ key: "t", test: "match", value: list }, `m;t=${text}`);
          expect(fast).toBe(passes({ key: "t", test: "match", value: slow }, `m;t=${text}`));
        }
      }),
    );
  });

  test("nothing that is typed makes it throw, or take long", () => {
    const tests: SeriesTest[] = ["equal", "unequal", "match", "mismatch", "glob", "wildcard"];
    const unit = fc.constantFrom(..."ab.*?[]{},!^-\\()|+;=1😀".split(""));
    fc.assert(
      fc.property(fc.constantFrom(...tests), fc.string({ unit, maxLength: 40 }), (kind, value) => {
        const compiled = compileSelector([{ key: "name", test: kind, value }]);
        if (compiled.ok) compiled.test("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab.aaaa;b=a");
        else expect(compiled.fault.message).toMatch(/\.$/);
      }),
      { numRuns: 2_000 },
    );
  });

  test("a hostile glob costs no more than its length times the name's", () => {
    const value = `${"*a".repeat(200)}b`;
    expect(passes({ key: "name", test: "glob", value }, "a".repeat(1000))).toBe(false);
    expect(passes({ key: "name", test: "glob", value: "{".repeat(16_000) }, "a")).toBe(false);
    expect(passes({ key: "name", test: "glob", value: "[".repeat(16_000) }, "a")).toBe(false);
  });
});

test("partOf() and tagsOf() read a name in its one spelling", () => {
  const name = canonicalName("disk.used;host=a=b;dc=1;rest=x;rest=y z");
  expect(tagsOf(name)).toEqual([
    { key: "dc", value: "1" },
    { key: "host", value: "a=b" },
    { key: "rest", value: "y z" },
  ]);
  expect(["name", "dc", "host", "ost", "none"].map((key) => partOf(name, key))).toEqual([
    ...["disk.used", "1", "a=b", "", ""],
  ]);
  expect(tagsOf("plain.path")).toEqual([]);
});

/** A fleet's names, in no order. */
function fleet(random: Random, count: number): string[] {
  const names = new Set<string>();
  for (let i = 0; i < count; i++) {
    const path = Array.from({ length: 1 + nextInteger(random, 3) }, () => {
      return `p${nextInteger(random, 12)}`;
    }).join(".");
    const tags = ["host", "dc", "role"].filter(() => nextInteger(random, 2) === 0);
    names.add(path + tags.map((tag) => `;${tag}=${tag}${nextInteger(random, 9)}`).join(""));
  }
  return [...names].map(canonicalName);
}

/** Spread over shards, asked each, and put together again. */
function sharded(names: readonly string[]): string[][] {
  return [0, 1, 2].map((shard) => names.filter((unused, i) => i % 3 === shard));
}

const selectors: readonly (readonly SeriesMatcher[])[] = [
  [],
  [{ key: "name", test: "glob", value: "p1.*" }],
  [
    { key: "name", test: "match", value: "p[0-5].*" },
    { key: "host", test: "unequal", value: "" },
    { key: "dc", test: "mismatch", value: "dc1|dc2" },
  ],
];

test.each([1, 7, 300, 100_000])(
  "select, browse and counts of shards together are those of all names, cut at %i",
  (limit) => {
    const seed = 31;
    const names = fleet(seededRandom(seed), 9_000);
    for (const matchers of selectors) {
      const wanted = names.filter((name) => matchers.every((each) => passes(each, name))).sort();
      const selector = { matchers, limit };
      const pages = sharded(names).map((some) => finish(selectNames(some, selector)));
      expect(mergeNamePages(pages, limit)).toEqual({
        names: wanted.slice(0, limit),
        totalCount: wanted.length,
      });
      for (const tag of [undefined, "host", "name", "none", "*"]) {
        const prefix = tag === undefined || tag === "*" ? "" : tag.slice(0, 1);
        const query = { tag, matchers, prefix, limit };
        const lists = sharded(names).map((some) => finish(countTagsOf(some, query)));
        expect(mergeTagCounts(lists, limit)).toEqual(slowCounts(wanted, tag, query.prefix, limit));
      }
    }
    for (const pattern of ["*", "p1.*", "*.*.p{1,2}", "p1", "none.*", "{p1,p2.p3}.*"]) {
      const query = { pattern, limit };
      const lists = sharded(names).map((some) => finish(browseTree(some, query)));
      expect(mergeNodes(lists, limit)).toEqual(slowNodes(names, pattern).slice(0, limit));
    }
  },
);

function slowCounts(
  names: readonly string[],
  tag: string | undefined,
  prefix: string,
  limit: number,
): { text: string; seriesCount: number }[] {
  const texts = names.flatMap((name) =>
    tag === undefined
      ? tagsOf(name).map(({ key }) => key)
      : tag === "*"
        ? tagsOf(name).map(({ value }) => value)
        : [partOf(name, tag)],
  );
  const wanted = [...new Set(texts)].filter((text) => text !== "" && text.startsWith(prefix));
  return wanted
    .sort()
    .slice(0, limit)
    .map((text) => ({ text, seriesCount: texts.filter((each) => each === text).length }));
}

function slowNodes(names: readonly string[], pattern: string) {
  const paths = [...new Set(names.map((name) => partOf(name, "name")))];
  const prefixes = paths.flatMap((path) =>
    path.split(".").map((unused, i, parts) => parts.slice(0, i + 1).join(".")),
  );
  return [...new Set(prefixes)]
    .filter((path) => passes({ key: "name", test: "glob", value: pattern }, path))
    .sort()
    .map((path) => ({
      path,
      isLeaf: paths.includes(path),
      hasChildren: paths.some((each) => each.startsWith(`${path}.`)),
    }));
}

test("a scan yields often enough that nobody waits for it", () => {
  const names = fleet(seededRandom(3), 5_000);
  const steps = selectNames(names, { matchers: [], limit: 10_000 });
  let yieldCount = 0;
  while (steps.next().done !== true) yieldCount += 1;
  expect(yieldCount).toBeGreaterThan(names.length / 16);
});
