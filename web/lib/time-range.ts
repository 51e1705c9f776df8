/**
 * The stretch of time a graph shows, as it stands in an address.
 *
 *     ?range=6h                      the last six hours, moving with the clock
 *     ?from=1763900000&until=17639…  fixed, Unix seconds
 *
 * Moving and zooming always gives a fixed range: a link then shows what its sender saw.
 */

/** Unix seconds, from <= t < until. */
export interface TimeRange {
  readonly from: number;
  readonly until: number;
}

export type RangeChoice =
  | { readonly kind: "last"; readonly seconds: number }
  | { readonly kind: "fixed"; readonly range: TimeRange };

export const secondsPerDay = 86_400;

export const lastChoices = [
  { key: "1h", seconds: 3600, label: "1 h" },
  { key: "6h", seconds: 6 * 3600, label: "6 h" },
  { key: "24h", seconds: secondsPerDay, label: "24 h" },
  { key: "7d", seconds: 7 * secondsPerDay, label: "7 d" },
  { key: "14d", seconds: 14 * secondsPerDay, label: "14 d" },
] as const;

/** Shorter than this nothing can be told apart, longer than this nothing is kept. */
const zoomSecondsMin = 20;
const zoomSecondsMax = 400 * secondsPerDay;

/** @returns what the address asks for; undefined where it asks for nothing that can be read */
export function readRange(query: URLSearchParams): RangeChoice | undefined {
  const from = readSeconds(query.get("from"));
  const until = readSeconds(query.get("until"));
  if (from !== undefined && until !== undefined && from < until) {
    return { kind: "fixed", range: { from, until } };
  }
  const last = lastChoices.find(({ key }) => key === query.get("range"));
  return last === undefined ? undefined : { kind: "last", seconds: last.seconds };
}

export function rangeAt(choice: RangeChoice, now: number): TimeRange {
  if (choice.kind === "fixed") return choice.range;
  return { from: now - choice.seconds, until: now };
}

/** Moves by part of its own width, e.g. -0.5 for half a width back; never beyond `now`. */
export function shifted({ from, until }: TimeRange, part: number, now: number): TimeRange {
  const step = Math.min((until - from) * part, Math.max(0, now - until));
  return whole({ from: from + step, until: until + step });
}

/** Widens (factor > 1) or narrows around the middle, or around the end where that is now. */
export function zoomed({ from, until }: TimeRange, factor: number, now: number): TimeRange {
  const width = clamp((until - from) * factor, zoomSecondsMin, zoomSecondsMax);
  const newUntil = Math.min((from + until) / 2 + width / 2, now);
  return whole({ from: newUntil - width, until: newUntil });
}

/** An event with half its length, and at least ten minutes, to either side. */
export function aroundEvent(event: TimeRange, now: number): TimeRange {
  const margin = Math.max(600, (event.until - event.from) / 2);
  return whole({ from: event.from - margin, until: Math.min(event.until + margin, now) });
}

function whole({ from, until }: TimeRange): TimeRange {
  return { from: Math.floor(from), until: Math.ceil(until) };
}

function clamp(value: number, lower: number, upper: number): number {
  return Math.min(Math.max(value, lower), upper);
}

function readSeconds(text: string | null): number | undefined {
  if (text === null || text.trim() === "") return undefined;
  const seconds = Number(text);
  return seconds >= 0 && seconds < 1e11 ? seconds : undefined;
}
