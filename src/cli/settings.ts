/**
 * Every setting of Kale: one table, from which come the typed `Settings`, the file's keys, the
 * environment variables, the flags, the help, the shell completion and docs/settings.md.
 *
 * A setting's key is written as in the YAML file, "ports.pickle" for `pickle` under `ports`. Its
 * flag is `--port-pickle`, its environment variable KALE_PORT_PICKLE. `original` is the name that
 * the original's settings.py had for it.
 */
import { noAlerts } from "../alert/index.ts";
import { checkNames } from "../model/index.ts";
import { alertsKind } from "./alerts-kind.ts";
import { remoteSettingsTable } from "./remote-settings.ts";
import {
  addressKind,
  choiceKind,
  choicesKind,
  countKind,
  countOrAutoKind,
  durationKind,
  hostPortListKind,
  jobUrlListKind,
  listKind,
  optionalPathKind,
  pathKind,
  portKind,
  rulesKind,
  zoneKind,
  sizeKind,
  sizeOrAutoKind,
  switchKind,
  type SettingKind,
} from "./setting-kinds.ts";

export interface Setting<Value> {
  readonly key: string;
  readonly kind: SettingKind<Value>;
  readonly standard: Value;
  /** One sentence. */
  readonly doc: string;
  readonly original?: string;
  /** Settings are listed under this heading. */
  readonly group: SettingGroup;
}

export type SettingGroup =
  | "Program"
  | "Ports"
  | "Taking in"
  | "Keeping"
  | "Redis"
  | "Elasticsearch"
  | "Judging"
  | "Alerts"
  | "Log";

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const roleNames = ["horizon", "analyzer", "webapp", "oculus"] as const;

