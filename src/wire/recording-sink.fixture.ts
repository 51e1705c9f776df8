/** A sink that remembers, for tests. */
import type { RowSink } from "./row-sink.ts";

export interface RecordedRow {
  readonly name: string;
  readonly timeMs: number;
  readonly value: number;
}

export interface RecordedFault {
  readonly reason: string;
  readonly example: string;
}

export class RecordingSink implements RowSink<string> {
  readonly rows: RecordedRow[] = [];
  readonly faults: RecordedFault[] = [];
  /** Of each row. */
  readonly types: number[] = [];

  row(
    bytes: Uint8Array,
    start: number,
    end: number,
    timeMs: number,
    value: number,
    types = 0,
  ): void {
    this.types.push(types);
    this.rows.push({ name: textOf(bytes, start, end), timeMs, value });
  }

  fault(reason: string, bytes: Uint8Array, start: number, end: number): void {
    this.faults.push({ reason, example: textOf(bytes, start, end) });
  }

  get reasons(): string[] {
    return this.faults.map(({ reason }) => reason);
  }

  get names(): string[] {
    return this.rows.map(({ name }) => name);
  }
}

/** Latin-1 beyond ASCII only where the bytes are no UTF-8. */
function textOf(bytes: Uint8Array, start: number, end: number): string {
  if (!(start >= 0 && start <= end && end <= bytes.length))
    throw new RangeError(`${start}..${end}`);
  const buffer = Buffer.from(bytes.subarray(start, end));
  const text = buffer.toString("utf8");
  return text.includes("\ufffd") ? buffer.toString("latin1") : text;
}

/** Cuts `bytes` at the given places, in any order, doubles and beyond the end allowed. */
export function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort(
    (a, b) => a - b,
  );
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const place of [...sorted, bytes.length]) {
    // Buffers, as sockets give them, whose slice() would be a view.
    if (place > from) pieces.push(Buffer.from(bytes.subarray(from, place)));
    from = place;
  }
  return pieces;
}

/** Pushes the pieces and scribbles over each afterwards: a reader may keep no reference. */
export function pushAll(
  reader: { push(bytes: Uint8Array): boolean },
  pieces: readonly Uint8Array[],
): boolean {
  for (const piece of pieces) {
    if (!reader.push(piece)) return false;
    piece.fill(0x58);
  }
  return true;
}
