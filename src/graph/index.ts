export { type Color, parseColor } from "./color.ts";
export type { AreaMode, GraphLine, GraphOptions, LineMode } from "./describe.ts";
export { drawGraph, graphSideMax } from "./draw.ts";
export { graphTheme } from "./theme.ts";
