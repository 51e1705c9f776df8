/**
 * Colours as they may be written in a request: a name, or RGB or RGBA in hexadecimal digits, with or
 * without "#". What comes out is safe to stand in an SVG: digits of our own making, or nothing.
 */

export interface Color {
  /** e.g. "#6464ff" */
  readonly rgb: string;
  /** 0 to 1 */
  readonly opacity: number;
}

/** Graphite's names, which are not always those of CSS. */
const named: Readonly<Record<string, string>> = {
  black: "000000",
  white: "ffffff",
  blue: "6464ff",
  green: "00c800",
  red: "ff0000",
  yellow: "ffff00",
  orange: "ffa500",
  purple: "c864ff",
  brown: "966432",
  cyan: "00ffff",
  aqua: "009696",
  gray: "afafaf",
  grey: "afafaf",
  magenta: "ff00ff",
  pink: "ff6464",
  gold: "c8c800",
  rose: "c896c8",
  darkblue: "0000ff",
  darkgreen: "00ff00",
  darkred: "c80032",
  darkgray: "6f6f6f",
  darkgrey: "6f6f6f",
  lightgray: "dcdcdc",
  lightgrey: "dcdcdc",
};

/** @returns undefined where the text is no colour */
export function parseColor(text: string): Color | undefined {
  const plain = text.trim().toLowerCase().replace(/^#/, "");
  const digits = Object.hasOwn(named, plain) ? named[plain] : plain;
  const found = /^([0-9a-f]{6})([0-9a-f]{2})?$/.exec(digits ?? "");
  if (found === null) return undefined;
  const [, rgb = "", alpha] = found;
  return { rgb: `#${rgb}`, opacity: alpha === undefined ? 1 : Number.parseInt(alpha, 16) / 255 };
}
