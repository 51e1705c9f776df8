import { expect, test } from "vitest";
import type { Episode } from "../model/index.ts";
import { eventOf } from "./cluster-share.ts";

const open: Episode = {
  id: "1-a",
  name: "web.load",
  startedMs: 1000,
  lastSeenMs: 5000,
  endedMs: null,
  endReason: null,
  before: 1,
  observed: 5,
  peak: 5,
  peakMs: 1000,
  expected: null,
  checks: [],
  voteCount: 6,
  sentence: "1 → 5",
};
const ended: Episode = { ...open, endedMs: 9000, endReason: "calm" };

test.each([
  { name: "one that is new", episode: open, known: undefined, change: "started" },
  { name: "one that is new and over", episode: ended, known: undefined, change: "ended" },
  { name: "one that ended", episode: ended, known: open, change: "ended" },
  {
    name: "one that went on",
    episode: { ...open, lastSeenMs: 6000 },
    known: open,
    change: "changed",
  },
  { name: "one that is known so", episode: open, known: { ...open }, change: undefined },
  { name: "an old copy", episode: { ...open, lastSeenMs: 4000 }, known: open, change: undefined },
  { name: "one that ended here before", episode: open, known: ended, change: undefined },
])("eventOf() of $name is $change", ({ episode, known, change }) => {
  expect(eventOf(episode, known)?.change).toBe(change);
});
