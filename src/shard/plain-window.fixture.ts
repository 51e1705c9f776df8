/** A shard's window in plain arrays, for tests. */
import type { SeriesWindow, TimeRange } from "../model/index.ts";

/** Series in plain arrays; what a shard's store is to the loop. */
export class PlainWindow implements SeriesWindow {
  readonly #series: { name: string; timesMs: number[]; values: number[]; revision: number }[] = [];
  /** What senders stated of each series, by name. */
  readonly statedByName = new Map<string, number>();

  add(name: string, timeMs: number, value: number): void {
    let series = this.#series.find((one) => one.name === name);
    if (series === undefined) {
      series = { name, timesMs: [], values: [], revision: 0 };
      this.#series.push(series);
    }
    series.revision += 1;
    const at = series.timesMs.findLastIndex((earlierMs) => earlierMs <= timeMs);
    if (series.timesMs[at] === timeMs) {
      series.values[at] = value;
      return;
    }
    series.timesMs.splice(at + 1, 0, timeMs);
    series.values.splice(at + 1, 0, value);
  }

  get idCount(): number {
    return this.#series.length;
  }
  isLive(): boolean {
    return true;
  }
  name(id: number): string {
    return this.#series[id]!.name;
  }
  find(name: string): number | undefined {
    const id = this.#series.findIndex((one) => one.name === name);
    return id < 0 ? undefined : id;
  }
  newestMs(id: number): number {
    return this.#series[id]!.timesMs.at(-1) ?? -Infinity;
  }
  revision(id: number): number {
    return this.#series[id]!.revision;
  }
  stated(id: number): number {
    return this.statedByName.get(this.name(id)) ?? 0;
  }
  sampleCountMax(id: number): number {
    return this.#series[id]!.timesMs.length;
  }
  copy(id: number, range: TimeRange, timesMs: Float64Array, values: Float64Array): number {
    const series = this.#series[id]!;
    const inRange = series.timesMs.flatMap((timeMs, i) =>
      timeMs >= range.fromMs && timeMs < range.untilMs ? [i] : [],
    );
    const newest = inRange.slice(-timesMs.length);
    for (const [k, i] of newest.entries()) {
      timesMs[k] = series.timesMs[i]!;
      values[k] = series.values[i]!;
    }
    return newest.length;
  }
}
