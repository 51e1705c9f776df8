/** Keeps in SQLite the rules that people wrote on the page: one row, the text as it was written. */
import type { DatabaseSync } from "node:sqlite";
import type { KeptRules, RuleJournal } from "../model/index.ts";
import { Statements } from "./statements.ts";

export class Rules implements RuleJournal {
  readonly #statements: Statements;

  /** @param database  of a journal that is up to date */
  constructor(database: DatabaseSync) {
    this.#statements = new Statements(database);
  }

  read(): KeptRules | undefined {
    const row = this.#statements.of("SELECT * FROM rules WHERE place = 1").get();
    if (row === undefined) return undefined;
    const { text, by } = JSON.parse(String(row["rules"])) as { text: string; by: string };
    return { text, by, changedMs: Number(row["changed_ms"]) };
  }

  write({ text, by, changedMs }: KeptRules): void {
    this.#statements.transaction("keep the rules", () => {
      this.#statements
        .of("INSERT OR REPLACE INTO rules (place, rules, changed_ms) VALUES (1, ?, ?)")
        .run(JSON.stringify({ text, by }), Math.floor(changedMs));
    });
  }
}
