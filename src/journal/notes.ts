/** Keeps notes in the journal's file; the oldest go when there are too many. */
import type { DatabaseSync } from "node:sqlite";
import type { Logger } from "../base/log.ts";
import {
  noteLimits,
  type NewNote,
  type Note,
  type NoteJournal,
  type TimeRange,
} from "../model/index.ts";
import { JournalError } from "./errors.ts";
import { Statements } from "./statements.ts";

const { titleLengthMax, textLengthMax, tagCountMax, tagLengthMax, noteCountMax } = noteLimits;
/** Counting costs; it is done after so many new ones. */
const pruneEvery = 1_000;

export class Notes implements NoteJournal {
  readonly #statements: Statements;
  readonly #logger: Logger;
  #addedCount = 0;

  /** @param database  of a journal that is up to date */
  constructor(database: DatabaseSync, logger: Logger) {
    this.#statements = new Statements(database);
    this.#logger = logger;
  }

  add(note: NewNote): Note | undefined {
    const kept: NewNote = {
      ...note,
      timeMs: Math.floor(note.timeMs),
      title: note.title.slice(0, titleLengthMax),
      text: note.text.slice(0, textLengthMax),
      kind: note.kind.slice(0, tagLengthMax),
      host: note.host.slice(0, tagLengthMax),
      tags: note.tags.slice(0, tagCountMax).map((tag) => tag.slice(0, tagLengthMax)),
    };
    try {
      const { lastInsertRowid } = this.#statements
        .of(
          "INSERT INTO notes (time_ms, title, body, kind, host, tags, source) VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .run(
          kept.timeMs,
          kept.title,
          kept.text,
          kept.kind,
          kept.host,
          JSON.stringify(kept.tags),
          kept.source,
        );
      this.#addedCount += 1;
      if (this.#addedCount % pruneEvery === 0) this.#prune();
      return { ...kept, id: String(lastInsertRowid) };
    } catch (error) {
      this.#logger.warn("a note could not be written", { error: String(error) });
      return undefined;
    }
  }

  find({ range, limit }: { readonly range: TimeRange; readonly limit: number }): Note[] {
    try {
      return this.#statements
        .of(
          "SELECT * FROM notes WHERE time_ms >= ? AND time_ms < ? ORDER BY time_ms DESC, id DESC LIMIT ?",
        )
        .all(range.fromMs, range.untilMs, limit)
        .map((row) => ({
          id: String(row["id"]),
          timeMs: Number(row["time_ms"]),
          title: String(row["title"]),
          text: String(row["body"]),
          kind: String(row["kind"]),
          host: String(row["host"]),
          tags: JSON.parse(String(row["tags"])) as string[],
          source: String(row["source"]),
        }))
        .reverse();
    } catch (cause) {
      throw new JournalError("JOURNAL_READ_FAILED", "read the notes", { cause });
    }
  }

  remove(id: string): boolean {
    if (!/^\d{1,15}$/.test(id)) return false;
    return this.#statements.transaction("remove a note", () => {
      const { changes } = this.#statements.of("DELETE FROM notes WHERE id = ?").run(Number(id));
      return Number(changes) > 0;
    });
  }

  #prune(): void {
    this.#statements
      .of("DELETE FROM notes WHERE id <= (SELECT id FROM notes ORDER BY id DESC LIMIT 1 OFFSET ?)")
      .run(noteCountMax);
  }
}
