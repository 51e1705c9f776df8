/** Colours that go together: Graphite's two looks, light on dark and dark on light. */
import { type Color, parseColor } from "./color.ts";

export interface GraphTheme {
  readonly background: Color;
  readonly foreground: Color;
  readonly majorGrid: Color;
  readonly minorGrid: Color;
  readonly colors: readonly Color[];
}

const lineColors = [
  "blue",
  "green",
  "red",
  "purple",
  "brown",
  "yellow",
  "aqua",
  "grey",
  "magenta",
  "pink",
  "gold",
  "rose",
];

export function graphTheme(name: "dark" | "plain"): GraphTheme {
  const isDark = name === "dark";
  return {
    background: known(isDark ? "black" : "white"),
    foreground: known(isDark ? "white" : "black"),
    majorGrid: known(isDark ? "white" : "gray"),
    minorGrid: known("gray"),
    colors: lineColors.map(known),
  };
}

function known(name: string): Color {
  return parseColor(name) ?? { rgb: "#000000", opacity: 1 };
}
