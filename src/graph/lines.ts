/**
 * Lines and areas as paths of SVG.
 *
 * A path is broken where a value is missing; "connected" bridges that, "staircase" keeps each value until
 * the next one. Areas of a stack lie between their own line and the one before them.
 */
import type { GraphLine, GraphOptions } from "./describe.ts";
import { element, short } from "./svg.ts";

/** Where on the picture a moment and a value lie. */
export interface Plane {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly x: (seconds: number) => number;
  readonly y: (value: number) => number;
}

export interface Painted {
  readonly line: GraphLine;
  /** e.g. "#6464ff" */
  readonly stroke: string;
  readonly opacity: number;
  /** With what is below in a stack; equal to the line's own values elsewhere. */
  readonly values: Float64Array;
  /** What an area stands on; undefined draws no area. */
  readonly floor: Float64Array | number | undefined;
  readonly areaOpacity: number;
}

export function paint(painted: Painted, plane: Plane, options: GraphOptions): string {
  const { line, stroke, opacity, values, floor, areaOpacity } = painted;
  if (line.isInvisible === true) return "";
  const width = line.lineWidth ?? options.lineWidth;
  if (line.isInfinite === true) {
    const d = infinitePath(line, plane);
    return d === ""
      ? ""
      : element("path", {
          d,
          stroke,
          "stroke-opacity": opacity,
          "stroke-width": width,
          fill: "none",
        });
  }
  let drawn = "";
  if (floor !== undefined) {
    const d = areaPath(line, values, floor, plane, options);
    if (d !== "")
      drawn += element("path", { d, fill: stroke, "fill-opacity": areaOpacity, stroke: "none" });
  }
  const d = linePath(line, values, plane, options);
  if (d === "") return drawn;
  return (
    drawn +
    element("path", {
      d,
      stroke,
      "stroke-opacity": opacity,
      "stroke-width": width,
      "stroke-linejoin": "round",
      "stroke-dasharray":
        line.dashed === undefined ? undefined : `${short(line.dashed)} ${short(line.dashed)}`,
      fill: "none",
    })
  );
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly floor: number;
}

/** Stretches without a gap. */
function stretches(
  line: GraphLine,
  values: Float64Array,
  floor: Float64Array | number,
  plane: Plane,
  options: GraphOptions,
): Point[][] {
  const found: Point[][] = [];
  let current: Point[] = [];
  const isStair = options.lineMode === "staircase";
  for (let i = 0; i < values.length; i++) {
    const value = options.isNullZero && Number.isNaN(values[i]) ? 0 : (values[i] ?? NaN);
    if (!Number.isFinite(value)) {
      if (options.lineMode !== "connected" && current.length > 0) {
        found.push(current);
        current = [];
      }
      continue;
    }
    const below = typeof floor === "number" ? floor : (floor[i] ?? NaN);
    const y = plane.y(value);
    const floorY = plane.y(Number.isFinite(below) ? below : 0);
    const x = plane.x(line.start + i * line.step);
    current.push({ x, y, floor: floorY });
    if (isStair) current.push({ x: plane.x(line.start + (i + 1) * line.step), y, floor: floorY });
  }
  if (current.length > 0) found.push(current);
  return found;
}

function linePath(
  line: GraphLine,
  values: Float64Array,
  plane: Plane,
  options: GraphOptions,
): string {
  return stretches(line, values, 0, plane, options)
    .map((points) => {
      const [first, ...others] = points;
      if (first === undefined) return "";
      const start = `M${short(first.x)} ${short(first.y)}`;
      // A point alone is a dot.
      if (others.length === 0) return `${start}h0.1`;
      return start + others.map(({ x, y }) => `L${short(x)} ${short(y)}`).join("");
    })
    .join("");
}

function areaPath(
  line: GraphLine,
  values: Float64Array,
  floor: Float64Array | number,
  plane: Plane,
  options: GraphOptions,
): string {
  return stretches(line, values, floor, plane, options)
    .map((points) => {
      const upper = points.map(({ x, y }) => `${short(x)} ${short(y)}`);
      const lower = points.map((point) => `${short(point.x)} ${short(point.floor)}`).reverse();
      return `M${[...upper, ...lower].join("L")}Z`;
    })
    .join("");
}

function infinitePath({ values, start, step }: GraphLine, plane: Plane): string {
  let d = "";
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? NaN;
    if (Number.isNaN(value) || value === 0) continue;
    const x = short(plane.x(start + i * step));
    d += `M${x} ${short(plane.top)}V${short(plane.bottom)}`;
  }
  return d;
}
