/** What the clock on the wall of a time zone shows, for quiet hours, the digest, and in words. */

export interface WallTime {
  /** 0 is Sunday. */
  readonly day: number;
  /** Minutes after midnight. */
  readonly minute: number;
  /** e.g. "14:02:10" */
  readonly time: string;
  /** e.g. "2026-11-23" */
  readonly date: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();
const weekDays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

export function wallTimeOf(timeMs: number, timeZone: string): WallTime {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      weekday: "short",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
    });
    formats.set(timeZone, format);
  }
  const parts = Object.fromEntries(
    format.formatToParts(timeMs).map(({ type, value }) => [type, value]),
  );
  return {
    day: weekDays.indexOf(parts["weekday"] ?? ""),
    minute: Number(parts["hour"]) * 60 + Number(parts["minute"]),
    time: `${parts["hour"]}:${parts["minute"]}:${parts["second"]}`,
    date: `${parts["year"]}-${parts["month"]}-${parts["day"]}`,
  };
}

/** e.g. "2026-11-23 14:02:10 UTC" */
export function utcText(timeMs: number): string {
  const { date, time } = wallTimeOf(timeMs, "UTC");
  return `${date} ${time} UTC`;
}

/** e.g. "2026-11-23T14:02:10Z"; RFC 3339, section 5.6. */
export function rfc3339(timeMs: number): string {
  const { date, time } = wallTimeOf(timeMs, "UTC");
  return `${date}T${time}Z`;
}
