import fc from "fast-check";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ManualClock } from "../base/clock.ts";
import { createLogger, silentLogger, type Logger } from "../base/log.ts";
import { nextInteger, seededRandom } from "../base/random.ts";
import { checkNames, type Episode, type EpisodeQuery } from "../model/index.ts";
import { JournalError, openJournal, type Journal, type JournalOptions } from "./index.ts";

const nowMs = 1_764_000_000_000;
const dayMs = 86_400_000;

let folder = "";
let clock = new ManualClock(nowMs);
let opened: Journal[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kale-journal-"));
  clock = new ManualClock(nowMs);
});
afterEach(() => {
  for (const journal of opened) journal.close();
  opened = [];
  rmSync(folder, { recursive: true });
});

function open(options: Partial<JournalOptions> = {}): Journal {
  const journal = openJournal(join(folder, "journal.db"), {
    clock,
    logger: silentLogger,
    ...options,
  });
  opened.push(journal);
  return journal;
}

function episode(id: string, change: Partial<Episode> = {}): Episode {
  const startedMs = change.startedMs ?? nowMs - 60_000;
  return {
    id,
    name: "web.fe1.load",
    startedMs,
    lastSeenMs: change.endedMs ?? startedMs,
    endedMs: null,
    endReason: change.endedMs === undefined || change.endedMs === null ? null : "calm",
    before: 62,
    observed: 410,
    peak: 411.5,
    peakMs: startedMs,
    expected: { lower: 40, upper: 75 },
    checks: checkNames.map((check, i) => ({
      check,
      outcome: i < 7 ? "fired" : i === 7 ? "calm" : "abstained",
      observed: i === 8 ? null : 410.25,
      lower: i % 2 === 0 ? null : -1e-300,
      upper: 96.5,
      isValue: i < 3,
    })),
    voteCount: 7,
    sentence: "62 → 410; the last hour stayed between 40 and 75; 7 of 9 checks",
    ...change,
  };
}

function record(journal: Journal, ...episodes: readonly Episode[]): void {
  journal.record(
    episodes.map((one) => ({ change: one.endedMs === null ? "started" : "ended", episode: one })),
  );
}

const everything: EpisodeQuery = { state: "all", limit: 1_000_000 };

test("openJournal() gives back after a reopen what was recorded, to the last field", () => {
  const odd = '<b>"o\'dd"</b>;tag=☃ 😀';
  const kept = [
    episode("a", { name: odd, before: null, expected: null }),
    episode("b", { startedMs: nowMs - 90_000, endedMs: nowMs, endReason: "stale" }),
  ];
  const first = open();
  record(first, ...kept);
  first.close();

  const second = open();
  expect(second.find(everything)).toEqual(kept);
  expect(second.get("a")).toEqual(kept[0]);
  expect(second.find({ ...everything, name: odd })).toEqual([kept[0]]);
  expect(second.get("c")).toBeUndefined();
  expect(second.setAsidePath).toBeUndefined();
});

test("record() keeps the newest state of an episode", () => {
  const journal = open();
  record(journal, episode("a"));
  record(journal, episode("a", { observed: 500 }));
  expect(journal.find({ state: "active", limit: 9 }).map((one) => one.observed)).toEqual([500]);
  record(journal, episode("a", { endedMs: nowMs }));
  expect(journal.find({ state: "active", limit: 9 })).toEqual([]);
  expect(journal.find({ state: "ended", limit: 9 })).toHaveLength(1);
});

test.each([
  { name: "before the episode", from: 0, until: 100, found: false },
  { name: "over its start", from: 50, until: 101, found: true },
  { name: "inside it", from: 120, until: 130, found: true },
  { name: "over its end", from: 199, until: 300, found: true },
  { name: "from its end", from: 200, until: 300, found: false },
])("find() takes a range $name: $found", ({ from, until, found }) => {
  const journal = open();
  record(journal, episode("a", { startedMs: nowMs + 100, endedMs: nowMs + 200 }));
  const range = { fromMs: nowMs + from, untilMs: nowMs + until };
  expect(journal.find({ ...everything, range })).toHaveLength(found ? 1 : 0);
});

