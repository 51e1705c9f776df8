/**
 * What the frames of an outbox hold. Drawn in docs/formats/outbox.md.
 *
 *     piece   | 21 u8 | first f64 | takenMs f64 | count u32 | flags u8 | rawBytes u32 | zstd … |
 *     cut     | 22 u8 | end f64 |     rows before `end` were given to the remote as one batch
 *     ack     | 23 u8 | end f64 |     rows before `end` stand at the remote
 *
 * Every row has an *ordinal*, its number in the order of taking; `first` is that of a piece's first
 * row. What is compressed are the columns, one after the other: lengths of names (u16), names, times
 * (each as the difference to the one before, varint), values (f64), and types where flag 1 is set.
 * A piece stands for itself, names included, so a lost frame costs its rows only.
 */
import { promisify } from "node:util";
import { constants, zstdCompress, zstdDecompress } from "node:zlib";
import { nameBytesMax, type SampleBatch } from "../../model/index.ts";
import { ByteReader, ByteWriter } from "../log/bytes.ts";
import { beginFrame, endFrame } from "../log/frame.ts";

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

const recordKind = { piece: 21, cut: 22, ack: 23 } as const;
const hasTypes = 1;
const pieceHeadBytes = 26;

/** More rows than this are never in one piece; a count above it is damage. */
export const pieceRowCountMax = 1 << 16;
/** Names of full length, times of full length, values and types. */
const rowBytesMax = 2 + nameBytesMax + 8 + 8 + 1;

export interface PieceHead {
  /** Ordinal of the first row. */
  readonly first: number;
  /** When the first row was taken. */
  readonly takenMs: number;
  readonly count: number;
}

export type OutboxRecord =
  ({ readonly kind: "piece" } & PieceHead) | { readonly kind: "cut" | "ack"; readonly end: number };

/** One frame with the rows, compressed away from this thread. */
export async function encodePiece(
  batch: SampleBatch,
  head: Omit<PieceHead, "count">,
): Promise<Uint8Array> {
  const raw = rawColumns(batch);
  const packed = await compress(raw, {
    params: { [constants.ZSTD_c_compressionLevel]: 1 },
  });
  const frame = new ByteWriter(packed.length + 64);
  const start = beginFrame(frame);
  frame.u8(recordKind.piece);
  frame.f64(head.first);
  frame.f64(head.takenMs);
  frame.u32(batch.count);
  frame.u8(batch.types === undefined ? 0 : hasTypes);
  frame.u32(raw.length);
  frame.raw(packed);
  endFrame(frame, start);
  return frame.written();
}

/** As many frames as the rows need. */
export async function encodePieces(
  batch: SampleBatch,
  head: Omit<PieceHead, "count">,
): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for (let from = 0; from < batch.count; from += pieceRowCountMax) {
    const part = slice(batch, from, Math.min(from + pieceRowCountMax, batch.count));
    pieces.push(await encodePiece(part, { ...head, first: head.first + from }));
  }
  return pieces;
}

export function encodeMark(kind: "cut" | "ack", end: number): Uint8Array {
  const frame = new ByteWriter(64);
  const start = beginFrame(frame);
  frame.u8(recordKind[kind]);
  frame.f64(end);
  endFrame(frame, start);
  return frame.written();
}

/** What a payload is, without its rows; undefined where it makes no sense. */
export function readRecord(payload: Uint8Array): OutboxRecord | undefined {
  const reader = new ByteReader(payload);
  switch (reader.u8()) {
    case recordKind.piece: {
      const first = reader.f64();
      const takenMs = reader.f64();
      const count = reader.u32();
      const isSound = payload.length >= pieceHeadBytes && isOrdinal(first) && isCount(count);
      return isSound ? { kind: "piece", first, takenMs, count } : undefined;
    }
    case recordKind.cut:
    case recordKind.ack: {
      const end = reader.f64();
      const kind = payload[0] === recordKind.cut ? "cut" : "ack";
      return !reader.isOverrun && isOrdinal(end) ? { kind, end } : undefined;
    }
    default:
      return undefined;
  }
}

