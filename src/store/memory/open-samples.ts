/**
 * The samples of each series that are in no chunk yet, ascending in time:
 *
 *     raw     of a series that begins, and of one that is irregular (RawSamples)
 *     packed  of a regular one, where raw has none (kernel/packed-samples.ts)
 *     staged  its newest, in its record (kernel/series-records.ts)
 *
 * Those packed and staged lie one step apart, up to the newest sample of the series. What is late, twice or
 * off the step makes all of them raw, until the series is empty again.
 */
import { type RowKernel, type SeriesRecords, stagedCountMax } from "../../kernel/index.ts";
import type { BlockArena } from "./block-arena.ts";
import { type PutResult, RawSamples } from "./raw-samples.ts";

/** More raw samples of a regular series than this stay raw. */
const repackedCountMax = stagedCountMax;

export class OpenSamples {
  readonly #rows: RowKernel;
  readonly #sampleCountMax: number;
  readonly #raw: RawSamples;
  /** Packed and staged ones, of all series. */
  #evenTotal = 0;
  readonly #scratchMs: Float64Array;
  readonly #scratch: Float64Array;

  /** @param options.sampleCountMax  per series; the owner takes the samples out before one more comes */
  constructor(arena: BlockArena, rows: RowKernel, options: { readonly sampleCountMax: number }) {
    this.#rows = rows;
    this.#sampleCountMax = options.sampleCountMax;
    this.#raw = new RawSamples(arena, options);
    this.#scratchMs = new Float64Array(options.sampleCountMax);
    this.#scratch = new Float64Array(options.sampleCountMax);
  }

  /** Of all series. */
  get sampleCount(): number {
    return this.#raw.sampleCount + this.#evenTotal;
  }

  /** Memory besides the arena and that of the rows. */
  get tableBytes(): number {
    return this.#raw.tableBytes;
  }

  /** Memory in the arena; looks at every series. */
  get arenaBytes(): number {
    return this.#raw.segmentBytes;
  }

  growTo(idRoom: number): void {
    this.#raw.growTo(idRoom);
  }

  count(id: number): number {
    return this.#rawCount(id) + this.#evenCount(id);
  }

