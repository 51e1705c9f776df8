/** What was said of anomalies, and who asked for quiet: what the pages ask of `alert/`. */

/** A notice on its way through one channel, arrived, or given up. */
export interface AlertDelivery {
  readonly id: number;
  readonly channel: string;
  readonly route: string;
  /** "started", "grew", "repeated", "ended", "digest" or "test" */
  readonly kind: string;
  readonly subject: string;
  readonly state: "waiting" | "sent" | "failed";
  readonly tryCount: number;
  readonly madeMs: number;
  readonly sentMs: number | null;
  /** When it is tried next; null once it is sent or given up. */
  readonly nextTryMs: number | null;
  /** What the last try met; "" for nothing. */
  readonly problem: string;
}

/** Why an anomaly was not told on a route. */
export interface AlertSkip {
  readonly route: string;
  readonly reason: string;
  readonly atMs: number;
}

export interface AlertSilence {
  readonly id: string;
  /** Glob over the whole name, or a part of it. */
  readonly metric: string;
  readonly note: string;
  readonly createdMs: number;
  readonly untilMs: number;
}

/** A route or a channel as it is in force; nothing secret. */
export interface AlertRouteReport {
  readonly name: string;
  /** In words, e.g. "db.*, major or worse" */
  readonly match: string;
  readonly channels: readonly string[];
  readonly repeatMs: number;
  readonly expireMs: number;
}

export interface AlertChannelReport {
  readonly name: string;
  readonly type: string;
  /** What its newest failure said; "" while the last one arrived. */
  readonly problem: string;
  readonly lastSentMs: number | null;
}

export interface AlertReport {
  readonly routes: readonly AlertRouteReport[];
  readonly channels: readonly AlertChannelReport[];
  readonly waitingCount: number;
  readonly sentCount: number;
  readonly failedCount: number;
  /** Notices that were dropped because too many waited. */
  readonly droppedCount: number;
}

export interface AlertTestResult {
  readonly channel: string;
  /** "" where it arrived. */
  readonly problem: string;
}

export const silenceLimits = {
  metricLengthMax: 1024,
  noteLengthMax: 1000,
  countMax: 1000,
} as const;

export interface AlertOffice {
  report(): AlertReport;
  /** Newest first; of one anomaly, or of all. */
  deliveries(query: { readonly episodeId?: string; readonly limit: number }): AlertDelivery[];
  skipsOf(episodeId: string): AlertSkip[];
  /** Those in force, the first to end first. */
  silences(): AlertSilence[];
  /** @returns undefined where there are too many */
  addSilence(silence: {
    readonly metric: string;
    readonly note: string;
    readonly untilMs: number;
  }): AlertSilence | undefined;
  /** @returns whether there was one */
  removeSilence(id: string): boolean;
  /** Says a test through one channel or all, at once and without a second try. */
  sendTest(channel?: string): Promise<readonly AlertTestResult[]>;
}
