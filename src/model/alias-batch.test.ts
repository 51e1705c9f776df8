import { expect, test } from "vitest";
import { type AliasBatch, AliasNames, namedBatch } from "./alias-batch.ts";

function batch(
  told: readonly string[],
  aliases: readonly number[],
  { firstAlias = 0, generation = 0 } = {},
): AliasBatch {
  const names = Buffer.from(told.join(""));
  let end = 0;
  return {
    count: aliases.length,
    generation,
    firstAlias,
    names: new Uint8Array(names),
    nameEnds: Uint32Array.from(told, (name) => (end += Buffer.byteLength(name))),
    aliases: Uint32Array.from(aliases),
    timesMs: Float64Array.from(aliases, (alias, row) => row),
    values: Float64Array.from(aliases, (alias) => alias),
  };
}

function namesOf(known: AliasNames, taken: AliasBatch): string[] {
  known.take(taken);
  const { names, nameEnds, count } = namedBatch(taken, known);
  return Array.from({ length: count }, (ignored, row) =>
    Buffer.from(names.subarray(row === 0 ? 0 : nameEnds[row - 1], nameEnds[row])).toString(),
  );
}

test("AliasNames knows every name that was told, however many tellings there were", () => {
  const known = new AliasNames();
  const all = Array.from({ length: 500 }, (ignored, i) => `größe.${"x".repeat(i % 9)}${i}`);
  for (let from = 0, k = 0; from < all.length; k++) {
    const until = Math.min(all.length, from + (k % 5));
    expect(namesOf(known, batch(all.slice(from, until), [], { firstAlias: from }))).toEqual([]);
    from = until;
  }
  const aliases = all.map((ignored, i) => (i * 7) % all.length);
  const rows = batch([], aliases, { firstAlias: all.length });
  expect(namesOf(known, rows)).toEqual(aliases.map((alias) => all[alias]));
});

test("AliasNames forgets names and marks where a generation begins", () => {
  const known = new AliasNames();
  expect(namesOf(known, batch(["a", "b"], [1, 0]))).toEqual(["b", "a"]);
  known.marks[1] = 7;
  const next = batch(["c", "d", "e"], [2, 0], { generation: 1 });
  expect(namesOf(known, next)).toEqual(["e", "c"]);
  expect([...known.marks.subarray(0, 3)]).toEqual([0, 0, 0]);
});

test("AliasNames takes a row of an alias that was never told as our mistake", () => {
  const known = new AliasNames();
  known.take(batch(["a"], []));
  expect(() => known.name(1, () => undefined)).toThrow(/was told/);
  expect(() => known.take(batch(["b"], [], { firstAlias: 5 }))).toThrow(/in the order/);
});
