/** Small plots as SVG text: an own background, so that they can be read on a light page and on a dark one. */

export const ink = { text: "#1f2328", faint: "#8b949e", grid: "#e4e7eb", page: "#ffffff" } as const;
export const hue = {
  value: "#1f5fbf",
  band: "#c9dcf5",
  odd: "#f7d9d3",
  score: "#b3402a",
  good: "#2e7d5b",
} as const;

export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** From a value to a place on the picture. */
export type Scale = (value: number) => number;

export function scaleOf(from: readonly [number, number], to: readonly [number, number]): Scale {
  const factor = (to[1] - to[0]) / (from[1] - from[0]);
  return (value) => to[0] + (value - from[0]) * factor;
}

export function picture(width: number, height: number, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" rx="6" fill="${ink.page}"/>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

export function text(
  x: number,
  y: number,
  words: string,
  options: { readonly anchor?: "start" | "middle" | "end"; readonly fill?: string } = {},
): string {
  const { anchor = "start", fill = ink.text } = options;
  const safe = words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${place(x)}" y="${place(y)}" text-anchor="${anchor}" fill="${fill}">${safe}</text>`;
}

export function line(
  points: readonly (readonly [number, number])[],
  stroke: string,
  options: { readonly width?: number; readonly dashes?: string } = {},
): string {
  const { width = 1.2, dashes = "" } = options;
  const dash = dashes === "" ? "" : ` stroke-dasharray="${dashes}"`;
  return `<polyline fill="none" stroke="${stroke}" stroke-width="${width}"${dash} points="${path(points)}"/>`;
}

export function area(points: readonly (readonly [number, number])[], fill: string): string {
  return `<polygon fill="${fill}" points="${path(points)}"/>`;
}

export function box({ left, top, width, height }: Frame, fill: string): string {
  return `<rect x="${place(left)}" y="${place(top)}" width="${place(width)}" height="${place(height)}" fill="${fill}"/>`;
}

function path(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y]) => `${place(x)},${place(y)}`).join(" ");
}

function place(value: number): string {
  return String(Math.round(10 * value) / 10);
}