/** The rows of a piece; undefined where they are not what its head says. */
export async function decodePiece(payload: Uint8Array): Promise<SampleBatch | undefined> {
  const head = readRecord(payload);
  if (head?.kind !== "piece") return undefined;
  const reader = new ByteReader(payload, pieceHeadBytes - 5);
  const flags = reader.u8();
  const rawBytes = reader.u32();
  if (rawBytes > head.count * rowBytesMax) return undefined;
  let raw: Uint8Array;
  try {
    raw = await decompress(payload.subarray(pieceHeadBytes), { maxOutputLength: rawBytes + 1 });
  } catch {
    return undefined;
  }
  return raw.length === rawBytes ? columnsOf(raw, head.count, flags) : undefined;
}

function rawColumns({ count, names, nameEnds, timesMs, values, types }: SampleBatch): Uint8Array {
  const nameBytes = count === 0 ? 0 : nameEnds[count - 1]!;
  const out = new ByteWriter(nameBytes + count * 16 + 64);
  for (let row = 0, start = 0; row < count; row++) {
    const end = nameEnds[row]!;
    out.u8((end - start) & 255);
    out.u8((end - start) >> 8);
    start = end;
  }
  out.raw(names, 0, nameBytes);
  for (let row = 0, beforeMs = 0; row < count; row++) {
    const timeMs = timesMs[row]!;
    out.signed(timeMs - beforeMs);
    beforeMs = timeMs;
  }
  for (let row = 0; row < count; row++) out.f64(values[row]!);
  if (types !== undefined) out.raw(types, 0, count);
  return out.written();
}

function columnsOf(raw: Uint8Array, count: number, flags: number): SampleBatch | undefined {
  const reader = new ByteReader(raw);
  const nameEnds = new Uint32Array(count);
  for (let row = 0, end = 0; row < count; row++) {
    end += reader.u8() + reader.u8() * 256;
    nameEnds[row] = end;
  }
  const names = reader.raw(count === 0 ? 0 : nameEnds[count - 1]!).slice();
  const timesMs = new Float64Array(count);
  for (let row = 0, timeMs = 0; row < count; row++) {
    timeMs += reader.signed();
    timesMs[row] = timeMs;
  }
  const values = new Float64Array(count);
  for (let row = 0; row < count; row++) values[row] = reader.f64();
  const types = (flags & hasTypes) === 0 ? undefined : reader.raw(count).slice();
  return reader.isOverrun || reader.hasMore
    ? undefined
    : { count, names, nameEnds, timesMs, values, types };
}

function isOrdinal(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isCount(value: number): boolean {
  return value >= 1 && value <= pieceRowCountMax;
}

/** Rows of several batches as one, in order. */
export function joinBatches(batches: readonly SampleBatch[]): SampleBatch {
  const [first] = batches;
  if (batches.length === 1 && first !== undefined) return first;
  const count = batches.reduce((sum, batch) => sum + batch.count, 0);
  const nameBytes = batches.reduce((sum, batch) => sum + nameBytesOf(batch), 0);
  const isTyped = batches.some(({ types }) => types !== undefined);
  const joined = {
    count,
    names: new Uint8Array(nameBytes),
    nameEnds: new Uint32Array(count),
    timesMs: new Float64Array(count),
    values: new Float64Array(count),
    types: isTyped ? new Uint8Array(count) : undefined,
  };
  let row = 0;
  let at = 0;
  for (const batch of batches) {
    const bytes = nameBytesOf(batch);
    joined.names.set(batch.names.subarray(0, bytes), at);
    for (let i = 0; i < batch.count; i++) joined.nameEnds[row + i] = at + batch.nameEnds[i]!;
    joined.timesMs.set(batch.timesMs.subarray(0, batch.count), row);
    joined.values.set(batch.values.subarray(0, batch.count), row);
    if (batch.types !== undefined) joined.types?.set(batch.types.subarray(0, batch.count), row);
    row += batch.count;
    at += bytes;
  }
  return joined;
}

function slice(batch: SampleBatch, from: number, until: number): SampleBatch {
  const startBytes = from === 0 ? 0 : batch.nameEnds[from - 1]!;
  return {
    count: until - from,
    names: batch.names.slice(startBytes, batch.nameEnds[until - 1]),
    nameEnds: batch.nameEnds.slice(from, until).map((end) => end - startBytes),
    timesMs: batch.timesMs.slice(from, until),
    values: batch.values.slice(from, until),
    types: batch.types?.slice(from, until),
  };
}

function nameBytesOf({ count, nameEnds }: SampleBatch): number {
  return count === 0 ? 0 : nameEnds[count - 1]!;
}
