/**
 * Takes in metrics that come as bodies of requests: unpacks, reads, admits, and counts each protocol
 * as a source of its own.
 *
 * One body is unpacked and read at a time, so that what is unpacked is held once, however many
 * requests wait. A body is turned away while the shards have no room: its sender has it still.
 *
 * A body can make far more rows than it has bytes, since one long name may stand for thousands of
 * samples. What all its rows take is therefore limited too; what is beyond is refused.
 */
import { unreachable } from "../base/assert.ts";
import type {
  BodyCounts,
  BodyIntake,
  BodyKind,
  BodyOutcome,
  BodyRequest,
  RefusalCount,
  SourceStats,
} from "../model/index.ts";
import type { RowSink } from "../wire/index.ts";
import { type BodyReading, readBody } from "./body-intake-readers.ts";
import { unpackBody } from "./body-intake-unpack.ts";
import type { Intake } from "./intake.ts";
import { MetricCatalog } from "./metric-catalog.ts";
import type { BodyKey } from "./protocols.ts";
import type { RefusalReason } from "./refusals.ts";
import type { InputReport, Source } from "./source.ts";

export interface BodyLimits {
  readonly packedBytesMax: number;
  /** Reading is a second's work at this length, in which the thread's listeners wait. */
  readonly unpackedBytesMax: number;
  /** JSON is held as objects many times its size; 20 MiB is what OTLP advises. */
  readonly jsonBytesMax: number;
  /** Of all rows that one body makes: their names, times and values. */
  readonly rowBytesMax: number;
}

export const bodyLimits: BodyLimits = {
  packedBytesMax: 16 << 20,
  unpackedBytesMax: 32 << 20,
  jsonBytesMax: 20 << 20,
  rowBytesMax: 128 << 20,
};

export interface BodyIntakesOptions {
  readonly sourceOf: (key: BodyKey) => Source;
  /** Takes what senders say of their metrics, beside samples. */
  readonly catalog?: MetricCatalog;
  readonly limits?: Partial<BodyLimits>;
}

export class BodyIntakes implements BodyIntake {
  readonly #intake: Intake;
  readonly #sourceOf: (key: BodyKey) => Source;
  readonly #limits: BodyLimits;
  readonly #catalog: MetricCatalog;
  /** Of protocols that something came in. */
  readonly #sources = new Map<BodyKey, Source>();
  #lastTurn: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(intake: Intake, { sourceOf, catalog, limits }: BodyIntakesOptions) {
    this.#intake = intake;
    this.#sourceOf = sourceOf;
    this.#catalog = catalog ?? new MetricCatalog();
    this.#limits = { ...bodyLimits, ...limits };
  }

  take(request: BodyRequest): Promise<BodyOutcome> {
    const turn = this.#lastTurn.then(() => this.#take(request));
    this.#lastTurn = turn.catch(() => undefined);
    return turn;
  }

  /** One for each protocol that something came in. */
  stats(): SourceStats[] {
    return Array.from(this.#sources, ([key, source]) => ({
      ...source.stats(),
      addresses: routesOf(key).map((route) => `http ${route}`),
      clientCount: 0,
      pausedClientCount: 0,
    }));
  }

  /** Resolves when the last body is read; those that come later are told that there is no room. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#lastTurn;
  }

  async #take({
    kind,
    body,
    encoding,
    precision,
    exampleCountMax,
  }: BodyRequest): Promise<BodyOutcome> {
    const source = this.#sourceFor(keyOf(kind));
    if (this.#intake.isFull || this.#isClosed) {
      source.dropDatagram();
      return { isRead: false, fault: "busy" };
    }
    const isPackedTooLong = body.length > this.#limits.packedBytesMax;
    const unpacked = isPackedTooLong
      ? ({ ok: false, fault: "long-body" } as const)
      : await unpackBody(body, encoding, this.#unpackedBytesMax(kind));
    if (!unpacked.ok) {
      const { fault } = unpacked;
      const example = fault === "unknown-encoding" ? new TextEncoder().encode(encoding) : body;
      source.readWhole((sink) => {
        sink.fault(fault, example, 0, example.length);
      });
      return { isRead: false, fault };
    }
    const { bytes } = unpacked;
    const report = source.readWhole((sink) => {
      const rows = new LimitedRows(sink, this.#limits.rowBytesMax);
      const reading = readBody(bytes, rows, { kind, precision, catalog: this.#catalog });
      return { ...reading, rowCount: rows.count };
    }, exampleCountMax);
    return { isRead: true, counts: countsOf(report) };
  }

  #sourceFor(key: BodyKey): Source {
    let source = this.#sources.get(key);
    if (source === undefined) {
      source = this.#sourceOf(key);
      this.#sources.set(key, source);
    }
    return source;
  }

  #unpackedBytesMax(kind: BodyKind): number {
    const { jsonBytesMax, unpackedBytesMax } = this.#limits;
    const isJson = kind === "otlp-json" || kind === "opentsdb" || kind === "collectd";
    return isJson ? Math.min(jsonBytesMax, unpackedBytesMax) : unpackedBytesMax;
  }
}

/** Hands rows on until they take more than is taken of one body. */
class LimitedRows implements RowSink<RefusalReason> {
  readonly #sink: RowSink<RefusalReason>;
  #roomBytes: number;
  #count = 0;

