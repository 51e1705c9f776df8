/**
 * A year of a simulated site, a sample a minute: what a site does by itself, and the outages that were put in.
 *
 * By itself: the waves of day and week, growth of a third over the year, a nightly backup, a weekly
 * report, two deploys a week (some short blips, and a level that moves by a few per cent for good), two holidays with half
 * the traffic, noise that wanders and now and then has a heavy tail, counters that are reset, sparse
 * errors. Outages: each service has one some ten times a year, of 5 to 60 minutes, and every metric of the service moves in
 * it as such metrics do. Everything follows from the seed.
 */
import { nextNormal, type Random, seededRandom } from "../../src/base/random.ts";

export const minuteMs = 60_000;
export const dayMs = 1440 * minuteMs;

/** Monday 2025-01-06, 00:00 UTC. */
export const yearStartMs = 1_736_121_600_000;

const metricKinds = [
  "requests",
  "latency",
  "errors",
  "cpu",
  "memory",
  "queue",
  "backup",
  "report",
  "counter",
  "sparse",
] as const;
export type MetricKind = (typeof metricKinds)[number];
export const metricsPerService = metricKinds.length;

export interface Outage {
  readonly startMs: number;
  readonly endMs: number;
}

/** What an outage does to a metric: times so much; undefined leaves it alone. */
const outageFactor: Readonly<Partial<Record<MetricKind, number>>> = {
  requests: 0.25,
  latency: 5,
  errors: 25,
  cpu: 1.9,
  queue: 12,
  counter: 0.2,
};

export type Cause = "holiday" | "day after a holiday" | "deploy" | "job" | "chance";

export interface YearMetric {
  readonly name: string;
  readonly kind: MetricKind;
  /** Those that touch this metric. */
  readonly outages: readonly Outage[];
  /** What the site did by itself at a time or shortly before: the likely cause of an alert then. */
  readonly causeOf: (timeMs: number) => Cause;
  /** Values in order of time, one per call. */
  readonly next: (timeMs: number) => number;
}

export interface Service {
  readonly outages: readonly Outage[];
  readonly metrics: readonly YearMetric[];
}

export function buildService(seed: number, service: number, dayCount: number): Service {
  const random = seededRandom(seed * 1_000_003 + service);
  const outages = planOutages(random, dayCount);
  const deploys = planDeploys(random, dayCount);
  const metrics = metricKinds.map((kind, i) => {
    const own = seededRandom(seed * 7_919 + service * 131 + i);
    const touched = outageFactor[kind] === undefined ? [] : outages;
    return {
      name: `service${service}.${kind}`,
      kind,
      outages: touched,
      causeOf: (timeMs: number) => causeOf(kind, deploys, timeMs),
      next: valuesOf(kind, own, touched, deploys),
    };
  });
  return { outages, metrics };
}

function planOutages(random: Random, dayCount: number): Outage[] {
  const outages: Outage[] = [];
  let day = 4 * random.next();
  while (day < dayCount - 1) {
    const startMs = yearStartMs + Math.floor(day * 1440) * minuteMs;
    const minutes = 5 + Math.floor(55 * random.next());
    outages.push({ startMs, endMs: startMs + minutes * minuteMs });
    day += 12 + 48 * random.next();
  }
  return outages;
}

interface Deploy {
  readonly atMs: number;
  readonly blipMinutes: number;
  /** The level is multiplied by it from then on. */
  readonly shift: number;
}

/** Tuesdays and Thursdays in office hours. */
function planDeploys(random: Random, dayCount: number): Deploy[] {
  const deploys: Deploy[] = [];
  for (let day = 0; day < dayCount; day++) {
    if (day % 7 !== 1 && day % 7 !== 3) continue;
    const minute = 600 + Math.floor(360 * random.next());
    const blipMinutes = random.next() < 0.3 ? 1 : 0;
    const shift = 1 + 0.03 * nextNormal(random);
    deploys.push({ atMs: yearStartMs + day * dayMs + minute * minuteMs, blipMinutes, shift });
  }
  return deploys;
}

interface Shape {
  readonly base: number;
  readonly daily: number;
  readonly weekend: number;
  readonly growth: number;
  readonly noise: number;
  readonly wander: number;
  readonly isWhole: boolean;
}

