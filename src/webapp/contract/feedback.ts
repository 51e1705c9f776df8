/** What people said of anomalies, and the rules by name. */

/** POST /kale/anomalies/ID/feedback; without a pattern it holds for the metric alone. */
export interface NewFeedbackJson {
  kind: "normal" | "confirmed";
  label?: string;
  pattern?: string;
}

/** GET /kale/feedback gives a list of these, newest first. DELETE /kale/feedback/ID takes one back. */
export interface FeedbackJson {
  id: string;
  kind: "normal" | "confirmed";
  anomaly: string;
  name: string;
  pattern: string;
  label: string;
  created: number;
  /** Name of the user; empty for the admin token. */
  by: string;
}

/** GET /kale/feedback/export */
export interface FeedbackFileJson {
  format: "kale-feedback";
  version: 1;
  feedback: (FeedbackJson & { shape: { step: number; lead: number; values: number[] } })[];
}

/** A rule as the configuration writes it: match, and what it changes. */
export type RuleJson = Record<string, unknown>;

/** GET and PUT /kale/rules; with ?name= also what holds for that metric. */
export interface RulesJson {
  configured: RuleJson[];
  /** They come after the configured ones. */
  kept: RuleJson[];
  /** The kept ones as they were written, YAML. */
  text: string;
  changed: { at: number; by: string } | null;
  defaults: RuleJson;
  effective: EffectiveRulesJson | null;
}

export interface EffectiveRulesJson {
  name: string;
  /** `match` of the rule that said it last; empty for a default. */
  floors: { key: string; value: string; match: string }[];
  applied: { from: "configured" | "kept"; rule: RuleJson }[];
}

/** PUT /kale/rules, as text or as a list. */
export type NewRulesJson = { text: string } | { rules: RuleJson[] };

/** POST /kale/rules/test: rules tried on history instead of the kept (or the configured) ones. */
export type RulesTrialAskJson = NewRulesJson & {
  match?: string;
  from?: number | string;
  until?: number | string;
  replaces?: "kept" | "configured";
};

export interface RulesTrialJson {
  from: number;
  until: number;
  /** Metrics whose names match; of these those judged otherwise; of these those for which there was time. */
  matched: number;
  affected: number;
  tried: number;
  /** Anomalies told either way, told no more, told only now. */
  both: number;
  leftOut: number;
  added: number;
  /** Anomalies that people marked as normal: told to nobody under the tried rules. */
  known: number;
  /** Newest first. */
  anomalies: {
    fate: "both" | "left-out" | "added";
    name: string;
    started: number;
    ended: number | null;
    score: number | null;
    sentence: string;
  }[];
}
