import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ManualClock } from "../base/clock.ts";
import { silentLogger } from "../base/log.ts";
import { nextInteger, seededRandom } from "../base/random.ts";
import type { Collection, CollectionItem, CollectionJournal } from "../model/index.ts";
import { openJournal, type Journal } from "./index.ts";

const nowMs = 1_764_000_000_000;
const range = { fromMs: nowMs - 3_600_000, untilMs: nowMs };

let folder = "";
let clock = new ManualClock(nowMs);
let journal: Journal;
let collections: CollectionJournal;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kale-journal-"));
  clock = new ManualClock(nowMs);
  reopen();
});
afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true });
});

function reopen(): void {
  journal = openJournal(join(folder, "journal.db"), { clock, logger: silentLogger });
  collections = journal.collections;
}

function item(name: string, values: readonly number[] = [1.5, -2e-300]): CollectionItem {
  const timesMs = values.map((value, i) => range.fromMs + i * 10_000);
  return { name, range, timesMs, values };
}

function create(name: string, items: readonly CollectionItem[] = [item("a")]): Collection {
  const outcome = collections.create({ name, note: "", items });
  if (!outcome.ok) throw new Error(outcome.fault);
  return outcome.collection;
}

function namesOf(collection: Collection | undefined): string[] | undefined {
  return collection?.items.map(({ name }) => name);
}

test("a collection comes back after a reopen as it was saved, to the last sample", () => {
  const items = [item('<b>"o\'dd"</b>;tag=☃', [0.1 + 0.2, 5e-324, -1.7e308]), item("a"), item("a")];
  const outcome = collections.create({ name: "disk full", note: "line\n<script>", items });
  expect(outcome).toMatchObject({ ok: true, collection: { name: "disk full", createdMs: nowMs } });
  const saved = outcome.ok ? outcome.collection : undefined;
  expect(saved?.items).toEqual(items);
  journal.close();
  reopen();
  expect(collections.get(saved?.id ?? "")).toEqual(saved);
  expect(collections.list()).toEqual([
    {
      id: saved?.id,
      name: "disk full",
      note: "line\n<script>",
      createdMs: nowMs,
      changedMs: nowMs,
      metrics: items.map(({ name }) => name),
    },
  ]);
});

test("create() and get() carry any text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 90 }), fc.string(), (name, note) => {
      const outcome = collections.create({ name, note, items: [item(`x${name}`)] });
      if (name.toWellFormed().trim() === "") {
        expect(outcome).toEqual({ ok: false, fault: "bad-name" });
        return;
      }
      const found = collections.get(outcome.ok ? outcome.collection.id : "");
      expect(found?.name).toBe(name.toWellFormed().trim());
      expect(found?.note).toBe(note.toWellFormed());
      collections.wipe();
    }),
    { numRuns: 200 },
  );
});

test.each([
  { made: { name: "  " }, fault: "bad-name" },
  { made: { name: "☃".repeat(201) }, fault: "bad-name" },
  { made: { note: "😀".repeat(20_001) }, fault: "bad-note" },
  { made: { name: " taken " }, fault: "name-taken" },
  {
    made: { items: Array.from({ length: 201 }, (none, i) => item(`m${i}`)) },
    fault: "too-many-items",
  },
])("create() refuses with $fault", ({ made, fault }) => {
  create("taken");
  const before = collections.revision;
  expect(collections.create({ name: "n", note: "", items: [], ...made })).toEqual({
    ok: false,
    fault,
  });
  expect(collections.revision).toBe(before);
  expect(collections.state()).toEqual({ collectionCount: 1, itemCount: 1 });
});

test("limits are counted in characters as people see them in a text", () => {
  const outcome = collections.create({ name: "😀".repeat(200), note: "", items: [] });
  expect(outcome.ok).toBe(true);
});

test("there are at most 1,000 collections, and room again when one is deleted", () => {
  const many = Array.from({ length: 1_000 }, (none, i) => ({ name: `c${i}`, note: "", items: [] }));
  const imported = collections.addAll(many);
  expect(imported.ok && new Set(imported.ids).size).toBe(1_000);
  const full = { ok: false, fault: "too-many-collections" };
  expect(collections.create({ name: "one more", note: "", items: [] })).toEqual(full);
  expect(collections.addAll([{ name: "one more", note: "", items: [] }])).toEqual(full);
  collections.remove(imported.ok ? (imported.ids[7] ?? "") : "");
  expect(collections.create({ name: "one more", note: "", items: [] }).ok).toBe(true);
});

test("change() changes what is named and leaves the rest", () => {
  const { id } = create("first", [item("a"), item("b"), item("c")]);
  clock.advance(5_000);
  const renamed = collections.change(id, { name: " second " });
  expect(renamed).toMatchObject({
    ok: true,
    collection: { id, name: "second", note: "", createdMs: nowMs, changedMs: nowMs + 5_000 },
  });
  collections.change(id, { note: "why" });
  collections.change(id, { remove: [0, 2, 0], add: [item("d"), item("e")] });
  expect(collections.get(id)).toMatchObject({ name: "second", note: "why" });
  expect(namesOf(collections.get(id))).toEqual(["b", "d", "e"]);
});

