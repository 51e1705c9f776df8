import { expect, test } from "vitest";
import { nextInteger, seededRandom } from "../../base/random.ts";
import { BlockArena } from "./block-arena.ts";
import { NameTable } from "./name-table.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

class Names {
  readonly arena = new BlockArena();
  readonly table: NameTable;

  constructor(nameCountMax: number) {
    this.table = new NameTable(this.arena, { nameCountMax });
  }
  find(name: string): number {
    const bytes = encoder.encode(`__${name}_`);
    return this.table.find(bytes, 2, bytes.length - 1);
  }
  add(name: string): number {
    const bytes = encoder.encode(`_${name}__`);
    return this.table.add(bytes, 1, bytes.length - 2);
  }
  restore(id: number, name: string): boolean {
    const bytes = encoder.encode(name);
    return this.table.restore(id, bytes, 0, bytes.length);
  }
  name(id: number): string {
    return decoder.decode(this.table.nameBytes(id));
  }
}

test("NameTable agrees with a Map through adding, finding, removing and restoring", () => {
  const random = seededRandom(8);
  const names = new Names(800);
  const ids = new Map<string, number>();
  for (let round = 0; round < 20_000; round++) {
    const name = `web.${nextInteger(random, 400)}.${"x".repeat(nextInteger(random, 3))}`;
    const known = ids.get(name);
    expect(names.find(name)).toBe(known ?? -1);
    const choice = random.next();
    if (known !== undefined && choice < 0.3) {
      names.table.remove(known);
      ids.delete(name);
    } else if (known === undefined && choice < 0.7) {
      const id = names.add(name);
      if (ids.size === 800) expect(id).toBe(-1);
      else {
        expect([...ids.values()].includes(id)).toBe(false);
        ids.set(name, id);
      }
    } else if (choice > 0.95) {
      const id = nextInteger(random, 800);
      const isHere = known === id;
      const isFree = known === undefined && ![...ids.values()].includes(id) && ids.size < 3000;
      expect(names.restore(id, name), `round ${round}`).toBe(isHere || isFree);
      if (isFree) ids.set(name, id);
    }
    expect(names.table.nameCount).toBe(ids.size);
    expect(names.table.idCount).toBeLessThanOrEqual(800);
  }
  for (const [name, id] of ids) {
    expect(names.name(id)).toBe(name);
    names.table.remove(id);
  }
  expect(names.arena.liveBytes).toBe(0);
});

test("NameTable gives the id of a removed name to the next one", () => {
  const names = new Names(10);
  expect(["a", "b", "c"].map((name) => names.add(name))).toEqual([0, 1, 2]);
  names.table.remove(1);
  expect(names.table.isLive(1)).toBe(false);
  expect(names.find("b")).toBe(-1);
  expect(names.add("d")).toBe(1);
  expect(names.table.idCount).toBe(3);
});

test("NameTable restores ids in any order and gives away those left out", () => {
  const names = new Names(10);
  expect(names.restore(5, "five")).toBe(true);
  expect(names.restore(2, "two")).toBe(true);
  expect(names.restore(2, "other")).toBe(false);
  expect(names.restore(3, "five")).toBe(false);
  expect(names.restore(10, "ten")).toBe(false);
  expect(["a", "b", "c", "d", "e"].map((name) => names.add(name)).sort()).toEqual([0, 1, 3, 4, 6]);
});

test("NameTable finds names sent in the same order again, and after the order changed", () => {
  const names = new Names(100);
  const inOrder = Array.from({ length: 50 }, (unused, i) => `host.${i}`);
  const ids = inOrder.map((name) => names.add(name));
  for (let round = 0; round < 3; round++) expect(inOrder.map((n) => names.find(n))).toEqual(ids);
  expect(inOrder.toReversed().map((n) => names.find(n))).toEqual(ids.toReversed());
  names.table.remove(ids[7]!);
  expect(names.find("host.6")).toBe(6);
  expect(names.find("host.7")).toBe(-1);
});

test("NameTable takes at most 75 bytes for a name of 37", () => {
  const names = new Names(200_000);
  for (let i = 0; i < 200_000; i++) names.add(`site.rack${i % 40}.host${i}.load`.padEnd(37, "x"));
  const bytes = names.table.tableBytes + names.arena.usedBytes;
  expect(bytes / 200_000).toBeLessThanOrEqual(75);
});
