import { expect, test } from "vitest";
import { JudgeSchedule } from "./judge-schedule.ts";

const options = { roundIntervalMs: 1000, recheckMs: 50_000, hurryLagMs: 30_000, restMaxMs: 60_000 };

function round(schedule: JudgeSchedule, nowMs: number, revisions: readonly number[]): number[] {
  schedule.beginRound(nowMs);
  const ids: number[] = [];
  for (;;) {
    const id = schedule.next(nowMs, revisions.length, (i) => revisions[i]!);
    if (id < 0) return ids;
    ids.push(id);
  }
}

test("JudgeSchedule judges a series when it has news, and again only when it has more", () => {
  const schedule = new JudgeSchedule(options);
  expect(round(schedule, 0, [1, 1, 1])).toEqual([0, 1, 2]);
  expect(round(schedule, 1000, [1, 2, 1])).toEqual([1]);
  expect(round(schedule, 2000, [1, 2, 1])).toEqual([]);
});

test("JudgeSchedule renews every verdict before it is a minute old", () => {
  const schedule = new JudgeSchedule(options);
  round(schedule, 0, [1, 1]);
  expect(round(schedule, 49_999, [1, 1])).toEqual([]);
  expect(round(schedule, 50_000, [1, 1])).toEqual([0, 1]);
});

test("JudgeSchedule passes over free ids, and judges the series that comes to live there", () => {
  const schedule = new JudgeSchedule(options);
  expect(round(schedule, 0, [5, -1, 5])).toEqual([0, 2]);
  expect(round(schedule, 1000, [-1, 5, 5])).toEqual([1]);
  expect(round(schedule, 2000, [5, 5, 5])).toEqual([0]);
});

test("JudgeSchedule grows with the fleet", () => {
  const schedule = new JudgeSchedule(options);
  expect(round(schedule, 0, new Array<number>(5000).fill(1))).toHaveLength(5000);
  expect(round(schedule, 1, new Array<number>(5001).fill(1))).toEqual([5000]);
});

test("JudgeSchedule rests as long as it worked, and hardly at all when it is behind", () => {
  const schedule = new JudgeSchedule(options);
  round(schedule, 0, [1]);
  schedule.worked(200);
  expect(schedule.endRound(250)).toBe(750);

  round(schedule, 1000, [2]);
  schedule.worked(4000);
  expect(schedule.endRound(6000)).toBe(4000);
  expect(schedule.lagMs).toBe(1000);

  round(schedule, 60_000, [3]);
  schedule.worked(4000);
  expect(schedule.lagMs).toBe(1000);
  expect(schedule.endRound(64_000)).toBe(400);
  expect(schedule.lagMs).toBe(59_000);
});

test("JudgeSchedule rests no longer than it may, however long a round was", () => {
  const schedule = new JudgeSchedule({ ...options, restMaxMs: 5000 });
  round(schedule, 0, [1]);
  schedule.worked(130_000);
  expect(schedule.endRound(130_000)).toBe(5000);
});

test("JudgeSchedule counts no waiting for a series that was just born", () => {
  const schedule = new JudgeSchedule(options);
  round(schedule, 1_000_000, [1]);
  schedule.endRound(1_000_000);
  expect(schedule.lagMs).toBe(0);
});
