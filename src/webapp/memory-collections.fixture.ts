/** Collections in memory, for tests of the webapp. */
import type { Clock } from "../base/clock.ts";
import {
  collectionLimits,
  type Collection,
  type CollectionChange,
  type CollectionFault,
  type CollectionImport,
  type CollectionJournal,
  type CollectionOutcome,
  type CollectionRename,
  type CollectionSummary,
  type NewCollection,
  type SavedItem,
} from "../model/index.ts";

export class MemoryCollections implements CollectionJournal {
  readonly #clock: Clock;
  readonly #byId = new Map<string, Collection>();
  #madeCount = 0;
  #revision = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get revision(): number {
    return this.#revision;
  }

  list(): CollectionSummary[] {
    return [...this.#byId.values()]
      .map(({ items, ...rest }) => ({ ...rest, metrics: items.map(({ name }) => name) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  get(id: string): Collection | undefined {
    return this.#byId.get(id);
  }

  create(made: NewCollection): CollectionOutcome {
    this.#madeCount += 1;
    const nowMs = Math.floor(this.#clock.nowMs());
    return this.#keep({
      id: `c${this.#madeCount}`,
      name: made.name.trim(),
      note: made.note,
      createdMs: made.createdMs ?? nowMs,
      changedMs: made.changedMs ?? nowMs,
      items: made.items,
    });
  }

  change(id: string, { name, note, add = [], remove = [] }: CollectionChange): CollectionOutcome {
    const before = this.#byId.get(id);
    if (before === undefined) return { ok: false, fault: "unknown-collection" };
    if (remove.some((place) => place >= before.items.length)) {
      return { ok: false, fault: "no-such-item" };
    }
    return this.#keep({
      ...before,
      name: name?.trim() ?? before.name,
      note: note ?? before.note,
      changedMs: Math.max(Math.floor(this.#clock.nowMs()), before.changedMs + 1),
      items: [...before.items.filter((item, place) => !remove.includes(place)), ...add],
    });
  }

  remove(id: string): boolean {
    this.#revision += 1;
    return this.#byId.delete(id);
  }

  addAll(collections: readonly NewCollection[]): CollectionImport {
    const renamed: CollectionRename[] = [];
    const ids: string[] = [];
    for (const made of collections) {
      const from = made.name.trim();
      let name = from;
      for (let i = 2; this.#isTaken(name, ""); i++) name = `${from} (${i})`;
      const outcome = this.create({ ...made, name });
      if (!outcome.ok) {
        for (const id of ids) this.#byId.delete(id);
        return outcome;
      }
      ids.push(outcome.collection.id);
      if (name !== from) renamed.push({ from, to: name });
    }
    return { ok: true, ids, renamed };
  }

  wipe(): number {
    const { size } = this.#byId;
    this.#byId.clear();
    this.#revision += 1;
    return size;
  }

  *items(): Iterable<SavedItem> {
    for (const { id, name, items } of this.#byId.values()) {
      for (const item of items) yield { collectionId: id, collectionName: name, item };
    }
  }

  state(): { collectionCount: number; itemCount: number } {
    return { collectionCount: this.#byId.size, itemCount: [...this.items()].length };
  }

  #keep(collection: Collection): CollectionOutcome {
    const fault = this.#faultOf(collection);
    if (fault !== undefined) return { ok: false, fault };
    this.#byId.set(collection.id, collection);
    this.#revision += 1;
    return { ok: true, collection };
  }

  #faultOf({ id, name, note, items }: Collection): CollectionFault | undefined {
    const limits = collectionLimits;
    const nameLength = Array.from(name).length;
    if (nameLength < 1 || nameLength > limits.nameLengthMax) return "bad-name";
    if (Array.from(note).length > limits.noteLengthMax) return "bad-note";
    if (this.#isTaken(name, id)) return "name-taken";
    if (items.length > limits.itemCountMax) return "too-many-items";
    const isNew = !this.#byId.has(id);
    if (isNew && this.#byId.size >= limits.collectionCountMax) return "too-many-collections";
    return undefined;
  }

  #isTaken(name: string, exceptId: string): boolean {
    return [...this.#byId.values()].some((one) => one.name === name && one.id !== exceptId);
  }
}
