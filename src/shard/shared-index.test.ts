import { expect, test } from "vitest";
import { systemClock } from "../base/clock.ts";
import { Rpc, type MessageEndpoint } from "../base/rpc.ts";
import type { SeriesIndex, SeriesMatcher, SeriesSelector } from "../model/index.ts";
import { finish, selectNames } from "../query/select/index.ts";
import { NameIndex } from "./name-index.ts";
import { ShardPool } from "./shard-pool.ts";
import { SharedIndex } from "./shared-index.ts";

const far = ["a.cpu;host=1", "a.cpu;host=2", "a.mem;host=1", "b.cpu;dc=x", "b.disk.used"];
/** Two of them are known in a window too, and one came just now. */
const windows = [["a.cpu;host=1", "new.cpu;host=3"], ["b.disk.used"]];

function windowIndex(names: readonly string[]): SeriesIndex {
  const none = (): never => {
    throw new Error("only names are asked for");
  };
  const rest = { find: none, newestMs: none, revision: none, sampleCountMax: none, copy: none };
  const window = { idCount: names.length, isLive: () => true, name: (id: number) => names[id]! };
  return new NameIndex({ ...rest, ...window }, systemClock);
}

/** Both ends of a line within one thread. */
function line(): [MessageEndpoint, MessageEndpoint] {
  const listeners: ((message: unknown) => void)[][] = [[], []];
  const end = (i: number): MessageEndpoint => ({
    postMessage(message) {
      queueMicrotask(() => {
        for (const listener of listeners[1 - i]!) listener(message);
      });
    },
    on: (unused, listener) => listeners[i]!.push(listener),
  });
  return [end(0), end(1)];
}

function pool(namesAreShared: boolean): ShardPool {
  const shards = windows.map((names) => {
    const [here, there] = line();
    const own = windowIndex(names);
    const shared = new SharedIndex(
      (selector: SeriesSelector) => Promise.resolve(finish(selectNames(far, selector))),
      systemClock,
    );
    new Rpc(there, {
      selectSeries: (asked: never) => own.select(asked),
      browseTree: (asked: never) => own.browse(asked),
      countTags: (asked: never) => own.countTags(asked),
      selectShared: (asked: never) => shared.select(asked),
      browseShared: (asked: never) => shared.browse(asked),
      countShared: (asked: never) => shared.countTags(asked),
    });
    return new Rpc(here);
  });
  return new ShardPool(shards, { namesAreShared });
}

const cpu: SeriesMatcher = { key: "name", test: "wildcard", value: "*.cpu" };

test("ShardPool finds what only the windows know, and what only a shared store knows, each once", async () => {
  const shared = pool(true);
  expect(await shared.select({ matchers: [cpu], limit: 10 })).toEqual({
    names: ["a.cpu;host=1", "a.cpu;host=2", "b.cpu;dc=x", "new.cpu;host=3"],
    totalCount: 4,
  });
  expect(await shared.select({ matchers: [cpu], limit: 2 })).toEqual({
    names: ["a.cpu;host=1", "a.cpu;host=2"],
    totalCount: 3,
  });
  expect(await shared.browse({ pattern: "*", limit: 10 })).toEqual([
    { path: "a", isLeaf: false, hasChildren: true },
    { path: "b", isLeaf: false, hasChildren: true },
    { path: "new", isLeaf: false, hasChildren: true },
  ]);
  expect(await shared.browse({ pattern: "b.disk.*", limit: 10 })).toEqual([
    { path: "b.disk.used", isLeaf: true, hasChildren: false },
  ]);
  expect(await shared.countTags({ tag: "host", matchers: [], prefix: "", limit: 10 })).toEqual([
    { text: "1", seriesCount: 2 },
    { text: "2", seriesCount: 1 },
    { text: "3", seriesCount: 1 },
  ]);
  expect(await shared.countTags({ matchers: [cpu], prefix: "", limit: 1 })).toEqual([
    { text: "dc", seriesCount: 1 },
  ]);
});

test("ShardPool asks the windows alone where each shard has all of its names", async () => {
  const alone = pool(false);
  expect((await alone.select({ matchers: [], limit: 10 })).names).toEqual([
    ...["a.cpu;host=1", "b.disk.used", "new.cpu;host=3"],
  ]);
  expect(await alone.browse({ pattern: "a.*", limit: 10 })).toEqual([
    { path: "a.cpu", isLeaf: true, hasChildren: false },
  ]);
});
