/**
 * Keeps collections in SQLite: windows of series that somebody saved under a name, as they were.
 *
 * Times and values of an item are two columns of little-endian doubles, as Float64Array has them on
 * every machine that Node runs on. Limits are those of `collectionLimits` in model/similarity.ts; what
 * is beyond them is refused, never cut.
 */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import {
  collectionLimits,
  collectionSampleCountMax,
  type Collection,
  type CollectionChange,
  type CollectionFault,
  type CollectionImport,
  type CollectionItem,
  type CollectionOutcome,
  type CollectionRename,
  type CollectionSummary,
  type NewCollection,
  type ReplicableCollections,
  type SavedItem,
} from "../model/index.ts";
import { Statements } from "./statements.ts";

const { collectionCountMax, itemCountMax, nameLengthMax, noteLengthMax } = collectionLimits;

const insertHead =
  "INSERT INTO collections (id, name, note, created_ms, changed_ms) VALUES (?, ?, ?, ?, ?)";

type Row = Record<string, SQLOutputValue>;

export class Collections implements ReplicableCollections {
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  readonly #clock: Clock;
  #revision = 0;
  #lastIdMs = 0;

  /** @param database  of a journal that is up to date */
  constructor(database: DatabaseSync, clock: Clock) {
    this.#database = database;
    this.#statements = new Statements(database);
    this.#clock = clock;
  }

  get revision(): number {
    return this.#revision;
  }

  list(): CollectionSummary[] {
    const sql =
      "SELECT collections.*, (SELECT json_group_array(name ORDER BY place) " +
      "FROM collection_items WHERE collection_id = id) AS metrics FROM collections ORDER BY name";
    return this.#statements
      .of(sql)
      .all()
      .map((row) => ({
        ...headOf(row),
        metrics: JSON.parse(String(row["metrics"])) as string[],
      }));
  }

  get(id: string): Collection | undefined {
    const row = this.#statements.of("SELECT * FROM collections WHERE id = ?").get(id);
    if (row === undefined) return undefined;
    const items = this.#statements
      .of("SELECT * FROM collection_items WHERE collection_id = ? ORDER BY place")
      .all(id)
      .map(itemOf);
    return { ...headOf(row), items };
  }

  create(made: NewCollection): CollectionOutcome {
    const name = tidyName(made.name);
    const isTaken = this.#idOf(name) !== undefined;
    const fault = this.#faultOf({ ...made, name }) ?? (isTaken ? "name-taken" : undefined);
    if (fault !== undefined) return { ok: false, fault };
    const id = this.#change("save a collection", () => this.#insert({ ...made, name }));
    return this.#outcome(id);
  }

  change(id: string, { name, note, add = [], remove = [] }: CollectionChange): CollectionOutcome {
    const row = this.#statements.of("SELECT * FROM collections WHERE id = ?").get(id);
    if (row === undefined) return { ok: false, fault: "unknown-collection" };
    const before = headOf(row);
    const after = {
      name: name === undefined ? before.name : tidyName(name),
      note: note === undefined ? before.note : note.toWellFormed(),
    };
    const itemCount = this.#itemCountOf(id);
    const removed = [...new Set(remove)];
    if (!removed.every((place) => Number.isInteger(place) && place >= 0 && place < itemCount)) {
      return { ok: false, fault: "no-such-item" };
    }
    const owner = this.#idOf(after.name);
    const fault =
      textFault(after) ??
      (itemCount - removed.length + add.length > itemCountMax ? "too-many-items" : undefined) ??
      (owner !== undefined && owner !== id ? "name-taken" : undefined);
    if (fault !== undefined) return { ok: false, fault };

    this.#change("change a collection", () => {
      this.#statements
        .of("UPDATE collections SET name = ?, note = ?, changed_ms = ? WHERE id = ?")
        // Always another time: whoever read the collection before sees that it is no longer that.
        .run(after.name, after.note, Math.max(this.#nowMs(), before.changedMs + 1), id);
      this.#removeItems(id, removed);
      this.#insertItems(id, add, itemCount - removed.length);
    });
    return this.#outcome(id);
  }

