/**
 * A series as Graphite's functions pass it on: values on a grid of whole seconds, and what is said of
 * it. Functions return new ones; nothing is changed in place.
 *
 * Invariant: value i belongs to the step that begins at start + i * step; NaN is Graphite's null.
 */

/** How several values become one; see consolidate.ts. */
export const consolidationNames = [
  "sum",
  "average",
  "avg",
  "avg_zero",
  "min",
  "max",
  "first",
  "last",
] as const;

export type ConsolidationName = (typeof consolidationNames)[number];

export interface Series {
  readonly name: string;
  /** How it was asked for: the names of combined series are made of these. */
  readonly pathExpression: string;
  /** Unix seconds; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly values: Float64Array;
  /** How several values become one; see consolidate.ts. */
  readonly consolidation: ConsolidationName;
  /** Which share of a bucket's values must be there for it to have one; 0 to 1. */
  readonly xFilesFactor: number;
  readonly tags: ReadonlyMap<string, string>;
  readonly drawing: Drawing;
}

/** What only a picture shows. */
export interface Drawing {
  readonly color?: string;
  readonly alpha?: number;
  readonly lineWidth?: number;
  /** Length of the dashes in pixels. */
  readonly dashed?: number;
  readonly isStacked?: boolean;
  readonly isInvisible?: boolean;
  readonly isOnSecondAxis?: boolean;
  /** A vertical line wherever there is a value. */
  readonly isInfinite?: boolean;
}

export interface SeriesOptions {
  readonly name: string;
  readonly pathExpression?: string;
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly values: Float64Array;
  readonly xFilesFactor: number;
  readonly tags?: ReadonlyMap<string, string>;
}

export function makeSeries(options: SeriesOptions): Series {
  return {
    name: options.name,
    pathExpression: options.pathExpression ?? options.name,
    start: options.start,
    end: options.end,
    step: options.step,
    values: options.values,
    consolidation: "average",
    xFilesFactor: options.xFilesFactor,
    tags: options.tags ?? tagsOfName(options.name),
    drawing: {},
  };
}

export interface Derived {
  readonly name: string;
  readonly values: Float64Array;
  readonly start?: number;
  readonly end?: number;
  readonly step?: number;
}

/** A new series made of another one: it keeps tags and consolidation, and loses how it is drawn. */
export function derived(from: Series, change: Derived): Series {
  return { ...from, ...change, pathExpression: change.name, drawing: {} };
}

/** The same series under a name that its further combinations carry too. */
export function renamed(series: Series, name: string, values = series.values): Series {
  return { ...series, name, pathExpression: name, values };
}

export function tagged(series: Series, tag: string, text: string): Series {
  return { ...series, tags: new Map(series.tags).set(tag, text) };
}

export function drawn(series: Series, drawing: Drawing): Series {
  return { ...series, drawing: { ...series.drawing, ...drawing } };
}

/** What looks like a call is no path with tags. */
const callForm = /^[a-z]+\(.+\)$/is;

/** The tags in a name, and the path before them as "name". */
export function tagsOfName(name: string): Map<string, string> {
  if (callForm.test(name)) return new Map([["name", name]]);
  const [path = "", ...parts] = name.split(";");
  const tags = new Map<string, string>();
  for (const part of parts) {
    const equals = part.indexOf("=");
    if (equals <= 0 || equals === part.length - 1) return new Map([["name", name]]);
    tags.set(part.slice(0, equals), part.slice(equals + 1));
  }
  const sanitized = path.replace(/^~+/, "");
  if (sanitized === "") return new Map([["name", name]]);
  return tags.set("name", sanitized);
}

/** A copy that a function may write to. */
export function copyOf(values: Float64Array): Float64Array<ArrayBuffer> {
  return new Float64Array(values);
}
