import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Judge, StreamJudge } from "../analyzer/index.ts";
import { silentLogger } from "../base/log.ts";
import { seededRandom } from "../base/random.ts";
import { statedGauge } from "../model/index.ts";
import { LearnedFile } from "./learned-file.ts";
import { PlainWindow } from "./plain-window.fixture.ts";
import { WindowScratch } from "./window-scratch.ts";

const startMs = 1_780_272_000_000;
const minuteMs = 60_000;
const seriesCount = 70;
const rowCount = 400;

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "kale-learned-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

function window(): PlainWindow {
  const made = new PlainWindow();
  for (let id = 0; id < seriesCount; id++) made.add(`series${id}`, startMs, id);
  return made;
}

function judgeOf(made: PlainWindow): StreamJudge {
  const scratch = new WindowScratch(made, { fullDurationMs: 86_400_000 });
  return new StreamJudge(scratch, new Judge(), { activeCountMax: 10, stalePeriodMs: 500_000 });
}

function learnedJudge(made: PlainWindow): StreamJudge {
  const judge = judgeOf(made);
  for (let id = 0; id < seriesCount; id++) {
    const random = seededRandom(id);
    for (let i = 0; i < rowCount; i++) {
      const timeMs = startMs + i * minuteMs;
      judge.take(id, timeMs, id + random.next(), timeMs);
    }
  }
  judge.habits.note(3, startMs, 60_000, { size: 17, peak: 20 });
  judge.state(3, statedGauge);
  return judge;
}

function fileOf(made: PlainWindow, judge: StreamJudge): LearnedFile {
  return new LearnedFile(join(folder, "learned"), made, judge, silentLogger);
}

test("LearnedFile brings back what was learned, so that every later row is judged alike", async () => {
  const made = window();
  const before = learnedJudge(made);
  await fileOf(made, before).save();
  expect(await readdir(folder)).toEqual(["learned"]);

  const after = judgeOf(made);
  expect(await fileOf(made, after).load()).toBe(seriesCount);
  expect(after.habits.of(3)).toEqual(before.habits.of(3));
  expect([after.statedOf(3), after.statedOf(4)]).toEqual([statedGauge, 0]);
  const nextMs = startMs + rowCount * minuteMs;
  for (const id of [0, 3, seriesCount - 1]) {
    expect(after.judgedMs(id)).toBe(nextMs - minuteMs);
    for (let i = 0; i < 5; i++) {
      const timeMs = nextMs + i * minuteMs;
      for (const judge of [before, after]) judge.take(id, timeMs, 500, timeMs);
    }
    expect(after.standingOf(id, nextMs / 1000)).toEqual(before.standingOf(id, nextMs / 1000));
    expect(after.episodeOf(id)).toEqual(before.episodeOf(id));
  }
});

test("LearnedFile takes what is sound of a damaged file, and nothing of another version's", async () => {
  const made = window();
  await fileOf(made, learnedJudge(made)).save();
  const path = join(folder, "learned");
  const whole = await readFile(path);

  await truncate(path, whole.length - 5000);
  const cut = await fileOf(made, judgeOf(made)).load();
  expect(cut).toBeGreaterThan(0);
  expect(cut).toBeLessThan(seriesCount);

  const flipped = Buffer.from(whole);
  flipped[60_000]! ^= 1;
  await writeFile(path, flipped);
  expect(await fileOf(made, judgeOf(made)).load()).toBeLessThan(seriesCount);

  const newer = Buffer.from(whole);
  newer.writeUInt32LE(1, 8);
  await writeFile(path, newer);
  expect(await fileOf(made, judgeOf(made)).load()).toBe(0);
  await writeFile(path, "no such thing");
  expect(await fileOf(made, judgeOf(made)).load()).toBe(0);
});

test("LearnedFile leaves the former file where a new one cannot be written", async () => {
  const made = window();
  const judge = judgeOf(made);
  const file = new LearnedFile(join(folder, "gone", "learned"), made, judge, silentLogger);
  await file.save();
  expect(await file.load()).toBe(0);
  await file.close();
});