  /** Infinity where there is none. */
  firstMs(id: number): number {
    if (this.#records.hasRaw(id)) return this.#raw.firstMs(id);
    return this.#evenCount(id) === 0 ? Infinity : this.#firstEvenMs(id);
  }

  /** The index of the first sample not before `timeMs`. */
  lowerBound(id: number, timeMs: number): number {
    const rawCount = this.#raw.count(id);
    const index = this.#raw.lowerBound(id, timeMs);
    const evenCount = this.#evenCount(id);
    if (index < rawCount || evenCount === 0) return index;
    const steps = Math.ceil((timeMs - this.#firstEvenMs(id)) / this.#records.stepMs(id));
    return rawCount + Math.max(0, Math.min(evenCount, steps));
  }

  /** Copies samples [from, until) of the series to both columns at `to`. */
  copy(
    id: number,
    from: number,
    until: number,
    timesMs: Float64Array,
    values: Float64Array,
    to: number,
  ): void {
    if (from >= until) return;
    const rawCount = this.#raw.count(id);
    this.#raw.copy(id, from, Math.min(until, rawCount), timesMs, values, to);
    const evenFrom = Math.max(from, rawCount) - rawCount;
    const evenUntil = until - rawCount;
    if (evenFrom >= evenUntil) return;

    const shift = to + rawCount - from;
    const firstMs = this.#firstEvenMs(id);
    const stepMs = this.#records.stepMs(id);
    for (let k = evenFrom; k < evenUntil; k++) timesMs[k + shift] = firstMs + k * stepMs;
    const packedCount = this.#records.packedCount(id);
    if (evenFrom < packedCount) {
      this.#rows.samples.copy(id, this.#scratch);
      const packedUntil = Math.min(evenUntil, packedCount);
      for (let k = evenFrom; k < packedUntil; k++) values[k + shift] = this.#scratch[k]!;
    }
    const staged = this.#records.stagedValues;
    const stagedAt = this.#records.stagedAt(id) - packedCount;
    for (let k = Math.max(evenFrom, packedCount); k < evenUntil; k++) {
      values[k + shift] = staged[stagedAt + k]!;
    }
  }

  /** Takes a sample in its place in time; of the same time the later call wins. `newest` is as it was before. */
  put(id: number, timeMs: number, value: number): PutResult {
    this.#makeRaw(id);
    this.#records.setRaw(id, true);
    return this.#raw.put(id, timeMs, value);
  }

  /**
   * Takes a sample of an irregular series where it is simply the next.
   * @returns how many there are now, 0 where `put` has to take it
   */
  append(id: number, timeMs: number, value: number): number {
    return this.#evenCount(id) > 0 ? 0 : this.#raw.append(id, timeMs, value);
  }

  /** Samples were taken by whoever takes rows. */
  noteTaken(count: number): void {
    this.#evenTotal += count;
  }

  /** Takes a sample one step after the newest; `newest` is as it was before. */
  stage(id: number, value: number): void {
    if (this.#records.stagedCount(id) === stagedCountMax) this.#makeRoom(id);
    this.#records.stage(id, value);
    this.#evenTotal += 1;
  }

  /**
   * Says which samples can be staged next.
   * @param countMax  of all that may then be there
   */
  expect(id: number, countMax: number): void {
    const raw = this.#raw;
    const rawCount = this.#rawCount(id);
    const isRegular = rawCount === 0 || raw.isRegular(id);
    // Of one sample the step is not known; it is most likely that of the chunk before.
    const stepMs = isRegular && rawCount > 1 ? raw.stepMs(id) : this.#records.stepMs(id);
    const hasNext = isRegular && raw.isNear(stepMs, this.#sampleCountMax);
    const left = Math.max(0, countMax - rawCount - this.#evenCount(id));
    this.#records.expect(id, { stepMs, hasNext, left });
  }

  /**
   * Makes a chunk of all samples of the series and one more, which comes next; they stay where they are.
   * @returns the length of what then is in `records.chunk`; 0 where some of them are raw
   */
  seal(id: number, nextValue: number): number {
    return this.#records.hasRaw(id) ? 0 : this.#rows.seal(id, nextValue);
  }

  /**
   * As `seal` of the samples alone.
   * @returns 0 also where there are none
   */
  encode(id: number): number {
    return this.#records.hasRaw(id) || this.#evenCount(id) === 0 ? 0 : this.#rows.encode(id);
  }

  /** Forgets the series' samples. */
  clear(id: number): void {
    this.#clearRaw(id);
    this.#clearEven(id);
  }

  get #records(): SeriesRecords {
    return this.#rows.records;
  }

  /** Of samples that lie one step apart up to the newest. */
  #evenCount(id: number): number {
    return this.#records.packedCount(id) + this.#records.stagedCount(id);
  }

  #firstEvenMs(id: number): number {
    const records = this.#records;
    return records.newestMs(id) - (this.#evenCount(id) - 1) * records.stepMs(id);
  }

  /** Moves what is staged behind the others. */
  #makeRoom(id: number): void {
    const raw = this.#raw;
    const rawCount = this.#rawCount(id);
    if (rawCount > repackedCountMax) {
      const records = this.#records;
      const column = records.stagedValues;
      const values = { column, from: records.stagedAt(id), count: records.stagedCount(id) };
      raw.appendRun(id, { firstMs: this.#firstEvenMs(id), stepMs: records.stepMs(id) }, values);
      this.#evenTotal -= values.count;
      records.unstage(id);
      return;
    }
    if (rawCount > 0) {
      raw.copy(id, 0, rawCount, this.#scratchMs, this.#scratch, 0);
      this.#clearRaw(id);
      this.#rows.samples.append(id, this.#scratch, 0, rawCount);
      this.#evenTotal += rawCount;
    }
    this.#rows.packStaged(id);
  }

  /** Moves what is packed and staged to the raw samples; the caller says that there are some. */
  #makeRaw(id: number): void {
    const evenCount = this.#evenCount(id);
    if (evenCount === 0) return;
    const times = { firstMs: this.#firstEvenMs(id), stepMs: this.#records.stepMs(id) };
    const rawCount = this.#rawCount(id);
    this.copy(id, rawCount, rawCount + evenCount, this.#scratchMs, this.#scratch, 0);
    this.#clearEven(id);
    this.#raw.appendRun(id, times, { column: this.#scratch, from: 0, count: evenCount });
  }

  #rawCount(id: number): number {
    return this.#records.hasRaw(id) ? this.#raw.count(id) : 0;
  }

  #clearRaw(id: number): void {
    if (!this.#records.hasRaw(id)) return;
    this.#raw.clear(id);
    this.#records.setRaw(id, false);
  }

  #clearEven(id: number): void {
    this.#evenTotal -= this.#evenCount(id);
    this.#rows.samples.clear(id);
    this.#records.unstage(id);
  }
}
