import { afterEach, beforeEach, expect, test } from "vitest";
import { ManualClock } from "../base/clock.ts";
import { silentLogger } from "../base/log.ts";
import type { NewNote } from "../model/index.ts";
import { openJournal, type Journal } from "./index.ts";

let journal: Journal;
beforeEach(() => {
  journal = openJournal(":memory:", { clock: new ManualClock(1e12), logger: silentLogger });
});
afterEach(() => journal.close());

function note(timeMs: number, changes: Partial<NewNote> = {}): NewNote {
  return {
    timeMs,
    title: `t${timeMs}`,
    text: "",
    kind: "",
    host: "",
    tags: [],
    source: "page",
    ...changes,
  };
}

test("find() gives the notes of a half-open range oldest first, the newest where there are more", () => {
  for (const timeMs of [30, 10, 20, 40]) journal.notes.add(note(timeMs));
  const range = { fromMs: 10, untilMs: 40 };
  const titles = (limit: number): string[] =>
    journal.notes.find({ range, limit }).map(({ title }) => title);
  expect(titles(9)).toEqual(["t10", "t20", "t30"]);
  expect(titles(2)).toEqual(["t20", "t30"]);
});

test("add() keeps all of a note, and cuts what is too long", () => {
  const whole = note(5, {
    text: "v7",
    kind: "info",
    host: "web1",
    tags: ["env:prod"],
    source: "statsd",
  });
  const added = journal.notes.add(whole);
  expect(added).toMatchObject(whole);
  expect(journal.notes.find({ range: { fromMs: 0, untilMs: 9 }, limit: 1 })).toEqual([added]);
  const long = journal.notes.add(note(6, { title: "x".repeat(9999), tags: Array(99).fill("a") }));
  expect([long?.title.length, long?.tags.length]).toEqual([300, 50]);
});

test("remove() tells whether there was one, whatever it is given", () => {
  const { id } = journal.notes.add(note(5))!;
  expect(journal.notes.remove("1; DROP TABLE notes")).toBe(false);
  expect(journal.notes.remove(id)).toBe(true);
  expect(journal.notes.remove(id)).toBe(false);
});
