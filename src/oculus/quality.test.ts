/** The benches of quality and cost, once and small: that they run, and that the order of methods holds. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runOculusQuality } from "../../bench/oculus/quality.ts";
import { runOculusSpeed } from "../../bench/oculus/speed.ts";
import { ucrErrors, type UcrErrors } from "../../bench/oculus/ucr.ts";

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

async function ucrOf(
  folder: string,
  options: Parameters<typeof ucrErrors>[1],
): Promise<UcrErrors[]> {
  const all: UcrErrors[] = [];
  for await (const errors of ucrErrors(folder, options)) all.push(errors);
  return all;
}

test("ucrErrors() gives the published 1-NN errors of a folder's sets", async () => {
  const folder = fileURLToPath(new URL("../../test/data/ucr", import.meta.url));
  const [errors, ...others] = await ucrOf(folder, { sets: ["ItalyPowerDemand"], band: 0 });
  expect(others).toEqual([]);
  expect(errors).toMatchObject({ trainCount: 67, testCount: 1029 });
  const published = [errors!.euclidean, errors!.dtwBand, errors!.dtw];
  expect(published.map((error) => error?.toFixed(4))).toEqual(["0.0447", "0.0447", "0.0496"]);
});

test("ucrErrors() reads tabs, blanks, gaps, and rows of other lengths, and learns a band", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kale-ucr-test-"));
  try {
    const train = [
      "1\t0\t1\t5\t1\t0\t0\t0\t0",
      "2\t0\t1\t2\t3\t4\t5\t6\tNaN",
      "2\t0\t2\t2\t3\t5\t5\t6\t7",
    ];
    const test = ["1.0000e+00  0 0 0 1 5 1 0 0", "  2.0  10 11 NaN 13 14", "1  0 1 5 1 0 0 0 0"];
    writeFileSync(join(folder, "Own_TRAIN.tsv"), train.join("\n"));
    writeFileSync(join(folder, "Own_TEST.txt"), `${test.join("\r\n")}\n`);
    const [errors] = await ucrOf(folder, { learns: true });
    // The one of its class in TRAIN has no other there: wrong whatever the band, so the least is taken.
    expect(errors).toMatchObject({ set: "Own", trainCount: 3, testCount: 3, band: 0 });
    expect(errors!.dtw).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
