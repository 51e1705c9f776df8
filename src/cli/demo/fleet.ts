/**
 * The simulated site's series: a shop with web servers, application servers, queues, databases,
 * caches, payment providers and its business counts.
 *
 * What the incidents touch comes first, so that a small `--series` keeps it; hosts fill the rest.
 */
import { seededRandom, type Random } from "../../base/random.ts";
import type { DayShape, SeriesKind, SeriesShape } from "./site-values.ts";

export const families = [
  "business",
  "payment",
  "queue",
  "database",
  "cache",
  "web",
  "host",
] as const;
export type Family = (typeof families)[number];

export const seriesCountMin = 200;
export const seriesCountMax = 100_000;

/** [last part of the name, kind, base, daily, noise, shape] */
type Template = readonly [
  suffix: string,
  kind: SeriesKind,
  base: number,
  daily: number,
  noise: number,
  shape?: DayShape,
];

const business: readonly Template[] = [
  ["orders.completed_per_minute", "gauge", 240, 0.12, 0.03],
  ["orders.started_per_minute", "gauge", 310, 0.12, 0.03],
  ["revenue_per_minute", "gauge", 9400, 0.12, 0.05],
  ["signups", "whole", 14, 0.4, 0.1],
  ["searches", "whole", 2600, 0.45, 0.03],
  ["carts.abandoned", "whole", 60, 0.2, 0.08],
  ["refunds", "sparse", 4, 0.3, 0],
  ["visitors", "whole", 5200, 0.5, 0.02],
];

const payment: readonly Template[] = [
  ["latency_ms.p50", "gauge", 88, 0.04, 0.05],
  ["latency_ms.p95", "gauge", 180, 0.05, 0.06],
  ["latency_ms.p99", "gauge", 320, 0.05, 0.08],
  ["timeouts_per_minute", "gauge", 0.8, 0.1, 0.2],
  ["errors_per_minute", "gauge", 1.6, 0.1, 0.2],
  ["requests_per_minute", "whole", 260, 0.15, 0.04],
  ["success_percent", "percent", 98.5, 0, 0.003],
  ["retries_per_minute", "gauge", 2.4, 0.1, 0.15],
  ["open_connections", "whole", 24, 0.05, 0.08],
  ["certificate_days_left", "constant", 61, 0, 0],
];

const queue: readonly Template[] = [
  ["depth", "whole", 30, 0.1, 0.12],
  ["oldest_seconds", "gauge", 2.2, 0.1, 0.12],
  ["published_per_second", "gauge", 42, 0.3, 0.04],
  ["consumed_per_second", "gauge", 42, 0.3, 0.04],
  ["consumers", "constant", 12, 0, 0],
  ["dead_letters", "sparse", 3, 0, 0],
  ["published_total", "counter", 42, 0.2, 0],
];

const database: readonly Template[] = [
  ["queries_per_second", "gauge", 1450, 0.2, 0.04],
  ["query_ms.p50", "gauge", 1.4, 0.06, 0.06],
  ["query_ms.p99", "gauge", 24, 0.1, 0.1],
  ["replication_lag_ms", "gauge", 110, 0.05, 0.18],
  ["connections", "whole", 160, 0.1, 0.04],
  ["slow_queries", "sparse", 5, 0.2, 0],
  ["cache_hit_percent", "percent", 99.1, 0, 0.002],
  ["disk.used_percent", "gauge", 61, 0, 0.001],
  ["disk.busy_percent", "gauge", 22, 0.25, 0.1],
  ["disk.written_bytes_per_second", "gauge", 5_200_000, 0.2, 0.1],
  ["locks_waiting", "whole", 4, 0.2, 0.2],
  ["deadlocks", "sparse", 1, 0, 0],
  ["transactions_total", "counter", 610, 0.2, 0],
  ["backup_bytes_per_second", "gauge", 900_000, 9, 0.05, "nightly"],
];

const cache: readonly Template[] = [
  ["hit_percent", "percent", 96.2, 0.004, 0.004],
  ["evictions_per_second", "gauge", 12, 0.1, 0.12],
  ["gets_per_second", "gauge", 21_000, 0.35, 0.03],
  ["sets_per_second", "gauge", 1400, 0.35, 0.04],
  ["memory_bytes", "gauge", 6_100_000_000, 0.01, 0.001],
  ["clients", "whole", 420, 0.1, 0.02],
  ["items", "whole", 3_400_000, 0.04, 0.001],
  ["gets_total", "counter", 21_000, 0.3, 0],
];

