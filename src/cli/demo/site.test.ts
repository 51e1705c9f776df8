import { expect, test } from "vitest";
import { families } from "./fleet.ts";
import { pastIncidents, paymentIncident } from "./incidents.ts";
import { Site, stepBefore } from "./site.ts";
import { stepMs } from "./site-values.ts";

const nowMs = 1795435200000; // 2026-11-23 12:00 UTC, a Monday
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

function site(seed = 1, seriesCount = 1500): Site {
  return new Site({ seed, seriesCount });
}

function column(of: Site, name: string, fromMs: number, untilMs: number): number[] {
  const series = of.names.indexOf(name);
  expect(series, name).toBeGreaterThanOrEqual(0);
  const values: number[] = [];
  for (let timeMs = fromMs; timeMs < untilMs; timeMs += stepMs)
    values.push(of.valueAt(series, timeMs));
  return values;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

test("Site gives the same values for the same seed, and others for another one", () => {
  const [a, b, other] = [site(7), site(7), site(8)];
  const values = (of: Site): number[] => of.names.map((...[, i]) => of.valueAt(i, nowMs));
  expect(values(a)).toEqual(values(b));
  expect(values(a)).not.toEqual(values(other));
});

test("Site has the asked number of series, every name once, all families", () => {
  for (const seriesCount of [400, 1500, 3000]) {
    const of = site(1, seriesCount);
    expect(of.names.length).toBe(seriesCount);
    expect(new Set(of.names).size).toBe(seriesCount);
    expect(new Set(of.families)).toEqual(new Set(families));
  }
});

test("Site gives finite values or none, and never a negative one", () => {
  const of = site();
  for (let timeMs = nowMs; timeMs < nowMs + 24 * hourMs; timeMs += 37 * minuteMs) {
    for (const i of of.names.keys()) {
      const value = of.valueAt(i, timeMs);
      if (!Number.isNaN(value)) expect(value, of.names[i]).toBeGreaterThanOrEqual(0);
    }
  }
});

test("a series with visitors is high in the evening and low before dawn", () => {
  const of = site();
  const day = column(of, "shop.visitors", stepBefore(nowMs), nowMs + 24 * hourMs);
  expect(mean(day.slice(8 * 360 - 60, 8 * 360))).toBeGreaterThan(
    1.8 * mean(day.slice(16 * 360, 16 * 360 + 60)),
  );
});

test("a counter goes back only when its process starts anew, at most once in five days", () => {
  const values = column(site(), "database.db1.transactions_total", nowMs, nowMs + 120 * hourMs);
  const falls = values.filter((value, i) => i > 0 && value < values[i - 1]!);
  expect(falls.length).toBeLessThanOrEqual(1);
  expect(falls.every((value) => value < values[values.length >> 1]!)).toBe(true);
});

test("a sparse series has few samples, a constant one a single value", () => {
  const sparse = column(site(), "queue.mail.dead_letters", nowMs, nowMs + 24 * hourMs);
  const present = sparse.filter((value) => !Number.isNaN(value));
  expect(present.length).toBeGreaterThan(50);
  expect(present.length).toBeLessThan(sparse.length / 10);
  expect(new Set(column(site(), "queue.mail.consumers", nowMs, nowMs + hourMs)).size).toBe(1);
});

test("every effect of every incident names a series of the site", () => {
  const names = new Set(site().names);
  for (const { effects } of [...pastIncidents(nowMs), paymentIncident(nowMs)]) {
    expect(effects.filter(({ name }) => !names.has(name))).toEqual([]);
  }
});

test("the payment incident spreads over at least 12 series and is over after 15 minutes", () => {
  const calm = site();
  const struck = site();
  const incident = paymentIncident(nowMs);
  struck.add(incident);
  const differs = (timeMs: number): number =>
    calm.names.filter((...[, i]) => !Object.is(calm.valueAt(i, timeMs), struck.valueAt(i, timeMs)))
      .length;
  expect(differs(nowMs - stepMs)).toBe(0);
  expect(differs(nowMs)).toBe(3);
  expect(differs(nowMs + 5 * minuteMs)).toBeGreaterThanOrEqual(12);
  expect(differs(nowMs + 15 * minuteMs)).toBe(0);
});

test.each([
  { name: "payment.north.latency_ms.p50", factor: 7 },
  { name: "shop.orders.completed_per_minute", factor: 0.15 },
  { name: "queue.payments.depth", factor: 40 },
])("the payment incident takes $name to $factor of what it was", ({ name, factor }) => {
  const of = site();
  of.add(paymentIncident(nowMs));
  const before = mean(column(of, name, nowMs - 10 * minuteMs, nowMs));
  const during = mean(column(of, name, nowMs + 10 * minuteMs, nowMs + 15 * minuteMs));
  expect(during / before / factor).toBeGreaterThan(0.8);
  expect(during / before / factor).toBeLessThan(1.25);
});

test("pastIncidents() have ended, but one that is under way", () => {
  const running = pastIncidents(nowMs).filter(({ endMs }) => endMs > nowMs);
  expect(running.map(({ startMs }) => startMs < nowMs)).toEqual([true]);
});

test("a host that fell silent sends nothing, and is back afterwards", () => {
  const of = site();
  for (const incident of pastIncidents(nowMs)) of.add(incident);
  const silent = column(
    of,
    "host.worker2.load.1m",
    nowMs - 7 * hourMs,
    nowMs - 7 * hourMs + minuteMs,
  );
  expect(silent.every(Number.isNaN)).toBe(true);
  expect(column(of, "host.worker2.load.1m", nowMs, nowMs + minuteMs).some(Number.isNaN)).toBe(
    false,
  );
});
