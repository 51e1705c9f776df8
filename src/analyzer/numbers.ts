/**
 * Numbers as a tired person reads them: three significant digits, or four where the first is a 1;
 * thousands as k, M, G, T; very small ones with an exponent.
 *
 *     0.04217 → 0.0422    14.03 → 14.03    1,234 → 1,234    62,310 → 62.3k    3e-9 → 3e-9
 */

const suffixes = [
  { from: 1e12, divisor: 1e12, suffix: "T" },
  { from: 1e9, divisor: 1e9, suffix: "G" },
  { from: 1e6, divisor: 1e6, suffix: "M" },
  { from: 1e4, divisor: 1e3, suffix: "k" },
] as const;

const plainMin = 1e-4;
const suffixedMax = 1e15;

/** @param value  any number; what is not finite is named as such */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return "no number";
  if (value === 0) return "0";
  const sign = value < 0 ? "−" : "";
  const size = Math.abs(value);
  if (size === Infinity) return `${sign}∞`;
  if (size < plainMin || size >= suffixedMax) return sign + exponential(size);
  // The rounding comes first, so that 999,950 is 1M and never 1,000k.
  const rounded = Number(size.toPrecision(digitCount(size)));
  for (const { from, divisor, suffix } of suffixes) {
    if (rounded < from) continue;
    return sign + trimmed(rounded / divisor) + suffix;
  }
  if (rounded >= 1000) return sign + rounded.toFixed(0).replace(/\B(?=(\d{3})$)/, ",");
  return sign + trimmed(rounded);
}

/** Whole numbers below ten thousand are shown whole. */
function digitCount(size: number): number {
  if (size < 10_000 && Number.isInteger(size)) return 4;
  return size.toExponential()[0] === "1" ? 4 : 3;
}

function trimmed(value: number): string {
  const text = String(Number(value.toPrecision(4)));
  return text.includes("e") ? value.toFixed(8).replace(/0+$/, "") : text;
}

function exponential(size: number): string {
  const [mantissa = "", exponent = ""] = size.toExponential(2).split("e");
  return `${String(Number(mantissa))}e${exponent.replace("+", "")}`;
}
