/** Bodies of samples that came over HTTP, and what became of them. */
import type { RefusalCount } from "./stats.ts";

/** What a body of a request is read as; the routes know by path and content type. */
export type BodyKind =
  | "prometheus-v1"
  | "prometheus-v2"
  | "influx"
  | "otlp-protobuf"
  | "otlp-json"
  | "opentsdb"
  /** Which of collectd's three formats it is shows in the body. */
  | "collectd";

/** Of the times of InfluxDB's lines. */
export type BodyPrecision = "ns" | "us" | "ms" | "s" | "m" | "h";

export interface BodyRequest {
  readonly kind: BodyKind;
  /** As it was sent; the whole of its buffer, which belongs to whoever takes it. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** The header Content-Encoding; "" for none. */
  readonly encoding: string;
  /** "ns" unless given. */
  readonly precision?: BodyPrecision;
  /** How many refused pieces are told one by one; none unless given. */
  readonly exampleCountMax?: number;
}

/** Why nothing was read of a body. */
export type BodyFault =
  /** The shards have no room: it may be sent again. */
  | "busy"
  | "unknown-encoding"
  /** It is not what its encoding says. */
  | "bad-encoding"
  /** It unpacks to more than is taken. */
  | "long-body";

/** What became of a body that was read. Pieces are samples, points or lines, as senders count them. */
export interface BodyCounts {
  /** Samples that were taken in. */
  readonly acceptedCount: number;
  /** All that the body held. */
  readonly pieceCount: number;
  readonly takenPieceCount: number;
  /** Pieces that the sender should hear of; what is on the skip list is not among them. */
  readonly refusedPieceCount: number;
  /** Prometheus' native histograms, which its senders count apart from samples. */
  readonly takenHistogramCount: number;
  /** False where the body, or a message in it, broke: what came before is taken. */
  readonly isIntact: boolean;
  /** What was refused of this body, each reason with its last example. */
  readonly refusals: readonly RefusalCount[];
  /** One by one in the order they were refused, up to as many as were asked for. */
  readonly examples?: readonly RefusedPiece[];
}

export interface RefusedPiece {
  readonly reason: string;
  /** As `lastExample` in RefusalCount. */
  readonly example: string;
}

export type BodyOutcome =
  | { readonly isRead: true; readonly counts: BodyCounts }
  | { readonly isRead: false; readonly fault: BodyFault };

/** Takes in metrics that come as bodies of requests. */
export interface BodyIntake {
  /** One body is unpacked and read at a time; the caller limits the bytes of those that wait. */
  take(request: BodyRequest): Promise<BodyOutcome>;
  /** Resolves when what was taken before the call is durable. */
  sync?(): Promise<void>;
}
