import { expect, test } from "vitest";
import { EpisodeTracker, Judge } from "../analyzer/index.ts";
import { seededRandom } from "../base/random.ts";
import type { EpisodeEvent } from "../model/index.ts";
import { PlainWindow } from "./plain-window.fixture.ts";
import { VoteSweep } from "./vote-sweep.ts";
import { lane } from "./waiting-ids.ts";

const stepMs = 10_000;
const startMs = 1_780_272_000_000;

test("VoteSweep judges rows by running sums, and in full where these cannot tell", () => {
  const window = new PlainWindow();
  const random = seededRandom(8);
  const sweep = new VoteSweep(window, new Judge(), new EpisodeTracker(), {
    fullDurationMs: 86_400_000,
  });
  const events: EpisodeEvent[] = [];
  let nowMs = startMs;
  const come = (value: number): number => {
    nowMs += stepMs;
    window.add("a", nowMs, value);
    return sweep.take(0, nowMs, value, nowMs);
  };
  for (let i = 0; i < 400; i++) window.add("a", (nowMs += stepMs), 50 + 5 * random.next());
  expect(come(52)).toBe(lane.unread);
  sweep.judge(0, nowMs, events);
  expect(sweep.statusCounts).toMatchObject({ ok: 1, Boring: 0 });

  for (let i = 0; i < 20; i++) expect(come(50 + 5 * random.next())).toBe(0);
  const asked: [id: number, to: number][] = [];
  sweep.pass(0, 1, nowMs, (id, to) => asked.push([id, to]));
  expect(asked).toEqual([[0, lane.routine]]);
  sweep.judge(0, nowMs, events);
  sweep.pass(0, 1, nowMs, (id, to) => asked.push([id, to]));
  expect(asked).toHaveLength(1);
  expect([sweep.differenceCount, events.length]).toEqual([0, 0]);

  expect(come(62)).toBe(lane.behind); // beyond some limits, not beyond most
  sweep.judge(0, nowMs, events);
  for (let k = 0; k < 3; k++) {
    expect(come(900)).toBe(events.length === 0 ? lane.urgent : lane.open);
    sweep.judge(0, nowMs, events);
  }
  expect(events[0]).toMatchObject({ change: "started", episode: { name: "a", observed: 900 } });
  expect(come(52)).toBe(lane.open); // what is open goes on being looked at
  sweep.forget(0);
  expect(sweep.statusCounts).toMatchObject({ ok: 0 });
  expect(sweep.differenceCount).toBe(0);
});
