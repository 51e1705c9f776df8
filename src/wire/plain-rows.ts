/**
 * Rows that need no reader: plain ones of names that were admitted before, taken many at a time.
 *
 * A stream asks this first and reads what is left by itself, row by row. Both give the same rows; only
 * what is taken here costs a tenth. Where it is missing the reader does all.
 */
export interface PlainRows {
  /** A new connection. */
  open(): PlainSender;
}

export interface PlainSender {
  /** Begins a piece of input; what is given to `lines` and `items` does not change until `end`. */
  begin(): void;
  /** @returns where in `bytes[at, end)` the first line begins that was not taken, or `end` */
  lines(bytes: Uint8Array, at: number, end: number): number;
  /** As `lines`, for at most `countMax` MessagePack items. */
  items(bytes: Uint8Array, at: number, end: number, countMax: number): number;
  /** How many rows the last call took. */
  readonly takenCount: number;
  end(): void;
}
