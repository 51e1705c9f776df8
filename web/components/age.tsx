/** How long something has been going on, ticking. The exact time is in its title. */
import type { JSX } from "preact";
import { formatTyped } from "../lib/calendar.ts";
import { formatDuration } from "../lib/format.ts";
import { useNow } from "../state/now.ts";

export function Age({ since, suffix = "" }: { since: number; suffix?: string }): JSX.Element {
  const now = useNow();
  return (
    <time dateTime={formatTyped(since)} title={formatTyped(since)}>
      {formatDuration(now - since)}
      {suffix}
    </time>
  );
}
