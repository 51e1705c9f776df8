import { expect, test } from "vitest";
import { emptyDrawing, withLevel } from "./drawing.ts";
import {
  emptyAsk,
  methodTraits,
  readAsk,
  similarPath,
  similarRequestPath,
  type SimilarAsk,
} from "./similar-ask.ts";

function queryOf(path: string): URLSearchParams {
  return new URL(path, "http://kale").searchParams;
}

const full: SimilarAsk = {
  target: { kind: "series", name: "a b.c;d=é,1" },
  range: { from: 1000, until: 4600 },
  method: "dtw",
  lagSeconds: 120,
  inverse: false,
  band: 0.1,
  filter: "web.*",
  exclude: ["web", "*.count", "x&y"],
  limit: 60,
};

test("readAsk() brings back everything that similarPath() wrote", () => {
  expect(readAsk(queryOf(similarPath(full)))).toEqual(full);
  expect(readAsk(queryOf(similarPath({})))).toEqual(emptyAsk);
  const drawing = withLevel(withLevel(emptyDrawing, 3, 10), 40, 90);
  const shape = { ...emptyAsk, target: { kind: "shape", drawing } } as const;
  expect(readAsk(queryOf(similarPath(shape)))).toEqual(shape);
});

test("similarPath() leaves out what is as usual", () => {
  expect(similarPath({ ...emptyAsk, target: { kind: "series", name: "a" } })).toBe(
    "/oculus?name=a",
  );
});

test.each([
  ["method=magic", emptyAsk],
  ["limit=0&lag=-5&band=7&inverse=perhaps", emptyAsk],
  ["from=200&until=100", emptyAsk],
  ["shape=abc", emptyAsk],
  ["exclude=a,b&exclude=a&exclude=", { ...emptyAsk, exclude: ["a", "b"] }],
  ["limit=2000", emptyAsk],
])("readAsk() of %s takes what can be read", (text, expected) => {
  expect(readAsk(new URLSearchParams(text))).toEqual(expected);
});

test.each([
  ["best", ["lag", "inverse", "band"]],
  ["correlation", ["lag", "inverse"]],
  ["euclidean", ["lag", "inverse"]],
  ["dtw", ["inverse", "band"]],
  ["fastdtw", ["inverse"]],
  ["change", []],
] as const)("similarRequestPath() sends %s only the options it takes", (method, options) => {
  const path = similarRequestPath({ ...full, method }, { limit: 20, offset: 40, page: "p1" });
  const query = queryOf(path);
  expect(["lag", "inverse", "band"].filter((option) => query.has(option))).toEqual(options);
  expect(query.getAll("exclude")).toEqual(full.exclude);
  expect([query.get("limit"), query.get("offset"), query.get("page")]).toEqual(["20", "40", "p1"]);
});

test("methodTraits name each method once, and none with a shape that it cannot take", () => {
  expect(new Set(methodTraits.map(({ method }) => method)).size).toBe(methodTraits.length);
  expect(methodTraits.filter(({ takesShape }) => !takesShape).map(({ method }) => method)).toEqual([
    "change",
  ]);
});
