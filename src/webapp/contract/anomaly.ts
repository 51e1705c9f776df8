/** Anomalies and their checks, reasons and incidents, and the events that tell of them. */

import type { SeenBeforeJson } from "./similar.ts";

export type CheckOutcome = "fired" | "calm" | "abstained";

export interface CheckJson {
  check: string;
  outcome: CheckOutcome;
  observed: number | null;
  lower: number | null;
  upper: number | null;
  /** Whether the three numbers are values of the metric, so that limits can be drawn on its graph. */
  isValue: boolean;
}

/** GET /kale/anomalies gives a list of these, newest first; /kale/anomalies/ID one. */
export interface AnomalyJson {
  id: string;
  name: string;
  state: "active" | "ended";
  started: number;
  ended: number | null;
  endReason: "calm" | "stale" | "accepted" | null;
  lastSeen: number;
  observed: number;
  before: number | null;
  peak: number;
  peakTime: number;
  expected: { lower: number; upper: number } | null;
  votes: number;
  checks: CheckJson[];
  sentence: string;
  /** The window to search with: its stretch with a margin, at least an hour. */
  searchFrom: number;
  searchUntil: number;
  /** Why the streaming detector told of it; null where the nine checks alone gave the verdict. */
  why: WhyJson | null;
  /** An anomaly like one that a person spoke of; "normal" ones are greyed, and nothing is sent. */
  known: KnownJson | null;
  /** Saved collections that it looks like; filled in the answer about one anomaly. */
  seenBefore?: SeenBeforeJson[];
}

export interface ExpectedJson {
  lower: number;
  upper: number;
  center: number;
  /** What it rests on: the level lately, the hour of the day, the hour of the week. */
  basis: "level" | "day" | "week";
  /** "Mondays 03:00 UTC, 6 weeks" */
  source: string;
}

export interface WhyJson {
  /** 0 to 1, as first given: a healthy metric has one sample in 10^(8 × score) that scores as high. */
  score: number;
  scored: number;
  expected: ExpectedJson;
  /** Loudest first, each in its own standard deviations. */
  voices: { voice: string; strength: number }[];
  step: number;
  /** The metric counts up; all values are its growth per second. */
  isRate: boolean;
}

export interface KnownJson {
  feedback: string;
  kind: "normal" | "confirmed";
  label: string;
  /** 0 to 100. */
  likeness: number;
}

/** GET /kale/incidents gives a list of these, newest first: anomalies that began together. */
export interface IncidentJson {
  /** Of its earliest anomaly. */
  id: string;
  state: "active" | "ended";
  started: number;
  ended: number | null;
  /** "12 metrics on 3 hosts" */
  title: string;
  hosts: string[];
  /** Earliest first. */
  members: AnomalyJson[];
  /** Saved collections that its earliest looks like; of the newest incidents. */
  seenBefore: SeenBeforeJson[];
}

/** GET /kale/activity?from&until&step : how many metrics were abnormal in each step. */
export interface ActivityJson {
  from: number;
  step: number;
  counts: number[];
}

/**
 * GET /kale/events (server-sent events). `event: anomaly` carries this, with an id that
 * Last-Event-ID resumes from; `event: summary` carries SummaryJson, without id; `event: reset` tells
 * that the id is too old to resume from, so the list should be read anew.
 */
export interface AnomalyEventJson {
  change: "started" | "changed" | "ended";
  anomaly: AnomalyJson;
}
