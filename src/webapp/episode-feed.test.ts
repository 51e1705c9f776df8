import { expect, test } from "vitest";
import { ManualClock } from "../base/clock.ts";
import type { EpisodeEvent } from "../model/index.ts";
import { EpisodeFeed } from "./episode-feed.ts";

const nowMs = 1_764_000_000_000;
const event = { change: "changed", episode: { id: "a" } } as EpisodeEvent;

function feedOf(entryCountMax: number): { feed: EpisodeFeed; clock: ManualClock } {
  const clock = new ManualClock(nowMs);
  return { clock, feed: new EpisodeFeed(clock, { entryCountMax }) };
}

test("EpisodeFeed gives what came after an id, in pieces, oldest first", () => {
  const { feed } = feedOf(100);
  const start = feed.lastId;
  feed.publish(Array<EpisodeEvent>(5).fill(event));
  const ids = feed.since(start, 100)?.map(({ id }) => id) ?? [];
  expect(ids).toEqual([1, 2, 3, 4, 5].map((i) => start + i));
  expect(feed.since(ids[1]!, 2)?.map(({ id }) => id)).toEqual(ids.slice(2, 4));
  expect(feed.since(feed.lastId, 100)).toEqual([]);
});

test("EpisodeFeed tells who has missed something from who has not, at every size of ring", () => {
  for (const entryCountMax of [1, 2, 3, 7]) {
    const { feed, clock } = feedOf(entryCountMax);
    const given = [feed.lastId];
    for (let i = 0; i < 25; i++) {
      clock.advance(i % 3);
      feed.publish([event]);
      given.push(feed.lastId);
      for (const [k, id] of given.entries()) {
        const missed = given.slice(k + 1);
        const expected = missed.length <= entryCountMax ? missed : undefined;
        expect(feed.since(id, 100)?.map((entry) => entry.id)).toEqual(expected);
      }
    }
  }
});

test("EpisodeFeed does not take an id of an earlier run, of the future, or nonsense for its own", () => {
  const { feed, clock } = feedOf(10);
  feed.publish([event]);
  const earlier = feed.lastId;
  clock.advance(60_000);
  const restarted = new EpisodeFeed(clock, { entryCountMax: 10 });
  expect(restarted.since(earlier, 10)).toBeUndefined();
  expect(restarted.since(restarted.lastId + 1, 10)).toBeUndefined();
  expect(restarted.since(NaN, 10)).toBeUndefined();
});

test("EpisodeFeed wakes subscribers once per publish, until they leave, and counts changes", () => {
  const { feed } = feedOf(10);
  let wakeCount = 0;
  const leave = feed.subscribe(() => (wakeCount += 1));
  feed.publish([event, event]);
  feed.publish([]);
  leave();
  feed.publish([event]);
  expect(wakeCount).toBe(1);
  expect(feed.changeCounts).toEqual({ started: 0, changed: 3, ended: 0 });
});
