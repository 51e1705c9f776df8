import { expect, test } from "vitest";
import { systemClock } from "../base/clock.ts";
import type { SeriesWindow } from "../model/index.ts";
import { NameIndex } from "./name-index.ts";

/** Only the names of a window; every third id is free. */
function namedWindow(names: readonly string[]): SeriesWindow {
  const none = (): never => {
    throw new Error("only names are asked for");
  };
  return {
    idCount: names.length * 2,
    isLive: (id) => id % 2 === 0,
    name: (id) => names[id / 2]!,
    find: none,
    newestMs: none,
    stated: none,
    revision: none,
    sampleCountMax: none,
    copy: none,
  };
}

const names = Array.from({ length: 30_000 }, (unused, i) => {
  return `servers.web${i % 100}.cpu${Math.floor(i / 100)};host=web${i % 100}`;
});

test("select(), browse() and countTags() look at every live name", async () => {
  const index = new NameIndex(namedWindow(names), systemClock);
  const matchers = [{ key: "host", test: "equal" as const, value: "web7" }];
  const page = await index.select({ matchers, limit: 3 });
  expect(page.totalCount).toBe(300);
  expect(page.names).toEqual([0, 100, 101].map((i) => `servers.web7.cpu${i};host=web7`));
  expect(await index.browse({ pattern: "servers.web9*", limit: 2 })).toEqual([
    { path: "servers.web9", isLeaf: false, hasChildren: true },
    { path: "servers.web90", isLeaf: false, hasChildren: true },
  ]);
  expect(await index.countTags({ matchers, prefix: "", limit: 9 })).toEqual([
    { text: "host", seriesCount: 300 },
  ]);
});

test("a long question gives the thread to others on the way", async () => {
  const index = new NameIndex(namedWindow(names), systemClock);
  const asked = index.select({ matchers: [], limit: names.length });
  let turnCount = 0;
  const others = setInterval(() => (turnCount += 1), 0);
  expect((await asked).names).toEqual([...names].sort());
  clearInterval(others);
  expect(turnCount).toBeGreaterThan(0);
});
