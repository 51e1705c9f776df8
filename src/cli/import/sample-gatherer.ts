/** Single samples, gathered by series: what follows is cheaper for many of one name. */
import type { ImportedSeries } from "./source.ts";

interface Gathered {
  readonly timesMs: number[];
  readonly values: number[];
}

export class SampleGatherer {
  readonly #series = new Map<string, Gathered>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(name: string, timeMs: number, value: number): void {
    let series = this.#series.get(name);
    if (series === undefined) this.#series.set(name, (series = { timesMs: [], values: [] }));
    series.timesMs.push(timeMs);
    series.values.push(value);
    this.#count += 1;
  }

  /** All that was added since; then it is empty. */
  *takeAll(): Generator<ImportedSeries> {
    for (const [name, { timesMs, values }] of this.#series) {
      yield {
        name,
        columns: { timesMs: Float64Array.from(timesMs), values: Float64Array.from(values) },
      };
    }
    this.#series.clear();
    this.#count = 0;
  }
}
