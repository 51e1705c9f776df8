/** Senders' times, in Unix seconds, as the whole milliseconds that the program counts in. */

/**
 * A double of today's seconds lies up to 0.00012 ms beside the decimal the sender had in hand;
 * without this allowance 1795397544.217 would be cut to ...216 ms.
 */
const decimalSlackMs = 0.0005;

/**
 * @param seconds  finite
 * @returns NaN, "the receiver's clock", for -1, as Carbon has it; else cut to whole milliseconds
 */
export function timeMsOfSeconds(seconds: number): number {
  return seconds === -1 ? NaN : Math.floor(seconds * 1000 + decimalSlackMs);
}
