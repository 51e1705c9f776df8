/** The settings of the program as a whole, its ports and its log: parts of the table in settings.ts. */
import { addressKind } from "./address-kinds.ts";
import {
  choiceKind,
  choicesKind,
  countOrAutoKind,
  listKind,
  pathKind,
  portKind,
  switchKind,
} from "./setting-kinds.ts";

const roleNames = ["horizon", "analyzer", "webapp", "oculus"] as const;

export const programSettingsTable = {
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
} as const;

export const portSettingsTable = {
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
} as const;

export const logSettingsTable = {
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
} as const;
