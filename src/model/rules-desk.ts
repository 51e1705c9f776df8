/** The rules in force: those of the configuration, and after them those that people keep on the page. */
import type { Rule } from "./rules.ts";

export interface RulesInForce {
  readonly configured: readonly Rule[];
  /** They come after the configured ones, and so change what those said. */
  readonly kept: readonly Rule[];
  /** The kept ones as the person wrote them, remarks included. */
  readonly keptText: string;
  /** When, and by whom; null where nobody kept any. */
  readonly changed: { readonly atMs: number; readonly by: string } | null;
}

export interface RulesDesk {
  inForce(): RulesInForce;
  /** Replaces the kept ones. They hold when this resolves, and after a restart. */
  keep(given: {
    readonly text: string;
    readonly rules: readonly Rule[];
    readonly by: string;
  }): Promise<void>;
}

/** Keeps the text of the rules across restarts. */
export interface RuleJournal {
  read(): KeptRules | undefined;
  write(kept: KeptRules): void;
}

export interface KeptRules {
  readonly text: string;
  readonly by: string;
  readonly changedMs: number;
}
