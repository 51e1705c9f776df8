/**
 * The JSON that the pages receive: types only, and all of the server that web/ may see.
 *
 * Times are Unix seconds, with a fraction; names of series are text from outside and never markup.
 * Numbers that JSON cannot write (NaN, infinities) are null.
 */

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

/** How the streaming detector sees a metric now. */
export interface StandingJson {
  score: number;
  learning: { reason: string; left: number } | null;
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

/** GET /kale/activity?from&until&step : how many metrics were abnormal in each step. */
export interface ActivityJson {
  from: number;
  step: number;
  counts: number[];
}

export interface RefusalJson {
  reason: string;
  count: number;
  last: number;
  example: string;
}

/** Every way in that there is. */
export type SourceProtocolJson =
  | "carbon"
  | "carbon-pickle"
  | "pickle"
  | "msgpack"
  | "statsd"
  | "opentsdb"
  | "collectd"
  | "ganglia"
  | "ganglia-xml"
  | "scrape"
  | "prometheus"
  | "influx"
  | "otlp"
  | "opentsdb-http"
  | "collectd-http"
  | "host";

export interface SourceJson {
  protocol: SourceProtocolJson;
  addresses: string[];
  problem: string | null;
  clients: number;
  accepted: number;
  ratePerSecond: number;
  lastSample: number | null;
  dropped: number;
  pausedClients: number;
  refusals: RefusalJson[];
}

/** GET /kale/sources */
export interface SourcesJson {
  sources: SourceJson[];
}

export interface ShardJson {
  shard: number;
  series: number;
  samples: number;
  memoryBytes: number;
  diskBytes: number;
  durable: boolean;
  uncommitted: number;
  late: number;
  refusedSeries: number;
  faults: { code: string; message: string; count: number; last: number }[];
  roundSeries: number;
  roundStatus: Record<"ok" | "TooShort" | "Stale" | "Boring", number>;
  /** Metrics that are watched, and known too little to be judged. */
  learning: number;
  abstained: number;
  activeEpisodes: number;
  roundSeconds: number;
  roundEnded: number | null;
  lagSeconds: number;
  sliceMaxMs: number;
  /** Samples not judged yet, and series that are read from memory since their samples found no room. */
  waitingRows: number;
  behindSeries: number;
  /** Series with history to learn from. */
  historySeries: number;
  /** Anomalies and changes that wait to be told, and how long the longest has. */
  untold: number;
  untoldSeconds: number;
  /** Anomalies that were not kept, since there were too many. */
  refusedEpisodes: number;
  /** Quick verdicts that the full computation did not confirm. */
  verdictDifferences: number;
  cpuSeconds: number;
  waitingBatches: number;
}

/** The canary: a metric sent to our own Carbon port and looked for in the store. */
export interface CanaryJson {
  state: "waiting" | "ok" | "late" | "off";
  lastSeen: number | null;
  roundTripSeconds: number | null;
}

/** How the machines are that keep the samples, where `store` is not "embedded". */
export interface RemoteStoreJson {
  /** e.g. "redis 127.0.0.1:6379" */
  description: string;
  reachable: boolean;
  /** What is wrong, for a person; null while nothing is. */
  problem: string | null;
  /** Since when nothing could be written there. */
  failingSince: number | null;
  /** Accepted samples that wait on the local disk. */
  waiting: number;
  waitingBytes: number;
  waitingBytesMax: number;
  /** When the oldest of them was taken in. */
  oldestWaiting: number | null;
  /** Whether senders are made to wait. */
  holding: boolean;
  heldWrites: number;
  written: number;
  writtenBytes: number;
  retries: number;
  /** How often it asked for less. */
  busy: number;
  /** Samples that it refused for good; they were set aside on the local disk. */
  refused: number;
  lastWrite: number | null;
  /** How far the window is filled from there, 0 to 1; nothing is judged before it is 1. */
  warmShare: number;
}

/** The processes that share the metrics of one cluster. */
export interface ShareJson {
  /** Why the share could not be agreed lately. */
  problem: string | null;
  /** Of how many partitions this process judges how many. */
  held: number;
  partitions: number;
  processes: {
    id: string;
    label: string;
    self: boolean;
    living: boolean;
    seen: number;
    series: number;
    held: number;
  }[];
}

/** GET /kale/status */
export interface StatusJson {
  version: string;
  started: number;
  now: number;
  dataFolder: string;
  store: string;
  process: { cpuSeconds: number; residentBytes: number; heapBytes: number };
  disk: { freeBytes: number | null; totalBytes: number | null };
  /** null where samples are kept in the data folder alone. */
  remote: RemoteStoreJson | null;
  /** null where this process judges all there is. */
  share: ShareJson | null;
  shards: ShardJson[];
  /** null where the store does not tell. */
  room: RoomJson | null;
  canary: CanaryJson;
  settings: { key: string; value: string; source: string }[];
  /** Null where none is configured: the shards search what they hold. */
  searchEngine: SearchEngineJson | null;
}

/** The Elasticsearch or OpenSearch that searches, as GET /kale/status and /kale/admin/state tell of it. */
export interface SearchEngineJson {
  nodes: string[];
  /** What scores inside it; null before it was reached. */
  scorer: "plugin" | "painless" | null;
  /** What the index that serves holds; null while there is none. */
  window: { from: number; until: number; points: number } | null;
  series: number;
  importIntervalSeconds: number;
  lastImport: {
    started: number;
    /** Null while it is under way. */
    seconds: number | null;
    written: number;
    total: number;
    outcome: "running" | "done" | "locked" | "failed";
    problem: string;
  } | null;
  /** Searches it answered, and those that the shards answered because it did not. */
  answered: number;
  fallbacks: number;
  /** Why it did not answer last; "" where it did. */
  problem: string;
  /** The copy of the collections in it: when it was last in step, and why it is not. */
  collections: { agreed: number | null; problem: string };
}

/** How much room there is for metrics, as GET /kale/status, /kale/summary and /metrics tell it. */
export interface RoomJson {
  /** Of the setting memory-limit. */
  limitBytes: number;
  /** Of all samples, names, tables, of what the detector knows, and of shapes. */
  usedBytes: number;
  /** What the metrics of now will take once their window is full. */
  fullBytes: number;
  /** Of `fullBytes`; null where there are too few metrics to tell. */
  bytesPerMetric: number | null;
  seriesLimit: number;
  /** How many more fit; null where there are too few to tell. */
  moreMetrics: number | null;
  /** Less than a tenth is left, of memory or of names; or names are refused. */
  scarce: boolean;
  refused: {
    reason: "bad-name" | "series-limit" | "memory-limit";
    count: number;
    example: string;
  }[];
}

/** GET /kale/cardinality?limit=: what most names have in common, and where most of the new ones came. */
export interface CardinalityJson {
  series: number;
  /** False where parts of few series were left out of the count. */
  whole: boolean;
  /** Most series first; each list is the top of its order. */
  bySeries: NamePartJson[];
  byNewHour: NamePartJson[];
  byNewDay: NamePartJson[];
  /** Tags by how many different values they have. */
  byValues: NamePartJson[];
}

export interface NamePartJson {
  /** "path": the first parts of paths; "tag": KEY=VALUE; "tag-key": KEY. */
  kind: "path" | "tag" | "tag-key";
  text: string;
  /** Finds these series in /kale/series and on Explore. */
  query: string;
  series: number;
  newHour: number;
  newDay: number;
  values: number;
}

/** GET /kale/starting: while it is true, whatever asks for samples is answered with 503 "starting". */
export interface StartingJson {
  starting: boolean;
  /** How much of what was kept is read, 0 to 1. */
  share: number;
}

/** GET /kale/summary, and the data of the event "summary" every few seconds. */
export interface SummaryJson {
  now: number;
  metrics: number;
  abnormal: number;
  /** Seconds since the least recently judged metric was judged. */
  lagSeconds: number;
  /** Seconds since any metric was judged; null before the first round. */
  judgedSecondsAgo: number | null;
  /** False while judging takes longer than the promised minute. */
  keepsUp: boolean;
  /** Anomalies and changes that were found and wait to be told, and how long the longest has. */
  untold: number;
  untoldSeconds: number;
  samplesPerSecond: number;
  durable: boolean;
  /** Metrics that are being learned; they are among those with too few samples. */
  learning: number;
  /** Metrics with too few samples to be judged. */
  tooShort: number;
  stale: number;
  boring: number;
  room: RoomJson | null;
  /** The machines that keep the samples; null where the data folder alone does. */
  remote: Pick<
    RemoteStoreJson,
    "description" | "reachable" | "problem" | "failingSince" | "waiting" | "holding" | "warmShare"
  > | null;
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

export type SimilarMethod =
  "best" | "euclidean" | "fastdtw" | "dtw" | "correlation" | "change" | "classic";

/** A saved collection that a window looks like: "seen before: NAME, 93 %". */
export interface SeenBeforeJson {
  collection: string;
  name: string;
  /** The saved metric that is most alike. */
  metric: string;
  likeness: number;
  from: number;
  until: number;
}

export interface SimilarMatchJson {
  name: string;
  /** The likeness, 0 to 100; the same number twice, for the original's readers. */
  score: number;
  likeness: number;
  /** Raw, as the method defines it; smaller is more alike. */
  distance: number;
  /** Seconds by which the match moves later than the query; negative: earlier. */
  lag: number;
  sign: 1 | -1;
}

/**
 * GET /kale/similar, and POST of `{"values":[…]}` for a drawn shape. With
 * `Accept: application/x-ndjson` a line of this for each better answer, the last with `final: true`.
 */
export interface SimilarJson {
  query: {
    name: string | null;
    /** What was compared: may be moved to the grid, by up to a minute. */
    from: number;
    until: number;
    method: SimilarMethod;
    /** On the grid, not normalised; null where there is none. */
    values: (number | null)[];
  };
  matches: SimilarMatchJson[];
  final: boolean;
  exact: boolean;
  compared: number;
  total: number;
  /** Metrics that could not be compared, by reason. */
  unmatched: Record<string, number>;
  tookMs: number;
  /** Who compared: Kale's shards, or the search engine by Kale's plugin or by its own scripts. */
  searchedBy: "shards" | "plugin" | "painless";
  /** Why the shards did though a search engine is configured; null otherwise. */
  whyShards: string | null;
  /** That only a part of all metrics was searched, and what to do about it; null where all were. */
  limitedTo: string | null;
  /** Only in the final answer to a named query. */
  seenBefore: SeenBeforeJson[];
}

export interface CollectionItemJson {
  name: string;
  from: number;
  until: number;
  points: [time: number, value: number][];
}

/** GET /kale/collections/ID */
export interface CollectionJson {
  id: string;
  name: string;
  note: string;
  created: number;
  changed: number;
  items: CollectionItemJson[];
}

/** GET /kale/collections gives a list of these. */
export interface CollectionSummaryJson {
  id: string;
  name: string;
  note: string;
  created: number;
  changed: number;
  metrics: string[];
}

/** POST /kale/collections; the server takes the snapshot of each item's window. */
export interface NewCollectionJson {
  name: string;
  note: string;
  items: { name: string; from: number; until: number }[];
}

/** PUT /kale/collections/ID: what is given is changed. `remove` names items to leave out. */
export interface CollectionChangeJson {
  name?: string;
  note?: string;
  add?: { name: string; from: number; until: number }[];
  /** Places in `items` as they were read; `add` comes after. */
  remove?: number[];
  /** What `changed` was when it was read: if somebody was faster, 409 and nothing is done. */
  changed?: number;
}

/** GET /kale/collections/export, and POST /kale/collections/import of the same. */
export interface CollectionsFileJson {
  format: "kale-collections";
  version: 1;
  collections: Omit<CollectionJson, "id">[];
}

/** The answer of POST /kale/collections/import. */
export interface CollectionsImportJson {
  imported: number;
  /** Names that were taken, so the imported collection got another. */
  renamed: { from: string; to: string }[];
}

/** POST /kale/session: either of them. DELETE signs out. */
export type SignInJson = { token: string } | { user: string; password: string };

/** GET /kale/session: who the browser is signed in as. */
export interface SessionJson {
  signedIn: boolean;
  /** null for whoever holds the admin token. */
  user: string | null;
}

/** GET /kale/users (signed in only). */
export interface UserJson {
  name: string;
  created: number;
  lastSeen: number | null;
}

/** POST /kale/users makes a user, or sets a new password. DELETE /kale/users?name= deletes one. */
export interface NewUserJson {
  name: string;
  password: string;
}

/** GET /kale/admin/state (signed in only). */
export interface AdminStateJson {
  shards: ShardJson[];
  /** What is kept ready to be searched: of how many metrics, in how much memory. */
  shapeTables: { shard: number; series: number; memoryBytes: number }[];
  journal: { fileBytes: number; episodes: number; unsaved: number; lost: number };
  collections: { collections: number; items: number };
  accounts: { users: number; sessions: number };
  signIns: { failed: number; refused: number };
  /** The search engine that collections and metrics would be imported into. */
  searchEngine: { configured: boolean; setting: string; state: SearchEngineJson | null };
}

/** POST /kale/admin/import: 202, or 409 where one is under way. */
export interface ImportBegunJson {
  begun: true;
}

/** POST /kale/admin/wipe-collections */
export interface WipedJson {
  wiped: number;
}

export interface ErrorJson {
  error: { code: string; message: string };
}

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

/**
 * "overlaid": all expressions in one graph; "separate": a graph for each; "tree": a small graph for each
 * node of the one pattern in `targets`; "tag": one for each value of the one tag in it.
 */
export type ViewLayoutJson = "overlaid" | "separate" | "tree" | "tag";

/** GET /kale/views gives a list of these by name, GET /kale/views/ID one. */
export interface ViewJson {
  id: string;
  name: string;
  note: string;
  /** Graphite expressions; as `layout` says. */
  targets: string[];
  /** As they were written: "-6h" and "now" move with the clock, Unix seconds stay. */
  from: string;
  until: string;
  layout: ViewLayoutJson;
  created: number;
  changed: number;
}

/** POST /kale/views; the last six hours overlaid unless given. */
export interface NewViewJson {
  name: string;
  note?: string;
  targets: string[];
  from?: string;
  until?: string;
  layout?: ViewLayoutJson;
}

/** PUT /kale/views/ID: what is given is changed. */
export interface ViewChangeJson extends Partial<NewViewJson> {
  /** What `changed` was when it was read: if somebody was faster, 409 and nothing is done. */
  changed?: number;
}

/** GET /kale/views/export, and POST /kale/views/import of the same. */
export interface ViewsFileJson {
  format: "kale-views";
  version: 1;
  views: Omit<ViewJson, "id">[];
}

/** The answer of POST /kale/views/import. */
export interface ViewsImportJson {
  imported: number;
  /** Names that were taken, so the imported view got another. */
  renamed: { from: string; to: string }[];
}
