import { expect, test, vi } from "vitest";
import { ManualClock } from "../base/clock.ts";
import { silentLogger } from "../base/log.ts";
import type { SampleBatch } from "../model/index.ts";
import { AnomalySeries, anomalySeriesName } from "./anomaly-series.ts";

test("AnomalySeries writes how many anomalies are active, and goes on after a failure", async () => {
  vi.useFakeTimers();
  const clock = new ManualClock(1_764_000_000_000);
  const written: SampleBatch[] = [];
  let answer: () => number[] = () => [3];
  const series = new AnomalySeries({
    sink: { write: (batch) => Promise.resolve(void written.push(batch)) },
    episodes: { countOverTime: () => answer() },
    clock,
    logger: silentLogger,
  });
  series.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(written.map(({ values }) => values[0])).toEqual([3]);
  await vi.advanceTimersByTimeAsync(10_000);
  answer = () => {
    throw new Error("the journal is away");
  };
  await vi.advanceTimersByTimeAsync(10_000);
  answer = () => [0];
  await vi.advanceTimersByTimeAsync(10_000);
  await series.stop();
  vi.useRealTimers();
  const names = written.map(({ names: bytes, nameEnds }) =>
    new TextDecoder().decode(bytes.subarray(0, nameEnds[0])),
  );
  expect(new Set(names)).toEqual(new Set([anomalySeriesName]));
  expect(written.map(({ values }) => values[0])).toEqual([3, 3, 0]);
});