/** The whole table; the field's name is the one in `Settings`. */
export const settingsTable = {
  dataPath: {
    key: "data",
    kind: pathKind,
    standard: "./kale-data",
    doc: "Folder that holds everything Kale keeps; made when missing, used by one process at a time.",
    group: "Program",
  },
  roles: {
    key: "roles",
    kind: choicesKind(roleNames),
    standard: roleNames,
    doc: "Parts that this process runs; with the embedded store all of them belong in one process.",
    group: "Program",
  },
  kernels: {
    key: "kernels",
    kind: choiceKind(["auto", "typescript"]),
    standard: "auto",
    doc: "Inner loops: auto takes WebAssembly where this machine can run it; typescript gives the same results without it, more slowly.",
    group: "Program",
  },
  bindAddress: {
    key: "bind",
    kind: addressKind,
    standard: "127.0.0.1",
    doc: "Address that every listener and the page listen on; 0.0.0.0 opens them to the network.",
    original: "HORIZON_IP, WEBAPP_IP",
    group: "Program",
  },
  hostNames: {
    key: "host-names",
    kind: listKind,
    standard: [],
    doc: "Further host names under which browsers may ask for the page while it listens on this machine only, such as the name of a proxy in front of it.",
    group: "Program",
  },
  trustsProxy: {
    key: "trust-proxy",
    kind: switchKind,
    standard: false,
    doc: "Believes X-Forwarded-For, -Host and -Proto of requests; only where nobody but your own proxy can reach the page.",
    group: "Program",
  },
  hostMetrics: {
    key: "host-metrics",
    kind: switchKind,
    standard: true,
    doc: "Records this machine's own vital signs every 5 s under host.NAME.",
    group: "Program",
  },
  shardCount: {
    key: "shards",
    kind: countOrAutoKind(64),
    standard: 0,
    doc: "Threads that keep and judge the metrics; auto is one per processor. Fixed when the data folder is made.",
    original: "ANALYZER_PROCESSES",
    group: "Program",
  },
  picklePort: {
    key: "ports.pickle",
    kind: portKind,
    standard: 2024,
    doc: "Skyline's pickle, as carbon-relay sends it: TCP frames, and UDP.",
    original: "PICKLE_PORT",
    group: "Ports",
  },
  msgpackPort: {
    key: "ports.msgpack",
    kind: portKind,
    standard: 2025,
    doc: "Skyline's MessagePack: UDP, and TCP.",
    original: "UDP_PORT",
    group: "Ports",
  },
  carbonPort: {
    key: "ports.carbon",
    kind: portKind,
    standard: 2003,
    doc: "Carbon's plain text lines: TCP, and UDP.",
    group: "Ports",
  },
  carbonPicklePort: {
    key: "ports.carbon-pickle",
    kind: portKind,
    standard: 0,
    doc: "A second port for pickle, off by default; Carbon's own is 2004.",
    group: "Ports",
  },
  statsdPort: {
    key: "ports.statsd",
    kind: portKind,
    standard: 0,
    doc: "StatsD and DogStatsD, off by default; the usual port is 8125: UDP, and TCP.",
    group: "Ports",
  },
  opentsdbPort: {
    key: "ports.opentsdb",
    kind: portKind,
    standard: 0,
    doc: "OpenTSDB's put lines, off by default; the usual port is 4242: TCP.",
    group: "Ports",
  },
  collectdPort: {
    key: "ports.collectd",
    kind: portKind,
    standard: 0,
    doc: "The network protocol of collectd, unencrypted, off by default; the usual port is 25826: UDP.",
    group: "Ports",
  },
  gangliaPort: {
    key: "ports.ganglia",
    kind: portKind,
    standard: 0,
    doc: "The packets that Ganglia's gmond and gmetric send, off by default; the usual port is 8649: UDP.",
    group: "Ports",
  },
  webappPort: {
    key: "ports.webapp",
    kind: portKind,
    standard: 1500,
    doc: "The page and every HTTP API.",
    original: "WEBAPP_PORT",
    group: "Ports",
  },
  oculusPort: {
    key: "ports.oculus",
    kind: portKind,
    standard: 3000,
    doc: "The same page, opened at the search for similar metrics.",
    original: "OCULUS_HOST",
    group: "Ports",
  },
  skipList: {
    key: "skip-list",
    kind: listKind,
    standard: [],
    doc: "Metrics whose name contains one of these texts are not taken in.",
    original: "SKIP_LIST",
    group: "Taking in",
  },
  ageMaxMs: {
    key: "max-age",
    kind: durationKind({ minMs: secondMs, maxMs: 366 * dayMs }),
    standard: 1000 * secondMs,
    doc: "Older samples than this are refused when they arrive, and counted.",
    original: "MAX_RESOLUTION",
    group: "Taking in",
  },
  futureMaxMs: {
    key: "future-limit",
    kind: durationKind({ minMs: 0, maxMs: 366 * dayMs }),
    standard: 10 * minuteMs,
    doc: "Samples that lie further in the future than this are refused, and counted.",
    group: "Taking in",
  },
  statsdFlushMs: {
    key: "statsd-flush",
    kind: durationKind({ minMs: secondMs, maxMs: hourMs }),
    standard: 10 * secondMs,
    doc: "How often what came over StatsD is written as samples.",
    group: "Taking in",
  },
  collectdSecurity: {
    key: "collectd-security",
    kind: choiceKind(["none", "sign", "encrypt"]),
    standard: "none",
    doc: "What packets of collectd must be at least; signed and encrypted ones need collectd-auth-file.",
    group: "Taking in",
  },
  collectdAuthFile: {
    key: "collectd-auth-file",
    kind: optionalPathKind,
    standard: "",
    doc: "File with a line USER: PASSWORD for each sender, as collectd's AuthFile.",
    group: "Taking in",
  },
  collectdTypesFile: {
    key: "collectd-types-db",
    kind: optionalPathKind,
    standard: "",
    doc: "A site's own types.db, over the types that collectd has by itself.",
    group: "Taking in",
  },
  gangliaTargets: {
    key: "ganglia-poll",
    kind: hostPortListKind,
    standard: [],
    doc: "Ganglia daemons, gmond or gmetad, whose XML is asked for, as HOST:PORT.",
    group: "Taking in",
  },
  scrapeTargets: {
    key: "scrape",
    kind: jobUrlListKind,
    standard: [],
    doc: "Programs whose page of metrics is asked for as Prometheus does, each as JOB=URL, or JOB@TIME=URL with an interval of its own; /metrics is the path unless one is given.",
    group: "Taking in",
  },
  scrapeEveryMs: {
    key: "scrape-interval",
    kind: durationKind({ minMs: secondMs, maxMs: hourMs }),
    standard: 15 * secondMs,
    doc: "How often each of them is asked.",
    group: "Taking in",
  },
  scrapeAuthFile: {
    key: "scrape-auth-file",
    kind: optionalPathKind,
    standard: "",
    doc: "File with a line JOB: bearer TOKEN or JOB: basic USER:PASSWORD for each job whose targets want to know who asks.",
    group: "Taking in",
  },
  scrapeCaFile: {
    key: "scrape-ca",
    kind: optionalPathKind,
    standard: "",
    doc: "Certificates, PEM, of who vouches for targets that are asked over https, beside the authorities that Node knows.",
    group: "Taking in",
  },
  scrapeTimeoutMs: {
    key: "scrape-timeout",
    kind: durationKind({ minMs: 100, maxMs: 10 * minuteMs }),
    standard: 10 * secondMs,
    doc: "An answer that is not there whole by then is given up, and the target counts as down.",
    group: "Taking in",
  },
  seriesCountMax: {
    key: "series-limit",
    kind: countKind({ min: 1, max: 100_000_000 }),
    standard: 1_000_000,
    doc: "Names that are kept at most; samples of further ones are refused, and counted.",
    group: "Taking in",
  },
  memoryBytesMax: {
    key: "memory-limit",
    kind: sizeOrAutoKind({ minBytes: 16 << 20, maxBytes: 2 ** 40 }),
    standard: 0,
    doc: "How much memory the metrics may take: samples, names and what is known of each. Beyond it new names are refused, and counted; auto is 65 % of what the machine or its container has.",
    group: "Taking in",
  },
  idleTimeoutMs: {
    key: "idle-timeout",
    kind: durationKind({ minMs: secondMs, maxMs: dayMs }),
    standard: 10 * minuteMs,
    doc: "A TCP client that sends nothing for this long is dropped.",
    group: "Taking in",
  },
  clientCountMax: {
    key: "client-limit",
    kind: countKind({ min: 1, max: 65_535 }),
    standard: 1000,
    doc: "TCP clients that each port serves at once; further ones are closed, and counted.",
    group: "Taking in",
  },
  fullDurationMs: {
    key: "full-duration",
    kind: durationKind({ minMs: 2 * hourMs, maxMs: 7 * dayMs }),
    standard: dayMs,
    doc: "How much of each metric is kept in memory and judged.",
    original: "FULL_DURATION",
    group: "Keeping",
  },
  miniDurationMs: {
    key: "mini-duration",
    kind: durationKind({ minMs: minuteMs, maxMs: 7 * dayMs }),
    standard: hourMs,
    doc: "The short window: the large graph of an anomaly, and what the search compares.",
    original: "MINI_DURATION",
    group: "Keeping",
  },
  retentionMs: {
    key: "retention",
    kind: durationKind({ minMs: hourMs, maxMs: 3660 * dayMs }),
    standard: 14 * dayMs,
    doc: "How long samples stay on disk for graphs.",
    group: "Keeping",
  },
  commitIntervalMs: {
    key: "commit-interval",
    kind: durationKind({ minMs: 10, maxMs: minuteMs, words: { "every-batch": 0 } }),
    standard: secondMs,
    doc: "Samples are on disk at most this long after they arrive; every-batch waits for the disk before it takes the next batch.",
    group: "Keeping",
  },
  storeKind: {
    key: "store",
    kind: choiceKind(["embedded", "redis", "elasticsearch"]),
    standard: "embedded",
    doc: "Where samples are kept: embedded is the data folder alone; the others keep them on other machines, with the data folder as the place where they wait.",
    group: "Keeping",
  },
  outboxBytesMax: {
    key: "outbox-limit",
    kind: sizeKind({ minBytes: 1 << 20, maxBytes: 2 ** 40 }),
    standard: 2 ** 30,
    doc: "How much may wait in the data folder while a store on other machines does not take it; beyond it senders are made to wait.",
    group: "Keeping",
  },
  ...remoteSettingsTable,
  detectorName: {
    key: "detector",
    kind: choiceKind(["kale", "skyline"]),
    standard: "kale",
    doc: "Who says what is abnormal: kale is the streaming detector, with the nine checks as one voice; skyline is the vote of the nine alone.",
    group: "Judging",
  },
  rules: {
    key: "rules",
    kind: rulesKind,
    standard: [],
    doc: "What matters enough to be told, by pattern of name: a list of rules, of which later ones change what earlier ones said; see docs/detection.md.",
    group: "Judging",
  },
  timeZone: {
    key: "time-zone",
    kind: zoneKind,
    standard: "machine",
    doc: "By which clock the days and hours of metrics are learned, daylight saving and all, where no rule says another; several processes on one store need the same.",
    group: "Judging",
  },
  checks: {
    key: "checks",
    kind: choicesKind(checkNames),
    standard: checkNames,
    doc: "The checks that vote on each metric.",
    original: "ALGORITHMS",
    group: "Judging",
  },
  consensusCount: {
    key: "consensus",
    kind: countKind({ min: 1, max: checkNames.length }),
    standard: 6,
    doc: "With the detector skyline, a metric is abnormal when this many checks fire.",
    original: "CONSENSUS",
    group: "Judging",
  },
  isCompatible: {
    key: "compat",
    kind: switchKind,
    standard: false,
    doc: "Counts votes as the original did, where a median check that did not fire counted as a vote.",
    group: "Judging",
  },
  isSecondOrder: {
    key: "second-order",
    kind: switchKind,
    standard: false,
    doc: "Shows an abnormal metric only when its earlier anomalies make this one stand out.",
    original: "ENABLE_SECOND_ORDER",
    group: "Judging",
  },
  stalePeriodMs: {
    key: "stale-period",
    kind: durationKind({ minMs: secondMs, maxMs: 7 * dayMs }),
    standard: 500 * secondMs,
    doc: "A metric whose newest sample is older than this is not judged.",
    original: "STALE_PERIOD",
    group: "Judging",
  },
  minTolerableLength: {
    key: "min-tolerable-length",
    kind: countKind({ min: 1, max: 1_000_000 }),
    standard: 1,
    doc: "A metric with fewer samples than this is not judged.",
    original: "MIN_TOLERABLE_LENGTH",
    group: "Judging",
  },
  maxTolerableBoredom: {
    key: "max-tolerable-boredom",
    kind: countKind({ min: 1, max: 1_000_000 }),
    standard: 100,
    doc: "How many of the newest samples decide whether a metric is boring.",
    original: "MAX_TOLERABLE_BOREDOM",
    group: "Judging",
  },
  boredomSetSize: {
    key: "boredom-set-size",
    kind: countKind({ min: 1, max: 1_000_000 }),
    standard: 1,
    doc: "A metric is boring, and not judged, when those samples have exactly this many different values.",
    original: "BOREDOM_SET_SIZE",
    group: "Judging",
  },
  alerts: {
    key: "alerts",
    kind: alertsKind,
    standard: noAlerts,
    doc: "Channels and routes that anomalies are told through; see docs/alerts.md.",
    original: "ALERTS, SMTP_OPTS, HIPCHAT_OPTS, PAGERDUTY_OPTS",
    group: "Alerts",
  },
  logLevel: {
    key: "log-level",
    kind: choiceKind(["debug", "info", "warn", "error"]),
    standard: "info",
    doc: "The least important messages that are logged.",
    group: "Log",
  },
  logFormat: {
    key: "log-format",
    kind: choiceKind(["auto", "text", "json"]),
    standard: "auto",
    doc: "Form of the log; auto is text at a terminal and JSON lines elsewhere.",
    group: "Log",
  },
} as const satisfies Readonly<Record<string, AnySetting>>;

