/**
 * Keeps episodes in SQLite across restarts.
 *
 * An episode covers startedMs <= t < endedMs, and one moment if it has no length; an active one
 * covers all time from its start until now.
 *
 * Bounded: ended episodes beyond a count or an age are forgotten, oldest first. Active ones are at
 * most one per series, so the store bounds them; one that was left active and not seen for the same
 * age is forgotten too.
 *
 * A disk that takes no more ends nothing: episodes that could not be written wait in memory, the
 * newest state of each, are found as if they were written, and are written when the disk takes them.
 */
import { statSync } from "node:fs";
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type {
  Episode,
  EpisodeEvent,
  EpisodeJournal,
  EpisodeQuery,
  FeedbackJournal,
  NoteJournal,
  ReplicableCollections,
  RuleJournal,
  TimeRange,
  ViewJournal,
} from "../model/index.ts";
import { ActivityCounter } from "./activity-counter.ts";
import { Collections } from "./collections.ts";
import { episodeColumns, episodeOf, rowOf } from "./episode-row.ts";
import { JournalError } from "./errors.ts";
import { FeedbackBook } from "./feedback.ts";
import { Notes } from "./notes.ts";
import { openJournalFile } from "./journal-file.ts";
import { Rules } from "./rules.ts";
import { Statements } from "./statements.ts";
import { Views } from "./views.ts";

const dayMs = 86_400_000;
const pruneEveryMs = 3_600_000;
/** Old episodes are also forgotten whenever the count may be passed by this part of it. */
const pruneSlack = 1 / 16;
const unsavedCountMax = 10_000;

/**
 * How many ended episodes went from which step up to which; the arithmetic of `ActivityCounter.add`.
 * Counted in SQLite, from an index alone: 100,000 rows as objects would hold the thread for long.
 * Parameters: from, until, step, ids to leave out as JSON.
 */
const countEndedSql = `
  SELECT (max(started_ms, ?1) - ?1) / ?3 AS first,
         (min(max(ended_ms, started_ms + 1), ?2) - ?1 + ?3 - 1) / ?3 AS behind,
         count(*) AS count
    FROM episodes
   WHERE ended_ms >= ?1 AND started_ms < ?2 AND (ended_ms > ?1 OR started_ms >= ?1)
     AND id NOT IN (SELECT value FROM json_each(?4))
   GROUP BY first, behind`;

export interface JournalOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ended episodes kept; 100,000 if not given, some 100 MB. */
  readonly endedCountMax?: number;
  /** How long an ended episode is kept; 90 days if not given. */
  readonly retentionMs?: number;
}

export interface JournalReport {
  /** With its log; 0 where there is no file. */
  readonly fileBytes: number;
  readonly episodeCount: number;
  readonly unsavedCount: number;
  readonly lostCount: number;
}

export interface Journal extends EpisodeJournal {
  /** In the same file. */
  readonly feedback: FeedbackJournal;
  readonly rules: RuleJournal;
  readonly notes: NoteJournal;
  readonly views: ViewJournal;
  readonly collections: ReplicableCollections;
  /** Where a damaged file was moved to when the journal was opened; undefined if it was sound. */
  readonly setAsidePath: string | undefined;
  /** Episodes that wait in memory because the file could not be written. 0 is the good state. */
  readonly unsavedCount: number;
  /** Episodes lost because too many waited. */
  readonly lostCount: number;
  /**
   * Forgets what is too old or too much. `record` does so by itself, about once an hour.
   * @returns how many were forgotten
   */
  prune(): number;
  report(): JournalReport;
}

/**
 * @param path  of the file, made if missing; ":memory:" keeps nothing
 * @throws JournalError where there can be no journal; a damaged file is set aside instead
 */
export function openJournal(path: string, options: JournalOptions): Journal {
  const { database, setAsidePath } = openJournalFile(path, options.clock, options.logger);
  return new SqliteJournal(database, { path, setAsidePath }, options);
}

class SqliteJournal implements Journal {
  readonly setAsidePath: string | undefined;
  readonly feedback: FeedbackJournal;
  readonly rules: RuleJournal;
  readonly notes: NoteJournal;
  readonly views: ViewJournal;
  readonly collections: ReplicableCollections;
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #endedCountMax: number;
  readonly #retentionMs: number;
  readonly #statements: Statements;
  readonly #unsaved = new Map<string, Episode>();
  #lostCount = 0;
  #endedSincePrune = 0;
  #prunedMs: number;
  #isFailing = false;

