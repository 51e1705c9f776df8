/** What people said, read from a journal that no running program holds; the file stays as it is. */
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import type { Clock } from "../base/clock.ts";
import type { Feedback } from "../model/index.ts";
import { JournalError } from "./errors.ts";
import { FeedbackBook } from "./feedback.ts";
import { journalVersion } from "./journal-file.ts";
import { Rules } from "./rules.ts";

interface Said {
  /** The rules kept on the page, as they were written; "" for none. */
  readonly rulesText: string;
  readonly feedback: readonly Feedback[];
}

/**
 * @param path  of the file; nothing was said where there is none
 * @throws JournalError  where it cannot be read, or is of another version
 */
export function readSaid(path: string, clock: Clock): Said {
  if (!existsSync(path)) return { rulesText: "", feedback: [] };
  let database: DatabaseSync | undefined;
  try {
    database = openUnchanged(path);
    const version = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
    if (version !== journalVersion) throw new Error(`it is of version ${version}`);
    const rulesText = new Rules(database).read()?.text ?? "";
    return { rulesText, feedback: new FeedbackBook(database, clock).list() };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new JournalError("JOURNAL_UNUSABLE", `The journal ${path} cannot be read: ${reason}.`, {
      cause,
    });
  } finally {
    database?.close();
  }
}

/** Nobody else has it open. Without a log there is nothing to lock, and SQLite need not put its files beside it. */
function openUnchanged(path: string): DatabaseSync {
  const url = pathToFileURL(path);
  if (!existsSync(`${path}-wal`)) url.searchParams.set("immutable", "1");
  return new DatabaseSync(url, { readOnly: true });
}
