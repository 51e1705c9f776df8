/** Who did it, for a list that people read. */
import type { Account } from "../model/index.ts";

/** The admin token has no name. */
export function nameOfAccount(account: Account | undefined): string {
  return account?.kind === "user" ? account.name : "";
}
