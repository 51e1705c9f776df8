/**
 * What a store on other machines does for Kale: Redis (`../redis/`), Elasticsearch or OpenSearch
 * (`../elasticsearch/`). `RemoteStore` stands before it and makes a `SeriesStore` of the two: it
 * keeps on the local disk what the remote has not acknowledged, and gives it again later.
 */
import type {
  NamePage,
  NameQuery,
  SampleBatch,
  SampleColumns,
  SeriesSelector,
  StepQuery,
  TimeRange,
} from "../../model/index.ts";
import type { StepSummary } from "./step-summaries.ts";

/** One per shard thread. Every method rejects with a `RemoteError` where the remote does not do it. */
export interface RemoteSeries {
  /**
   * Writes every row. Called for one batch at a time, in the order the rows came.
   *
   * @param isRepeat  the batch was given before and nobody knows what became of it: its rows may
   *   stand there in part or whole, and must stand there once afterwards
   * @returns resolves when the wanted number of copies has acknowledged every row
   */
  write(batch: SampleBatch, options: { readonly isRepeat: boolean }): Promise<void>;
  /** @returns undefined where the series is unknown; ascending times, each once */
  read(name: string, range: TimeRange): Promise<SampleColumns | undefined>;
  /**
   * What the samples of each step come to that were given before, worked out where they lie; ascending.
   * Missing where it cannot.
   * @returns undefined where it cannot for this length of step; empty where it has nothing in range
   */
  readSteps?(query: StepQuery): Promise<readonly StepSummary[] | undefined>;
  findNames(query: NameQuery): Promise<NamePage>;
  /**
   * Series that pass every condition, sorted by name; the conditions are ones that can be tested.
   * Missing where the window has every series that the remote has.
   */
  select?(selector: SeriesSelector): Promise<NamePage>;
  /** Every series with samples in range, in any order; for warm starts and imports. */
  scan(request: ScanRequest): AsyncIterable<ScannedSeries>;
  /**
   * Hands over what other programs write into the same remote, a few seconds after they did, until
   * `close`; called once. Missing where nobody else may. Samples that were written here may be
   * among them, and the same ones may come twice; `onSamples` owns the batch and is awaited.
   */
  follow?(onSamples: (batch: SampleBatch) => Promise<void>): void;
  /**
   * Series of these partitions into which other writers have written since, with what they wrote and
   * maybe more around it; missing where nobody else may. Clocks differ: ask with some overlap.
   */
  changedSince?(sinceMs: number, partitions: readonly number[]): AsyncIterable<ScannedSeries>;
  /** Every series of these partitions, whoever wrote it; missing where nobody else may. */
  namesIn?(partitions: readonly number[]): AsyncIterable<string>;
  /** Trimming, rollover, deletion of what is older than the retention; called about once a minute. */
  maintain(): Promise<void>;
  health(): RemoteHealth;
  close(): Promise<void>;
}

export interface ScanRequest {
  readonly range: TimeRange;
  /** Which names are wanted; a backend that can leaves the others where they are. */
  readonly wants: (name: string) => boolean;
  /** No series of other partitions is wanted; all are looked at where it is not given. */
  readonly partitions?: readonly number[] | undefined;
  /** Told now and then, for a progress bar. */
  readonly onProgress: (doneCount: number, totalCount: number) => void;
}

export interface ScannedSeries {
  readonly name: string;
  readonly columns: SampleColumns;
  /** What senders stated of it, see stated-type.ts; missing where the remote does not keep that. */
  readonly stated?: number | undefined;
}

/** How the remote is, for the status page. Counts are since the start. */
export interface RemoteHealth {
  /** e.g. "redis 127.0.0.1:6379", "opensearch 3.6.0, 3 nodes" */
  readonly description: string;
  readonly isReachable: boolean;
  /** What is wrong, for a person, with the remedy; undefined while nothing is. */
  readonly problem?: string | undefined;
  readonly writtenSampleCount: number;
  readonly writtenBytes: number;
  readonly retryCount: number;
  readonly lastWriteMs: number | null;
  /** Steps answered from sums that it keeps, of which no sample was read; missing where it cannot. */
  readonly summedStepCount?: number | undefined;
}

export type RemoteErrorCode =
  /** No connection, no answer in time, or the cluster is not ready: try again later. */
  | "REMOTE_UNREACHABLE"
  /** It asks for fewer or smaller requests. */
  | "REMOTE_BUSY"
  /** Password, certificate, permission. */
  | "REMOTE_DENIED"
  /** It cannot be read as what it should be; nothing is deleted on the strength of this. */
  | "REMOTE_CORRUPT"
  /** It refuses the request for good: full disk, read-only index, wrong version. */
  | "REMOTE_REFUSED";

export class RemoteError extends Error {
  override readonly name = "RemoteError";
  readonly code: RemoteErrorCode;

  /** @param message  what was tried on what, and the remedy where there is one */
  constructor(code: RemoteErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
