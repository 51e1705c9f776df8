import { expect, test } from "vitest";
import {
  canonicalName,
  hashName,
  nameMatcher,
  wholeNameMatcher,
  shardOf,
  sortNames,
} from "./series-name.ts";

const encoder = new TextEncoder();

test.each([
  { name: "a plain name", given: "web.fe1.load", expected: "web.fe1.load" },
  { name: "tags out of order", given: "disk;host=b;dc=a", expected: "disk;dc=a;host=b" },
  { name: "a tag given twice", given: "disk;host=a;host=b", expected: "disk;host=b" },
  { name: "empty tags", given: "disk;;host=;=x;dc=a;", expected: "disk;dc=a" },
  { name: "an equals sign in a value", given: "q;expr=a=b", expected: "q;expr=a=b" },
])("canonicalName() spells $name", ({ given, expected }) => {
  expect(canonicalName(given)).toBe(expected);
  expect(canonicalName(expected)).toBe(expected);
});

test("hashName() looks at its range only, and spreads similar names over shards", () => {
  const bytes = encoder.encode("xxweb.fe1.loadyy");
  const alone = encoder.encode("web.fe1.load");
  expect(hashName(bytes, 2, bytes.length - 2)).toBe(hashName(alone, 0, alone.length));

  const counts = [0, 0, 0, 0];
  for (let i = 0; i < 4000; i++) {
    const name = encoder.encode(`web.fe${i}.load`);
    const shard = shardOf(hashName(name, 0, name.length), 4);
    counts[shard] = (counts[shard] ?? 0) + 1;
  }
  for (const count of counts) expect(count).toBeGreaterThan(800);
});

test.each([
  { query: "", name: "anything", matches: true },
  { query: "*", name: "anything", matches: true },
  { query: "fe1", name: "web.FE1.load", matches: true },
  { query: "fe2", name: "web.fe1.load", matches: false },
  { query: "web.*.load", name: "web.fe1.load", matches: true },
  { query: "web.*.load", name: "web.fe1.cpu", matches: false },
  { query: "web.*.load", name: "web.a.b.load", matches: true },
  { query: "web.fe?.load", name: "web.fe1.load", matches: true },
  { query: "web.fe?.load", name: "web.fe12.load", matches: false },
  { query: "web.fe[1-3].load", name: "web.fe2.load", matches: true },
  { query: "web.fe[1-3].load", name: "web.fe4.load", matches: false },
  { query: "web.fe[!1-3].load", name: "web.fe4.load", matches: true },
  { query: "{web,db}.load", name: "db.load", matches: true },
  { query: "{web,db}.{load,cpu}", name: "db.cpu", matches: true },
  { query: "{web,db}.load", name: "queue.load", matches: false },
  { query: "*load", name: "loadload", matches: true },
  { query: "a.b", name: "aXb", matches: false },
  { query: "web.fe[1", name: "web.fe[1", matches: true },
  { query: "(a+)+$*", name: "(a+)+$ of a name", matches: true },
])("nameMatcher() of $query on $name is $matches", ({ query, name, matches }) => {
  expect(nameMatcher(query)(name)).toBe(matches);
});

test.each([
  { query: "web.load", name: "web.load", matches: true },
  { query: "web.load", name: "web.load.max", matches: false },
  { query: "web.load", name: "WEB.load", matches: false },
  { query: "web.*", name: "web.load", matches: true },
  { query: "web.*", name: "db.load", matches: false },
  { query: "web{load}[1]", name: "web{load}[1]", matches: true },
])("wholeNameMatcher() of $query on $name is $matches", ({ query, name, matches }) => {
  expect(wholeNameMatcher(query)(name)).toBe(matches);
});

test("nameMatcher() stays fast on a pattern made to be slow", () => {
  const matches = nameMatcher("*a".repeat(200) + "b");
  expect(matches("a".repeat(1000))).toBe(false);
});

test("nameMatcher() bounds what braces expand to", () => {
  const matches = nameMatcher("{a,b,c,d,e,f,g,h}".repeat(12));
  expect(matches("a".repeat(12))).toBe(true);
});

test("sortNames() puts the name itself first, then names that begin with the text", () => {
  expect(sortNames(["x.cpu", "cpu.b", "cpu", "cpu.a", "a.cpu"], "cpu")).toEqual([
    "cpu",
    "cpu.a",
    "cpu.b",
    "a.cpu",
    "x.cpu",
  ]);
});
