/** Failures of the journal that a sound program can meet. */

/**
 * "JOURNAL_UNUSABLE": the file cannot be opened or made, e.g. a missing right.
 * "JOURNAL_FOREIGN": the file is some other program's database.
 * "JOURNAL_NEWER": a newer Kale wrote it; this one would lose what it does not know.
 * "JOURNAL_READ_FAILED": reading failed later on.
 * "JOURNAL_WRITE_FAILED": something a person asked for could not be written, e.g. on a full disk.
 */
export type JournalErrorCode =
  | "JOURNAL_UNUSABLE"
  | "JOURNAL_FOREIGN"
  | "JOURNAL_NEWER"
  | "JOURNAL_READ_FAILED"
  | "JOURNAL_WRITE_FAILED";

export class JournalError extends Error {
  override readonly name = "JournalError";
  readonly code: JournalErrorCode;

  constructor(code: JournalErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
