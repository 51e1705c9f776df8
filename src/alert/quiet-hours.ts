/** Whether a route keeps quiet at a moment. */
import type { AlertRoute, QuietHours, Severity } from "./alert-config.ts";
import { isAtLeast } from "./severity.ts";
import { wallTimeOf } from "./wall-clock.ts";

export function isQuiet(
  hours: readonly QuietHours[],
  { name }: Pick<AlertRoute, "name">,
  severity: Severity,
  nowMs: number,
): boolean {
  return hours.some(
    (quiet) =>
      (quiet.routes.length === 0 || quiet.routes.includes(name)) &&
      (quiet.exceptFrom === "none" || !isAtLeast(severity, quiet.exceptFrom)) &&
      covers(quiet, nowMs),
  );
}

/** Hours over midnight belong to the day they begin on. */
function covers({ days, fromMinute, untilMinute, timeZone }: QuietHours, nowMs: number): boolean {
  const { day, minute } = wallTimeOf(nowMs, timeZone);
  if (fromMinute < untilMinute) {
    return days.includes(day) && minute >= fromMinute && minute < untilMinute;
  }
  const dayBefore = (day + 6) % 7;
  return (
    (days.includes(day) && minute >= fromMinute) ||
    (days.includes(dayBefore) && minute < untilMinute)
  );
}