  constructor(
    database: DatabaseSync,
    file: { readonly path: string; readonly setAsidePath: string | undefined },
    options: JournalOptions,
  ) {
    this.#database = database;
    this.#path = file.path;
    this.setAsidePath = file.setAsidePath;
    this.#statements = new Statements(database);
    this.collections = new Collections(database, options.clock);
    this.feedback = new FeedbackBook(database, options.clock);
    this.rules = new Rules(database);
    this.notes = new Notes(database, options.logger);
    this.views = new Views(database, options.clock);
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#endedCountMax = options.endedCountMax ?? 100_000;
    this.#retentionMs = options.retentionMs ?? 90 * dayMs;
    this.#prunedMs = -Infinity;
  }

  get unsavedCount(): number {
    return this.#unsaved.size;
  }

  get lostCount(): number {
    return this.#lostCount;
  }

  record(events: readonly EpisodeEvent[]): void {
    for (const { change, episode } of events) {
      this.#unsaved.delete(episode.id);
      this.#unsaved.set(episode.id, episode);
      if (change === "ended") this.#endedSincePrune += 1;
    }
    if (this.#unsaved.size > 0) this.#save();
    const isDue = this.#clock.elapsedMs() - this.#prunedMs >= pruneEveryMs;
    if (isDue || this.#endedSincePrune > this.#endedCountMax * pruneSlack) this.prune();
  }

  find(query: EpisodeQuery): Episode[] {
    const { where, values } = conditionOf(query);
    const sql =
      `SELECT * FROM episodes WHERE ${where.join(" AND ")} ` +
      `ORDER BY started_ms DESC, id DESC LIMIT ?`;
    // A row that waits with a newer state is replaced by it, so as many more are read.
    const limit = query.limit + this.#unsaved.size;
    const saved = this.#read(() =>
      this.#statements
        .of(sql)
        .all(...values, limit)
        .map(episodeOf),
    );
    if (this.#unsaved.size === 0) return saved;
    return saved
      .filter(({ id }) => !this.#unsaved.has(id))
      .concat([...this.#unsaved.values()].filter((episode) => isAsked(episode, query)))
      .sort(newestFirst)
      .slice(0, query.limit);
  }

  get(id: string): Episode | undefined {
    const unsaved = this.#unsaved.get(id);
    if (unsaved !== undefined) return unsaved;
    const statement = this.#statements.of("SELECT * FROM episodes WHERE id = ?");
    const row = this.#read(() => statement.get(id));
    return row === undefined ? undefined : episodeOf(row);
  }

  countOverTime(range: TimeRange, stepMs: number): number[] {
    const { fromMs, untilMs } = range;
    const wholes = [fromMs, untilMs, stepMs] as const;
    assert(wholes.every(Number.isSafeInteger), "range and step are whole milliseconds");
    const counter = new ActivityCounter(range, stepMs);
    const nowMs = this.#clock.nowMs();
    const unsaved = JSON.stringify([...this.#unsaved.keys()]);
    const ended = this.#statements.of(countEndedSql);
    const active = this.#statements.of(
      "SELECT id, started_ms FROM episodes WHERE ended_ms IS NULL AND started_ms < ?",
    );
    this.#read(() => {
      // As big integers, since SQLite divides doubles with a fraction.
      for (const row of ended.iterate(BigInt(fromMs), BigInt(untilMs), BigInt(stepMs), unsaved)) {
        counter.addSteps(Number(row["first"]), Number(row["behind"]), Number(row["count"]));
      }
      for (const row of active.iterate(untilMs)) {
        if (!this.#unsaved.has(String(row["id"]))) counter.add(Number(row["started_ms"]), nowMs);
      }
    });
    for (const { startedMs, endedMs } of this.#unsaved.values()) {
      counter.add(startedMs, endedMs ?? nowMs);
    }
    return counter.counts();
  }

  prune(): number {
    this.#prunedMs = this.#clock.elapsedMs();
    this.#endedSincePrune = 0;
    const oldestMs = this.#clock.nowMs() - this.#retentionMs;
    try {
      const old = this.#statements.of("DELETE FROM episodes WHERE ended_ms < ?").run(oldestMs);
      const left = this.#statements
        .of("DELETE FROM episodes WHERE ended_ms IS NULL AND last_seen_ms < ?")
        .run(oldestMs);
      const tooMany = this.#statements
        .of(
          "DELETE FROM episodes WHERE id IN (SELECT id FROM episodes WHERE ended_ms IS NOT NULL " +
            "ORDER BY ended_ms DESC, started_ms DESC, id DESC LIMIT -1 OFFSET ?)",
        )
        .run(this.#endedCountMax);
      return Number(old.changes) + Number(left.changes) + Number(tooMany.changes);
    } catch (error) {
      this.#logger.warn("old anomalies could not be forgotten", { error: String(error) });
      return 0;
    }
  }

  report(): JournalReport {
    const statement = this.#statements.of("SELECT count(*) AS count FROM episodes");
    const row = this.#read(() => statement.get());
    return {
      fileBytes: fileBytesOf(this.#path) + fileBytesOf(`${this.#path}-wal`),
      episodeCount: Number(row?.["count"]),
      unsavedCount: this.unsavedCount,
      lostCount: this.#lostCount,
    };
  }

  close(): void {
    if (!this.#database.isOpen) return;
    if (this.#unsaved.size > 0) this.#save();
    this.#database.close();
  }

  /** Writes what waits in one transaction, or leaves it waiting. */
  #save(): void {
    const marks = episodeColumns.map(() => "?").join(", ");
    const updates = episodeColumns.map((column) => `${column} = excluded.${column}`).join(", ");
    try {
      const statement = this.#statements.of(
        `INSERT INTO episodes (${episodeColumns.join(", ")}) VALUES (${marks}) ` +
          `ON CONFLICT (id) DO UPDATE SET ${updates}`,
      );
      this.#database.exec("BEGIN IMMEDIATE");
      for (const episode of this.#unsaved.values()) statement.run(...rowOf(episode));
      this.#database.exec("COMMIT");
    } catch (error) {
      this.#keepUnsaved(error);
      return;
    }
    if (this.#isFailing) this.#logger.info("the journal is written again");
    this.#isFailing = false;
    this.#unsaved.clear();
  }

  #keepUnsaved(error: unknown): void {
    if (this.#database.isOpen && this.#database.isTransaction) this.#database.exec("ROLLBACK");
    if (!this.#isFailing) {
      this.#logger.error("the journal cannot be written; anomalies are kept in memory for now", {
        error: String(error),
      });
    }
    this.#isFailing = true;
    for (const id of this.#unsaved.keys()) {
      if (this.#unsaved.size <= unsavedCountMax) break;
      this.#unsaved.delete(id);
      this.#lostCount += 1;
    }
  }

  #read<Value>(work: () => Value): Value {
    try {
      return work();
    } catch (cause) {
      throw new JournalError("JOURNAL_READ_FAILED", "read the journal", { cause });
    }
  }
}

function fileBytesOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function conditionOf({ state, range, name }: EpisodeQuery): {
  readonly where: readonly string[];
  readonly values: readonly SQLInputValue[];
} {
  const where: string[] = ["1"];
  const values: SQLInputValue[] = [];
  if (state === "active") where.push("ended_ms IS NULL");
  if (state === "ended") where.push("ended_ms IS NOT NULL");
  if (name !== undefined) {
    where.push("name = ?");
    values.push(name);
  }
  if (range !== undefined) {
    where.push("started_ms < ?", "(ended_ms IS NULL OR ended_ms > ? OR started_ms >= ?)");
    values.push(range.untilMs, range.fromMs, range.fromMs);
  }
  return { where, values };
}

/** The same as `conditionOf`, for what waits in memory. */
function isAsked(episode: Episode, { state, range, name }: EpisodeQuery): boolean {
  const { startedMs, endedMs } = episode;
  if (state !== "all" && (state === "active") !== (endedMs === null)) return false;
  if (name !== undefined && name !== episode.name) return false;
  if (range === undefined) return true;
  const reachesIn = endedMs === null || endedMs > range.fromMs || startedMs >= range.fromMs;
  return startedMs < range.untilMs && reachesIn;
}

function newestFirst(a: Episode, b: Episode): number {
  return b.startedMs - a.startedMs || (a.id < b.id ? 1 : -1);
}