  remove(id: string): boolean {
    return this.#change("delete a collection", () => {
      return this.#statements.of("DELETE FROM collections WHERE id = ?").run(id).changes > 0;
    });
  }

  addAll(collections: readonly NewCollection[]): CollectionImport {
    const taken = new Set(this.list().map(({ name }) => name));
    if (taken.size + collections.length > collectionCountMax) {
      return { ok: false, fault: "too-many-collections" };
    }
    const renamed: CollectionRename[] = [];
    const named: NewCollection[] = [];
    for (const made of collections) {
      const from = tidyName(made.name);
      const fault = this.#faultOf({ ...made, name: from });
      if (fault !== undefined) return { ok: false, fault };
      const to = freeName(from, taken);
      taken.add(to);
      named.push({ ...made, name: to });
      if (to !== from) renamed.push({ from, to });
    }
    const ids = this.#change("import collections", () => named.map((one) => this.#insert(one)));
    return { ok: true, ids, renamed };
  }

  put(collection: Collection): void {
    const { id, note, createdMs, changedMs } = collection;
    const others = this.list().filter((other) => other.id !== id);
    const name = freeName(tidyName(collection.name), new Set(others.map((other) => other.name)));
    this.#change("take a collection over", () => {
      this.#statements.of("DELETE FROM collections WHERE id = ?").run(id);
      this.#statements
        .of(insertHead)
        .run(id, name, note.toWellFormed(), Math.floor(createdMs), Math.floor(changedMs));
      this.#insertItems(id, collection.items, 0);
    });
  }

  wipe(): number {
    return this.#change("delete all collections", () => {
      return Number(this.#statements.of("DELETE FROM collections").run().changes);
    });
  }

  *items(): Iterable<SavedItem> {
    const sql =
      "SELECT collections.name AS collection_name, collection_items.* FROM collection_items " +
      "JOIN collections ON collections.id = collection_id ORDER BY collection_id, place";
    // Prepared anew: two that walk at the same time would share one place.
    for (const row of this.#database.prepare(sql).iterate()) {
      yield {
        collectionId: String(row["collection_id"]),
        collectionName: String(row["collection_name"]),
        item: itemOf(row),
      };
    }
  }

  state(): { readonly collectionCount: number; readonly itemCount: number } {
    return {
      collectionCount: this.#count("SELECT count(*) AS count FROM collections"),
      itemCount: this.#count("SELECT count(*) AS count FROM collection_items"),
    };
  }

  #change<Value>(what: string, work: () => Value): Value {
    const value = this.#statements.transaction(what, work);
    this.#revision += 1;
    return value;
  }

  #insert({ name, note, items, createdMs, changedMs }: NewCollection): string {
    const id = this.#nextId();
    const nowMs = this.#nowMs();
    this.#statements
      .of(insertHead)
      .run(id, name, note.toWellFormed(), createdMs ?? nowMs, changedMs ?? nowMs);
    this.#insertItems(id, items, 0);
    return id;
  }

  #insertItems(id: string, items: readonly CollectionItem[], firstPlace: number): void {
    const statement = this.#statements.of(
      "INSERT INTO collection_items " +
        "(collection_id, place, name, from_ms, until_ms, times, sample_values) " +
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
    for (const [i, { name, range, timesMs, values }] of items.entries()) {
      assert(timesMs.length === values.length, "an item has as many times as values");
      assert(timesMs.length <= collectionSampleCountMax, "an item was reduced before");
      const columns = [bytesOf(timesMs), bytesOf(values)] as const;
      statement.run(id, firstPlace + i, name, range.fromMs, range.untilMs, ...columns);
    }
  }

  /** Leaves no gap: places are what a change names items by. */
  #removeItems(id: string, places: readonly number[]): void {
    const remove = this.#statements.of(
      "DELETE FROM collection_items WHERE collection_id = ? AND place = ?",
    );
    const close = this.#statements.of(
      "UPDATE collection_items SET place = place - 1 WHERE collection_id = ? AND place = ?",
    );
    const itemCount = this.#itemCountOf(id);
    for (const place of places.toSorted((a, b) => b - a)) remove.run(id, place);
    for (const place of places.toSorted((a, b) => b - a)) {
      for (let later = place + 1; later < itemCount; later++) close.run(id, later);
    }
  }

  #outcome(id: string): CollectionOutcome {
    const collection = this.get(id);
    assert(collection !== undefined, "what was written can be read");
    return { ok: true, collection };
  }

  #faultOf(made: NewCollection): CollectionFault | undefined {
    if (made.items.length > itemCountMax) return "too-many-items";
    if (this.state().collectionCount >= collectionCountMax) return "too-many-collections";
    return textFault(made);
  }

  /** Of the collection with this name. */
  #idOf(name: string): string | undefined {
    const row = this.#statements.of("SELECT id FROM collections WHERE name = ?").get(name);
    return row === undefined ? undefined : String(row["id"]);
  }

  #itemCountOf(id: string): number {
    const sql = "SELECT count(*) AS count FROM collection_items WHERE collection_id = ?";
    return Number(this.#statements.of(sql).get(id)?.["count"]);
  }

  #count(sql: string): number {
    return Number(this.#statements.of(sql).get()?.["count"]);
  }

  #nextId(): string {
    const find = this.#statements.of("SELECT 1 FROM collections WHERE id = ?");
    do this.#lastIdMs = Math.max(this.#lastIdMs + 1, this.#nowMs());
    while (find.get(this.#lastIdMs.toString(36)) !== undefined);
    return this.#lastIdMs.toString(36);
  }

  #nowMs(): number {
    return Math.floor(this.#clock.nowMs());
  }
}

function textFault({
  name,
  note,
}: {
  readonly name: string;
  readonly note: string;
}): CollectionFault | undefined {
  if (name === "" || Array.from(name).length > nameLengthMax) return "bad-name";
  return Array.from(note).length > noteLengthMax ? "bad-note" : undefined;
}

function tidyName(name: string): string {
  return name.toWellFormed().trim();
}

/** "disk full" → "disk full (2)", cut so that it stays a name. */
function freeName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let i = 2; taken.has(name); i++) {
    const ending = ` (${i})`;
    name =
      Array.from(wanted)
        .slice(0, nameLengthMax - ending.length)
        .join("") + ending;
  }
  return name;
}

function headOf(row: Row): Omit<Collection, "items"> {
  return {
    id: String(row["id"]),
    name: String(row["name"]),
    note: String(row["note"]),
    createdMs: Number(row["created_ms"]),
    changedMs: Number(row["changed_ms"]),
  };
}

function itemOf(row: Row): CollectionItem {
  return {
    name: String(row["name"]),
    range: { fromMs: Number(row["from_ms"]), untilMs: Number(row["until_ms"]) },
    timesMs: numbersOf(row["times"]),
    values: numbersOf(row["sample_values"]),
  };
}

function bytesOf(numbers: readonly number[]): Uint8Array {
  return new Uint8Array(Float64Array.from(numbers).buffer);
}

function numbersOf(column: SQLOutputValue | undefined): number[] {
  if (!(column instanceof Uint8Array)) return [];
  // Copied: a Float64Array begins at a multiple of 8.
  return Array.from(new Float64Array(Uint8Array.from(column).buffer));
}
