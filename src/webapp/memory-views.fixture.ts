/** Views in memory, for tests of the webapp and for looking at the pages. */
import type { Clock } from "../base/clock.ts";
import {
  faultOfView,
  freeViewName,
  tidyViewName,
  viewLimits,
  type NewView,
  type View,
  type ViewChange,
  type ViewFault,
  type ViewImport,
  type ViewJournal,
  type ViewOutcome,
} from "../model/index.ts";

export class MemoryViews implements ViewJournal {
  readonly #clock: Clock;
  readonly #byId = new Map<string, View>();
  #madeCount = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  list(): View[] {
    return [...this.#byId.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  get(id: string): View | undefined {
    return this.#byId.get(id);
  }

  create(made: NewView): ViewOutcome {
    this.#madeCount += 1;
    const nowMs = Math.floor(this.#clock.nowMs());
    return this.#keep({ createdMs: nowMs, changedMs: nowMs, ...made, id: `v${this.#madeCount}` });
  }

  change(id: string, change: ViewChange): ViewOutcome {
    const before = this.#byId.get(id);
    if (before === undefined) return { ok: false, fault: "unknown-view" };
    const changedMs = Math.max(Math.floor(this.#clock.nowMs()), before.changedMs + 1);
    return this.#keep({ ...before, ...change, changedMs });
  }

  remove(id: string): boolean {
    return this.#byId.delete(id);
  }

  addAll(views: readonly NewView[]): ViewImport {
    const taken = new Set(this.list().map(({ name }) => name));
    const ids: string[] = [];
    const renamed: { from: string; to: string }[] = [];
    for (const made of views) {
      const from = tidyViewName(made.name);
      const to = freeViewName(from, taken);
      const outcome = this.create({ ...made, name: to });
      if (!outcome.ok) {
        for (const id of ids) this.#byId.delete(id);
        return outcome;
      }
      taken.add(to);
      ids.push(outcome.view.id);
      if (to !== from) renamed.push({ from, to });
    }
    return { ok: true, ids, renamed };
  }

  #keep(given: View): ViewOutcome {
    const view = { ...given, name: tidyViewName(given.name) };
    const fault = faultOfView(view) ?? this.#faultAmongOthers(view);
    if (fault !== undefined) return { ok: false, fault };
    this.#byId.set(view.id, view);
    return { ok: true, view };
  }

  #faultAmongOthers({ id, name }: View): ViewFault | undefined {
    const others = this.list().filter((other) => other.id !== id);
    if (others.length >= viewLimits.viewCountMax) return "too-many-views";
    return others.some((other) => other.name === name) ? "name-taken" : undefined;
  }
}
