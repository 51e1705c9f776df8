/**
 * What every wire reader gives its rows and faults to. Pushed, not returned: a reader makes no
 * object per sample.
 */

/**
 * @typeParam Fault  the reader's closed union of reasons for refusing input
 */
export interface RowSink<Fault extends string> {
  /**
   * One sample.
   *
   * @param bytes   holds the name in `[start, end)`, as sent; only valid during the call
   * @param timeMs  Unix milliseconds, whole; NaN where the sender left the time to the receiver
   * @param value   any double: the sink refuses what is not finite
   * @param types   `integerValue` and `floatTime` where the format tells integers from floats;
   *                `statedGauge` or `statedCounter` where it tells what the value is
   */
  row(
    bytes: Uint8Array,
    start: number,
    end: number,
    timeMs: number,
    value: number,
    types?: number,
  ): void;

  /**
   * A piece of input that was refused. The reader goes on behind it where it can.
   *
   * @param bytes  holds the refused piece in `[start, end)`, for the example that people see
   */
  fault(reason: Fault, bytes: Uint8Array, start: number, end: number): void;
}
