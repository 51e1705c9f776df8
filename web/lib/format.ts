/**
 * Numbers as people read them: enough digits to tell two values apart, no more, one style on every
 * page. The minus sign is a real one (U+2212), so that it is as wide as a digit.
 */

const grouped = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });

/** 410, 1,512, 0.0314, 12.6, 1.2e+17; "–" for what is not a number. About four digits. */
export function formatValue(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e15 || size < 1e-5)) return withMinus(value.toExponential(2));
  if (size >= 1000) return withMinus(grouped.format(value));
  return withMinus(trimZeros(value.toPrecision(4)));
}

const steps = [
  { size: 1e12, unit: "T" },
  { size: 1e9, unit: "G" },
  { size: 1e6, unit: "M" },
  { size: 1e3, unit: "k" },
] as const;

/**
 * For an axis: 0, 2.5k, 5k. One unit for all of them, and as many digits as tell two apart.
 *
 * @param increment  distance between two ticks
 */
export function formatTicks(values: readonly number[], increment: number): string[] {
  const largest = Math.max(...values.map(Math.abs));
  if (largest >= 1e15 || (largest !== 0 && largest < 1e-6)) {
    return values.map((value) => withMinus(value.toExponential(1)));
  }
  const step = steps.find(({ size }) => largest >= size * 10) ?? { size: 1, unit: "" };
  const digits = digitsOf(increment / step.size);
  return values.map((value) => {
    const text = withMinus(trimZeros((value / step.size).toFixed(digits)));
    return value === 0 ? "0" : text + step.unit;
  });
}

/** How many digits after the point it takes to write `increment` exactly enough. */
function digitsOf(increment: number): number {
  let digits = 0;
  while (digits < 9 && Math.abs(Number(increment.toFixed(digits)) / increment - 1) > 1e-6) digits++;
  return digits;
}

/** "40 to 75", "at most 75", "at least 40", "–" */
export function formatLimits(lower: number | null, upper: number | null): string {
  if (lower !== null && upper !== null) {
    const dash = lower < 0 || upper < 0 ? " to " : "–";
    return `${formatValue(lower)}${dash}${formatValue(upper)}`;
  }
  if (upper !== null) return `≤ ${formatValue(upper)}`;
  if (lower !== null) return `≥ ${formatValue(lower)}`;
  return "–";
}

/** "1,512" */
export function formatCount(count: number): string {
  return grouped.format(count);
}

/** "1 metric", "1,512 metrics" */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** "4 s", "12 min", "3 h 20 min", "2 d 4 h": the two largest units, the second only if it tells. */
export function formatDuration(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  if (total < 60) return `${total} s`;
  if (total < 3600) return `${Math.floor(total / 60)} min`;
  const isDays = total >= 86_400;
  const [large, small] = isDays ? [86_400, 3600] : [3600, 60];
  const first = Math.floor(total / large);
  const second = Math.floor((total % large) / small);
  const rest = second > 0 && first < 10 ? ` ${second} ${isDays ? "h" : "min"}` : "";
  return `${first} ${isDays ? "d" : "h"}${rest}`;
}

/** "0.4 ms", "12 ms", "1.4 s", "35 s" */
export function formatShortSpan(seconds: number): string {
  if (seconds < 0.001) return `${trimZeros((seconds * 1000).toPrecision(2))} ms`;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${trimZeros(seconds.toFixed(1))} s`;
  return formatDuration(seconds);
}

/** "512 B", "1.5 MB", "12 GB": powers of 1000, as disks are sold. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${trimZeros(value.toFixed(digits))} ${units[unit] ?? ""}`;
}

function trimZeros(text: string): string {
  if (!text.includes(".") || text.includes("e")) return text;
  return text.replace(/\.?0+$/, "");
}

function withMinus(text: string): string {
  return text.replace(/^-/, "−");
}
