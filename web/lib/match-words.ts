/** A search's answer in words: how far it got, what could not be compared, how a match moves. */
import type { SimilarJson, SimilarMatchJson, SimilarMethod } from "../../src/webapp/contract.ts";
import { counted, formatCount, formatShortSpan, formatValue } from "./format.ts";

/** "no lag", "40 s later", "2 min 30 s earlier" */
export function lagWords(lagSeconds: number): string {
  const length = spanWords(Math.abs(lagSeconds));
  if (length === "0 s") return "no lag";
  return `${length} ${lagSeconds > 0 ? "later" : "earlier"}`;
}

/** "40 s", "2 min 30 s", "3 h 20 min": exact where `formatDuration` is not. */
export function spanWords(seconds: number): string {
  const total = Math.round(seconds);
  const units = [
    [Math.floor(total / 86_400), "d"],
    [Math.floor((total % 86_400) / 3600), "h"],
    [Math.floor((total % 3600) / 60), "min"],
    [total % 60, "s"],
  ] as const;
  const words = units.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`);
  return words.length === 0 ? "0 s" : words.slice(0, 2).join(" ");
}

/** What is said under the likeness: at most three short lines. */
export function matchWords(
  { distance, likeness, lag, sign }: Omit<SimilarMatchJson, "name" | "score">,
  method: SimilarMethod,
): string[] {
  if (method === "change") {
    return [distanceWords(distance), sign < 0 ? "went down ↓" : "went up ↑"];
  }
  const lines = [distanceWords(distance)];
  if (method === "correlation") lines[0] = `r ${formatCorrelation((sign * likeness) / 100)}`;
  if (sign < 0) lines.push("inverse ⇅");
  const looksAtLags = method === "best" || method === "correlation" || lag !== 0;
  if (looksAtLags) lines.push(lagWords(lag));
  return lines;
}

/** "97 %"; 99.6 is not yet the same, so only what is written so is 100. */
export function likenessWords(likeness: number): string {
  const whole = likeness >= 99.95 ? 100 : Math.min(99, Math.round(likeness));
  return `${whole} %`;
}

/** "1,512 of 1,512 metrics compared exactly in 38 ms · best first" */
export function comparedWords({ compared, total, exact, final, tookMs }: SimilarJson): string {
  const much = `${formatCount(compared)} of ${counted(total, "metric")} compared`;
  if (!final) return `${much} so far · best first`;
  const took = formatShortSpan(tookMs / 1000);
  return exact
    ? `${much} exactly in ${took} · best first`
    : `${much} in ${took} · best first, and a better one may be among the rest`;
}

const reasonWords: Readonly<Record<string, string>> = {
  empty: "without a sample in the window",
  flat: "flat, so without a shape",
  "starts-late": "that began too late in the window",
  "ends-early": "that ended too early in the window",
  "too-sparse": "with too few samples, or too long a gap",
  "too-few-in-window": "with too few samples in the window",
  "too-few-before": "with too few samples before it",
};

/** Most frequent first: "1,204 flat, so without a shape" */
export function unmatchedWords(unmatched: Readonly<Record<string, number>>): string[] {
  return Object.entries(unmatched)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => {
      return `${formatCount(count)} ${reasonWords[reason] ?? reason.replaceAll("-", " ")}`;
    });
}

/** What to do next after a refusal, by the server's code. */
export function nextStepWords(code: string): string {
  return nextSteps[code] ?? "";
}

const nextSteps: Readonly<Record<string, string>> = {
  flat: "A line without ups and downs is like every other. Take a window in which something happens.",
  empty: "The metric has no samples there. Take a window in which it has some.",
  "empty-window": "The metric has no samples there. Take a window in which it has some.",
  "starts-late": "It began later than the window does. Begin the window later.",
  "ends-early": "It stopped before the window does. End the window earlier.",
  "too-sparse": "It has too few samples there. Take a longer window.",
  "bad-lag": "Take a smaller lag or a longer window.",
  "unknown-series": "It may never have arrived, or not for so long that it was forgotten.",
  "too-many-searches": "Others are searching; try again in a moment.",
};

/** Three digits tell two distances apart as far as anybody cares. */
function distanceWords(distance: number): string {
  return `distance ${formatValue(Number(distance.toPrecision(3)))}`;
}

function formatCorrelation(r: number): string {
  return r.toFixed(2).replace("-", "−");
}
