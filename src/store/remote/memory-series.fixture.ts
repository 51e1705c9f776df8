/** A remote for tests, in this process: a map that can be away, busy, slow to answer or refusing. */
import {
  type NamePage,
  type NameQuery,
  nameMatcher,
  partitionOfName,
  type SampleBatch,
  type SampleColumns,
  sortNames,
  type TimeRange,
} from "../../model/index.ts";
import {
  RemoteError,
  type RemoteErrorCode,
  type RemoteHealth,
  type RemoteSeries,
  type ScanRequest,
  type ScannedSeries,
} from "./remote-series.ts";

export interface GivenBatch {
  readonly names: readonly string[];
  readonly timesMs: readonly number[];
  readonly isRepeat: boolean;
  readonly types: readonly number[] | undefined;
}

/** What outlives the connections to it. */
export class MemoryRemote {
  readonly series = new Map<string, Map<number, number>>();
  /** What was stated of some of them. */
  readonly stated = new Map<string, number>();
  /** Every attempt to write, in order. */
  readonly given: GivenBatch[] = [];
  /** How often a row was written again that stood there with the same value, by a batch that was no repeat. */
  doubleCount = 0;
  /** Every call fails with it, until it is undefined. */
  failure: RemoteErrorCode | undefined;
  /** Writes are done, but their answers are lost. */
  losesAnswers = false;
  /** Rows that a write does before it fails. */
  partialRowCount = 0;
  maintainCount = 0;
  scanCount = 0;

  connect(): RemoteSeries {
    return new MemorySeries(this);
  }

  pairs(name: string): [timeMs: number, value: number][] {
    return [...(this.series.get(name) ?? [])].sort(([a], [b]) => a - b);
  }

  get sampleCount(): number {
    return [...this.series.values()].reduce((sum, { size }) => sum + size, 0);
  }
}

class MemorySeries implements RemoteSeries {
  readonly #remote: MemoryRemote;
  #writtenSampleCount = 0;
  #isClosed = false;

  constructor(remote: MemoryRemote) {
    this.#remote = remote;
  }

  async write(batch: SampleBatch, { isRepeat }: { readonly isRepeat: boolean }): Promise<void> {
    await this.#turn();
    const rows = rowsOf(batch);
    this.#remote.given.push({
      names: rows.map(([name]) => name),
      timesMs: rows.map(([, timeMs]) => timeMs),
      isRepeat,
      types: batch.types && [...batch.types.subarray(0, batch.count)],
    });
    if (this.#remote.failure !== undefined) {
      this.#put(rows.slice(0, this.#remote.partialRowCount), isRepeat);
      this.#check();
    }
    this.#put(rows, isRepeat);
    if (this.#remote.losesAnswers) throw new RemoteError("REMOTE_UNREACHABLE", "no answer");
    this.#writtenSampleCount += batch.count;
  }

  async read(name: string, { fromMs, untilMs }: TimeRange): Promise<SampleColumns | undefined> {
    await this.#turn();
    this.#check();
    const series = this.#remote.series.get(name);
    return series && columnsOf(series, fromMs, untilMs);
  }

  async findNames({ query, limit }: NameQuery): Promise<NamePage> {
    await this.#turn();
    this.#check();
    const matching = [...this.#remote.series.keys()].filter(nameMatcher(query));
    return { names: sortNames(matching, query).slice(0, limit), totalCount: matching.length };
  }

  async *scan({ range, wants, partitions, onProgress }: ScanRequest): AsyncIterable<ScannedSeries> {
    await this.#turn();
    this.#remote.scanCount += 1;
    let done = 0;
    for (const [name, series] of [...this.#remote.series]) {
      this.#check();
      onProgress(done++, this.#remote.series.size);
      if (!wants(name) || partitions?.includes(partitionOfName(name)) === false) continue;
      const columns = columnsOf(series, range.fromMs, range.untilMs);
      if (columns.timesMs.length > 0)
        yield { name, columns, stated: this.#remote.stated.get(name) };
      await this.#turn();
    }
    this.#check();
  }

  /** Tells more than was asked for, as it may: all of the partitions. */
  async *changedSince(
    sinceMs: number,
    partitions: readonly number[],
  ): AsyncIterable<ScannedSeries> {
    await this.#turn();
    this.#check();
    for (const [name, series] of [...this.#remote.series]) {
      if (partitions.includes(partitionOfName(name)))
        yield {
          name,
          columns: columnsOf(series, 0, Infinity),
          stated: this.#remote.stated.get(name),
        };
    }
  }

  async *namesIn(partitions: readonly number[]): AsyncIterable<string> {
    await this.#turn();
    this.#check();
    for (const name of this.#remote.series.keys()) {
      if (partitions.includes(partitionOfName(name))) yield name;
    }
  }

  async maintain(): Promise<void> {
    await this.#turn();
    this.#check();
    this.#remote.maintainCount += 1;
  }

  health(): RemoteHealth {
    const { failure } = this.#remote;
    const isReachable = failure === undefined || failure === "REMOTE_BUSY";
    return {
      description: "memory of this test",
      isReachable,
      problem: isReachable ? undefined : "the test took it away",
      writtenSampleCount: this.#writtenSampleCount,
      writtenBytes: this.#writtenSampleCount * 16,
      retryCount: 0,
      lastWriteMs: null,
    };
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return Promise.resolve();
  }

  #put(rows: readonly (readonly [string, number, number])[], isRepeat: boolean): void {
    for (const [name, timeMs, value] of rows) {
      let series = this.#remote.series.get(name);
      if (series === undefined) this.#remote.series.set(name, (series = new Map<number, number>()));
      if (!isRepeat && Object.is(series.get(timeMs), value)) this.#remote.doubleCount += 1;
      series.set(timeMs, value);
    }
  }

  #check(): void {
    const { failure } = this.#remote;
    if (failure !== undefined) throw new RemoteError(failure, "the test took it away");
    if (this.#isClosed) throw new RemoteError("REMOTE_UNREACHABLE", "closed");
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}

export function rowsOf(
  batch: SampleBatch,
): (readonly [name: string, timeMs: number, value: number])[] {
  const decoder = new TextDecoder();
  return Array.from({ length: batch.count }, (unused, row) => {
    const start = row === 0 ? 0 : batch.nameEnds[row - 1]!;
    const name = decoder.decode(batch.names.subarray(start, batch.nameEnds[row]));
    return [name, batch.timesMs[row]!, batch.values[row]!] as const;
  });
}

function columnsOf(
  series: ReadonlyMap<number, number>,
  fromMs: number,
  untilMs: number,
): SampleColumns {
  const sorted = [...series]
    .filter(([timeMs]) => timeMs >= fromMs && timeMs < untilMs)
    .sort(([a], [b]) => a - b);
  return {
    timesMs: Float64Array.from(sorted, ([timeMs]) => timeMs),
    values: Float64Array.from(sorted, ([, value]) => value),
  };
}