const shapes: Readonly<Record<MetricKind, Shape>> = {
  requests: {
    base: 900,
    daily: 0.5,
    weekend: 0.7,
    growth: 0.33,
    noise: 0.03,
    wander: 0.02,
    isWhole: false,
  },
  latency: {
    base: 120,
    daily: 0.12,
    weekend: 0.95,
    growth: 0.1,
    noise: 0.06,
    wander: 0.03,
    isWhole: false,
  },
  errors: {
    base: 12,
    daily: 0.3,
    weekend: 0.8,
    growth: 0.3,
    noise: 0,
    wander: 0.05,
    isWhole: true,
  },
  cpu: {
    base: 38,
    daily: 0.35,
    weekend: 0.8,
    growth: 0.2,
    noise: 0.05,
    wander: 0.03,
    isWhole: false,
  },
  memory: {
    base: 11e9,
    daily: 0.02,
    weekend: 1,
    growth: 0.1,
    noise: 0.002,
    wander: 0.004,
    isWhole: false,
  },
  queue: {
    base: 40,
    daily: 0.25,
    weekend: 0.8,
    growth: 0.2,
    noise: 0.12,
    wander: 0.06,
    isWhole: true,
  },
  backup: {
    base: 2e6,
    daily: 0.05,
    weekend: 1,
    growth: 0.2,
    noise: 0.05,
    wander: 0.02,
    isWhole: false,
  },
  report: {
    base: 15,
    daily: 0.15,
    weekend: 0.9,
    growth: 0.1,
    noise: 0.06,
    wander: 0.03,
    isWhole: false,
  },
  counter: {
    base: 600,
    daily: 0.45,
    weekend: 0.7,
    growth: 0.3,
    noise: 0.03,
    wander: 0.02,
    isWhole: false,
  },
  sparse: { base: 0.02, daily: 0.4, weekend: 0.8, growth: 0.2, noise: 0, wander: 0, isWhole: true },
};

/** Days of the year on which traffic is half. */
const holidays = new Set([133, 353]);

const aftermathMs = 3 * 60 * minuteMs;

function causeOf(kind: MetricKind, deploys: readonly Deploy[], timeMs: number): Cause {
  const sinceMs = timeMs - yearStartMs;
  const day = Math.floor(sinceMs / dayMs);
  if (shapes[kind].daily >= 0.3 && holidays.has(day)) return "holiday";
  if (shapes[kind].daily >= 0.3 && holidays.has(day - 1)) return "day after a holiday";
  if (deploys.some(({ atMs }) => timeMs >= atMs && timeMs < atMs + aftermathMs)) return "deploy";
  const hour = (sinceMs % dayMs) / (60 * minuteMs);
  const isJobDay = kind === "backup" || (kind === "report" && day % 7 === 0);
  return isJobDay && hour >= 2 && hour < 5.5 ? "job" : "chance";
}

function valuesOf(
  kind: MetricKind,
  random: Random,
  outages: readonly Outage[],
  deploys: readonly Deploy[],
): (timeMs: number) => number {
  const shape = shapes[kind];
  const scale = 0.7 + 0.6 * random.next();
  const peakHour = 13 + 5 * random.next();
  const jobMinute = 120 + Math.floor(120 * random.next());
  const followsDeploys = random.next() < 0.6;
  let wander = 0;
  let level = 1;
  let deploy = 0;
  let outage = 0;
  let total = 0;
  return (timeMs) => {
    const sinceMs = timeMs - yearStartMs;
    const day = Math.floor(sinceMs / dayMs);
    const hour = (sinceMs % dayMs) / (60 * minuteMs);
    const minute = Math.floor((sinceMs % dayMs) / minuteMs);
    while (deploys[deploy] !== undefined && deploys[deploy]!.atMs + 5 * minuteMs < timeMs)
      deploy += 1;
    while (outages[outage] !== undefined && outages[outage]!.endMs <= timeMs) outage += 1;

    wander = 0.995 * wander + 0.1 * nextNormal(random);
    const wave = 1 + shape.daily * Math.cos(((hour - peakHour) * Math.PI) / 12);
    const week = day % 7 >= 5 ? shape.weekend : 1;
    const growth = 1 + (shape.growth * sinceMs) / (365 * dayMs);
    const isTraffic = shape.daily >= 0.3;
    const holiday = isTraffic && holidays.has(day) ? 0.5 : 1;
    const next = deploys[deploy];
    if (followsDeploys && next !== undefined && timeMs === next.atMs) level *= next.shift;
    const isBlip =
      next !== undefined && timeMs >= next.atMs && timeMs < next.atMs + next.blipMinutes * minuteMs;
    let mean =
      shape.base * scale * wave * week * growth * holiday * level * (1 + shape.wander * wander);
    if (isBlip && kind === "latency") mean *= 2.5;
    if (isBlip && (kind === "requests" || kind === "counter")) mean *= 0.6;
    if (kind === "backup" && minute >= jobMinute && minute < jobMinute + 35) mean *= 9;
    if (kind === "report" && day % 7 === 0 && minute >= jobMinute && minute < jobMinute + 50)
      mean *= 4;
    const now = outages[outage];
    if (now !== undefined && timeMs >= now.startMs) mean *= outageFactor[kind] ?? 1;

    const tail = random.next() < 0.001 ? 3 : 1;
    let value = mean * (1 + shape.noise * tail * nextNormal(random));
    if (shape.isWhole)
      value = mean > 30 ? mean + Math.sqrt(mean) * nextNormal(random) : poisson(mean, random);
    value = Math.max(0, shape.isWhole ? Math.round(value) : value);
    if (kind !== "counter") return value;
    // A restart with a deploy, now and then.
    if (isBlip) total = 0;
    return (total += Math.round(value));
  };
}

function poisson(mean: number, random: Random): number {
  const limit = Math.exp(-mean);
  let count = -1;
  for (let product = 1; product > limit; count++) product *= random.next();
  return Math.max(0, count);
}
