import { chmodSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ManualClock } from "../base/clock.ts";
import { silentLogger } from "../base/log.ts";
import { openJournal, type Journal } from "./index.ts";

const nowMs = 1_764_000_000_000;

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kale-journal-"));
  path = join(folder, "journal.db");
});
afterEach(() => rmSync(folder, { recursive: true }));

function open(): Journal {
  return openJournal(path, { clock: new ManualClock(nowMs), logger: silentLogger });
}

/** The file as version 1 made it, statement by statement, with one episode that it recorded. */
function writeVersion1(): void {
  const database = new DatabaseSync(path);
  database.exec(`
    PRAGMA journal_mode = WAL;
    CREATE TABLE episodes (
      id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, started_ms INTEGER NOT NULL,
      last_seen_ms INTEGER NOT NULL, ended_ms INTEGER, end_reason TEXT, value_before REAL,
      observed REAL NOT NULL, peak REAL NOT NULL, peak_ms INTEGER NOT NULL, expected_lower REAL,
      expected_upper REAL, vote_count INTEGER NOT NULL, checks TEXT NOT NULL, sentence TEXT NOT NULL
    );
    CREATE INDEX episodes_by_start ON episodes (started_ms, id, ended_ms);
    CREATE INDEX episodes_by_name ON episodes (name, started_ms);
    CREATE INDEX episodes_by_end ON episodes (ended_ms, started_ms, id);
    CREATE INDEX episodes_active ON episodes (started_ms, id) WHERE ended_ms IS NULL;
    PRAGMA application_id = 1262570565;
    PRAGMA user_version = 1;
    INSERT INTO episodes VALUES ('mwst-1', 'queue.orders.depth', ${nowMs - 60_000}, ${nowMs}, NULL,
      NULL, 62, 410, 411.5, ${nowMs - 30_000}, 40, 75, 1,
      '[["grubbs","fired",410,null,96.5,1]]', '62 → 410');
  `);
  database.close();
}

function tablesOf(file: string): unknown[] {
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database
    .prepare("SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name")
    .all()
    .map((row) => [row["name"], String(row["sql"]).replaceAll(/\s+/g, " ")]);
  database.close();
  return rows;
}

test("openJournal() brings a file of version 1 up to date and keeps its episodes", () => {
  writeVersion1();
  const journal = open();
  expect(journal.setAsidePath).toBeUndefined();
  expect(journal.get("mwst-1")).toMatchObject({ name: "queue.orders.depth", observed: 410 });
  expect(journal.collections.list()).toEqual([]);
  const items = [
    { name: "a", range: { fromMs: 0, untilMs: 10 }, timesMs: [1], values: [2] },
  ] as const;
  expect(journal.collections.create({ name: "new", note: "", items })).toMatchObject({ ok: true });
  journal.close();
  const again = open();
  expect(again.collections.list()).toMatchObject([{ name: "new", metrics: ["a"] }]);
  expect(again.get("mwst-1")?.peak).toBe(411.5);
  again.close();
});

test("openJournal() makes of version 1 what it makes of nothing", () => {
  writeVersion1();
  open().close();
  const migrated = tablesOf(path);
  rmSync(path);
  open().close();
  const fresh = tablesOf(path);
  expect(migrated.map((row) => (row as string[])[0])).toEqual(
    fresh.map((row) => (row as string[])[0]),
  );
  expect(migrated).toHaveLength(18);
});

test("openJournal() leaves a file of version 1 as it was where it cannot bring it up to date", () => {
  writeVersion1();
  const database = new DatabaseSync(path);
  database.exec("CREATE TABLE sessions (in_the_way TEXT)");
  database.close();
  expect(open).toThrow(expect.objectContaining({ code: "JOURNAL_UNUSABLE" }));
  const after = new DatabaseSync(path, { readOnly: true });
  expect(after.prepare("PRAGMA user_version").get()).toEqual({ user_version: 1 });
  expect(after.prepare("SELECT count(*) AS count FROM episodes").get()).toEqual({ count: 1 });
  expect(after.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'users'").get()).toBeUndefined();
  after.close();
});

test("openJournal() lets only the owner read the file", () => {
  writeVersion1();
  chmodSync(path, 0o644);
  open().close();
  expect(statSync(path).mode & 0o777).toBe(0o600);
});
