export { openAdmin, resetToken, type Admin, type AdminOptions } from "./admin.ts";
export { JournalError } from "./errors.ts";
export { openJournal, type Journal, type JournalOptions } from "./journal.ts";
export { readSaid } from "./said.ts";
