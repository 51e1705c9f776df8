import { expect, test } from "vitest";
import { buildService, dayMs, minuteMs, yearStartMs } from "../bench/quality/site-year.ts";
import { benchYear, sumOfYears } from "../bench/quality/year.ts";

test("benchYear() finds the outages of some weeks, and says what the detector costs", () => {
  const year = benchYear(
    { seed: 1, serviceCount: 1, dayCount: 24, report: () => undefined },
    "kale",
  );
  expect(year).toMatchObject({ seed: 1, metricCount: 10, falseCount: year.falseAlerts.length });
  expect(year.foundCount + year.foundLaterCount).toBe(year.outageCount);
  expect(year.bytesPerMetric).toBeLessThanOrEqual(1_500);
  expect(year.cpuMicrosecondsPerSample).toBeGreaterThan(0);
  const sum = sumOfYears([year, year]);
  expect(sum).toMatchObject({
    outageCount: 2 * year.outageCount,
    falsePer10000MetricDays: year.falsePer10000MetricDays,
  });
}, 60_000);

test("a metric of the year says what its site did at a time", () => {
  const { metrics } = buildService(1, 0, 200);
  const causes = (kind: string, day: number, hour: number): string | undefined =>
    metrics
      .find((metric) => metric.kind === kind)
      ?.causeOf(yearStartMs + day * dayMs + hour * 60 * minuteMs);
  expect(causes("cpu", 133, 9)).toBe("holiday");
  expect(causes("cpu", 134, 0)).toBe("day after a holiday");
  expect(causes("memory", 133, 9)).toBe("chance");
  expect(causes("backup", 40, 3)).toBe("job");
  expect(causes("report", 41, 3)).toBe("chance");
  expect(causes("latency", 43, 16.5)).toBe("deploy");
});
