/** The settings of what is kept, for how long and where: a part of the table in settings.ts. */
import { choiceKind, durationKind, sizeKind } from "./setting-kinds.ts";
import { dayMs, hourMs, minuteMs, secondMs } from "./setting-lengths.ts";

export const keepingSettingsTable = {
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
} as const;
