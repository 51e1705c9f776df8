/** Keeps views in SQLite: one row each; the targets are one column of JSON, as they are only read whole. */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import {
  faultOfView,
  freeViewName,
  tidyViewName,
  viewLayouts,
  viewLimits,
  type NewView,
  type View,
  type ViewChange,
  type ViewFault,
  type ViewImport,
  type ViewJournal,
  type ViewOutcome,
} from "../model/index.ts";
import { Statements } from "./statements.ts";

export class Views implements ViewJournal {
  readonly #statements: Statements;
  readonly #clock: Clock;
  #lastIdMs = 0;

  /** @param database  of a journal that is up to date */
  constructor(database: DatabaseSync, clock: Clock) {
    this.#statements = new Statements(database);
    this.#clock = clock;
  }

  list(): View[] {
    return this.#statements.of("SELECT * FROM views ORDER BY name").all().map(viewOf);
  }

  get(id: string): View | undefined {
    const row = this.#statements.of("SELECT * FROM views WHERE id = ?").get(id);
    return row === undefined ? undefined : viewOf(row);
  }

  create(made: NewView): ViewOutcome {
    const tidy = { ...made, name: tidyViewName(made.name) };
    const fault = faultOfView(tidy) ?? this.#roomFault(1) ?? this.#nameFault(tidy.name, "");
    if (fault !== undefined) return { ok: false, fault };
    const id = this.#statements.transaction("save a view", () => this.#insert(tidy));
    return this.#outcome(id);
  }

  change(id: string, change: ViewChange): ViewOutcome {
    const before = this.get(id);
    if (before === undefined) return { ok: false, fault: "unknown-view" };
    const after = { ...before, ...change };
    const name = tidyViewName(after.name);
    const fault = faultOfView({ ...after, name }) ?? this.#nameFault(name, id);
    if (fault !== undefined) return { ok: false, fault };
    this.#statements.transaction("change a view", () => {
      this.#statements
        .of(
          "UPDATE views SET name = ?, note = ?, targets = ?, from_text = ?, until_text = ?, " +
            "layout = ?, changed_ms = ? WHERE id = ?",
        )
        .run(
          ...columnsOf({ ...after, name }),
          // Always another time: whoever read the view before sees that it is no longer that.
          Math.max(this.#nowMs(), before.changedMs + 1),
          id,
        );
    });
    return this.#outcome(id);
  }

  remove(id: string): boolean {
    return this.#statements.transaction("delete a view", () => {
      return this.#statements.of("DELETE FROM views WHERE id = ?").run(id).changes > 0;
    });
  }

  addAll(views: readonly NewView[]): ViewImport {
    const full = this.#roomFault(views.length);
    if (full !== undefined) return { ok: false, fault: full };
    const taken = new Set(this.list().map(({ name }) => name));
    const renamed: { from: string; to: string }[] = [];
    const named: NewView[] = [];
    for (const made of views) {
      const from = tidyViewName(made.name);
      const fault = faultOfView({ ...made, name: from });
      if (fault !== undefined) return { ok: false, fault };
      const to = freeViewName(from, taken);
      taken.add(to);
      named.push({ ...made, name: to });
      if (to !== from) renamed.push({ from, to });
    }
    const ids = this.#statements.transaction("import views", () =>
      named.map((one) => this.#insert(one)),
    );
    return { ok: true, ids, renamed };
  }

  #insert(made: NewView): string {
    const id = this.#nextId();
    const nowMs = this.#nowMs();
    this.#statements
      .of(
        "INSERT INTO views (name, note, targets, from_text, until_text, layout, created_ms, " +
          "changed_ms, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      )
      .run(...columnsOf(made), made.createdMs ?? nowMs, made.changedMs ?? nowMs, id);
    return id;
  }

  #outcome(id: string): ViewOutcome {
    const view = this.get(id);
    assert(view !== undefined, "what was written can be read");
    return { ok: true, view };
  }

  #roomFault(addedCount: number): ViewFault | undefined {
    const { count } = this.#statements.of("SELECT count(*) AS count FROM views").get() ?? {};
    return Number(count) + addedCount > viewLimits.viewCountMax ? "too-many-views" : undefined;
  }

  #nameFault(name: string, exceptId: string): ViewFault | undefined {
    const row = this.#statements
      .of("SELECT 1 FROM views WHERE name = ? AND id <> ?")
      .get(name, exceptId);
    return row === undefined ? undefined : "name-taken";
  }

  #nextId(): string {
    const find = this.#statements.of("SELECT 1 FROM views WHERE id = ?");
    do this.#lastIdMs = Math.max(this.#lastIdMs + 1, this.#nowMs());
    while (find.get(this.#lastIdMs.toString(36)) !== undefined);
    return this.#lastIdMs.toString(36);
  }

  #nowMs(): number {
    return Math.floor(this.#clock.nowMs());
  }
}

/** Name, note, targets, from, until and layout, as both statements take them. */
function columnsOf({ name, note, targets, from, until, layout }: NewView): string[] {
  const texts = targets.map((target) => target.toWellFormed());
  return [name, note.toWellFormed(), JSON.stringify(texts), from, until, layout];
}

function viewOf(row: Record<string, SQLOutputValue>): View {
  const layout = viewLayouts.find((known) => known === row["layout"]);
  return {
    id: String(row["id"]),
    name: String(row["name"]),
    note: String(row["note"]),
    targets: JSON.parse(String(row["targets"])) as string[],
    from: String(row["from_text"]),
    until: String(row["until_text"]),
    layout: layout ?? "overlaid",
    createdMs: Number(row["created_ms"]),
    changedMs: Number(row["changed_ms"]),
  };
}
