/** A window of series from plain arrays, for tests of what reads one. */
import type { SeriesWindow, TimeRange } from "../model/index.ts";

export type PlainSeries = readonly (readonly [timeMs: number, value: number])[] | undefined;

/** @param series  by id; undefined is an id that is free */
export function plainWindow(series: readonly PlainSeries[]): SeriesWindow {
  const inRange = (id: number, { fromMs, untilMs }: TimeRange) =>
    (series[id] ?? []).filter(([timeMs]) => timeMs >= fromMs && timeMs < untilMs);
  return {
    idCount: series.length,
    isLive: (id) => series[id] !== undefined,
    name: (id) => `series.${id}`,
    find: () => undefined,
    stated: () => 0,
    newestMs: (id) => series[id]?.at(-1)?.[0] ?? -Infinity,
    revision: () => 0,
    sampleCountMax: (id, range) => inRange(id, range).length,
    copy: (id, range, timesMs, values) => {
      const samples = inRange(id, range).slice(-values.length);
      for (const [at, [timeMs, value]] of samples.entries()) {
        timesMs[at] = timeMs;
        values[at] = value;
      }
      return samples.length;
    },
  };
}
