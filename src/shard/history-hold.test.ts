import { expect, test } from "vitest";
import type { Episode, EpisodeEvent } from "../model/index.ts";
import { HistoryHold } from "./history-hold.ts";

function event(change: EpisodeEvent["change"], name: string): EpisodeEvent {
  return { change, episode: { name } as Episode };
}

function wordsOf(events: readonly EpisodeEvent[]): string[] {
  return events.map(({ change, episode }) => `${episode.name} ${change}`);
}

test("HistoryHold tells of an anomaly in history when it has ended there, or all is read, in order", () => {
  const reading = new Set(["a", "c"]);
  const hold = new HistoryHold();
  const sift = (...events: EpisodeEvent[]): string[] =>
    wordsOf(hold.sift(events, (name) => reading.has(name)));
  expect(sift(event("started", "a"), event("started", "b"))).toEqual(["b started"]);
  expect(hold.activeCount).toBe(1);
  expect(sift(event("ended", "a"))).toEqual(["a started", "a ended"]);
  expect(hold.activeCount).toBe(0);
  expect(sift(event("started", "a"), event("started", "c"))).toEqual([]);
  reading.delete("a");
  expect(sift()).toEqual(["a started"]);
  reading.clear();
  expect(sift(event("changed", "c"))).toEqual(["c started", "c changed"]);
});

test("HistoryHold tells at once what finds no room, and everything when it is released", () => {
  const hold = new HistoryHold({ seriesCountMax: 1 });
  const events = [event("started", "a"), event("started", "b")];
  expect(wordsOf(hold.sift(events, () => true))).toEqual(["b started"]);
  expect(wordsOf(hold.release())).toEqual(["a started"]);
  expect(hold.release()).toEqual([]);
});
