/** One series: its samples, band, verdict, standing and metadata. */

import type { CheckJson, ExpectedJson } from "./anomaly.ts";

/** How the streaming detector sees a metric now. */
export interface StandingJson {
  score: number;
  /** Why it is not judged yet, and for about how many seconds; null where nobody can say. */
  learning: { reason: string; left: number | null } | null;
  expected: ExpectedJson | null;
  nature: "steady" | "counter" | "sparse";
  /** What its senders state that it is. */
  stated: "gauge" | "counter" | null;
}

/** What senders said of the metric that a series is of. */
export interface MetadataJson {
  metric: string;
  type: string;
  help: string;
  unit: string;
}

/** GET /kale/points */
export interface PointsJson {
  name: string;
  from: number;
  until: number;
  /** Oldest first. Reduced to at most `maxPoints` by keeping each bucket's lowest and highest. */
  points: [time: number, value: number][];
  /** How many samples there are in the range before reduction. */
  sampleCount: number;
}

/** GET /kale/band : where a metric was expected; empty where nobody can say. */
export interface BandJson {
  name: string;
  from: number;
  until: number;
  times: number[];
  lower: number[];
  upper: number[];
}

/** GET /kale/series gives names; with `details=1` this. */
export interface SeriesPageJson {
  names: string[];
  total: number;
}

/** GET /kale/verdict?name= : all nine checks on the series as it is now. */
export interface VerdictJson {
  name: string;
  status: "ok" | "TooShort" | "Stale" | "Boring";
  checks: CheckJson[];
  votes: number;
  anomalous: boolean;
  /** Null where the nine checks alone judge. */
  standing: StandingJson | null;
  metadata: MetadataJson | null;
}
