/** A scale of values: round numbers for its lines, and where on the picture a value lies. */

export interface ValueAxis {
  readonly min: number;
  readonly max: number;
  /** Ascending, within min and max. */
  readonly ticks: readonly number[];
  readonly label: (value: number) => string;
}

export interface ValueAxisOptions {
  /** Fixed ends; else they follow the data. */
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** About how many lines. */
  readonly tickCount: number;
}

/** Lines stand at multiples of 1, 2, 2.5 or 5 times a power of ten. */
export function makeValueAxis(
  dataMin: number,
  dataMax: number,
  { min, max, tickCount }: ValueAxisOptions,
): ValueAxis {
  let low = tame(min ?? (Number.isFinite(dataMin) ? dataMin : 0));
  let high = tame(max ?? (Number.isFinite(dataMax) ? dataMax : 1));
  if (low > high) [low, high] = [high, low];
  const isFlat = high - low <= Math.max(Math.abs(low), Math.abs(high)) * 1e-9;
  if (isFlat) high = low + (low === 0 ? 1 : Math.abs(low) / 10);
  const step = roundStep((high - low) / Math.max(1, tickCount));
  const start = min === undefined ? Math.floor(low / step) * step : low;
  const end = max === undefined ? Math.ceil(high / step) * step : high;
  const ticks: number[] = [];
  const first = Math.ceil(start / step - 1e-9);
  for (let i = first; i * step <= end + step * 1e-9 && ticks.length < 200; i++)
    ticks.push(i * step + 0);
  return { min: start, max: end, ticks, label: (value) => valueLabel(value, step) };
}

/** So that no step between lines is too large or too small for a number. */
function tame(value: number): number {
  if (Math.abs(value) < 1e-150) return 0;
  return Math.max(-1e150, Math.min(1e150, value));
}

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const found = [1, 2, 2.5, 5].find((factor) => factor * power >= rough * 0.999);
  return (found ?? 10) * power;
}

const prefixes: readonly (readonly [string, number])[] = [
  ["P", 1e15],
  ["T", 1e12],
  ["G", 1e9],
  ["M", 1e6],
  ["K", 1e3],
];

/** With as many places as the distance between lines needs. */
function valueLabel(value: number, step: number): string {
  const [prefix, size] = prefixes.find(([, least]) => Math.abs(value) >= least) ?? ["", 1];
  const scaledStep = step / size;
  if (Math.abs(value) < step / 1e6) return "0";
  if (Math.abs(value) >= 1e18 || Math.abs(value) < 1e-6) return value.toExponential(2);
  const digits = Math.max(0, Math.min(8, Math.ceil(-Math.log10(scaledStep) - 1e-9)));
  const isHalf = Math.abs(scaledStep * 10 ** digits - Math.round(scaledStep * 10 ** digits)) > 1e-6;
  return `${(value / size).toFixed(isHalf ? digits + 1 : digits)}${prefix === "" ? "" : ` ${prefix}`}`;
}