test("find() finds an episode without length at its moment, and an active one ever after", () => {
  const journal = open();
  record(journal, episode("a", { startedMs: nowMs, endedMs: nowMs }));
  record(journal, episode("b", { startedMs: nowMs }));
  const ids = (fromMs: number): string[] =>
    journal.find({ ...everything, range: { fromMs, untilMs: fromMs + 10 } }).map(({ id }) => id);
  expect(ids(nowMs)).toEqual(["b", "a"]);
  expect(ids(nowMs + 10)).toEqual(["b"]);
});

/** The promises of `find` and `countOverTime`, slowly. */
class SlowJournal {
  episodes: Episode[] = [];

  record(episode: Episode): void {
    this.episodes = [...this.episodes.filter(({ id }) => id !== episode.id), episode];
  }

  find({ state, range, name, limit }: EpisodeQuery): Episode[] {
    return this.episodes
      .filter((one) => state === "all" || (one.endedMs === null) === (state === "active"))
      .filter((one) => name === undefined || one.name === name)
      .filter(
        (one) => range === undefined || this.#covers(one, range.fromMs, range.untilMs, Infinity),
      )
      .sort((a, b) => b.startedMs - a.startedMs || (a.id < b.id ? 1 : -1))
      .slice(0, limit);
  }

  countOverTime(fromMs: number, untilMs: number, stepMs: number): number[] {
    const counts: number[] = [];
    for (let atMs = fromMs; atMs < untilMs; atMs += stepMs) {
      const endMs = Math.min(atMs + stepMs, untilMs);
      counts.push(this.episodes.filter((one) => this.#covers(one, atMs, endMs, nowMs)).length);
    }
    return counts;
  }

  #covers(one: Episode, fromMs: number, untilMs: number, activeUntilMs: number): boolean {
    const endMs = Math.max(one.endedMs ?? activeUntilMs, one.startedMs + 1);
    return one.startedMs < untilMs && endMs > fromMs;
  }
}

function randomEpisode(random: ReturnType<typeof seededRandom>, id: number): Episode {
  const startedMs = nowMs - nextInteger(random, 2_000);
  const lengthMs = nextInteger(random, 4) === 0 ? 0 : nextInteger(random, 400);
  return episode(`e${id}`, {
    name: `s${nextInteger(random, 5)}`,
    startedMs,
    ...(nextInteger(random, 4) === 0 ? {} : { endedMs: startedMs + lengthMs }),
  });
}

test.each([false, true])(
  "find() and countOverTime() agree with a slow twin (disk full: %s)",
  (isDiskFull) => {
    const random = seededRandom(20_261_123);
    const journal = open();
    const slow = new SlowJournal();
    const unsavedIds = new Set<string>();
    for (let i = 0; i < 400; i++) {
      // Some are told again with another state, be it written already or not.
      const one = randomEpisode(
        random,
        nextInteger(random, 3) === 0 ? nextInteger(random, i + 1) : i,
      );
      if (isDiskFull && i === 200) forbidWriting(journal);
      if (isDiskFull && i >= 200) unsavedIds.add(one.id);
      slow.record(one);
      record(journal, one);
    }
    expect(journal.unsavedCount).toBe(unsavedIds.size);
    for (let i = 0; i < 200; i++) {
      const fromMs = nowMs - 2_100 + nextInteger(random, 2_300);
      const range = { fromMs, untilMs: fromMs + 1 + nextInteger(random, 500) };
      const query: EpisodeQuery = {
        state: (["active", "ended", "all"] as const)[nextInteger(random, 3)]!,
        limit: 1 + nextInteger(random, 60),
        ...(nextInteger(random, 3) === 0 ? {} : { range }),
        ...(nextInteger(random, 3) === 0 ? { name: "s3" } : {}),
      };
      expect(journal.find(query), JSON.stringify(query)).toEqual(slow.find(query));
      const stepMs = 1 + nextInteger(random, 90);
      expect(journal.countOverTime(range, stepMs), JSON.stringify({ range, stepMs })).toEqual(
        slow.countOverTime(range.fromMs, range.untilMs, stepMs),
      );
    }
  },
);

/** Makes the file behave as on a full disk: writing fails, reading works. */
function forbidWriting(journal: Journal): void {
  expect(journal.unsavedCount).toBe(0);
  const database = new DatabaseSync(join(folder, "journal.db"));
  database.exec(
    "CREATE TRIGGER full_disk BEFORE INSERT ON episodes BEGIN SELECT RAISE(ABORT, 'disk full'); END",
  );
  database.close();
}
function allowWriting(): void {
  const database = new DatabaseSync(join(folder, "journal.db"));
  database.exec("DROP TRIGGER full_disk");
  database.close();
}

test("record() keeps episodes in memory while the disk is full, says so once, and writes them later", () => {
  const lines: string[] = [];
  const logger: Logger = createLogger({
    clock,
    level: "info",
    format: "text",
    write: (line) => void lines.push(line),
  });
  const journal = open({ logger });
  record(journal, episode("a"));
  forbidWriting(journal);
  record(journal, episode("a", { observed: 7 }));
  record(journal, episode("b"));
  expect(journal.unsavedCount).toBe(2);
  expect(journal.get("a")?.observed).toBe(7);
  expect(journal.find({ state: "all", limit: 1 })).toHaveLength(1);
  expect(lines.filter((line) => line.includes("cannot be written"))).toHaveLength(1);

  allowWriting();
  journal.record([]);
  expect(journal.unsavedCount).toBe(0);
  expect(lines.at(-1)).toContain("written again");
  journal.close();
  expect(
    open()
      .find(everything)
      .map(({ id }) => id),
  ).toEqual(["b", "a"]);
});

test("record() loses the oldest and counts them when too many wait in memory", () => {
  const journal = open();
  forbidWriting(journal);
  record(journal, ...Array.from({ length: 10_003 }, (none, i) => episode(`e${i}`)));
  expect(journal.unsavedCount).toBe(10_000);
  expect(journal.lostCount).toBe(3);
  expect(journal.get("e2")).toBeUndefined();
  expect(journal.get("e3")).toBeDefined();
});

test("prune() forgets ended episodes beyond the age and the count, and active ones long unseen", () => {
  const journal = open({ endedCountMax: 3, retentionMs: 10 * dayMs });
  record(
    journal,
    episode("left active", { startedMs: nowMs - 11 * dayMs }),
    episode("old", { startedMs: nowMs - 12 * dayMs, endedMs: nowMs - 11 * dayMs }),
    ...[5, 4, 3, 2, 1].map((days) =>
      episode(`${days}`, { startedMs: nowMs - days * dayMs, endedMs: nowMs - days * dayMs + 9 }),
    ),
    episode("active", { startedMs: nowMs - 9 * dayMs }),
  );
  journal.prune();
  expect(journal.find(everything).map(({ id }) => id)).toEqual(["1", "2", "3", "active"]);
});

test("record() prunes by itself, so the file stays bounded", () => {
  const journal = open({ endedCountMax: 100 });
  for (let i = 0; i < 1_000; i++) {
    record(journal, episode(`e${i}`, { startedMs: nowMs + i, endedMs: nowMs + i + 1 }));
  }
  expect(journal.find(everything).length).toBeLessThanOrEqual(110);
  expect(journal.get("e999")).toBeDefined();
});

test("find() lists the newest of 100,000 episodes, also after a reopen", () => {
  const first = open({ endedCountMax: 200_000 });
  const episodes = Array.from({ length: 100_000 }, (none, i) =>
    episode(`e${i}`, {
      startedMs: nowMs - i * 1_000,
      endedMs: nowMs - i * 1_000 + 500,
      checks: [],
    }),
  );
  record(first, ...episodes);
  first.close();
  const journal = open({ endedCountMax: 200_000 });
  const page = journal.find({ state: "all", limit: 1_000 });
  expect(page.map(({ id }) => id)).toEqual(Array.from({ length: 1_000 }, (none, i) => `e${i}`));
  const range = { fromMs: nowMs - 86_400_000, untilMs: nowMs };
  const counts = journal.countOverTime(range, 300_000);
  expect(counts).toHaveLength(288);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(86_400);
});

test.each([
  { name: "not SQLite at all", spoil: (path: string) => writeFileSync(path, "x".repeat(5_000)) },
  { name: "cut short", spoil: (path: string) => cutTo(path, statSync(path).size - 9_000) },
  { name: "overwritten in the middle", spoil: (path: string) => overwrite(path, 4_096) },
])("openJournal() sets a file aside that is $name, says so, and starts anew", ({ spoil }) => {
  const path = join(folder, "journal.db");
  const first = open();
  record(first, ...Array.from({ length: 200 }, (none, i) => episode(`e${i}`)));
  first.close();
  spoil(path);
  const spoilt = readFileSync(path);

  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const journal = open({ logger: createLogger({ clock, level: "info", format: "text", write }) });
  expect(journal.find(everything)).toEqual([]);
  expect(journal.setAsidePath).toMatch(/journal\.db\.damaged-1764000000000$/);
  expect(readFileSync(journal.setAsidePath ?? "").equals(spoilt)).toBe(true);
  expect(lines.join()).toContain("set aside");
  record(journal, episode("new"));
  journal.close();
  expect(open().get("new")).toBeDefined();
  expect(readdirSync(folder).filter((name) => name.includes("damaged"))).toHaveLength(1);
});

function cutTo(path: string, sizeBytes: number): void {
  writeFileSync(path, readFileSync(path).subarray(0, sizeBytes));
}

function overwrite(path: string, offset: number): void {
  const file = openSync(path, "r+");
  writeSync(file, Buffer.alloc(8_192, 0xa5), 0, 8_192, offset);
  closeSync(file);
}

test("find() shows an episode whose checks are damaged without them", () => {
  const journal = open();
  record(journal, episode("a"), episode("b"));
  const database = new DatabaseSync(join(folder, "journal.db"));
  database.exec(`UPDATE episodes SET checks = '[["grub' WHERE id = 'a'`);
  database.close();
  expect(journal.find(everything).map(({ checks }) => checks.length)).toEqual([9, 0]);
});

test("openJournal() leaves another program's database and a newer Kale's alone", () => {
  const path = join(folder, "journal.db");
  const other = new DatabaseSync(path);
  other.exec("CREATE TABLE recipes (name TEXT)");
  other.close();
  expect(() => open()).toThrow(expect.objectContaining({ code: "JOURNAL_FOREIGN" }));
  rmSync(path);
  open().close();
  const newer = new DatabaseSync(path);
  newer.exec("PRAGMA user_version = 1000");
  newer.close();
  expect(() => open()).toThrow(expect.objectContaining({ code: "JOURNAL_NEWER" }));
});

test("openJournal() refuses a path that cannot be, with the cause", () => {
  const refuse = (): Journal =>
    openJournal(join(folder, "no", "such", "folder.db"), { clock, logger: silentLogger });
  expect(refuse).toThrow(JournalError);
  expect(refuse).toThrow(expect.objectContaining({ code: "JOURNAL_UNUSABLE" }));
});

test("record() and get() carry any text and any finite numbers", () => {
  const journal = open();
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme" }),
      fc.string(),
      finite,
      finite,
      (name, sentence, a, b) => {
        const one = episode("x", { name, sentence, before: a + 0, peak: b + 0, observed: a + 0 });
        record(journal, one);
        expect(journal.get("x")).toEqual(one);
      },
    ),
    { numRuns: 200 },
  );
});
