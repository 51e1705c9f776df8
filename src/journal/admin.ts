/**
 * Opens the journal's accounts. There is no default password: whoever starts the program first is
 * given a token, once, and nothing else opens the doors until they use it to make users.
 */
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { Keeper } from "../model/index.ts";
import { openJournalFile } from "./journal-file.ts";
import { SqliteKeeper } from "./keeper.ts";
import { SecretHasher, type HashCost, type RandomBytes } from "./secret-hash.ts";

export interface AdminOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** `randomBytes` of node:crypto. */
  readonly randomBytes: RandomBytes;
  /** Of hashes made from now on; for tests that have no time. */
  readonly hashCost?: HashCost;
}

export interface Admin {
  readonly keeper: Keeper;
  /** Given where the journal had no token yet: show it now, it cannot be had again. */
  readonly newToken: string | undefined;
  close(): void;
}

/**
 * @param journalPath  of the journal's file, made if missing; opened beside the journal itself
 * @throws JournalError where there can be no journal
 */
export async function openAdmin(journalPath: string, options: AdminOptions): Promise<Admin> {
  const { keeper, close } = openKeeper(journalPath, options);
  try {
    const newToken = keeper.hasToken ? undefined : await keeper.renewToken();
    return { keeper, newToken, close };
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * A new token instead of the old one, whose sessions end; also while a Kale runs on the same journal.
 *
 * @throws JournalError
 */
export async function resetToken(journalPath: string, options: AdminOptions): Promise<string> {
  const { keeper, close } = openKeeper(journalPath, options);
  try {
    return await keeper.renewToken();
  } finally {
    close();
  }
}

function openKeeper(
  journalPath: string,
  { clock, logger, randomBytes, hashCost }: AdminOptions,
): { readonly keeper: SqliteKeeper; readonly close: () => void } {
  const { database } = openJournalFile(journalPath, clock, logger);
  const hasher = new SecretHasher(randomBytes, hashCost);
  return {
    keeper: new SqliteKeeper(database, { clock, logger, randomBytes, hasher }),
    close: () => {
      if (database.isOpen) database.close();
    },
  };
}
