/**
 * What the page Similar asks for, as it stands in its address, and the same as a request.
 *
 *     /oculus?name=web.fe1.load&from=1795409333&until=1795412933&method=dtw&band=0.1
 *     /oculus?shape=0:10,30:12,34:90&exclude=web&exclude=*.count&limit=40
 *
 * Without a window it is the last hour; an option that is not there stands for the method's own.
 */
import type { SimilarMethod } from "../../src/webapp/contract.ts";
import { parseShape, shapeText, type Drawing } from "./drawing.ts";
import { withQuery } from "./route.ts";
import { readRange, type TimeRange } from "./time-range.ts";

export type SimilarTarget =
  | { readonly kind: "nothing" }
  | { readonly kind: "series"; readonly name: string }
  | { readonly kind: "shape"; readonly drawing: Drawing };

export interface SimilarAsk {
  readonly target: SimilarTarget;
  /** Undefined is the last hour. */
  readonly range: TimeRange | undefined;
  readonly method: SimilarMethod;
  /** The longest shift looked at, either way. */
  readonly lagSeconds: number | undefined;
  readonly inverse: boolean | undefined;
  /** How far DTW may warp, as a share of the window. */
  readonly band: number | undefined;
  /** Part of a name or a glob; empty takes all. */
  readonly filter: string;
  /** Parts between dots, or globs. */
  readonly exclude: readonly string[];
  readonly limit: number;
}

export interface MethodTraits {
  readonly method: SimilarMethod;
  readonly label: string;
  readonly takesLag: boolean;
  readonly takesInverse: boolean;
  readonly takesBand: boolean;
  /** Whether it can look for a shape that no metric has. */
  readonly takesShape: boolean;
  /** What the server does where the address does not say. */
  readonly inverseByItself: boolean;
  readonly lagByItself: boolean;
  /** Only a search engine can do it. */
  readonly needsEngine: boolean;
  /** In two sentences, for help and tooltips. */
  readonly words: string;
}

export const methodTraits: readonly MethodTraits[] = [
  {
    method: "best",
    label: "Best match",
    takesLag: true,
    takesInverse: true,
    takesBand: true,
    takesShape: true,
    inverseByItself: true,
    lagByItself: true,
    needsEngine: false,
    words:
      "Half correlation at the best lag, half DTW, on lightly smoothed values. It found most of what belongs together in our measurements, so it is what you get unless you choose.",
  },
  {
    method: "correlation",
    label: "Correlation",
    takesLag: true,
    takesInverse: true,
    takesBand: false,
    takesShape: true,
    inverseByItself: true,
    lagByItself: true,
    needsEngine: false,
    words:
      "Pearson’s r, the strongest over all lags looked at, in either direction. Right for one cause that shows in several places, a little earlier or later.",
  },
  {
    method: "euclidean",
    label: "Euclidean",
    takesLag: true,
    takesInverse: true,
    takesBand: false,
    takesShape: true,
    inverseByItself: false,
    lagByItself: false,
    needsEngine: false,
    words:
      "The straight distance between both lines, point by point, after level and scale are taken away. It ranks as correlation without lag does, and is the quickest.",
  },
  {
    method: "dtw",
    label: "DTW",
    takesLag: false,
    takesInverse: true,
    takesBand: true,
    takesShape: true,
    inverseByItself: false,
    lagByItself: false,
    needsEngine: false,
    words:
      "Dynamic time warping, exact: time may stretch and shrink within a band before the distance is taken. Right where the same thing happens at another speed; it also finds more chance likeness.",
  },
  {
    method: "fastdtw",
    label: "FastDTW",
    takesLag: false,
    takesInverse: true,
    takesBand: false,
    takesShape: true,
    inverseByItself: false,
    lagByItself: false,
    needsEngine: false,
    words:
      "Salvador and Chan’s approximation of DTW, the original Oculus’ second stage, kept for comparison. It is neither quicker nor better than DTW within a band.",
  },
  {
    method: "change",
    label: "Same time",
    takesLag: false,
    takesInverse: false,
    takesBand: false,
    takesShape: false,
    inverseByItself: false,
    lagByItself: false,
    needsEngine: false,
    words:
      "Another question: what changed in this window, whatever its shape? Each metric’s values in the window are compared with those of the four times longer stretch before it (two-sample Kolmogorov–Smirnov).",
  },
  {
    method: "classic",
    label: "Classic",
    takesLag: false,
    takesInverse: false,
    takesBand: false,
    takesShape: true,
    inverseByItself: false,
    lagByItself: false,
    needsEngine: true,
    words:
      "The original Oculus, in the search engine: only metrics whose fingerprint of ups and downs holds the query’s are compared, by FastDTW. It misses what differs a little; kept for comparison.",
  },
];

