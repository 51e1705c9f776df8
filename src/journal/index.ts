export { JournalError } from "./errors.ts";
export { openJournal, type Journal, type JournalOptions } from "./journal.ts";
