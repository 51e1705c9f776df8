/** SQL prepared once per connection. The texts are the program's own, a few dozen in all. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { JournalError } from "./errors.ts";

export class Statements {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  of(sql: string): StatementSync {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#prepared.set(sql, statement);
    }
    return statement;
  }

  /**
   * Everything that `work` writes, or nothing where it throws.
   *
   * @param what  for the error, e.g. "save a collection"
   */
  transaction<Value>(what: string, work: () => Value): Value {
    try {
      this.#database.exec("BEGIN IMMEDIATE");
      const value = work();
      this.#database.exec("COMMIT");
      return value;
    } catch (cause) {
      if (this.#database.isOpen && this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw new JournalError("JOURNAL_WRITE_FAILED", what, { cause });
    }
  }
}
