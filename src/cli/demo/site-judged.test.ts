import { expect, test } from "vitest";
import { Judge } from "../../analyzer/index.ts";
import { paymentIncident, pastIncidents } from "./incidents.ts";
import { Site } from "./site.ts";
import { stepMs } from "./site-values.ts";

const nowMs = 1_795_435_200_000; // 2026-11-23 12:00 UTC
const minuteMs = 60_000;
const dayStepCount = 8640;
const judge = new Judge();
const timesMs = new Float64Array(dayStepCount);
const values = new Float64Array(dayStepCount);

function isAnomalous(site: Site, series: number, atMs: number): boolean {
  let count = 0;
  for (let timeMs = atMs - (dayStepCount - 1) * stepMs; timeMs <= atMs; timeMs += stepMs) {
    const value = site.valueAt(series, timeMs);
    if (Number.isNaN(value)) continue;
    timesMs[count] = timeMs;
    values[count++] = value;
  }
  return judge.judge(timesMs, values, count, atMs).isAnomalous;
}

function siteWith(seed: number): Site {
  const site = new Site({ seed, seriesCount: 400 });
  for (const incident of [...pastIncidents(nowMs), paymentIncident(nowMs)]) site.add(incident);
  return site;
}

test.each([1, 2])(
  "the nine checks call nothing abnormal at site %d but what an incident touches",
  (seed) => {
    const site = siteWith(seed);
    const touched = new Set(
      site.incidents.flatMap(({ effects }) => effects.map(({ name }) => name)),
    );
    const abnormal = site.names.filter((...[, i]) => isAnomalous(site, i, nowMs - stepMs));
    expect(abnormal.filter((name) => !touched.has(name))).toEqual([]);
    expect(abnormal).toContain("database.db2.replication_lag_ms");
  },
);

test.each([2, 8])("the nine checks see the payment incident after %d minutes", (minutes) => {
  const site = siteWith(1);
  const names = paymentIncident(nowMs).effects.map(({ name }) => name);
  const atMs = nowMs + minutes * minuteMs;
  const abnormal = names.filter((name) => isAnomalous(site, site.names.indexOf(name), atMs));
  expect(abnormal.length).toBeGreaterThanOrEqual(11);
});
