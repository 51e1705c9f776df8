/**
 * What is abnormal now, kept current: read once as a whole, then changed by the server's events.
 *
 * The stream is opened first and the list read after it, so that nothing which happens in between
 * is missed; events of anomalies are whole, so taking one twice does no harm.
 */
import type { AnomalyEventJson, AnomalyJson, SummaryJson } from "../../src/webapp/contract.ts";
import { EventStream, type StreamState } from "../api/event-stream.ts";
import type { FetchFailure } from "../api/fetch-json.ts";
import { fetchAnomalies } from "../api/kale.ts";
import type { StreamEvent } from "../lib/sse-parser.ts";
import { correctClock, nowSeconds } from "./now.ts";
import { Store } from "./store.ts";

export interface LiveState {
  readonly stream: StreamState;
  readonly summary: SummaryJson | null;
  /** When the summary came, on the server's clock. */
  readonly summaryAt: number;
  /** By id; null until the list has been read. Ended ones stay until the next whole reading. */
  readonly anomalies: ReadonlyMap<string, AnomalyJson> | null;
  readonly failure: FetchFailure | null;
}

/** More than this many active at once is a storm: the newest are shown, and the count says so. */
export const activeCountMax = 500;
/** Ended anomalies kept for rows that still show them. */
const endedCountMax = 200;

export const liveStore = new Store<LiveState>({
  stream: { kind: "connecting" },
  summary: null,
  summaryAt: 0,
  anomalies: null,
  failure: null,
});

const stream = new EventStream("/kale/events", {
  onState: (state) => {
    change({ stream: state });
    if (state.kind === "live" && state.isFresh) void readAll();
  },
  onEvent: takeEvent,
});

export function startLive(): void {
  stream.start();
}

export function pauseLive(): void {
  stream.pause();
}

export function resumeLive(): void {
  stream.start();
}

/** Active ones, newest first. */
export function activeAnomalies({ anomalies }: LiveState): AnomalyJson[] {
  return [...(anomalies?.values() ?? [])]
    .filter(({ state }) => state === "active")
    .sort((a, b) => b.started - a.started || (a.id < b.id ? 1 : -1));
}

async function readAll(): Promise<void> {
  const result = await fetchAnomalies({ state: "active", limit: activeCountMax });
  if (!result.ok) {
    change({ failure: result.failure });
    return;
  }
  const anomalies = new Map(result.value.map((anomaly) => [anomaly.id, anomaly]));
  // What ended while the list was on its way stays ended: an anomaly never starts twice.
  for (const [id, anomaly] of endedOnes()) anomalies.set(id, anomaly);
  change({ anomalies, failure: null });
}

function endedOnes(): [string, AnomalyJson][] {
  const ended = [...(liveStore.value.anomalies ?? [])].filter(([, { state }]) => state === "ended");
  return ended.slice(-endedCountMax);
}

function takeEvent({ event, data }: StreamEvent): void {
  if (event === "reset") {
    void readAll();
    return;
  }
  const json = parse(data);
  if (json === undefined) return;
  if (event === "summary") {
    const summary = json as SummaryJson;
    correctClock(summary.now);
    change({ summary, summaryAt: nowSeconds() });
  } else if (event === "anomaly") {
    const { anomaly } = json as AnomalyEventJson;
    const anomalies = new Map(liveStore.value.anomalies ?? []);
    anomalies.set(anomaly.id, anomaly);
    change({ anomalies });
  }
}

function change(part: Partial<LiveState>): void {
  liveStore.set({ ...liveStore.value, ...part });
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined; // The next summary, or a reset, sets things right.
  }
}
