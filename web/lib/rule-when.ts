/** When a rule with a calendar holds, in words: "at 02:00-05:00, on Monday (Europe/Berlin)". */

/** @param when  of a rule as the server gives it; anything else gives "" */
export function whenWords(when: unknown): string {
  if (typeof when !== "object" || when === null) return "";
  const { hours, weekdays, days, dates, "time-zone": timeZone } = when as Record<string, unknown>;
  const parts = [
    typeof hours === "string" ? `at ${hours}` : "",
    listWords("on ", weekdays),
    listWords("on day ", days),
    listWords("on ", dates),
  ].filter((part) => part !== "");
  if (parts.length === 0) return "";
  return parts.join(", ") + (typeof timeZone === "string" ? ` (${timeZone})` : "");
}

function listWords(before: string, list: unknown): string {
  return Array.isArray(list) && list.length > 0 ? before + list.map(String).join(", ") : "";
}
