import { afterEach, beforeEach, expect, test } from "vitest";
import { builtKernel } from "../../../test/support/kernels.ts";
import { ManualClock } from "../../base/clock.ts";
import { seededRandom } from "../../base/random.ts";
import { RowKernel } from "../../kernel/index.ts";
import { type AliasBatch, AliasNames, batchOf, namedBatch } from "../../model/index.ts";
import { frameAt, frameHeaderBytes } from "../log/frame.ts";
import { payloadKind, readRows, readSamples, SampleFrames } from "./log-codec.ts";
import type { EmbeddedStore } from "./embedded-store.ts";
import {
  hourMs,
  makeFolder,
  minuteMs,
  openSmall,
  pairsOf,
  rowsOf,
  testNowMs,
  type TestFolder,
} from "./small-store.fixture.ts";

const always = { fromMs: 0, untilMs: Number.MAX_SAFE_INTEGER };

let folder: TestFolder;
let clock: ManualClock;
let store: EmbeddedStore;
let known: AliasNames;

beforeEach(async () => {
  folder = await makeFolder();
  clock = new ManualClock(testNowMs);
  store = await openSmall(folder.path, { clock });
  known = new AliasNames();
});
afterEach(async () => {
  await store.close();
  await folder.end();
});

function batch(
  rows: readonly (readonly [alias: number, timeMs: number, value: number])[],
  told: readonly string[] = [],
): AliasBatch {
  let end = 0;
  const taken: AliasBatch = {
    count: rows.length,
    generation: 0,
    firstAlias: known.count,
    names: new TextEncoder().encode(told.join("")),
    nameEnds: Uint32Array.from(told, (name) => (end += name.length)),
    aliases: Uint32Array.from(rows, ([alias]) => alias),
    timesMs: Float64Array.from(rows, ([, timeMs]) => timeMs),
    values: Float64Array.from(rows, ([, , value]) => value),
  };
  known.take(taken);
  return taken;
}

test("writeAliased() keeps what write() keeps of the same rows, and so does a kill after it", async () => {
  const twinFolder = await makeFolder();
  const twin = await openSmall(twinFolder.path, { clock });
  const random = seededRandom(3);
  const names = Array.from({ length: 9 }, (ignored, i) => `series.${i}`);
  const odd = [NaN, Infinity, -0, 0, 1e15, -7, 0.1, 123.45, 3.125, -0.001, 1e-300, 2 ** 40, 1e12];
  for (let round = 0; round < 30; round++) {
    const rows = Array.from({ length: 60 }, (ignored, i): [number, number, number] => {
      const lateMs = random.next() < 0.1 ? Math.floor(random.next() * 60 * hourMs) : 0;
      const value =
        random.next() < 0.5 ? Math.round(random.next() * 1e4) / 100 : odd[i % odd.length]!;
      return [i % 9, testNowMs + round * minuteMs + (i % 4) - lateMs, value];
    });
    const aliased = batch(rows, round === 0 ? names : []);
    await twin.write(namedBatch(aliased, known));
    await store.writeAliased(aliased, known);
  }
  await store.commit();
  // A copy of the folder as it is now is what a killed process leaves.
  const again = await openSmall(folder.path, { clock });
  for (const name of names) {
    const wanted = pairsOf(await twin.read(name, always));
    expect(wanted.length).toBeGreaterThan(100);
    expect(pairsOf(await store.read(name, always))).toEqual(wanted);
    expect(pairsOf(await again.read(name, always))).toEqual(wanted);
  }
  expect(store.stats().faults.map(({ code, count }) => [code, count])).toEqual(
    twin.stats().faults.map(({ code, count }) => [code, count]),
  );
  await again.close();
  await twin.close();
  await twinFolder.end();
});

