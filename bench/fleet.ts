/** The made-up fleet that the benches send: the mixture of performance measurements, by seed. */
import { mixtureKinds, valuesOf } from "../src/kernel/mixture.fixture.ts";
import type { Sample } from "../src/cli/send/encode.ts";

export class Fleet {
  readonly names: readonly string[];
  readonly #next: readonly (() => number)[];

  constructor(seriesCount: number, seed = 1) {
    const kinds = mixtureKinds(seriesCount);
    this.names = fleetNames(seriesCount);
    this.#next = kinds.map((kind, i) => valuesOf(kind, seed * 1_000_003 + i));
  }

  /** The next sample of series `from` to `until`, in the order in which an agent sends them. */
  round(timeMs: number, from = 0, until = this.names.length): Sample[] {
    const samples: Sample[] = [];
    for (let i = from; i < until; i++) {
      samples.push({ name: this.names[i]!, timeMs, value: this.#next[i]!() });
    }
    return samples;
  }

  /** One series' next samples, oldest first. */
  values(series: number, count: number): Float64Array<ArrayBuffer> {
    return Float64Array.from({ length: count }, () => this.#next[series]!());
  }
}

/** What the series of a fleet are called, without the fleet. */
export function fleetNames(seriesCount: number): string[] {
  return mixtureKinds(seriesCount).map(
    (kind, i) => `bench.host${i % 997}.${kind}.series${i}.value`,
  );
}
