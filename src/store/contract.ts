/**
 * What every backend of the store must do. A backend's test file calls `storeContract` with a way
 * to open it; nothing here knows how it keeps its samples.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { nextInteger, seededRandom, type Random } from "../base/random.ts";
import {
  batchOf,
  columnsOfPage,
  SampleBatchBuilder,
  type SampleColumns,
  type SeriesStore,
  type TimeRange,
} from "../model/index.ts";

/** One place that stores are opened on, empty at first. */
export interface ContractBench {
  /** Unix milliseconds that the stores take for now. */
  readonly nowMs: number;
  /** Opens the store on what earlier ones, closed since, have left there. */
  open(): Promise<SeriesStore>;
  /** Removes everything. */
  end(): Promise<void>;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const always: TimeRange = { fromMs: 0, untilMs: 2 ** 47 };

type Row = readonly [name: string, timeMs: number, value: number];

export function storeContract(backend: string, begin: () => Promise<ContractBench>): void {
  describe(`the store contract, kept by ${backend}`, () => {
    let bench: ContractBench;
    let store: SeriesStore;
    let baseMs: number;

    beforeEach(async () => {
      bench = await begin();
      store = await bench.open();
      baseMs = Math.floor(bench.nowMs / minuteMs) * minuteMs - 2 * hourMs;
    });
    afterEach(async () => {
      await store.close();
      await bench.end();
    });

    async function reopen(): Promise<void> {
      await store.close();
      store = await bench.open();
    }

    /** Checks the series now, after a commit, and in a store opened anew. */
    async function expectKept(name: string, rows: readonly (readonly [number, number])[]) {
      expect(pairs(await store.read(name, always))).toEqual(rows);
      await store.commit();
      expect(pairs(await store.read(name, always))).toEqual(rows);
      await reopen();
      expect(pairs(await store.read(name, always))).toEqual(rows);
    }

    test("read() does not know a series that was never written", async () => {
      expect(await store.read("nobody", always)).toBeUndefined();
    });

    test("read() gives empty columns where a known series has nothing in range", async () => {
      await store.write(batchOf([["a", baseMs, 1]]));
      const range = { fromMs: baseMs + 1, untilMs: baseMs + 2 };
      expect(pairs(await store.read("a", range))).toEqual([]);
    });

    test("a range is half-open", async () => {
      await store.write(batchOf([0, 1, 2, 3].map((i) => ["a", baseMs + i * 1000, i] as const)));
      const range = { fromMs: baseMs + 1000, untilMs: baseMs + 3000 };
      expect(pairs(await store.read("a", range)).map(([, value]) => value)).toEqual([1, 2]);
    });

    test.each([
      ["regular steps", (i: number) => i * 10_000],
      ["gaps", (i: number) => i * 10_000 + Math.floor(i / 50) * 37 * minuteMs],
      ["irregular steps", (i: number) => i * 9_000 + ((i * 7919) % 8_000)],
    ])("a series with %s comes back whole", async (unused, offsetOf) => {
      const rows = Array.from({ length: 500 }, (unused, i): [number, number] => [
        baseMs - 5 * hourMs + offsetOf(i),
        (i * 31) % 17,
      ]);
      await store.write(batchOf(rows.map(([timeMs, value]) => ["a", timeMs, value])));
      await expectKept("a", rows);
    });

    test.each([
      ["2^53", 2 ** 53],
      ["-2^53", -(2 ** 53)],
      ["the largest double", Number.MAX_VALUE],
      ["the smallest double", Number.MIN_VALUE],
      ["minus zero", -0],
      ["a third", 1 / 3],
      ["two decimals", -17.29],
      ["a large whole number", 123_456_789_012_345],
    ])("%s is kept bit for bit, alone and among others", async (unused, value) => {
      const rows: [number, number][] = [
        [baseMs, value],
        [baseMs + 10_000, 0],
        [baseMs + 20_000, value],
        [baseMs + 30_000, 7],
      ];
      await store.write(batchOf([["alone", baseMs, value]]));
      await store.write(batchOf(rows.map(([timeMs, each]) => ["among", timeMs, each])));
      expect(pairs(await store.read("alone", always))).toEqual([[baseMs, value]]);
      await expectKept("among", rows);
    });

    test("of samples with the same time the last written wins", async () => {
      await store.write(
        batchOf([
          ["a", baseMs, 3],
          ["a", baseMs, 1],
          ["a", baseMs + 1000, 5],
          ["a", baseMs, 2],
        ]),
      );
      await store.commit();
      await store.write(batchOf([["a", baseMs + 1000, 6]]));
      await expectKept("a", [
        [baseMs, 2],
        [baseMs + 1000, 6],
      ]);
    });

    test("late samples find their place, hours after their neighbours", async () => {
      const rows = Array.from({ length: 700 }, (unused, i): [number, number] => [
        baseMs - 5 * hourMs + i * 20_000,
        i,
      ]);
      const late = rows.filter((unused, i) => i % 97 === 13);
      const inTime = rows.filter((unused, i) => i % 97 !== 13);
      await store.write(batchOf(inTime.map(([timeMs, value]) => ["a", timeMs, value])));
      await store.commit();
      for (const [timeMs, value] of late) await store.write(batchOf([["a", timeMs, value]]));
      await expectKept("a", rows);
    });

    test("samples in any order come back in order", async () => {
      const random = seededRandom(5);
      const rows = Array.from({ length: 900 }, (unused, i): [number, number] => [
        baseMs - hourMs + i * 5000,
        i,
      ]);
      const shuffled = shuffle(rows, random);
      for (let from = 0; from < shuffled.length; from += 100) {
        const part = shuffled.slice(from, from + 100);
        await store.write(batchOf(part.map(([timeMs, value]) => ["a", timeMs, value])));
      }
      await expectKept("a", rows);
    });

    test("history from days ago is taken, oldest last too", async () => {
      const days = [1, 5, 3, 9, 2, 7];
      for (const day of days) {
        const rows = Array.from({ length: 50 }, (unused, i): Row => [
          "a",
          baseMs - day * 24 * hourMs + i * minuteMs,
          day * 1000 + i,
        ]);
        await store.write(batchOf(rows));
      }
      await expectKept(
        "a",
        [...days]
          .sort((a, b) => b - a)
          .flatMap((day) =>
            Array.from({ length: 50 }, (unused, i): [number, number] => [
              baseMs - day * 24 * hourMs + i * minuteMs,
              day * 1000 + i,
            ]),
          ),
      );
    });

    test("names of any script, with tags and of full length, are kept apart", async () => {
      const names = [
        "web.fe1.load",
        "web.fe1.loads",
        "größe.straße",
        "指标.负载",
        "emoji.🐟.count",
        "disk.used;datacenter=dc1;host=fe1",
        "n".repeat(1024),
        "a b<script>",
      ];
      await store.write(batchOf(names.map((name, i) => [name, baseMs, i])));
      await store.commit();
      await reopen();
      for (const [i, name] of names.entries()) {
        expect(pairs(await store.read(name, always)), name).toEqual([[baseMs, i]]);
      }
      const page = await store.findNames({ query: "", limit: 100 });
      expect(new Set(page.names)).toEqual(new Set(names));
    });

    test("findNames() gives the exact name, then beginnings, then the rest, each sorted", async () => {
      const names = ["b.load", "load.z", "load", "load.a", "a.LOAD", "other"];
      await store.write(batchOf(names.map((name) => [name, baseMs, 1])));
      const page = await store.findNames({ query: "load", limit: 10 });
      expect(page.names).toEqual(["load", "load.a", "load.z", "a.LOAD", "b.load"]);
      expect(page.totalCount).toBe(5);
      const short = await store.findNames({ query: "load", limit: 2 });
      expect(short).toEqual({ names: ["load", "load.a"], totalCount: 5 });
      const glob = await store.findNames({ query: "load.{a,z}", limit: 10 });
      expect(glob.names).toEqual(["load.a", "load.z"]);
    });

    test("thousands of series written in rounds are kept apart", async () => {
      const seriesCount = 3000;
      for (let round = 0; round < 4; round++) {
        const builder = new SampleBatchBuilder(seriesCount);
        for (let i = 0; i < seriesCount; i++) {
          const name = new TextEncoder().encode(`site.host${i % 50}.metric${i}`);
          builder.add(name, 0, name.length, baseMs + round * 10_000, i * 10 + round);
        }
        await store.write(builder.take());
      }
      await store.commit();
      expect(store.stats().seriesCount).toBe(seriesCount);
      await reopen();
      for (const i of [0, 1, 49, 50, 1234, 2999]) {
        const rows = [0, 1, 2, 3].map((round) => [baseMs + round * 10_000, i * 10 + round]);
        expect(pairs(await store.read(`site.host${i % 50}.metric${i}`, always))).toEqual(rows);
      }
      expect((await store.findNames({ query: "host7.", limit: 1000 })).totalCount).toBe(60);
    });

    test("writes at the same time from several sides are all kept", async () => {
      await Promise.all(
        Array.from({ length: 20 }, async (unused, side) => {
          for (let i = 0; i < 20; i++) {
            await store.write(batchOf([[`side.${side}`, baseMs + i * 1000, side * 100 + i]]));
            if (i % 7 === side % 7) await store.commit();
          }
        }),
      );
      await store.commit();
      await reopen();
      for (let side = 0; side < 20; side++) {
        const rows = Array.from({ length: 20 }, (unused, i) => [baseMs + i * 1000, side * 100 + i]);
        expect(pairs(await store.read(`side.${side}`, always))).toEqual(rows);
      }
    });

    test("any writes, late and twice and old, are as a map by name and time would hold them", async () => {
      const seed = 2026;
      const random = seededRandom(seed);
      const twin = new Map<string, Map<number, number>>();
      for (let round = 0; round < 60; round++) {
        const rows = Array.from({ length: 40 }, (): Row => {
          const ageMs = nextInteger(random, random.next() < 0.1 ? 60 * hourMs : 3 * hourMs);
          const timeMs = bench.nowMs - Math.floor(ageMs / 10_000) * 10_000;
          return [`s${nextInteger(random, 4)}`, timeMs, Math.round(random.next() * 1e4) / 100];
        });
        for (const [name, timeMs, value] of rows) {
          let series = twin.get(name);
          if (series === undefined) twin.set(name, (series = new Map<number, number>()));
          series.set(timeMs, value);
        }
        await store.write(batchOf(rows));
        if (round % 10 === 9) await store.commit();
        if (round % 20 === 19) await reopen();
      }
      for (const [name, series] of twin) {
        const rows = [...series].sort(([a], [b]) => a - b);
        expect(pairs(await store.read(name, always)), `seed ${seed}, ${name}`).toEqual(rows);
      }
    });

    test("readPage(), where there is one, answers page by page as read() does", async () => {
      const rows = Array.from({ length: 3000 }, (_, i): Row => {
        const ageMs = i % 7 === 0 ? 40 * hourMs : hourMs;
        return [`p${i % 30}`, bench.nowMs - ageMs + i * 1000, i];
      });
      await store.write(batchOf(rows));
      await store.write(batchOf(rows.filter((row, i) => i % 11 === 0)));
      const names = Array.from({ length: 40 }, (_, i) => `p${(i * 7) % 40}`);
      for (const fromMs of [0, bench.nowMs - 2 * hourMs, bench.nowMs - hourMs / 2]) {
        const range = { fromMs, untilMs: bench.nowMs };
        for (let from = 0; from < names.length;) {
          const query = { names: names.slice(from), range, sampleCountMax: 250 };
          const page = await store.readPage?.(query);
          if (page === undefined) return;
          const found = columnsOfPage(page);
          expect(found.length).toBeGreaterThan(0);
          for (const [i, columns] of found.entries()) {
            const name = names[from + i] ?? "";
            const alone = await store.read(name, range);
            expect(columns && pairs(columns), name).toEqual(alone && pairs(alone));
          }
          from += found.length;
        }
      }
    });

    test("stats() tells of series, samples and durability", async () => {
      await store.write(
        batchOf([
          ["a", baseMs, 1],
          ["b", baseMs, 2],
        ]),
      );
      await store.commit();
      expect(store.stats()).toMatchObject({
        seriesCount: 2,
        sampleCount: 2,
        uncommittedCount: 0,
        isDurable: true,
        faults: [],
      });
    });

    test("close() may be called twice, and a closed store refuses", async () => {
      await store.close();
      await store.close();
      await expect(store.write(batchOf([["a", baseMs, 1]]))).rejects.toMatchObject({
        code: "STORE_CLOSED",
      });
    });
  });
}

function pairs(columns: SampleColumns | undefined): [timeMs: number, value: number][] {
  if (columns === undefined) throw new Error("the series is unknown");
  const { timesMs, values } = columns;
  return Array.from(timesMs, (timeMs, i) => [timeMs, values[i] ?? NaN]);
}

function shuffle<Item>(items: readonly Item[], random: Random): Item[] {
  return items
    .map((item) => ({ item, key: random.next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