test("an alias of a series that expired finds it anew, though its id is another's", async () => {
  await store.writeAliased(
    batch(
      [
        [0, testNowMs, 1],
        [1, testNowMs, 2],
      ],
      ["gone", "kept"],
    ),
    known,
  );
  for (let hour = 0; hour < 60; hour++) {
    await store.writeAliased(batch([[1, clock.nowMs(), hour]]), known);
    clock.advance(hourMs);
    await store.commit();
    await store.maintain();
  }
  expect(await store.read("gone", always)).toBeUndefined();
  await store.write(rowsOf("other", clock.nowMs(), { count: 1, stepMs: 1, plus: 7 }));
  await store.writeAliased(batch([[0, clock.nowMs(), 5]]), known);
  expect(pairsOf(await store.read("gone", always))).toEqual([[clock.nowMs(), 5]]);
  expect(pairsOf(await store.read("other", always))).toEqual([[clock.nowMs(), 7]]);
});

test("an alias whose name was refused is tried again each time, and counted", async () => {
  await store.close();
  store = await openSmall(folder.path, { clock, seriesCountMax: 1 });
  await store.write(batchOf([["first", testNowMs, 1]]));
  await store.writeAliased(
    batch(
      [
        [0, testNowMs, 1],
        [0, testNowMs + 1, 2],
      ],
      ["second"],
    ),
    known,
  );
  expect(store.stats().refusedSeriesCount).toBe(2);
  expect(await store.read("second", always)).toBeUndefined();
});

test.each([
  { name: "the kernel", modules: () => ({ rows: builtKernel("rows") }) },
  { name: "its twin", modules: () => ({}) },
])(
  "readRows() gives what addRows() by $name wrote, bit for bit, from any serial",
  ({ modules }) => {
    const random = seededRandom(11);
    const odd = [0, -0, 1e12, -1e12, 999_999_999_999, -999_999_999_999.99, 0.01, -0.001, 5e-324];
    const more = [2 ** 24, 2 ** 31, 2 ** 32, -(2 ** 40), 0.1 + 0.2, 1.7e308, 123.456, -7.25];
    const all = [...odd, ...more];
    const rowCount = 2000;
    const rows = new RowKernel(modules());
    const { serials, timesMs, values } = rows.records;
    for (let row = 0; row < rowCount; row++) {
      const isNext = row > 0 && random.next() < 0.7;
      serials[row] = isNext ? serials[row - 1]! + 1 : Math.floor(random.next() * 2 ** 32);
      timesMs[row] = random.next() < 0.5 ? testNowMs : Math.floor(random.next() * 2 ** 42);
      values[row] =
        random.next() < 0.5 ? all[row % all.length]! : (random.next() - 0.5) * 10 ** (row % 14);
    }
    const frames = new SampleFrames();
    frames.addSample(7, testNowMs, 1, 90, 5);
    frames.addRows(rows, { from: 0, until: rowCount }, 91, 6);
    frames.addSample(8, testNowMs, 2, 91 + rowCount, 6);
    frames.finish();

    const read: [number, number, number, number, number][] = [];
    const bytes = frames.samples.written();
    for (let at = 0; at < bytes.length;) {
      const length = new DataView(bytes.buffer, at).getUint32(4, true);
      const payload = frameAt(bytes.subarray(at, at + frameHeaderBytes + length))!;
      const readKind = payload[0] === payloadKind.rows ? readRows : readSamples;
      expect(readKind(payload, (...row) => read.push(row))).toBe(true);
      // Cut anywhere it says so, or stands at the end of a row.
      const cut = payload.subarray(0, payload.length - 1 - Math.floor(random.next() * 20));
      if (cut.length >= 17) readKind(cut, () => undefined);
      at += frameHeaderBytes + length;
    }
    const wanted = Array.from({ length: rowCount }, (ignored, row) => {
      return [serials[row]!, timesMs[row]!, values[row]!, 91 + row, 6];
    });
    expect(read).toEqual([
      [7, testNowMs, 1, 90, 5],
      ...wanted,
      [8, testNowMs, 2, 91 + rowCount, 6],
    ]);
  },
);
