import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ManualClock } from "../base/clock.ts";
import { silentLogger } from "../base/log.ts";
import { viewLimits, type NewView } from "../model/index.ts";
import { openJournal, type Journal } from "./index.ts";

const nowMs = 1_764_000_000_000;

let folder = "";
let clock: ManualClock;
let journal: Journal;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kale-views-"));
  clock = new ManualClock(nowMs);
  journal = open();
});
afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true });
});

function open(): Journal {
  return openJournal(join(folder, "journal.db"), { clock, logger: silentLogger });
}

function view(changes: Partial<NewView> = {}): NewView {
  return {
    name: "orders",
    note: "",
    targets: ["sumSeries(a.*)", "b"],
    from: "-6h",
    until: "now",
    layout: "overlaid",
    ...changes,
  };
}

function saved(changes: Partial<NewView> = {}): string {
  const outcome = journal.views.create(view(changes));
  if (!outcome.ok) throw new Error(outcome.fault);
  return outcome.view.id;
}

test("views are listed by name, and are the same when the journal is opened again", () => {
  const id = saved({ name: " Zähler <b> ", layout: "separate", note: "why" });
  saved({ name: "a", layout: "tag", targets: ["host"], from: "1764000000", until: "1764003600" });
  const before = journal.views.list();
  expect(before.map(({ name }) => name)).toEqual(["Zähler <b>", "a"]);
  expect(journal.views.get(id)).toEqual({
    id,
    ...view({ name: "Zähler <b>", layout: "separate", note: "why" }),
    createdMs: nowMs,
    changedMs: nowMs,
  });
  journal.close();
  journal = open();
  expect(journal.views.list()).toEqual(before);
});

test("change() changes what is given, and its time in any case", () => {
  const id = saved();
  const outcome = journal.views.change(id, { note: "n", targets: ["c"] });
  expect(outcome).toMatchObject({
    ok: true,
    view: { name: "orders", note: "n", targets: ["c"], from: "-6h", changedMs: nowMs + 1 },
  });
  saved({ name: "other" });
  expect(journal.views.change(id, { name: "other" })).toEqual({ ok: false, fault: "name-taken" });
  expect(journal.views.change(id, { name: "orders" })).toMatchObject({ ok: true });
  expect(journal.views.change("none", {})).toEqual({ ok: false, fault: "unknown-view" });
});

test("remove() tells whether there was one, and its name is free again", () => {
  const id = saved();
  expect(journal.views.remove(id)).toBe(true);
  expect(journal.views.remove(id)).toBe(false);
  expect(saved()).not.toBe("");
});

test.each([
  [{ name: "  " }, "bad-name"],
  [{ name: "n".repeat(viewLimits.nameLengthMax + 1) }, "bad-name"],
  [{ note: "n".repeat(viewLimits.noteLengthMax + 1) }, "bad-note"],
  [{ targets: [] }, "no-targets"],
  [{ targets: Array<string>(viewLimits.targetCountMax + 1).fill("a") }, "too-many-targets"],
  [{ targets: ["a".repeat(viewLimits.targetLengthMax + 1)] }, "long-targets"],
] as const)("create() and addAll() refuse what is over a limit: $1", (changes, fault) => {
  expect(journal.views.create(view(changes))).toEqual({ ok: false, fault });
  const both = [view({ name: "sound" }), view(changes)];
  expect(journal.views.addAll(both)).toEqual({ ok: false, fault });
  expect(journal.views.list()).toEqual([]);
});

test("there are at most so many views, and a full journal says so", () => {
  const all = Array.from({ length: viewLimits.viewCountMax }, (_, i) => view({ name: `v${i}` }));
  expect(journal.views.addAll(all)).toMatchObject({ ok: true, renamed: [] });
  const full = { ok: false, fault: "too-many-views" };
  expect(journal.views.create(view())).toEqual(full);
  expect(journal.views.addAll([view()])).toEqual(full);
});

test("addAll() gives a number to names that are taken, among themselves too", () => {
  saved();
  const outcome = journal.views.addAll([view(), view(), view({ name: "n".repeat(200) })]);
  expect(outcome).toMatchObject({
    ok: true,
    renamed: [
      { from: "orders", to: "orders (2)" },
      { from: "orders", to: "orders (3)" },
    ],
  });
  const again = journal.views.addAll([view({ name: "n".repeat(200) })]);
  expect(again.ok && again.renamed[0]?.to).toBe(`${"n".repeat(196)} (2)`);
});
