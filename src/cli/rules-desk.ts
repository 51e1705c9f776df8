/** Holds the rules in force: keeps those of the page in the journal, and tells the shards. */
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { Rule, RuleJournal, RulesDesk, RulesInForce } from "../model/index.ts";
import { parseRulesText } from "../webapp/index.ts";

export interface RulesDeskParts {
  readonly configured: readonly Rule[];
  readonly journal: RuleJournal;
  /** Tells the shards. */
  readonly use: (rules: readonly Rule[]) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class JournalRulesDesk implements RulesDesk {
  readonly #parts: RulesDeskParts;
  #inForce: RulesInForce;

  constructor(parts: RulesDeskParts) {
    this.#parts = parts;
    this.#inForce = { configured: parts.configured, kept: [], keptText: "", changed: null };
  }

  /** Tells the shards what was kept before; once at the start. */
  async open(): Promise<void> {
    const kept = this.#parts.journal.read();
    if (kept === undefined) return;
    const reading = parseRulesText(kept.text);
    if (!reading.ok) {
      // A newer Kale may know more words. The text stays, for whoever looks.
      this.#parts.logger.error("the kept rules cannot be read and do not hold", {
        fault: reading.fault,
      });
    }
    this.#inForce = {
      ...this.#inForce,
      kept: reading.ok ? reading.rules : [],
      keptText: kept.text,
      changed: { atMs: kept.changedMs, by: kept.by },
    };
    await this.#tell();
  }

  inForce(): RulesInForce {
    return this.#inForce;
  }

  async keep({ text, rules, by }: Parameters<RulesDesk["keep"]>[0]): Promise<void> {
    const atMs = this.#parts.clock.nowMs();
    this.#parts.journal.write({ text, by, changedMs: atMs });
    this.#inForce = { ...this.#inForce, kept: rules, keptText: text, changed: { atMs, by } };
    await this.#tell();
  }

  #tell(): Promise<void> {
    return this.#parts.use([...this.#inForce.configured, ...this.#inForce.kept]);
  }
}