export function traitsOf(method: SimilarMethod): MethodTraits {
  const [best] = methodTraits;
  return methodTraits.find((traits) => traits.method === method) ?? (best as MethodTraits);
}

export const perPage = 20;
/** The server gives at most this many at once. */
const limitMax = 1000;
const excludeCountMax = 100;

export const emptyAsk: SimilarAsk = {
  target: { kind: "nothing" },
  range: undefined,
  method: "best",
  lagSeconds: undefined,
  inverse: undefined,
  band: undefined,
  filter: "",
  exclude: [],
  limit: perPage,
};

/** What cannot be read in an address counts as not there: a link half typed still opens the page. */
export function readAsk(query: URLSearchParams): SimilarAsk {
  const choice = readRange(query);
  const method = methodTraits.find((traits) => traits.method === query.get("method"))?.method;
  const limit = Math.floor(readNumber(query.get("limit"), 1, limitMax) ?? perPage);
  const inverse = query.get("inverse");
  return {
    target: readTarget(query),
    range: choice?.kind === "fixed" ? choice.range : undefined,
    method: method ?? "best",
    lagSeconds: readNumber(query.get("lag"), 0, 1e8),
    inverse: inverse === "1" ? true : inverse === "0" ? false : undefined,
    band: readNumber(query.get("band"), 0, 1),
    filter: query.get("filter") ?? "",
    exclude: [...new Set(query.getAll("exclude").flatMap(splitExcludes))].slice(0, excludeCountMax),
    limit,
  };
}

/** "web, *.count" typed into one field are two. */
export function splitExcludes(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** The page's address; what is not said is as in `emptyAsk`. */
export function similarPath(ask: Partial<SimilarAsk>): string {
  const { target = emptyAsk.target, range, method, limit = perPage } = ask;
  return withExcludes(
    withQuery("/oculus", {
      name: target.kind === "series" ? target.name : undefined,
      shape: target.kind === "shape" ? shapeText(target.drawing) : undefined,
      from: range === undefined ? undefined : Math.round(range.from),
      until: range === undefined ? undefined : Math.round(range.until),
      method: method === "best" ? undefined : method,
      lag: ask.lagSeconds,
      inverse: ask.inverse === undefined ? undefined : Number(ask.inverse),
      band: ask.band,
      filter: ask.filter,
      limit: limit === perPage ? undefined : limit,
    }),
    ask.exclude ?? [],
  );
}

export interface SimilarPart {
  readonly limit: number;
  readonly offset: number;
  /** A newer search of the same page ends this one. */
  readonly page: string;
}

/** The request for part of the answer; options that the method does not take are left out. */
export function similarRequestPath(ask: SimilarAsk, { limit, offset, page }: SimilarPart): string {
  const { target, range, method } = ask;
  const traits = traitsOf(method);
  return withExcludes(
    withQuery("/kale/similar", {
      name: target.kind === "series" ? target.name : undefined,
      from: range?.from,
      until: range?.until,
      method,
      lag: traits.takesLag ? ask.lagSeconds : undefined,
      inverse: traits.takesInverse && ask.inverse !== undefined ? Number(ask.inverse) : undefined,
      band: traits.takesBand ? ask.band : undefined,
      filter: ask.filter,
      limit,
      offset: offset === 0 ? undefined : offset,
      page,
    }),
    ask.exclude,
  );
}

/** The same for two that ask the same; how much of the answer is wanted does not matter. */
export function questionOf(ask: SimilarAsk): string {
  const path = similarRequestPath(ask, { limit: 0, offset: 0, page: "" });
  return ask.target.kind === "shape" ? `${path} ${shapeText(ask.target.drawing)}` : path;
}

function withExcludes(path: string, excludes: readonly string[]): string {
  if (excludes.length === 0) return path;
  const list = excludes.map((exclude) => `exclude=${encodeURIComponent(exclude)}`).join("&");
  return `${path}${path.includes("?") ? "&" : "?"}${list}`;
}

function readTarget(query: URLSearchParams): SimilarTarget {
  const name = query.get("name") ?? "";
  if (name !== "") return { kind: "series", name };
  const drawing = parseShape(query.get("shape") ?? "");
  return drawing === undefined ? { kind: "nothing" } : { kind: "shape", drawing };
}

function readNumber(text: string | null, min: number, max: number): number | undefined {
  if (text === null || text.trim() === "") return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}
