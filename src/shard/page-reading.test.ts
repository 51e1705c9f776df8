import { expect, test } from "vitest";
import { createHash } from "node:crypto";
import { MessageChannel } from "node:worker_threads";
import { nextInteger, seededRandom } from "../base/random.ts";
import { Rpc, Transferred } from "../base/rpc.ts";
import {
  columnsOfPage,
  type PageQuery,
  type SampleColumns,
  shardOfName,
  type TimeRange,
} from "../model/index.ts";
import { readPageOf, readPages } from "./page-reading.ts";

const range: TimeRange = { fromMs: 0, untilMs: 1e9 };
const seed = 11;

/** Series of random length, some of them long, some unknown. */
function makeSeries(count: number): Map<string, SampleColumns | undefined> {
  const random = seededRandom(seed);
  const series = new Map<string, SampleColumns | undefined>();
  for (let i = 0; i < count; i++) {
    const isLong = random.next() < 0.05;
    const length = nextInteger(random, isLong ? 90_000 : 3_000);
    const columns = {
      timesMs: Float64Array.from({ length }, (_, k) => k),
      values: Float64Array.from({ length }, () => random.next()),
    };
    series.set(`s${i}`, random.next() < 0.1 ? undefined : columns);
  }
  return series;
}

function readerOf(series: ReadonlyMap<string, SampleColumns | undefined>) {
  return {
    read: (name: string) => {
      const columns = series.get(name);
      return Promise.resolve(
        columns && { timesMs: columns.timesMs.slice(), values: columns.values.slice() },
      );
    },
  };
}

/** Quick to compare, and bit for bit. */
function bytesOf(columns: SampleColumns | undefined): string | undefined {
  if (columns === undefined) return undefined;
  const { timesMs, values } = columns;
  const hash = createHash("md5");
  for (const { buffer, byteOffset, byteLength } of [timesMs, values]) {
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return `${timesMs.length} ${hash.digest("hex")}`;
}

test(`readPages() gives every series of all shards in the order of the names, seed ${seed}`, async () => {
  const series = makeSeries(600);
  const shardCount = 3;
  const queries: PageQuery[] = [];
  const ports: { close(): void }[] = [];
  const shards = Array.from({ length: shardCount }, (_, shard) => {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1);
    new Rpc(port2, {
      async readPage(query: PageQuery) {
        queries.push(query);
        expect(query.names.every((name) => shardOfName(name, shardCount) === shard)).toBe(true);
        const page = await readPageOf(readerOf(series), query);
        return new Transferred(page, [page.timesMs.buffer, page.counts.buffer]);
      },
    });
    return new Rpc(port1);
  });
  const names = [...series.keys()];
  const found: (SampleColumns | undefined)[] = [];
  for await (const list of readPages(shards, names, range)) found.push(...list);
  expect(found.map(bytesOf)).toEqual([...series.values()].map(bytesOf));
  expect(queries.length).toBeLessThan(names.length / 10);
  for (const port of ports) port.close();
});

test("readPages() rejects with the failure of a shard, and asks for nothing without names", async () => {
  const { port1, port2 } = new MessageChannel();
  new Rpc(port2, { readPage: () => Promise.reject(new Error("the disk is gone")) });
  const shards = [new Rpc(port1)];
  const all = async (names: readonly string[]): Promise<number> => {
    let count = 0;
    for await (const list of readPages(shards, names, range)) count += list.length;
    return count;
  };
  await expect(all(["a"])).rejects.toThrow("the disk is gone");
  expect(await all([])).toBe(0);
  port1.close();
});

test("readPageOf() puts a page together from single reads, and ends it near the limit", async () => {
  const length = 1000;
  const names = Array.from({ length: 200 }, (_, i) => `s${i}`);
  const columns = { timesMs: new Float64Array(length), values: new Float64Array(length) };
  const store = readerOf(new Map(names.map((name) => [name, columns])));
  const page = await readPageOf(store, { names, range, sampleCountMax: 20_000 });
  expect(columnsOfPage(page).length).toBeGreaterThanOrEqual(20);
  expect(columnsOfPage(page).length).toBeLessThan(60);
});

test("readPageOf() rejects with what a single read rejects with", async () => {
  const store = { read: () => Promise.reject(new Error("the remote is gone")) };
  const query = { names: ["a", "b", "c"], range, sampleCountMax: 10 };
  await expect(readPageOf(store, query)).rejects.toThrow("the remote is gone");
});
