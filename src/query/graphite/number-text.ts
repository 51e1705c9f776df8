/**
 * Numbers as graphite-web writes and rounds them, that is as Python does: names of series hold them
 * ("scale(a.b,2)", "constantLine(100.0)"), and dashboards go by names.
 *
 * Source: Python's documentation, "printf-style String Formatting" and round(). Rounding of decimal
 * places goes to the even digit where a number lies exactly in the middle, as IEEE 754 does.
 */

/** As `str()` of a float: the shortest text that reads back as the same, always with a fraction. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) return exponentText(value.toExponential());
  const text = String(value);
  if (Object.is(value, -0)) return "-0.0";
  return text.includes(".") ? text : `${text}.0`;
}

/** As `%g`: six significant digits, without zeros at the end. */
export function generalText(value: number): string {
  if (!Number.isFinite(value)) return floatText(value);
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const scientific = value.toExponential(5);
  const exponent = Number(scientific.slice(scientific.indexOf("e") + 1));
  if (exponent < -4 || exponent >= 6) {
    const [digits = "", power = ""] = scientific.split("e");
    return exponentText(`${withoutZeros(digits)}e${power}`);
  }
  return withoutZeros(value.toFixed(5 - exponent));
}

/** As `%d`: the part before the point. */
export function integerText(value: number): string {
  if (!Number.isFinite(value)) return floatText(value);
  return BigInt(Math.trunc(value)).toString();
}

/** As `%.2f`. */
export function fixedText(value: number, digits: number): string {
  if (!Number.isFinite(value)) return floatText(value);
  if (Math.abs(value) >= 1e21) return `${integerText(value)}.${"0".repeat(digits)}`;
  return roundEven(value, digits).toFixed(digits);
}

/**
 * As `round(value, digits)`.
 *
 * The product with the power of ten is exact to a rounding; only near a tie may that matter, and
 * then the exact decimal digits decide.
 */
export function roundEven(value: number, digits: number): number {
  if (!Number.isFinite(value) || value === 0) return value;
  const power = 10 ** Math.abs(digits);
  const scaled = digits >= 0 ? value * power : value / power;
  if (Math.abs(scaled) >= 4503599627370496) return digits >= 0 ? value : roundSlowly(value, digits);
  const below = Math.floor(scaled);
  const fraction = scaled - below;
  if (Math.abs(fraction - 0.5) < 1e-6) return roundSlowly(value, digits);
  const whole = fraction > 0.5 ? below + 1 : below;
  return digits >= 0 ? whole / power : whole * power;
}

function roundSlowly(value: number, digits: number): number {
  if (digits < 0) {
    const power = 10n ** BigInt(-digits);
    const whole = BigInt(Math.trunc(Math.abs(value)));
    const rest = (whole % power) * 2n;
    const isExact = Number.isInteger(value);
    const isUp = rest > power || (rest === power && (!isExact || ((whole / power) & 1n) === 1n));
    return Math.sign(value) * Number((whole / power + (isUp ? 1n : 0n)) * power);
  }
  const exact = Math.abs(value).toFixed(Math.min(100, digits + 30));
  const cut = exact.indexOf(".") + 1 + digits;
  const kept = exact.slice(0, cut);
  const rest = exact.slice(cut);
  const isTie = /^50*$/.test(rest);
  const isOdd = /[13579]\.?$/.test(kept);
  const isUp = isTie ? isOdd : rest >= "5";
  const base = Number(kept);
  const power = 10 ** digits;
  const result = isUp ? (Math.round(base * power) + 1) / power : base;
  return value < 0 ? -result : result;
}

function withoutZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** The language writes "1e+21" and "1e-7", Python at least two digits after the sign. */
function exponentText(text: string): string {
  const [digits = "", power = ""] = text.split("e");
  const sign = power.startsWith("-") ? "-" : "+";
  return `${digits}e${sign}${power.replace(/^[+-]/, "").padStart(2, "0")}`;
}
