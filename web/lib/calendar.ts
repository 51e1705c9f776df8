/**
 * Unix seconds ⇄ the reader's calendar: what they see on an axis and what they type in a field.
 * The one file of lib/ that knows time zones; the zone is an argument where tests need one.
 */

export interface CalendarOptions {
  /** IANA name; the browser's own if not given. */
  readonly timeZone?: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** "14:07" or "14:07:40" */
export function formatClock(
  seconds: number,
  options: CalendarOptions & { readonly withSeconds?: boolean } = {},
): string {
  return format(seconds, options, {
    hour: "2-digit",
    minute: "2-digit",
    ...(options.withSeconds === true && { second: "2-digit" }),
  });
}

/** "Mon 23 Nov" */
export function formatDay(seconds: number, options: CalendarOptions = {}): string {
  const parts = { weekday: "short", day: "numeric", month: "short" } as const;
  return format(seconds, options, parts).replace(",", "");
}

/** "14:07" today, "Mon 23 Nov 14:07" on any other day. */
export function formatMoment(
  seconds: number,
  now: number,
  options: CalendarOptions & { readonly withSeconds?: boolean } = {},
): string {
  const clock = formatClock(seconds, options);
  const day = formatDay(seconds, options);
  return day === formatDay(now, options) ? clock : `${day} ${clock}`;
}

/** "13:10 – 14:10" today, "Sun 22 Nov 13:10 – 14:10", "Sun 22 Nov 13:10 – Mon 23 Nov 14:10". */
export function formatSpan(
  from: number,
  until: number,
  now: number,
  options: CalendarOptions = {},
): string {
  const [startDay, endDay] = [formatDay(from, options), formatDay(until, options)];
  const [start, end] = [formatClock(from, options), formatClock(until, options)];
  if (startDay !== endDay) return `${startDay} ${start} – ${endDay} ${end}`;
  return startDay === formatDay(now, options)
    ? `${start} – ${end}`
    : `${startDay} ${start} – ${end}`;
}

/** How far the reader's clock is ahead of UTC at that time. */
export function zoneSecondsAt(seconds: number): number {
  return -60 * new Date(seconds * 1000).getTimezoneOffset();
}

/** "2026-11-23 14:07:40", as `parseTyped` takes it. */
export function formatTyped(seconds: number): string {
  const date = new Date(seconds * 1000);
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(twoDigits).join("-");
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(":");
  return `${day} ${clock}`;
}

/**
 * Reads a time that a person typed, in their own zone:
 *
 *     now   -90m   -6h   -2d   14:07   14:07:40   2026-11-23   2026-11-23 14:07   1763906820
 *
 * A clock time alone is its latest occurrence that is not in the future.
 * @returns Unix seconds, or undefined for anything else
 */
export function parseTyped(text: string, now: number): number | undefined {
  const typed = text.trim().toLowerCase();
  if (typed === "now") return now;

  const back = /^-\s*(\d+(?:\.\d+)?)\s*(s|m|min|h|d|w)$/.exec(typed);
  if (back !== null) return now - Number(back[1]) * (unitSeconds[back[2] ?? ""] ?? NaN);

  if (/^\d{9,11}(\.\d+)?$/.test(typed)) return Number(typed);

  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(typed);
  if (clock !== null) {
    const today = new Date(now * 1000);
    const day = [today.getFullYear(), today.getMonth(), today.getDate()] as const;
    const at = localSeconds(day, clock.slice(1));
    if (at === undefined || at <= now) return at;
    return localSeconds([day[0], day[1], day[2] - 1], clock.slice(1));
  }

  const full = /^(\d{4})-(\d{2})-(\d{2})(?:[ t](\d{1,2}):(\d{2})(?::(\d{2}))?)?$/.exec(typed);
  if (full === null) return undefined;
  const [year = 0, month = 0, dayOfMonth = 0] = full.slice(1, 4).map(Number);
  if (month < 1 || month > 12 || dayOfMonth < 1 || dayOfMonth > 31) return undefined;
  return localSeconds([year, month - 1, dayOfMonth], full.slice(4));
}

/** Unix seconds, or so many before now. */
export type Moment =
  | { readonly kind: "at"; readonly seconds: number }
  | { readonly kind: "ago"; readonly seconds: number };

/**
 * Reads a time as it stands in an address or a view, as the server does:
 *
 *     now   -90s   -30min   -6h   now-7d   1764000000   2026-11-23T04:00Z
 *
 * A date without a zone is UTC: whoever opens a link may live elsewhere.
 */
export function parseMoment(text: string): Moment | undefined {
  const written = text.trim();
  if (written === "now") return { kind: "ago", seconds: 0 };
  if (/^\d{1,13}(?:\.\d+)?$/.test(written)) {
    const number = Number(written);
    return { kind: "at", seconds: number > 1e11 ? number / 1000 : number };
  }
  const back = /^(?:now)?-(\d+(?:\.\d+)?)(s|min|h|d|w)(?:ec|econds?|utes?|ours?|ays?|eeks?)?$/.exec(
    written,
  );
  if (back !== null) {
    const seconds = Number(back[1]) * (unitSeconds[back[2] ?? ""] ?? NaN);
    return { kind: "ago", seconds };
  }
  const date =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?)?$/i;
  const found = date.exec(written);
  if (found === null) return undefined;
  const [, day = "", clock = "00:00", zone = "Z"] = found;
  const seconds = Date.parse(`${day}T${clock}${zone.replace(/(\d{2})(\d{2})$/, "$1:$2")}`) / 1000;
  return Number.isFinite(seconds) ? { kind: "at", seconds } : undefined;
}

const unitSeconds: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  min: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
};

function localSeconds(
  [year, month, day]: readonly [number, number, number],
  clock: readonly (string | undefined)[],
): number | undefined {
  const [hour = 0, minute = 0, second = 0] = clock.map((part) => Number(part ?? 0));
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return new Date(year, month, day, hour, minute, second).getTime() / 1000;
}

function format(
  seconds: number,
  { timeZone }: CalendarOptions,
  parts: Intl.DateTimeFormatOptions,
): string {
  const key = `${timeZone ?? ""} ${Object.values(parts).join(" ")} ${Object.keys(parts).join(" ")}`;
  let formatter = formats.get(key);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat("en-GB", {
      ...parts,
      hourCycle: "h23",
      ...(timeZone !== undefined && { timeZone }),
    });
    formats.set(key, formatter);
  }
  return formatter.format(seconds * 1000);
}

function twoDigits(part: number): string {
  return String(part).padStart(2, "0");
}
