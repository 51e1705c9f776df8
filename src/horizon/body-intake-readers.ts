/** Which wire reader reads which kind of body, and what its counts come to. */
import { unreachable } from "../base/assert.ts";
import type { BodyKind, BodyPrecision } from "../model/index.ts";
import {
  type InfluxPrecision,
  type OtlpCounts,
  type PrometheusWriteCounts,
  readCollectdCommands,
  readCollectdJson,
  readInfluxLines,
  readKairosDbJson,
  readOpenTsdbJson,
  readOtlpJson,
  readOtlpProtobuf,
  readPrometheusWriteV1,
  readPrometheusWriteV2,
  type RowSink,
} from "../wire/index.ts";
import type { MetricCatalog } from "./metric-catalog.ts";
import type { RefusalReason } from "./refusals.ts";
import { StatedRows } from "./stated-rows.ts";

/** What a reader handed on and refused, in pieces as its senders count them. */
export interface BodyReading {
  /** Pieces that were handed on as rows. */
  readonly pieceCount: number;
  /** Pieces that were understood and hold nothing to keep. */
  readonly emptyPieceCount: number;
  readonly refusedPieceCount: number;
  readonly histogramCount: number;
  readonly isIntact: boolean;
}

export interface BodyReaderOptions {
  readonly kind: BodyKind;
  readonly precision?: BodyPrecision | undefined;
  /** Takes what senders say of their metrics, and knows what they said before. */
  readonly catalog: MetricCatalog;
}

export function readBody(
  body: Uint8Array,
  sink: RowSink<RefusalReason>,
  { kind, precision = "ns", catalog }: BodyReaderOptions,
): BodyReading {
  switch (kind) {
    case "prometheus-v1":
      return prometheusReading(
        readPrometheusWriteV1(body, statedRows(sink, catalog), catalog.hear),
      );
    case "prometheus-v2":
      return prometheusReading(
        readPrometheusWriteV2(body, statedRows(sink, catalog), catalog.hear),
      );
    case "influx": {
      const inWire: InfluxPrecision = precision;
      const { lineCount, refusedLineCount } = readInfluxLines(body, sink, { precision: inWire });
      return reading({
        pieceCount: lineCount - refusedLineCount,
        refusedPieceCount: refusedLineCount,
      });
    }
    case "otlp-protobuf":
      return otlpReading(readOtlpProtobuf(body, sink, { onMetadata: catalog.hear }));
    case "otlp-json":
      return otlpReading(readOtlpJson(body, sink, { onMetadata: catalog.hear }));
    case "opentsdb": {
      const { sampleCount, refusedCount, isIntact } = readOpenTsdbJson(body, sink);
      return reading({ pieceCount: sampleCount, refusedPieceCount: refusedCount, isIntact });
    }
    case "collectd": {
      const { sampleCount, unmeasuredCount, refusedCount } = collectdReader(body)(body, sink);
      return reading({
        pieceCount: sampleCount,
        emptyPieceCount: unmeasuredCount,
        refusedPieceCount: refusedCount,
      });
    }
    default:
      return unreachable(kind);
  }
}

function statedRows(sink: RowSink<RefusalReason>, catalog: MetricCatalog): StatedRows {
  return new StatedRows(sink, (series) => catalog.statedOf(series));
}

/** A staleness marker, or NaN, is understood and leaves nothing to keep: it has been delivered. */
function prometheusReading(counts: PrometheusWriteCounts): BodyReading {
  const { sampleCount, refusedCount, histogramCount, isIntact } = counts;
  return {
    pieceCount: sampleCount,
    emptyPieceCount: counts.staleMarkerCount + counts.unmeasuredCount,
    refusedPieceCount: refusedCount,
    histogramCount,
    isIntact,
  };
}

function otlpReading(counts: OtlpCounts): BodyReading {
  const { pointCount, emptyPointCount, rejectedPointCount, isIntact } = counts;
  return reading({
    pieceCount: pointCount,
    emptyPieceCount: emptyPointCount,
    refusedPieceCount: rejectedPointCount,
    isIntact,
  });
}

function reading(counts: Partial<BodyReading>): BodyReading {
  return {
    pieceCount: 0,
    emptyPieceCount: 0,
    refusedPieceCount: 0,
    histogramCount: 0,
    isIntact: true,
    ...counts,
  };
}

type CollectdReader = typeof readCollectdJson;

/** The member that only one of the two formats has comes first in the body that has it. */
function collectdReader(body: Uint8Array): CollectdReader {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!/^\s*[[{]/.test(text.toString("latin1", 0, headBytes))) return readCollectdCommands;
  const pointsAt = text.indexOf('"datapoints"');
  const valuesAt = text.indexOf('"values"');
  const isKairosDb = pointsAt >= 0 && (valuesAt < 0 || pointsAt < valuesAt);
  return isKairosDb ? readKairosDbJson : readCollectdJson;
}

/** Room for blanks in front of JSON. */
const headBytes = 256;
