/** The benches of quality and cost, once and small: that they run, and that the order of methods holds. */
import { expect, test } from "vitest";
import { runOculusQuality } from "../../bench/oculus/quality.ts";
import { runOculusSpeed } from "../../bench/oculus/speed.ts";

test("best finds more of what shares a cause than any other ranking, correlation most of the unwarped", () => {
  const report = runOculusQuality({
    seed: 11,
    backgroundCount: 2000,
    familyCount: 24,
    without: ["fastdtw", "fastdtw, inverse"],
  });
  const { best, ...others } = report.recallAt20;
  expect(report.seriesCount).toBe(2600);
  expect(report.queryCount).toBe(24);
  expect(others["correlation"]!.unwarped).toBeGreaterThanOrEqual(0.9);
  for (const [ranking, recall] of Object.entries(others)) {
    expect(best!.mixed, ranking).toBeGreaterThan(recall.mixed!);
  }
});

test("runOculusSpeed() measures every method", () => {
  const report = runOculusSpeed({ seriesCount: 500, queriesPerClass: 1 });
  expect(report).toMatchObject({ seriesCount: 500, pointCount: 60, queryCount: 8 });
  expect(Object.keys(report.cpu)).toEqual(["best", "euclidean", "fastdtw", "dtw", "correlation"]);
});
