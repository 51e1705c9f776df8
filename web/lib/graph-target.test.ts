import { expect, test } from "vitest";
import type { ViewJson } from "../../src/webapp/contract.ts";
import {
  graphAddressOf,
  graphPath,
  multiplesOfNodes,
  multiplesOfTag,
  nameAtEnd,
  placeOfError,
  readDrawing,
  readMultiples,
  siblingsOf,
  targetOfName,
  targetsOfText,
  textOfMultiples,
} from "./graph-target.ts";

test.each([
  ["web.fe1.load", "web.fe1.load"],
  ["disk.used;host=fe1", 'seriesByTag("name=disk.used", "host=fe1")'],
  ['a(b"c', undefined],
  ['disk;host=a"b', undefined],
  ["12.5", undefined],
])("targetOfName() writes %s as a target", (name, target) => {
  expect(targetOfName(name)).toBe(target);
});

test.each([
  ["web.fe1.load", "web.fe1.*"],
  ["web.fe1.load;host=a.b", "web.fe1.*"],
  ["load", undefined],
])("siblingsOf() %s", (name, pattern) => {
  expect(siblingsOf(name)).toBe(pattern);
});

test("targetsOfText() takes a target per line, and graphPath() keeps them all", () => {
  const targets = targetsOfText(" sumSeries(a.*)\n\nb.c&d \n");
  expect(targets).toEqual(["sumSeries(a.*)", "b.c&d"]);
  const query = new URL(graphPath(targets), "http://x").searchParams;
  expect(query.getAll("target")).toEqual(targets);
});

test.each([
  ["web.*", { kind: "tree", pattern: "web.*" }],
  ["tag: host", { kind: "tag", tag: "host" }],
  ["tag:", undefined],
  [" ", undefined],
])("readMultiples() reads %j", (text, multiples) => {
  expect(readMultiples(text)).toEqual(multiples);
});

test.each([
  ["sumSeries(web.fe", "web.fe"],
  ["sumSeries(web.fe1)", ""],
  ["a", ""],
])("nameAtEnd() of %j", (text, name) => {
  expect(nameAtEnd(text)).toBe(name);
});

test("multiplesOfNodes() lead a leaf to its page and a branch below it, and know what is in them", () => {
  const [branch, leaf] = multiplesOfNodes([
    { id: "web.up", leaf: 1 },
    { id: "web.fe1", leaf: 0 },
  ]);
  expect([branch?.href, branch?.target]).toEqual(["/graph?multiples=web.fe1.*", "web.fe1.*"]);
  expect([leaf?.href, leaf?.target]).toEqual(["/m/web.up", "web.up"]);
  expect(["web.fe1.load", "web.fe10.load"].map((name) => branch?.holds(name))).toEqual([
    true,
    false,
  ]);
  expect(["web.up;a=b", "web.upper"].map((name) => leaf?.holds(name))).toEqual([true, false]);
});

test("multiplesOfTag() is one target per value", () => {
  const [one, ...others] = multiplesOfTag("host", ["fe1", 'a"b']);
  expect(others).toEqual([]);
  expect(one?.target).toBe('seriesByTag("host=fe1")');
  expect(["d;host=fe1;x=y", "d;host=fe10"].map((name) => one?.holds(name))).toEqual([true, false]);
});

test("placeOfError() counts from 0", () => {
  expect(placeOfError('The target goes on with "(" at character 14; expected')).toBe(13);
  expect(placeOfError("too much")).toBeUndefined();
});

const separate: ViewJson = {
  ...{ id: "v", name: "v", note: "", from: "-6h", until: "now", created: 1, changed: 1 },
  targets: ["a", "b"],
  layout: "separate",
};

test.each([
  ["", undefined, { targets: [], layout: "overlaid" }],
  ["target=a&target=b", undefined, { targets: ["a", "b"], layout: "overlaid" }],
  ["target=a&layout=separate", undefined, { targets: ["a"], layout: "separate" }],
  ["target=a&multiples=b.*", undefined, { targets: ["a"], layout: "overlaid" }],
  ["multiples=b.*", undefined, { targets: ["b.*"], layout: "tree" }],
  ["multiples=tag:host", undefined, { targets: ["host"], layout: "tag" }],
  ["range=1h", separate, { targets: ["a", "b"], layout: "separate" }],
  ["layout=overlaid", separate, { targets: ["a", "b"], layout: "overlaid" }],
  ["target=c", separate, { targets: ["c"], layout: "separate" }],
  ["multiples=tag:dc", separate, { targets: ["dc"], layout: "tag" }],
] as const)("readDrawing() of ?%s", (query, view, drawing) => {
  const read = readDrawing(new URLSearchParams(query), view);
  expect(read).toEqual(drawing);
  const again = readMultiples(textOfMultiples(read));
  expect(again?.kind).toBe(
    read.layout === "tree" || read.layout === "tag" ? read.layout : undefined,
  );
});

test.each([
  ["sumSeries(web.*.load)", ["sumSeries(web.*.load)"]],
  [" sumSeries(web.* ", ["sumSeries(web.*"]],
  ["web.*.load | scale(2)", ["web.*.load | scale(2)"]],
  ["target=web.fe1.load", ["web.fe1.load"]],
  ["target=scale(a,2)&target=b", ["scale(a,2)", "b"]],
  ["http://old:8080/render?width=5&target=alias(a%2C%22x%22)&target=b", ['alias(a,"x")', "b"]],
])("graphAddressOf() draws %s", (text, targets) => {
  const address = graphAddressOf(text) ?? "";
  expect(new URL(address, "http://x").searchParams.getAll("target")).toEqual(targets);
});

test("graphAddressOf() takes over the range of an address", () => {
  const address = graphAddressOf("/render?target=a&from=-2h&format=png");
  expect(address).toBe("/graph?target=a&from=-2h&until=now");
});

test.each(["", "web", "web.fe1.load", "disk (root)", "seriesByTag", "disk.used;target=a", "a==b"])(
  "graphAddressOf() leaves %j to the names",
  (text) => {
    expect(graphAddressOf(text)).toBeUndefined();
  },
);
