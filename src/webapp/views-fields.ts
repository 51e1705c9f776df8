/** The fields of views in bodies of requests, and in a file of exported ones. */
import {
  viewLayouts,
  viewLimits,
  type NewView,
  type View,
  type ViewChange,
} from "../model/index.ts";
import { GraphiteError, parseTarget } from "../query/graphite/index.ts";
import type { ViewsFileJson } from "./contract.ts";
import type { Fault } from "./fault.ts";
import { JsonFields } from "./json-fields.ts";
import { rangeLengthMaxMs } from "./query.ts";
import { parseTimeText, timeTextForms } from "./time-text.ts";

const { nameLengthMax, noteLengthMax, targetCountMax, targetLengthMax, timeLengthMax } = viewLimits;
const format: ViewsFileJson["format"] = "kale-views";
const version: ViewsFileJson["version"] = 1;
const usual = { note: "", from: "-6h", until: "now", layout: "overlaid" } as const;

/** What is wrong is kept in `fields`. */
export function readNewView(fields: JsonFields, nowMs: number): NewView {
  const name = readName(fields);
  const given = readChange(fields);
  const view = { ...usual, ...given, name, targets: given.targets ?? readTargets(fields) };
  checkTogether(fields, view, nowMs);
  return view;
}

/** @param current  what it will be where nothing is given */
export function readViewChange(
  fields: JsonFields,
  current: View,
  nowMs: number,
): { readonly change: ViewChange; readonly changedMs: number | undefined } {
  const changed = fields.has("changed") ? fields.number("changed") : undefined;
  const change = {
    ...(fields.has("name") ? { name: readName(fields) } : {}),
    ...readChange(fields),
  };
  checkTogether(fields, { ...current, ...change }, nowMs);
  return { change, changedMs: changed === undefined ? undefined : Math.round(changed * 1000) };
}

export type ReadViewsFile =
  | { readonly ok: true; readonly views: readonly NewView[] }
  | { readonly ok: false; readonly fault: Fault };

export function readViewsFile(body: unknown, nowMs: number): ReadViewsFile {
  const fields = new JsonFields(body, nowMs);
  if (fields.text("format", { lengthMax: 100 }) !== format) fields.refuse("format", format);
  fields.constant("version", version);
  const { viewCountMax: countMax } = viewLimits;
  const views = fields.objects("views", { countMax }, (entry) => ({
    ...readNewView(entry, nowMs),
    createdMs: entry.timeMs("created"),
    changedMs: entry.timeMs("changed"),
  }));
  const fault = fields.fault();
  return fault === undefined ? { ok: true, views } : { ok: false, fault };
}

function readName(fields: JsonFields): string {
  const name = fields.text("name", { lengthMax: nameLengthMax });
  if (name.trim() === "") fields.refuse("name", `1 to ${nameLengthMax} characters`);
  return name;
}

function readChange(fields: JsonFields): Omit<ViewChange, "name"> {
  return {
    ...(fields.has("note") ? { note: fields.text("note", { lengthMax: noteLengthMax }) } : {}),
    ...(fields.has("targets") ? { targets: readTargets(fields) } : {}),
    ...(fields.has("from") ? { from: readTime(fields, "from") } : {}),
    ...(fields.has("until") ? { until: readTime(fields, "until") } : {}),
    ...(fields.has("layout") ? { layout: readLayout(fields) } : {}),
  };
}

function readTargets(fields: JsonFields): string[] {
  const targets = fields.texts("targets", { countMax: targetCountMax });
  const length = targets.reduce((sum, target) => sum + target.length, 0);
  if (length > targetLengthMax) {
    fields.fail("targets", `has ${length} characters in all; at most ${targetLengthMax} are taken`);
  }
  return targets;
}

function readTime(fields: JsonFields, name: "from" | "until"): string {
  return fields.text(name, { lengthMax: timeLengthMax }).trim();
}

function readLayout(fields: JsonFields): View["layout"] {
  const given = fields.text("layout", { lengthMax: 20 });
  const layout = viewLayouts.find((known) => known === given);
  if (layout === undefined) fields.refuse("layout", viewLayouts.join(", "));
  return layout ?? usual.layout;
}

/** What one field means hangs on another. */
function checkTogether(
  fields: JsonFields,
  { targets, layout, from, until }: Pick<NewView, "targets" | "layout" | "from" | "until">,
  nowMs: number,
): void {
  if (targets.length === 0) fields.fail("targets", "is empty; a view shows at least one");
  if (layout === "tree" || layout === "tag") {
    const what = layout === "tree" ? "pattern of names" : "name of a tag";
    if (targets.length > 1) fields.fail("targets", `is one ${what} with the layout ${layout}`);
  } else {
    for (const [i, target] of targets.entries()) {
      const problem = problemOfTarget(target);
      if (problem !== undefined) fields.fail(`targets[${i}]`, `cannot be read: ${problem}`);
    }
  }
  const [fromMs, untilMs] = [parseTimeText(from, nowMs), parseTimeText(until, nowMs)];
  if (fromMs === undefined) fields.refuse("from", timeTextForms);
  else if (untilMs === undefined) fields.refuse("until", timeTextForms);
  else if (fromMs >= untilMs) fields.fail("from", "is not before until");
  else if (untilMs - fromMs > rangeLengthMaxMs) {
    fields.fail("from", `is more than ${rangeLengthMaxMs / 86_400_000} days before until`);
  }
}

function problemOfTarget(target: string): string | undefined {
  try {
    parseTarget(target);
    return undefined;
  } catch (error) {
    if (!(error instanceof GraphiteError)) throw error;
    return error.message.replace(/\.$/, "");
  }
}
