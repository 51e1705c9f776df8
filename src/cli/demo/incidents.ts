/**
 * What goes wrong at the simulated site: each incident changes some series for some time.
 *
 * Times are relative to a moment that the demo chooses: most lie in the history, one is under way
 * at the start, one begins when somebody looks.
 */
import { assert } from "../../base/assert.ts";

/**
 * How an effect changes the calm value `v`, with `p` growing from 0 to 1 over `rampMs`:
 *
 * - times    v * (1 + (amount - 1) * p)
 * - plus     v + amount * p
 * - missing  no samples
 */
export type EffectKind = "times" | "plus" | "missing";

export interface Effect {
  readonly name: string;
  readonly kind: EffectKind;
  readonly amount: number;
  /** It begins this long after the incident: what goes wrong goes wrong further down later. */
  readonly delayMs: number;
  readonly rampMs: number;
}

export interface Incident {
  readonly title: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly effects: readonly Effect[];
}

const secondMs = 1000;
const minuteMs = 60 * secondMs;

/** @param startMs  when the payment provider becomes slow; it is over after 15 minutes */
export function paymentIncident(startMs: number): Incident {
  return {
    title: "payment provider north becomes slow",
    startMs,
    endMs: startMs + 15 * minuteMs,
    effects: [
      times("payment.north.latency_ms.p50", 7),
      times("payment.north.latency_ms.p95", 9),
      times("payment.north.latency_ms.p99", 11),
      times("payment.north.timeouts_per_minute", 60, { delaySeconds: 20 }),
      times("payment.north.errors_per_minute", 25, { delaySeconds: 20 }),
      times("payment.north.retries_per_minute", 30, { delaySeconds: 20 }),
      times("payment.north.success_percent", 0.55, { delaySeconds: 20 }),
      times("payment.north.open_connections", 6, { delaySeconds: 20, rampSeconds: 60 }),
      times("queue.payments.depth", 40, { delaySeconds: 30, rampSeconds: 420 }),
      times("queue.payments.oldest_seconds", 90, { delaySeconds: 40, rampSeconds: 420 }),
      times("web.checkout.latency_ms.p95", 5, { delaySeconds: 20 }),
      times("web.checkout.status_5xx_per_minute", 30, { delaySeconds: 40 }),
      times("shop.orders.completed_per_minute", 0.15, { delaySeconds: 30, rampSeconds: 30 }),
      times("shop.revenue_per_minute", 0.15, { delaySeconds: 30, rampSeconds: 30 }),
    ],
  };
}

/** Those of the last day, and the one that is under way. */
export function pastIncidents(nowMs: number): Incident[] {
  const before = (minutes: number): number => nowMs - minutes * minuteMs;
  return [
    {
      title: "memory leak in an application server, ended by a restart",
      startMs: before(19 * 60),
      endMs: before(17 * 60),
      effects: [
        times("host.app1.memory.used_bytes", 1.9, { rampSeconds: 7200 }),
        times("host.app1.memory.cached_bytes", 0.3, { rampSeconds: 7200 }),
        times("host.app1.cpu.system_percent", 4, { delaySeconds: 3600, rampSeconds: 3600 }),
      ],
    },
    {
      title: "a cache lost its content, the databases carried the load",
      startMs: before(13 * 60),
      endMs: before(13 * 60 - 20),
      effects: [
        times("cache.cache2.hit_percent", 0.4),
        times("cache.cache2.items", 0.2, { rampSeconds: 20 }),
        times("cache.cache2.evictions_per_second", 0.05),
        times("database.db1.queries_per_second", 3, { delaySeconds: 10 }),
        times("database.db1.query_ms.p99", 8, { delaySeconds: 10 }),
        times("web.product.latency_ms.p95", 4, { delaySeconds: 20 }),
        times("web.product.latency_ms.p99", 4, { delaySeconds: 20 }),
      ],
    },
    {
      title: "a host lost its network and fell silent",
      startMs: before(7 * 60 + 30),
      endMs: before(6 * 60 + 55),
      effects: [
        missing("host.worker2.cpu.user_percent"),
        missing("host.worker2.load.1m"),
        missing("host.worker2.tcp.established"),
        missing("host.worker2.network.sent_bytes_per_second"),
        times("queue.images.depth", 25, { rampSeconds: 1500 }),
        times("queue.images.oldest_seconds", 40, { rampSeconds: 1500 }),
      ],
    },
    {
      title: "a crawler without manners",
      startMs: before(3 * 60),
      endMs: before(3 * 60 - 8),
      effects: [
        times("web.search.requests_per_second", 7),
        times("web.search.bytes_per_second", 7),
        times("web.search.status_4xx_per_minute", 30),
        times("web.search.latency_ms.p99", 3, { delaySeconds: 20 }),
        times("shop.searches", 6),
      ],
    },
    {
      title: "a replica falls behind while its disk is busy",
      startMs: before(12),
      endMs: before(-30),
      effects: [
        times("database.db2.replication_lag_ms", 900, { rampSeconds: 2400 }),
        times("database.db2.disk.busy_percent", 4.2),
        times("database.db2.query_ms.p99", 6, { delaySeconds: 30, rampSeconds: 120 }),
        plus("database.db2.locks_waiting", 60, { delaySeconds: 30, rampSeconds: 300 }),
        plus("database.db2.disk.used_percent", 20, { rampSeconds: 2400 }),
      ],
    },
  ];
}

/** @returns the value under this effect, NaN where there is no sample */
export function applyEffect(
  effect: Effect,
  incident: { readonly startMs: number; readonly endMs: number },
  value: number,
  timeMs: number,
): number {
  const sinceMs = timeMs - incident.startMs - effect.delayMs;
  if (sinceMs < 0 || timeMs >= incident.endMs) return value;
  const share = effect.rampMs === 0 ? 1 : Math.min(1, sinceMs / effect.rampMs);
  if (effect.kind === "missing") return Number.NaN;
  if (effect.kind === "plus") return value + effect.amount * share;
  return value * (1 + (effect.amount - 1) * share);
}

interface Timing {
  readonly delaySeconds?: number;
  readonly rampSeconds?: number;
}

function times(name: string, amount: number, timing: Timing = {}): Effect {
  assert(amount > 0, "a factor is positive");
  return effectOf(name, "times", amount, timing);
}

function plus(name: string, amount: number, timing: Timing = {}): Effect {
  return effectOf(name, "plus", amount, timing);
}

function missing(name: string): Effect {
  return effectOf(name, "missing", 0, {});
}

function effectOf(name: string, kind: EffectKind, amount: number, timing: Timing): Effect {
  const { delaySeconds = 0, rampSeconds = 0 } = timing;
  return { name, kind, amount, delayMs: delaySeconds * secondMs, rampMs: rampSeconds * secondMs };
}
