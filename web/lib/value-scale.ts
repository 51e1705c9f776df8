/**
 * The lowest and highest value a graph shows: all of the data, the expected band, and those limit
 * lines that are near enough not to flatten the data. A graph of what is never negative starts at 0
 * unless that would hide the shape.
 */

export interface ValueScale {
  readonly min: number;
  readonly max: number;
}

/** Lines farther out than this part of the data's own span are left outside. */
const reachPart = 0.6;
const paddingPart = 0.08;
/** Below this part of the top the bottom goes to 0. */
const zeroPart = 0.5;

export function valueScale(
  values: Iterable<number | null | undefined>,
  lines: readonly number[] = [],
): ValueScale {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value === null || value === undefined) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return { min: 0, max: 1 };

  const isNeverNegative = low >= 0;
  const reach = Math.max(high - low, Math.abs(high) * 0.05) * reachPart;
  const [dataLow, dataHigh] = [low, high];
  for (const line of lines) {
    if (line >= dataLow - reach && line < low) low = line;
    if (line <= dataHigh + reach && line > high) high = line;
  }
  if (low === high) {
    const room = Math.abs(high) * 0.1 || 1;
    return { min: isNeverNegative ? Math.max(0, low - room) : low - room, max: high + room };
  }
  const padding = (high - low) * paddingPart;
  const min = isNeverNegative && low < high * zeroPart ? Math.min(0, low) : low - padding;
  return { min, max: high + padding };
}
