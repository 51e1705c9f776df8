/** A graph that somebody saved under a name, to be opened again: what is drawn, over which time, and how. */

/**
 * "overlaid": all expressions in one graph. "separate": a graph for each. "tree": a small graph for each
 * node that the one pattern fits. "tag": a small graph for each value of the one tag.
 */
export type ViewLayout = "overlaid" | "separate" | "tree" | "tag";

export const viewLayouts: readonly ViewLayout[] = ["overlaid", "separate", "tree", "tag"];

export interface NewView {
  /** Unique among all views. */
  readonly name: string;
  readonly note: string;
  /** Graphite expressions; with "tree" one pattern, with "tag" the name of one tag. */
  readonly targets: readonly string[];
  /** As it was written: "-6h" goes on moving with the clock, "1764000000" stays. */
  readonly from: string;
  readonly until: string;
  readonly layout: ViewLayout;
  /** When it was made elsewhere; now unless given. */
  readonly createdMs?: number;
  readonly changedMs?: number;
}

export interface View extends Required<NewView> {
  readonly id: string;
}

/** What is given is changed. */
export type ViewChange = Partial<Omit<NewView, "createdMs" | "changedMs">>;

export const viewLimits = {
  viewCountMax: 500,
  nameLengthMax: 200,
  noteLengthMax: 4_000,
  targetCountMax: 20,
  /** Of all targets of a view together, so that a list of all views stays small. */
  targetLengthMax: 8_000,
  timeLengthMax: 40,
} as const;

export type ViewFault =
  | "unknown-view"
  | "name-taken"
  | "bad-name"
  | "bad-note"
  | "no-targets"
  | "too-many-targets"
  | "long-targets"
  | "too-many-views";

export type ViewOutcome =
  { readonly ok: true; readonly view: View } | { readonly ok: false; readonly fault: ViewFault };

export type ViewImport =
  | {
      readonly ok: true;
      readonly ids: readonly string[];
      /** Names that were taken, so the imported view got another. */
      readonly renamed: readonly { readonly from: string; readonly to: string }[];
    }
  | { readonly ok: false; readonly fault: ViewFault };

/** Keeps views across restarts. What is over a limit is refused, never cut. */
export interface ViewJournal {
  /** By name. */
  list(): View[];
  get(id: string): View | undefined;
  create(made: NewView): ViewOutcome;
  change(id: string, change: ViewChange): ViewOutcome;
  /** @returns whether there was one */
  remove(id: string): boolean;
  /** All of them or, where anything is wrong, none. */
  addAll(views: readonly NewView[]): ViewImport;
}

/** What is wrong with a view by itself, whatever others there are. */
export function faultOfView({ name, note, targets }: NewView): ViewFault | undefined {
  const { nameLengthMax, noteLengthMax, targetCountMax, targetLengthMax } = viewLimits;
  if (name === "" || lengthOf(name) > nameLengthMax) return "bad-name";
  if (lengthOf(note) > noteLengthMax) return "bad-note";
  if (targets.length === 0) return "no-targets";
  if (targets.length > targetCountMax) return "too-many-targets";
  const length = targets.reduce((sum, target) => sum + target.length, 0);
  return length > targetLengthMax ? "long-targets" : undefined;
}

/** As it is kept: without blanks around it. */
export function tidyViewName(name: string): string {
  return name.toWellFormed().trim();
}

/** "disk full" → "disk full (2)", cut so that it stays a name. */
export function freeViewName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let i = 2; taken.has(name); i++) {
    const ending = ` (${i})`;
    name =
      Array.from(wanted)
        .slice(0, viewLimits.nameLengthMax - ending.length)
        .join("") + ending;
  }
  return name;
}

/** In characters as people count them. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}
