/** What a graph shows and how: the only thing that whoever wants a picture has to make. */
import type { TimeZone } from "../base/time-zone.ts";
import type { Color } from "./color.ts";

export interface GraphLine {
  readonly name: string;
  /** Unix seconds of the first value; value i lies at start + i * step. */
  readonly start: number;
  readonly step: number;
  /** NaN where there is none. */
  readonly values: Float64Array;
  /** The next one of the graph's colours where it is not given. */
  readonly color?: Color | undefined;
  /** 0 to 1, of an area or a line. */
  readonly alpha?: number | undefined;
  readonly lineWidth?: number | undefined;
  /** Length of the dashes in pixels. */
  readonly dashed?: number | undefined;
  /** An area from the stacked line before it, or from the bottom. */
  readonly isStacked?: boolean | undefined;
  /** Takes part in a stack, and is not drawn. */
  readonly isInvisible?: boolean | undefined;
  /** Against the axis on the right. */
  readonly isOnSecondAxis?: boolean | undefined;
  /** A vertical line wherever there is a value other than 0. */
  readonly isInfinite?: boolean | undefined;
}

export type LineMode = "slope" | "connected" | "staircase";
export type AreaMode = "none" | "first" | "all" | "stacked";

export interface GraphOptions {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly margin: number;
  readonly fontSize: number;
  readonly title: string;
  readonly verticalTitle: string;
  readonly background: Color;
  readonly foreground: Color;
  readonly majorGrid: Color;
  readonly minorGrid: Color;
  readonly colors: readonly Color[];
  readonly lineMode: LineMode;
  readonly lineWidth: number;
  readonly areaMode: AreaMode;
  readonly areaAlpha: number;
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** Whether gaps are drawn as 0. */
  readonly isNullZero: boolean;
  readonly hasLegend: boolean;
  readonly hasAxes: boolean;
  readonly hasGrid: boolean;
  readonly fromSeconds: number;
  readonly untilSeconds: number;
  readonly zone: TimeZone;
}
