import { expect, test } from "vitest";
import { builtKernel } from "../../test/support/kernels.ts";
import { nextInteger, seededRandom } from "../base/random.ts";
import { RowKernel } from "./row-kernel.ts";
import { rowRoom } from "./series-records.ts";

const startMs = 1_700_000_000_000;
const stepMs = 10_000;
const odd = [NaN, Infinity, -Infinity, -0, 5e-324, 1e12, -1e12, 1.7e308, 0.1 + 0.2, -7.25];
const oddMs = [NaN, -1, 0.5, 2 ** 48, Infinity, -0, startMs - 1];

interface Seen {
  readonly plain: number;
  readonly taken: number;
  readonly packed: string;
}

/** Rounds of rows, mostly those that are expected, to both; what they answer. */
function play(rows: RowKernel, seed: number): Seen[] {
  const random = seededRandom(seed);
  const { records } = rows;
  const idCount = 50;
  for (let id = 0; id < idCount; id++) {
    records.setSerial(id, 100 + 3 * id);
    records.setNewestMs(id, startMs);
    records.expect(id, { stepMs, hasNext: id % 7 !== 0, left: id % 13 });
    records.setRaw(id, id % 3 === 0);
  }
  const seen: Seen[] = [];
  for (let round = 1; round <= 100; round++) {
    const columns = { timesMs: new Float64Array(idCount), values: new Float64Array(idCount) };
    for (let row = 0; row < idCount; row++) {
      const id = random.next() < 0.9 ? row : nextInteger(random, idCount);
      const isOdd = random.next() < 0.02;
      records.ids[row] = id;
      records.serials[row] = random.next() < 0.98 ? 100 + 3 * id : nextInteger(random, 3);
      columns.timesMs[row] = isOdd
        ? oddMs[nextInteger(random, oddMs.length)]!
        : startMs + round * stepMs;
      columns.values[row] =
        random.next() < 0.03 ? odd[nextInteger(random, odd.length)]! : nextInteger(random, 999) / 8;
    }
    rows.load(columns, { from: 0, until: idCount });
    for (let row = 0; row < idCount; row++) {
      const plain = rows.plain({ from: row, until: idCount }, startMs);
      const taken = rows.take({ from: row, until: plain });
      rows.pack({ from: row, until: plain }, 1 + nextInteger(random, 200));
      seen.push({ plain, taken, packed: Buffer.from(rows.packed).toString("hex") });
      const id = records.ids[row]!;
      if (random.next() < 0.3) {
        if (random.next() < 0.5) records.unstage(id);
        const left = nextInteger(random, 40);
        records.expect(id, { stepMs, hasNext: true, left });
        records.setRaw(id, random.next() < 0.2);
      }
      row = Math.max(row, taken);
    }
  }
  return seen;
}

test.each([1, 2, 3, 4, 5])("RowKernel does what its twin does, seed %i", (seed) => {
  const kernel = new RowKernel({ rows: builtKernel("rows") });
  const twin = new RowKernel({});
  expect(play(kernel, seed)).toEqual(play(twin, seed));
  for (let id = 0; id < 50; id++) {
    const stateOf = ({ records }: RowKernel): unknown => [
      ...[records.newestMs(id), records.revision(id), records.stagedCount(id), records.stepMs(id)],
      ...[records.packedCount(id), records.segment(id), records.usedBytes(id)],
      records.stagedValues.slice(records.stagedAt(id), records.stagedAt(id) + 12),
    ];
    expect(stateOf(kernel)).toEqual(stateOf(twin));
  }
});

test.each([
  { name: "the kernel", modules: () => ({ rows: builtKernel("rows") }) },
  { name: "its twin", modules: () => ({}) },
])("RowKernel of $name keeps rows and records while the memory grows", ({ modules }) => {
  const rows = new RowKernel(modules());
  const { records } = rows;
  records.setSerial(0, 7);
  records.setNewestMs(0, startMs);
  records.expect(0, { stepMs, hasNext: true, left: 12 });
  const timesMs = new Float64Array(rowRoom).fill(startMs + stepMs);
  rows.load({ timesMs, values: timesMs }, { from: 0, until: rowRoom });
  records.growTo(100_000);
  expect([records.serial(0), records.newestMs(99_999), records.newestMs(1e6)]).toEqual([
    ...[7, -Infinity, -Infinity],
  ]);
  records.ids[0] = 0;
  records.serials[0] = 7;
  expect(rows.plain({ from: 0, until: 1 }, 0)).toBe(1);
  expect(rows.take({ from: 0, until: 1 })).toBe(1);
  expect([records.newestMs(0), records.stagedCount(0)]).toEqual([startMs + stepMs, 1]);
  expect(records.tableBytes).toBeGreaterThanOrEqual(100_000 * 128);
});
