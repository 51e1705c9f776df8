/**
 * How much room a shard has left: what its series take now, and what they will take once the window is
 * full of their samples.
 *
 * A fleet that was just begun takes little, so what is seen now would promise too much. How many samples a
 * series will have follows from how often it sent in the last five minutes or the last hour, whichever
 * is more; a hundred series tell for all. What a sample takes is what the sealed ones take.
 */
import type { Clock } from "../base/clock.ts";
import type { SeriesWindow, ShardRoom, StoreStats } from "../model/index.ts";

const lookedAtCount = 100;
const keptMs = 10_000;
const spansMs = [300_000, 3_600_000] as const;
/** Of one series in an hour; of more than that the newest tell. */
const sampleCountMax = 4096;
/** Until so many samples are sealed they are taken to need what the mixture of docs/benchmarks.md does. */
const sealedCountMin = 10_000;
const usualSampleBytes = 1.2;

export class RoomMeter {
  readonly #window: SeriesWindow;
  readonly #clock: Clock;
  readonly windowMs: number;
  readonly #timesMs = new Float64Array(sampleCountMax);
  readonly #values = new Float64Array(sampleCountMax);
  #fullCount = 0;
  #lookedMs = -Infinity;

  constructor(window: SeriesWindow, clock: Clock, options: { readonly windowMs: number }) {
    this.#window = window;
    this.#clock = clock;
    this.windowMs = options.windowMs;
  }

  /** @param besideBytes  what stands beside the store and grows with its series */
  read(store: StoreStats, besideBytes: number): ShardRoom | undefined {
    const { room } = store;
    if (room === undefined) return undefined;
    const usedBytes = store.memoryBytes + besideBytes;
    const { sealedBytes, sealedSampleCount, seriesCountMax, bytesMax, refusedNames } = room;
    const sampleBytes =
      sealedSampleCount < sealedCountMin ? usualSampleBytes : sealedBytes / sealedSampleCount;
    const fullCount = this.#fullSampleCount(store.seriesCount);
    const fullBytes = usedBytes + Math.max(0, fullCount - sealedSampleCount) * sampleBytes;
    return { seriesCountMax, bytesMax, usedBytes, fullBytes, refusedNames };
  }

  /** How many samples all series have once the window is full. */
  #fullSampleCount(seriesCount: number): number {
    const elapsedMs = this.#clock.elapsedMs();
    if (elapsedMs - this.#lookedMs >= keptMs) {
      this.#lookedMs = elapsedMs;
      this.#fullCount = this.#look() * seriesCount;
    }
    return this.#fullCount;
  }

  /** Of the average series. */
  #look(): number {
    const { idCount } = this.#window;
    const nowMs = this.#clock.nowMs();
    const stride = Math.max(1, Math.floor(idCount / lookedAtCount));
    let seriesCount = 0;
    let sampleCount = 0;
    for (let id = 0; id < idCount; id += stride) {
      if (!this.#window.isLive(id)) continue;
      seriesCount += 1;
      let perMs = 0;
      for (const spanMs of spansMs) {
        const range = { fromMs: nowMs - spanMs, untilMs: nowMs };
        const count = this.#window.copy(id, range, this.#timesMs, this.#values);
        perMs = Math.max(perMs, count / spanMs);
      }
      sampleCount += perMs * this.windowMs;
    }
    return seriesCount === 0 ? 0 : sampleCount / seriesCount;
  }
}
