/**
 * Numbers and durations as Prometheus reads and writes them.
 *
 * Samples are written with the fewest digits that read back as the same double, with an exponent of
 * two digits below 1e-6 and from 1e21 on; infinities with their sign.
 */

/** As values of samples in answers. */
export function formatSample(value: number): string {
  const special = formatSpecial(value);
  if (special !== undefined) return special;
  const text = String(value);
  const magnitude = value < 0 ? -value : value;
  const isPlain = (magnitude >= 1e-6 && magnitude < 1e21) || value === 0;
  return isPlain ? text : text.replace(/e([+-])(\d)$/, "e$10$2");
}

/** As number literals in a printed query: like C's %g, with the fewest digits. */
export function formatLiteral(value: number): string {
  const special = formatSpecial(value);
  if (special !== undefined) return special;
  const magnitude = Math.abs(value);
  const isPlain = value === 0 || (magnitude >= 1e-4 && magnitude < 1e6);
  const text = isPlain ? String(value) : value.toExponential();
  return text.replace(/e([+-])(\d)$/, "e$10$2");
}

/** All digits and no exponent, as `count_values` writes them into a label. */
export function formatPlain(value: number): string {
  const special = formatSpecial(value);
  if (special !== undefined) return special;
  const text = String(value);
  const [mantissa = "", exponentText] = text.split("e");
  if (exponentText === undefined) return text;
  const sign = mantissa.startsWith("-") ? "-" : "";
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".");
  const exponent = Number(exponentText);
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - whole.length)}${whole}${fraction}`;
  return `${sign}${whole}${fraction}${"0".repeat(exponent - fraction.length)}`;
}

function formatSpecial(value: number): string | undefined {
  // Most are none of them.
  if (value !== 0 && value - value === 0) return undefined;
  if (Number.isNaN(value)) return "NaN";
  if (value === Infinity) return "+Inf";
  if (value === -Infinity) return "-Inf";
  return Object.is(value, -0) ? "-0" : undefined;
}

/**
 * A number as the text formats and labels have it: decimal, hexadecimal, NaN, Inf with or without sign.
 *
 * @returns undefined where it is none
 */
export function parseNumber(text: string): number | undefined {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return Number(text);
  const special = /^([+-]?)(?:(inf|infinity)|(nan)|(0x[\da-f]+))$/i.exec(text);
  if (special === null) return undefined;
  const sign = special[1] === "-" ? -1 : 1;
  if (special[2] !== undefined) return sign * Infinity;
  return special[3] === undefined ? sign * Number(special[4]) : NaN;
}

const unitsMs = [
  ["y", 365 * 86_400_000],
  ["w", 7 * 86_400_000],
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
] as const;

/** e.g. "1h30m": units from large to small, each once. @returns undefined where it is none */
export function parseDuration(text: string): number | undefined {
  const found =
    /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/.exec(text);
  if (found === null || text === "") return undefined;
  let sumMs = 0;
  for (const [i, [, unitMs]] of unitsMs.entries()) sumMs += Number(found[i + 1] ?? 0) * unitMs;
  return sumMs;
}

/** Years and weeks only where nothing is left over, as Prometheus does. */
export function formatDuration(lengthMs: number): string {
  if (lengthMs === 0) return "0s";
  let restMs = lengthMs;
  let text = "";
  for (const [unit, unitMs] of unitsMs) {
    if ((unit === "y" || unit === "w") && restMs % unitMs !== 0) continue;
    const count = Math.floor(restMs / unitMs);
    if (count > 0) text += `${count}${unit}`;
    restMs -= count * unitMs;
  }
  return text;
}
