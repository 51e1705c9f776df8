import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { nextInteger, seededRandom } from "../base/random.ts";
import { hashOf } from "./known-names.ts";
import { firstPlace, KnownRows } from "./known-rows.ts";

const moduleFile = new URL("../../dist/kernels/intake.wasm", import.meta.url);
const kernel = new WebAssembly.Module(readFileSync(moduleFile));
const encoder = new TextEncoder();
const shardCount = 3;
const nameCount = 12_000;

/** Names of all lengths, so that records of all sizes lie one after the other. */
function names(): Uint8Array[] {
  const random = seededRandom(5);
  return Array.from({ length: nameCount }, (_, i) => {
    const rest = nextInteger(random, i % 50 === 0 ? 390 : 60);
    return encoder.encode(`${i}.${"x".repeat(rest)}`);
  });
}

function filled(module: WebAssembly.Module | undefined): { rows: KnownRows; records: number[] } {
  const rows = new KnownRows(module, {
    ...{ shardCount, rowRoom: nameCount, nameCountMax: 20_000 },
    recordBytesMax: 1 << 21,
  });
  const records = names().map((name, i) => rows.names.add(name, 0, name.length, i % shardCount));
  return { rows, records };
}

test("KnownNames finds each name again when its table has grown, with its shard and alias", () => {
  const { rows, records } = filled(undefined);
  for (const [i, name] of names().entries()) {
    const record = rows.names.probe(hashOf(name, 0, name.length), name, 0, name.length);
    expect(record).toBe(records[i]);
    expect(rows.names.shardOf(record)).toBe(i % shardCount);
    expect(rows.names.aliasOf(record)).toBe(Math.floor(i / shardCount));
  }
  const stranger = encoder.encode("none.of.them");
  expect(rows.names.probe(hashOf(stranger, 0, 12), stranger, 0, 12)).toBe(0);
});

test("KnownNames keeps a record of up to 64 bytes in one line of the cache", () => {
  const { records } = filled(undefined);
  for (const [i, { length }] of names().entries()) {
    const start = records[i]! * 16;
    if (length + 16 > 64) continue;
    expect(Math.floor(start / 64)).toBe(Math.floor((start + 16 + length - 1) / 64));
  }
});

test("KnownRows takes every name in an order nobody knows, by the kernel as by its twin", () => {
  const random = seededRandom(11);
  const order = Uint32Array.from({ length: nameCount }, (_, i) => i);
  for (let i = nameCount - 1; i > 0; i--) {
    const k = nextInteger(random, i + 1);
    [order[i], order[k]] = [order[k]!, order[i]!];
  }
  const all = names();
  const lines = Array.from(order, (i) =>
    Buffer.concat([all[i]!, Buffer.from(` ${i} 1700000000\n`)]),
  );
  for (const module of [kernel, undefined]) {
    const { rows } = filled(module);
    const place = firstPlace();
    for (let from = 0; from < nameCount; from += 500) {
      const piece = Buffer.concat(lines.slice(from, from + 500));
      rows.begin(place);
      expect(rows.lines(piece, 0, piece.length)).toBe(piece.length);
      rows.end(place);
    }
    expect(rows.takeCount()).toBe(nameCount);
    for (let shard = 0; shard < shardCount; shard++) {
      const { aliases, values, count } = rows.names.lend(shard);
      expect(count).toBe(nameCount / shardCount);
      // The alias of name i is its number among those of its shard.
      expect(Array.from(aliases, (alias) => alias * shardCount + shard)).toEqual([...values]);
    }
  }
});
