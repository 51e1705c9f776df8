/** The settings of what is abnormal, and who is told: parts of the table in settings.ts. */
import { noAlerts } from "../alert/index.ts";
import { checkNames } from "../model/index.ts";
import { alertsKind } from "./alerts-kind.ts";
import {
  choiceKind,
  choicesKind,
  countKind,
  durationKind,
  rulesKind,
  zoneKind,
  switchKind,
} from "./setting-kinds.ts";
import { dayMs, secondMs } from "./setting-lengths.ts";

export const judgingSettingsTable = {
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
} as const;

export const alertSettingsTable = {
  alerts: {
    key: "alerts",
    kind: alertsKind,
    standard: noAlerts,
    doc: "Channels and routes that anomalies are told through; see docs/alerts.md.",
    original: "ALERTS, SMTP_OPTS, HIPCHAT_OPTS, PAGERDUTY_OPTS",
    group: "Alerts",
  },
} as const;
