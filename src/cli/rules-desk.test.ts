import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ManualClock } from "../base/clock.ts";
import { silentLogger } from "../base/log.ts";
import { type Journal, openJournal } from "../journal/index.ts";
import type { Rule } from "../model/index.ts";
import { JournalRulesDesk } from "./rules-desk.ts";

const folder = mkdtempSync(join(tmpdir(), "kale-rules-desk-"));
afterAll(() => rmSync(folder, { recursive: true }));

const clock = new ManualClock(1_700_000_000_000);
const configured: readonly Rule[] = [{ match: "web.*", leastRelative: 0.3 }];

function open(path: string): { journal: Journal; desk: JournalRulesDesk; told: Rule[][] } {
  const journal = openJournal(path, { clock, logger: silentLogger });
  const told: Rule[][] = [];
  const use = (rules: readonly Rule[]): Promise<void> => {
    told.push([...rules]);
    return Promise.resolve();
  };
  const parts = { configured, journal: journal.rules, use, clock, logger: silentLogger };
  return { journal, desk: new JournalRulesDesk(parts), told };
}

test("JournalRulesDesk tells the shards at once what is kept, and again after a restart", async () => {
  const path = join(folder, "journal.sqlite");
  const first = open(path);
  await first.desk.open();
  expect(first.told).toEqual([]);
  const text = "- match: db # slow\n  ignore: true\n";
  const rules = [{ match: "db", isIgnored: true }];
  await first.desk.keep({ text, rules, by: "ann" });
  expect(first.told).toEqual([[...configured, ...rules]]);
  first.journal.close();

  const second = open(path);
  await second.desk.open();
  expect(second.told).toEqual([[...configured, ...rules]]);
  expect(second.desk.inForce()).toEqual({
    configured,
    kept: rules,
    keptText: text,
    changed: { atMs: clock.nowMs(), by: "ann" },
  });
  second.journal.close();
});

test("JournalRulesDesk starts without rules that it cannot read, and keeps their text", async () => {
  const { journal, desk, told } = open(join(folder, "newer.sqlite"));
  journal.rules.write({ text: "- {match: x, newer-word: 1}", by: "", changedMs: 5 });
  await desk.open();
  expect(told).toEqual([[...configured]]);
  expect(desk.inForce()).toMatchObject({ kept: [], keptText: "- {match: x, newer-word: 1}" });
  journal.close();
});
