import { expect, test } from "vitest";
import type { SampleColumns } from "./samples.ts";
import { type ManyReader, readMany } from "./read-many.ts";

const range = { fromMs: 0, untilMs: 1 };

async function valuesOf(reader: ManyReader, names: readonly string[]): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const list of readMany(reader, names, range)) {
    for (const columns of list) found.push(columns?.values[0]);
  }
  return found;
}

function columns(value: number): SampleColumns {
  return { timesMs: Float64Array.of(0), values: Float64Array.of(value) };
}

test("readMany() keeps the order of the names, whoever answers first, and asks for few at once", async () => {
  let underWayCount = 0;
  let mostCount = 0;
  const reader: ManyReader = {
    async read(name) {
      underWayCount += 1;
      mostCount = Math.max(mostCount, underWayCount);
      for (let i = Number(name) % 5; i > 0; i--) await Promise.resolve();
      underWayCount -= 1;
      return name === "7" ? undefined : columns(Number(name));
    },
  };
  const names = Array.from({ length: 100 }, (_, i) => String(i));
  expect(await valuesOf(reader, names)).toEqual(
    names.map((name) => (name === "7" ? undefined : Number(name))),
  );
  expect(mostCount).toBeLessThanOrEqual(32);
});

test("readMany() asks the reader's own readMany() where there is one", async () => {
  const reader: ManyReader = {
    read: () => Promise.reject(new Error("not asked")),
    async *readMany(names) {
      await Promise.resolve();
      yield names.map((name) => columns(Number(name)));
    },
  };
  expect(await valuesOf(reader, ["3", "4"])).toEqual([3, 4]);
});

test("readMany() rejects with the failure of a read, and of several at once with the first", async () => {
  const reader: ManyReader = { read: (name) => Promise.reject(new Error(`no ${name}`)) };
  await expect(valuesOf(reader, ["a", "b", "c"])).rejects.toThrow("no a");
});
