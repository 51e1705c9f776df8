/** A shard's window in plain arrays, for tests. */
import type { TimeRange, WatchedWindow, WindowListener } from "../model/index.ts";

interface PlainSeries {
  readonly name: string;
  readonly timesMs: number[];
  readonly values: number[];
  revision: number;
}

/** Series in plain arrays; what a shard's store is to the loop. */
export class PlainWindow implements WatchedWindow {
  readonly #series: PlainSeries[] = [];
  readonly #idByName = new Map<string, number>();
  /** What senders stated of each series, by name. */
  readonly statedByName = new Map<string, number>();
  #listener: WindowListener | undefined;

  listen(listener: WindowListener | undefined): void {
    this.#listener = listener;
  }

  add(name: string, timeMs: number, value: number): void {
    let id = this.#idByName.get(name);
    if (id === undefined) {
      id = this.#series.push({ name, timesMs: [], values: [], revision: 0 }) - 1;
      this.#idByName.set(name, id);
    }
    this.#put(this.#series[id]!, timeMs, value);
    this.#listener?.onRow(id, timeMs, value);
  }

  #put(series: PlainSeries, timeMs: number, value: number): void {
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
    return this.#idByName.get(name);
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
