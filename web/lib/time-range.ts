/**
 * The stretch of time a graph shows, as it stands in an address.
 *
 *     ?range=6h                      the last six hours, moving with the clock
 *     ?from=1763900000&until=17639…  fixed, Unix seconds
 *     ?from=-2h&until=-1h            as somebody wrote it; what is before now moves with the clock
 *
 * Moving and zooming always gives a fixed range: a link then shows what its sender saw.
 */

import { parseMoment, type Moment } from "./calendar.ts";

/** Unix seconds, from <= t < until. */
export interface TimeRange {
  readonly from: number;
  readonly until: number;
}

export type RangeChoice =
  | { readonly kind: "last"; readonly seconds: number }
  | { readonly kind: "fixed"; readonly range: TimeRange }
  /** One end at least moves with the clock, and it is not the last of something. */
  | { readonly kind: "moving"; readonly from: Moment; readonly until: Moment };

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
  const written = rangeOfTexts(query.get("from") ?? "", query.get("until") ?? "");
  if (written !== undefined) return written;
  const last = lastChoices.find(({ key }) => key === query.get("range"));
  return last === undefined ? undefined : { kind: "last", seconds: last.seconds };
}

/** @returns undefined where one of them is no moment, or they are in no order */
export function rangeOfTexts(fromText: string, untilText: string): RangeChoice | undefined {
  const [from, until] = [parseMoment(fromText), parseMoment(untilText)];
  if (from === undefined || until === undefined) return undefined;
  if (from.kind === "at" && until.kind === "at") {
    const range = { from: from.seconds, until: until.seconds };
    return range.from < range.until ? { kind: "fixed", range } : undefined;
  }
  if (from.kind === "ago" && until.kind === "ago") {
    if (from.seconds <= until.seconds) return undefined;
    if (until.seconds === 0) return { kind: "last", seconds: from.seconds };
  }
  return { kind: "moving", from, until };
}

/** As `rangeOfTexts` reads it. */
export function textsOfRange(choice: RangeChoice): {
  readonly from: string;
  readonly until: string;
} {
  switch (choice.kind) {
    case "last":
      return { from: textOfMoment({ kind: "ago", seconds: choice.seconds }), until: "now" };
    case "fixed":
      return {
        from: textOfMoment({ kind: "at", seconds: choice.range.from }),
        until: textOfMoment({ kind: "at", seconds: choice.range.until }),
      };
    case "moving":
      return { from: textOfMoment(choice.from), until: textOfMoment(choice.until) };
  }
}

/** Tells ranges apart, whatever the clock says. */
export function keyOfRange(choice: RangeChoice): string {
  const { from, until } = textsOfRange(choice);
  return `${from} ${until}`;
}

export function rangeAt(choice: RangeChoice, now: number): TimeRange {
  switch (choice.kind) {
    case "last":
      return { from: now - choice.seconds, until: now };
    case "fixed":
      return choice.range;
    case "moving": {
      const from = momentAt(choice.from, now);
      // A fixed start may come to lie behind an end that moves, never the other way round.
      return { from, until: Math.max(momentAt(choice.until, now), from + zoomSecondsMin) };
    }
  }
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

function momentAt(moment: Moment, now: number): number {
  return moment.kind === "at" ? moment.seconds : now - moment.seconds;
}

/** In the largest unit that it is whole in: "-6h", "-90min", "now". */
function textOfMoment({ kind, seconds }: Moment): string {
  if (kind === "at") return String(Math.round(seconds));
  if (seconds === 0) return "now";
  for (const [unit, unitSeconds] of [
    ["d", secondsPerDay],
    ["h", 3600],
    ["min", 60],
  ] as const) {
    if (seconds % unitSeconds === 0) return `-${seconds / unitSeconds}${unit}`;
  }
  return `-${seconds}s`;
}