  constructor(sink: RowSink<RefusalReason>, bytesMax: number) {
    this.#sink = sink;
    this.#roomBytes = bytesMax;
  }

  /** Rows that came, those refused among them. */
  get count(): number {
    return this.#count;
  }

  row(
    bytes: Uint8Array,
    start: number,
    end: number,
    timeMs: number,
    value: number,
    types = 0,
  ): void {
    this.#count += 1;
    this.#roomBytes -= end - start + rowFixedBytes;
    if (this.#roomBytes >= 0) this.#sink.row(bytes, start, end, timeMs, value, types);
    else this.#sink.fault("too-many-rows", bytes, start, end);
  }

  fault(reason: RefusalReason, bytes: Uint8Array, start: number, end: number): void {
    this.#sink.fault(reason, bytes, start, end);
  }
}

interface LimitedReading extends BodyReading {
  readonly rowCount: number;
}

/** Time, value, and where the name ends. */
const rowFixedBytes = 20;

/**
 * Pieces of which rows were refused behind the reader are told by their share of all rows: exact
 * where a piece is a row, as most are; else rounded so that no more is said to be taken than was.
 */
function countsOf({
  value,
  acceptedCount,
  refusals,
  examples,
}: InputReport<LimitedReading>): BodyCounts {
  const { pieceCount, emptyPieceCount, refusedPieceCount, histogramCount, isIntact, rowCount } =
    value;
  const shareOf = (count: number, ofRows: number): number =>
    ofRows === 0 ? 0 : Math.ceil((count * ofRows) / rowCount);
  const missedRowCount = rowCount - acceptedCount;
  const skippedRowCount = Math.min(missedRowCount, countOf(refusals, "skip-list"));
  return {
    acceptedCount,
    pieceCount: pieceCount + emptyPieceCount + refusedPieceCount,
    takenPieceCount: pieceCount + emptyPieceCount - shareOf(pieceCount, missedRowCount),
    refusedPieceCount:
      refusedPieceCount + shareOf(pieceCount + histogramCount, missedRowCount - skippedRowCount),
    takenHistogramCount: histogramCount - shareOf(histogramCount, missedRowCount),
    isIntact,
    refusals: refusals.filter(({ reason }) => reason !== "skip-list"),
    ...(examples.length === 0 ? {} : { examples }),
  };
}

function countOf(refusals: readonly RefusalCount[], wanted: RefusalReason): number {
  return refusals.find(({ reason }) => reason === wanted)?.count ?? 0;
}

function keyOf(kind: BodyKind): BodyKey {
  switch (kind) {
    case "prometheus-v1":
    case "prometheus-v2":
      return "prometheus";
    case "influx":
      return "influx";
    case "otlp-protobuf":
    case "otlp-json":
      return "otlp";
    case "opentsdb":
      return "opentsdb-http";
    case "collectd":
      return "collectd-http";
    default:
      return unreachable(kind);
  }
}

/** Where the webapp takes them, for the page that lists sources. */
function routesOf(key: BodyKey): readonly string[] {
  switch (key) {
    case "prometheus":
      return ["/api/v1/write"];
    case "influx":
      return ["/write", "/api/v2/write"];
    case "otlp":
      return ["/v1/metrics"];
    case "opentsdb-http":
      return ["/api/put"];
    case "collectd-http":
      return ["/collectd"];
    default:
      return unreachable(key);
  }
}
