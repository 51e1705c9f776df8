/**
 * The journal's SQLite file: opened, checked, made or brought up to date; set aside if damaged.
 *
 *     episodes           one row per episode, newest state; see episode-row.ts        version 1
 *     collections,       what people saved; see collections.ts                        version 2
 *     collection_items
 *     admin_token,       who may change things, all of it hashed; see keeper.ts       version 2
 *     users, sessions
 *     episodes           why and known; feedback: what people said of anomalies;       version 3
 *     feedback, rules    rules: what matters enough to be told
 *     notes              what happened, for the graphs; see notes.ts                   version 4
 *     feedback           by whom it was said                                           version 5
 *     views              graphs that people saved under a name; see views.ts           version 6
 *
 * A file of an older version is brought up to date in one transaction: it is old or new, never half.
 *
 * Write-ahead mode with "synchronous = NORMAL": a killed process loses nothing; a power cut may lose
 * the last transactions and never damages the file. (SQLite documentation, "Write-Ahead Logging".)
 *
 * A damaged file is not repaired: half of the episodes shown as if they were all would be worse than
 * none. It is renamed, for whoever wants to dig, and a fresh one takes its place.
 *
 * Only the owner may read the file: hashes of passwords are nobody else's business.
 */
import { chmodSync, existsSync, renameSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import { JournalError } from "./errors.ts";

/** "KALE" in ASCII: tells our file from another program's. */
const applicationId = 0x4b414c45;
const busyWaitMs = 2_000;

/** Result codes of SQLite: SQLITE_CORRUPT, SQLITE_NOTADB. */
const damageCodes: ReadonlySet<number> = new Set([11, 26]);

/** From each version to the next; the first makes a new file. What was released is never changed. */
const steps = [
  `
  CREATE TABLE episodes (
    id             TEXT    NOT NULL PRIMARY KEY,
    name           TEXT    NOT NULL,
    started_ms     INTEGER NOT NULL,
    last_seen_ms   INTEGER NOT NULL,
    ended_ms       INTEGER,
    end_reason     TEXT,
    value_before   REAL,
    observed       REAL    NOT NULL,
    peak           REAL    NOT NULL,
    peak_ms        INTEGER NOT NULL,
    expected_lower REAL,
    expected_upper REAL,
    vote_count     INTEGER NOT NULL,
    checks         TEXT    NOT NULL,
    sentence       TEXT    NOT NULL
  );
  CREATE INDEX episodes_by_start ON episodes (started_ms, id, ended_ms);
  CREATE INDEX episodes_by_name ON episodes (name, started_ms);
  CREATE INDEX episodes_by_end ON episodes (ended_ms, started_ms, id);
  CREATE INDEX episodes_active ON episodes (started_ms, id) WHERE ended_ms IS NULL;
`,
  `
  CREATE TABLE collections (
    id         TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    note       TEXT    NOT NULL,
    created_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL
  );
  CREATE TABLE collection_items (
    collection_id TEXT    NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    place         INTEGER NOT NULL,
    name          TEXT    NOT NULL,
    from_ms       INTEGER NOT NULL,
    until_ms      INTEGER NOT NULL,
    times         BLOB    NOT NULL,
    sample_values BLOB    NOT NULL,
    PRIMARY KEY (collection_id, place)
  );
  CREATE INDEX collection_items_names ON collection_items (collection_id, place, name);
  CREATE TABLE admin_token (
    place      INTEGER NOT NULL PRIMARY KEY CHECK (place = 1),
    hash       TEXT    NOT NULL,
    created_ms INTEGER NOT NULL
  );
  CREATE TABLE users (
    name         TEXT    NOT NULL PRIMARY KEY,
    hash         TEXT    NOT NULL,
    created_ms   INTEGER NOT NULL,
    last_seen_ms INTEGER
  );
  CREATE TABLE sessions (
    hash         TEXT    NOT NULL PRIMARY KEY,
    user_name    TEXT    REFERENCES users (name) ON DELETE CASCADE,
    last_seen_ms INTEGER NOT NULL
  );
  CREATE INDEX sessions_by_age ON sessions (last_seen_ms);
  CREATE INDEX sessions_by_user ON sessions (user_name);
`,
  `
  ALTER TABLE episodes ADD COLUMN why TEXT;
  ALTER TABLE episodes ADD COLUMN known TEXT;
  CREATE TABLE feedback (
    id         TEXT    NOT NULL PRIMARY KEY,
    kind       TEXT    NOT NULL,
    episode_id TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    pattern    TEXT    NOT NULL,
    label      TEXT    NOT NULL,
    created_ms INTEGER NOT NULL,
    shape      TEXT    NOT NULL
  );
  CREATE TABLE rules (
    place      INTEGER NOT NULL PRIMARY KEY CHECK (place = 1),
    rules      TEXT    NOT NULL,
    changed_ms INTEGER NOT NULL
  );
`,
  `
  CREATE TABLE notes (
    id      INTEGER PRIMARY KEY,
    time_ms INTEGER NOT NULL,
    title   TEXT    NOT NULL,
    body    TEXT    NOT NULL,
    kind    TEXT    NOT NULL,
    host    TEXT    NOT NULL,
    tags    TEXT    NOT NULL,
    source  TEXT    NOT NULL
  );
  CREATE INDEX notes_by_time ON notes (time_ms);
`,
  `
  ALTER TABLE feedback ADD COLUMN said_by TEXT NOT NULL DEFAULT '';
`,
  `
  CREATE TABLE views (
    id         TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    note       TEXT    NOT NULL,
    targets    TEXT    NOT NULL,
    from_text  TEXT    NOT NULL,
    until_text TEXT    NOT NULL,
    layout     TEXT    NOT NULL,
    created_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL
  );
`,
] as const;

export const journalVersion = steps.length;

export interface OpenedFile {
  readonly database: DatabaseSync;
  /** Where the damaged file lies now; undefined where there was none. */
  readonly setAsidePath: string | undefined;
}

/** Throws a JournalError where there can be no journal at this path. */
export function openJournalFile(path: string, clock: Clock, logger: Logger): OpenedFile {
  try {
    return { database: openChecked(path), setAsidePath: undefined };
  } catch (error) {
    if (!isDamage(error)) throw asJournalError(error, path);
    const setAsidePath = setAside(path, clock);
    logger.error("the journal was damaged and is set aside; past anomalies are not shown", {
      path,
      setAsidePath,
      reason: error instanceof Error ? error.message : String(error),
    });
    try {
      return { database: openChecked(path), setAsidePath };
    } catch (again) {
      throw asJournalError(again, path);
    }
  }
}

/** Found by our own check of the file, where SQLite itself did not stumble. */
class DamageError extends Error {
  override readonly name = "DamageError";
}

function openChecked(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: busyWaitMs });
  try {
    const foundId = readPragma(database, "application_id");
    const foundVersion = readPragma(database, "user_version");
    if (foundId !== applicationId && hasTables(database)) {
      throw new JournalError("JOURNAL_FOREIGN", `open journal ${path}: another program's database`);
    }
    if (foundVersion > journalVersion) {
      const message = `open journal ${path}: version ${foundVersion}, this Kale knows ${journalVersion}`;
      throw new JournalError("JOURNAL_NEWER", message);
    }
    checkPages(database);
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = NORMAL");
    database.exec("PRAGMA journal_size_limit = 16777216");
    if (foundVersion < journalVersion) bringUpToDate(database);
    if (path !== ":memory:") chmodSync(path, 0o600);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function checkPages(database: DatabaseSync): void {
  const answer = database.prepare("PRAGMA quick_check(1)").get();
  const finding = Object.values(answer ?? {})[0];
  if (finding !== "ok") throw new DamageError(String(finding));
}

function bringUpToDate(database: DatabaseSync): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    // Asked again behind the lock: another process may have been here first.
    const foundVersion = readPragma(database, "user_version");
    for (const step of steps.slice(foundVersion)) database.exec(step);
    database.exec(`PRAGMA application_id = ${applicationId}`);
    database.exec(`PRAGMA user_version = ${Math.max(foundVersion, journalVersion)}`);
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

function readPragma(database: DatabaseSync, name: "application_id" | "user_version"): number {
  return Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
}

function hasTables(database: DatabaseSync): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() !== undefined;
}

/** The log beside the file goes with it: to the fresh file it would be garbage. */
function setAside(path: string, clock: Clock): string {
  const stamp = Math.floor(clock.nowMs());
  let aside = `${path}.damaged-${stamp}`;
  for (let i = 2; existsSync(aside); i++) aside = `${path}.damaged-${stamp}-${i}`;
  for (const ending of ["", "-wal", "-shm"]) {
    if (existsSync(path + ending)) renameSync(path + ending, aside + ending);
  }
  return aside;
}

function isDamage(error: unknown): boolean {
  if (error instanceof DamageError) return true;
  // The low byte is the result, the rest says more of it.
  return (
    error instanceof Error && "errcode" in error && damageCodes.has(Number(error.errcode) & 255)
  );
}

function asJournalError(error: unknown, path: string): JournalError {
  if (error instanceof JournalError) return error;
  return new JournalError("JOURNAL_UNUSABLE", `open journal ${path}`, { cause: error });
}