/** A setting whose value type is not known: what loops over the table see. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- kinds both read and show their value
export type AnySetting = Setting<any>;

export type SettingField = keyof typeof settingsTable;

/** The settings in force. Times are milliseconds, ports 0 where off. */
export type Settings = {
  readonly [Field in SettingField]: (typeof settingsTable)[Field]["kind"] extends SettingKind<
    infer Value
  >
    ? Value
    : never;
};

/** Where a value came from, e.g. "file kale.yaml:3", "env KALE_BIND", "flag --bind", "default". */
export interface SettingOrigin {
  readonly source: "flag" | "env" | "file" | "default";
  readonly where: string;
}
export type SettingOrigins = Readonly<Record<SettingField, SettingOrigin>>;

export const settingFields = Object.keys(settingsTable) as readonly SettingField[];

export function settingOf(field: SettingField): AnySetting {
  return settingsTable[field];
}

/** "ports.pickle" → "--port-pickle" */
export function flagOf(key: string): string {
  return `--${key.replace(/^ports\./, "port-").replaceAll(".", "-")}`;
}

/** "ports.pickle" → "KALE_PORT_PICKLE" */
export function envNameOf(key: string): string {
  return `KALE_${flagOf(key).slice(2).replaceAll("-", "_").toUpperCase()}`;
}

export function defaultSettings(): Settings {
  return Object.fromEntries(
    settingFields.map((field) => [field, settingOf(field).standard as unknown]),
  ) as Settings;
}
