/** A view in a few words. */
import type { ViewJson, ViewLayoutJson } from "../../src/webapp/contract.ts";
import { formatSpan } from "./calendar.ts";
import { counted } from "./format.ts";
import { rangeOfTexts } from "./time-range.ts";

const layoutWords: Readonly<Record<ViewLayoutJson, string>> = {
  overlaid: "one graph",
  separate: "a graph each",
  tree: "small graphs of a branch",
  tag: "small graphs of a tag",
};

export function wordsOfDrawing({ targets, layout }: Pick<ViewJson, "targets" | "layout">): string {
  if (layout === "tree" || layout === "tag" || targets.length === 1) {
    return layout === "separate" ? layoutWords.overlaid : layoutWords[layout];
  }
  return `${counted(targets.length, "expression")}, ${layoutWords[layout]}`;
}

export function wordsOfRange(
  { from, until }: Pick<ViewJson, "from" | "until">,
  now: number,
): string {
  const choice = rangeOfTexts(from, until);
  if (choice?.kind === "fixed") return formatSpan(choice.range.from, choice.range.until, now);
  return until === "now" && from.startsWith("-") ? `last ${from.slice(1)}` : `${from} to ${until}`;
}