test("change() always gives another changedMs, also within a millisecond", () => {
  const { id, changedMs } = create("a");
  const outcome = collections.change(id, { note: "x" });
  expect(outcome.ok && outcome.collection.changedMs).toBe(changedMs + 1);
});

test.each([
  { change: { name: "taken" }, fault: "name-taken" },
  { change: { name: "" }, fault: "bad-name" },
  { change: { note: "x".repeat(20_001) }, fault: "bad-note" },
  { change: { remove: [2] }, fault: "no-such-item" },
  { change: { remove: [-1] }, fault: "no-such-item" },
  { change: { remove: [0.5] }, fault: "no-such-item" },
  {
    change: { name: "other", remove: [0], add: Array.from({ length: 200 }, () => item("m")) },
    fault: "too-many-items",
  },
])("change() refuses with $fault and changes nothing", ({ change, fault }) => {
  create("taken");
  const before = create("mine", [item("a"), item("b")]);
  expect(collections.change(before.id, change)).toEqual({ ok: false, fault });
  expect(collections.get(before.id)).toEqual(before);
  expect(collections.change("nobody", {})).toEqual({ ok: false, fault: "unknown-collection" });
});

test("change() agrees with a plain list over many removals and additions", () => {
  const random = seededRandom(20_261_124);
  const { id } = create("list", []);
  let plain: string[] = [];
  for (let i = 0; i < 200; i++) {
    const remove = plain.map((name, place) => place).filter(() => nextInteger(random, 4) === 0);
    const add = Array.from({ length: nextInteger(random, 5) }, (none, k) => `m${i}-${k}`);
    plain = [...plain.filter((name, place) => !remove.includes(place)), ...add];
    collections.change(id, { remove, add: add.map((name) => item(name)) });
    expect(namesOf(collections.get(id)), `step ${i}`).toEqual(plain);
  }
});

test("addAll() gives a name that is taken a number, and keeps times and ids apart", () => {
  create("disk full");
  const one = {
    name: "disk full",
    note: "",
    items: [item("a")],
    createdMs: 1_000,
    changedMs: 2_000,
  };
  const outcome = collections.addAll([one, one, { ...one, name: "x".repeat(200) }]);
  expect(outcome).toMatchObject({
    ok: true,
    renamed: [
      { from: "disk full", to: "disk full (2)" },
      { from: "disk full", to: "disk full (3)" },
    ],
  });
  const again = collections.addAll([{ ...one, name: "x".repeat(200) }]);
  expect(again.ok && again.renamed[0]?.to).toBe(`${"x".repeat(196)} (2)`);
  expect(collections.list().map(({ name }) => name.slice(0, 13))).toEqual([
    "disk full",
    "disk full (2)",
    "disk full (3)",
    "xxxxxxxxxxxxx",
    "xxxxxxxxxxxxx",
  ]);
  const [, second] = collections.list();
  expect(second).toMatchObject({ createdMs: 1_000, changedMs: 2_000 });
});

test("addAll() takes all or none", () => {
  const good = { name: "good", note: "", items: [item("a")] };
  const tooLong = { name: "x".repeat(201), note: "", items: [] };
  expect(collections.addAll([good, tooLong])).toEqual({ ok: false, fault: "bad-name" });
  expect(collections.list()).toEqual([]);
});

test("items() gives every item of every collection; revision tells when to ask again", () => {
  const first = create("one", [item("a", [1, 2]), item("b", [3])]);
  create("two", [item("c")]);
  const seen = [...collections.items()];
  expect(seen.map(({ collectionName, item: { name } }) => [collectionName, name])).toEqual([
    ["one", "a"],
    ["one", "b"],
    ["two", "c"],
  ]);
  expect(seen[0]).toEqual({ collectionId: first.id, collectionName: "one", item: first.items[0] });
  const revisions = [collections.revision];
  collections.change(first.id, { name: "uno" });
  revisions.push(collections.revision);
  collections.remove(first.id);
  revisions.push(collections.revision);
  expect(collections.wipe()).toBe(1);
  revisions.push(collections.revision);
  expect(new Set(revisions).size).toBe(4);
  expect([...collections.items()]).toEqual([]);
  expect(collections.remove(first.id)).toBe(false);
});

test("items() may be walked twice at the same time", () => {
  create("one", [item("a"), item("b")]);
  const pairs: string[] = [];
  for (const outer of collections.items()) {
    for (const inner of collections.items()) pairs.push(outer.item.name + inner.item.name);
  }
  expect(pairs).toEqual(["aa", "ab", "ba", "bb"]);
});

test("a full disk refuses a collection with its code, and leaves what was there", () => {
  const before = create("mine", [item("a"), item("b")]);
  const other = new DatabaseSync(join(folder, "journal.db"));
  other.exec(
    "CREATE TRIGGER full_disk BEFORE INSERT ON collection_items BEGIN SELECT RAISE(ABORT, 'disk full'); END",
  );
  other.close();
  const failing = expect.objectContaining({ code: "JOURNAL_WRITE_FAILED" }) as Error;
  expect(() => collections.create({ name: "n", note: "", items: [item("a")] })).toThrow(failing);
  expect(() => collections.change(before.id, { remove: [0], add: [item("c")] })).toThrow(failing);
  expect(collections.get(before.id)).toEqual(before);
  expect(collections.list()).toHaveLength(1);
});
