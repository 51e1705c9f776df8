/**
 * An anomaly's sentence in two parts: the lead, which says how much ("62 → 410"), and the rest.
 * The server writes it with semicolons between its parts.
 */

export interface SentenceParts {
  readonly lead: string;
  readonly rest: string;
}

export function partsOfSentence(sentence: string): SentenceParts {
  const cut = sentence.indexOf(";");
  if (cut < 0) return { lead: sentence, rest: "" };
  return { lead: sentence.slice(0, cut), rest: sentence.slice(cut + 1).trim() };
}

/** How long an anomaly counts as new. */
export const newSeconds = 15 * 60;

export type StateWord = "new" | "ongoing" | "ended" | "went silent" | "new normal";

export function stateWord(
  anomaly: { readonly state: string; readonly started: number; readonly endReason: string | null },
  now: number,
): StateWord {
  if (anomaly.state === "ended") {
    if (anomaly.endReason === "accepted") return "new normal";
    return anomaly.endReason === "stale" ? "went silent" : "ended";
  }
  return now - anomaly.started < newSeconds ? "new" : "ongoing";
}