const page: readonly Template[] = [
  ["requests_per_second", "gauge", 85, 0.4, 0.04],
  ["latency_ms.p50", "gauge", 42, 0.06, 0.05],
  ["latency_ms.p95", "gauge", 130, 0.08, 0.06],
  ["latency_ms.p99", "gauge", 290, 0.08, 0.1],
  ["status_4xx_per_minute", "gauge", 22, 0.25, 0.1],
  ["status_5xx_per_minute", "gauge", 1.2, 0.1, 0.25],
  ["bytes_per_second", "gauge", 1_600_000, 0.4, 0.05],
];

const server: readonly Template[] = [
  ["cpu.user_percent", "gauge", 34, 0.35, 0.06],
  ["cpu.system_percent", "gauge", 6, 0.3, 0.08],
  ["cpu.iowait_percent", "gauge", 1.2, 0.2, 0.25],
  ["load.1m", "gauge", 2.6, 0.3, 0.1],
  ["memory.used_bytes", "gauge", 11_300_000_000, 0.02, 0.002],
  ["memory.cached_bytes", "gauge", 4_100_000_000, 0.03, 0.002],
  ["swap.used_bytes", "constant", 0, 0, 0],
  ["disk.root.used_percent", "gauge", 47, 0, 0.0005],
  ["disk.written_bytes_per_second", "gauge", 210_000, 0.7, 0.2, "hourly"],
  ["network.received_bytes_per_second", "gauge", 2_400_000, 0.4, 0.06],
  ["network.sent_bytes_per_second", "gauge", 6_900_000, 0.4, 0.06],
  ["tcp.established", "whole", 520, 0.35, 0.03],
  ["tcp.retransmits_total", "counter", 3, 0, 0],
  ["processes", "whole", 214, 0, 0.01],
  ["cron.seconds", "gauge", 2, 6, 0.1, "nightly"],
  ["ssh.logins", "sparse", 2, 0.5, 0],
];

export const paymentProviders = ["north", "south", "harbour"];
export const queues =
  "payments mail search-index images invoices exports webhooks stock fraud audit".split(" ");
export const databases = ["db1", "db2", "db3", "db4"];
export const caches = ["cache1", "cache2", "cache3", "cache4"];
export const pages =
  "home search product cart checkout account login orders api-items api-stock".split(" ");
const countries = "de fr it es nl pl se at".split(" ");

export interface FleetSeries {
  readonly family: Family;
  readonly shape: SeriesShape;
}

/** Every series of the site, in a fixed order; the seed decides what differs among alike ones. */
export function buildFleet(seed: number, seriesCount: number): FleetSeries[] {
  const random = seededRandom(seed);
  const fleet: FleetSeries[] = [];
  const add = (family: Family, prefix: string, templates: readonly Template[], scale = 1): void => {
    for (const template of templates) fleet.push(seriesOf(family, prefix, template, scale, random));
  };
  add("business", "shop", business);
  for (const name of paymentProviders) add("payment", `payment.${name}`, payment);
  for (const name of queues) add("queue", `queue.${name}`, queue);
  for (const name of databases) add("database", `database.${name}`, database);
  for (const name of caches) add("cache", `cache.${name}`, cache);
  for (const name of pages) add("web", `web.${name}`, page);
  for (const name of countries) add("business", `shop.country.${name}`, business, 0.12);
  for (let host = 1; fleet.length < seriesCount; host++) {
    const role = ["fe", "app", "worker", "node"][host % 4] ?? "node";
    add("host", `host.${role}${host}`, server);
    if (host % 4 === 0)
      for (const name of pages.slice(0, 4)) add("web", `web.fe${host}.${name}`, page, 0.08);
  }
  return fleet.slice(0, seriesCount);
}

function seriesOf(
  family: Family,
  prefix: string,
  template: Template,
  scale: number,
  random: Random,
): FleetSeries {
  const [suffix, kind, base, daily, noise, shape = family === "host" ? "office" : "visitors"] =
    template;
  const isCount = kind !== "percent" && kind !== "constant" && !suffix.includes("percent");
  const spread = isCount ? scale * (0.8 + 0.4 * random.next()) : 1;
  return {
    family,
    shape: {
      name: `${prefix}.${suffix}`,
      kind,
      shape,
      base: kind === "sparse" || (kind === "whole" && base < 10) ? base : base * spread,
      daily: daily * (0.9 + 0.2 * random.next()),
      weekly: daily > 0.1 && daily < 1 ? 0.12 * random.next() : 0,
      noise,
      drift: noise / 2,
    },
  };
}
