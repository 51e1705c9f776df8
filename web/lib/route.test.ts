import { expect, test } from "vitest";
import { anomalyPath, metricPath, parsePath, withQuery } from "./route.ts";

test.each([
  ["/", { page: "now", anomalyId: null }],
  ["/a/2026-11-x7", { page: "now", anomalyId: "2026-11-x7" }],
  ["/m/web.fe1.load", { page: "metric", name: "web.fe1.load" }],
  ["/m/disk/sda", { page: "metric", name: "disk/sda" }],
  ["/m/100%", { page: "metric", name: "100%" }],
  ["/history", { page: "history" }],
  ["/history/", { page: "history" }],
  ["/oculus", { page: "similar" }],
  ["/graph", { page: "graph" }],
  ["/collections", { page: "collections" }],
  ["/collections/", { page: "collections" }],
  ["/collections/c 1", { page: "collection", id: "c 1" }],
  ["/views", { page: "views" }],
  ["/views/miezbp34", { page: "view", id: "miezbp34" }],
  ["/admin", { page: "admin" }],
  ["/rules", { page: "rules" }],
  ["/feedback", { page: "feedback" }],
  ["/constructor", { page: "unknown" }],
  ["/history/x", { page: "unknown" }],
  ["/m/", { page: "unknown" }],
  ["/kale/points", { page: "unknown" }],
])("parsePath() reads %s", (path, route) => {
  expect(parsePath(path)).toEqual(route);
});

test.each(["a b", "disk.used;host=fe/1", "<b>ä</b>", "50%?x#y", "../.."])(
  "metricPath() and anomalyPath() bring %j back",
  (name) => {
    expect(parsePath(metricPath(name))).toEqual({ page: "metric", name });
    expect(parsePath(anomalyPath(name))).toEqual({ page: "now", anomalyId: name });
  },
);

test("withQuery() leaves out what is not set", () => {
  expect(withQuery("/m/x", { from: 1, until: undefined, name: "" })).toBe("/m/x?from=1");
  expect(withQuery("/m/x", {})).toBe("/m/x");
});
