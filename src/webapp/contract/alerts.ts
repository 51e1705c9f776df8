/** What was told to whom, silences, and notes on the time line. */

/** What was said through one channel, is to be said, or was given up. */
export interface AlertDeliveryJson {
  id: number;
  channel: string;
  route: string;
  /** "started", "grew", "repeated", "ended", "digest" or "test" */
  kind: string;
  subject: string;
  state: "waiting" | "sent" | "failed";
  tries: number;
  made: number;
  sent: number | null;
  nextTry: number | null;
  /** What the last try met; "" for nothing. */
  problem: string;
}

/** GET /kale/alerts?limit= ; deliveries newest first. */
export interface AlertsJson {
  routes: {
    name: string;
    /** In words. */
    match: string;
    channels: string[];
    /** 0 is never. */
    repeatSeconds: number;
    expireSeconds: number;
  }[];
  channels: { name: string; type: string; problem: string; lastSent: number | null }[];
  waiting: number;
  sent: number;
  failed: number;
  dropped: number;
  deliveries: AlertDeliveryJson[];
}

/** GET /kale/anomalies/ID/alerts */
export interface AnomalyAlertsJson {
  deliveries: AlertDeliveryJson[];
  /** Why it was not told on a route. */
  skips: { route: string; reason: string; time: number }[];
}

/** POST /kale/alerts/test with {"channel"?} */
export interface AlertTestJson {
  /** `problem` is "" where it arrived. */
  results: { channel: string; problem: string }[];
}

/** GET /kale/silences gives a list; POST takes {"metric","note"?,"until"}; DELETE /kale/silences/ID */
export interface SilenceJson {
  id: string;
  /** Pattern over the whole name, or a part of it. */
  metric: string;
  note: string;
  created: number;
  until: number;
}

/** GET /kale/notes?from&until&limit gives a list, oldest first; POST takes {"title","text"?,"time"?}. */
export interface NoteJson {
  id: string;
  time: number;
  title: string;
  text: string;
  /** "error", "warning", "info", "success" or "" */
  kind: string;
  host: string;
  tags: string[];
  /** Who told: "statsd", "page" … */
  source: string;
}
