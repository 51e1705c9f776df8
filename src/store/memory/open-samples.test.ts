import { expect, test } from "vitest";
import { builtKernel } from "../../../test/support/kernels.ts";
import { nextInteger, seededRandom } from "../../base/random.ts";
import { RowKernel } from "../../kernel/index.ts";
import { SeriesMemory } from "./series-memory.ts";

const startMs = 1_700_000_000_000;
const stepMs = 10_000;
const seriesCount = 8;
const always = { fromMs: 0, untilMs: Number.MAX_SAFE_INTEGER };

/** By series: what was said last of each time. */
type Twin = Map<number, number>[];

function memoryOf(rows: RowKernel, chunkSampleCount: number): SeriesMemory {
  const memory = new SeriesMemory({
    seriesCountMax: 100,
    rows,
    chunkSampleCount,
    onNewSeries: () => undefined,
    onSealed: () => undefined,
  });
  for (let id = 0; id < seriesCount; id++) {
    const name = new TextEncoder().encode(`series.${id}`);
    expect(memory.resolve(name, 0, name.length)).toBe(id);
  }
  return memory;
}

function read(memory: SeriesMemory, id: number, range = always): [number, number][] {
  const countMax = memory.sampleCountMax(id, range);
  const timesMs = new Float64Array(countMax);
  const values = new Float64Array(countMax);
  const count = memory.copy(id, range, timesMs, values);
  return Array.from(timesMs.subarray(0, count), (timeMs, k) => [timeMs, values[k]!]);
}

function sorted(twin: Map<number, number>): [number, number][] {
  return [...twin].sort(([a], [b]) => a - b);
}

const cases = [1, 2, 3, 4, 5, 6].flatMap((seed) => [
  { seed, name: "the kernel", modules: () => ({ rows: builtKernel("rows") }) },
  { seed, name: "its twin", modules: () => ({}) },
]);

test.each(cases)(
  "SeriesMemory with $name holds what a Map holds while senders keep, break and find their step, seed $seed",
  ({ seed, modules }) => {
    const random = seededRandom(seed);
    const memory = memoryOf(new RowKernel(modules()), [2, 13, 30, 120][seed % 4]!);
    const twin: Twin = Array.from({ length: seriesCount }, () => new Map<number, number>());
    const nextMs = new Float64Array(seriesCount).fill(startMs);
    for (let round = 0; round < 400; round++) {
      const ids: number[] = [];
      const timesMs: number[] = [];
      const values: number[] = [];
      for (let id = 0; id < seriesCount; id++) {
        if (random.next() < 0.01) nextMs[id] = nextMs[id]! + nextInteger(random, 50_000);
        // What comes twice or late is among the newest, or long ago.
        const backMs = stepMs * nextInteger(random, random.next() < 0.5 ? 4 : 200);
        const isOdd = random.next() < 0.01;
        const timeMs = isOdd ? Math.max(0, nextMs[id]! - backMs) : nextMs[id]!;
        if (!isOdd) nextMs[id] = timeMs + stepMs;
        const value = id % 2 === 0 ? nextInteger(random, 1000) / 100 : random.next();
        ids.push(id);
        timesMs.push(timeMs);
        values.push(value);
        twin[id]!.set(timeMs, value);
      }
      const columns = { timesMs: Float64Array.from(timesMs), values: Float64Array.from(values) };
      const range = { from: 0, until: ids.length };
      if (random.next() < 0.8) {
        memory.addRows(Uint32Array.from(ids), columns, range, () => undefined);
      } else ids.forEach((id, row) => memory.add(id, timesMs[row]!, values[row]!));

      const id = nextInteger(random, seriesCount);
      const all = sorted(twin[id]!);
      expect([memory.newestMs(id), memory.oldestMs(id)]).toEqual([all.at(-1)![0], all[0]![0]]);
      const fromMs = nextMs[id]! - nextInteger(random, 40 * stepMs);
      const part = { fromMs, untilMs: fromMs + nextInteger(random, 40 * stepMs) };
      expect(read(memory, id, part)).toEqual(
        all.filter(([timeMs]) => timeMs >= part.fromMs && timeMs < part.untilMs),
      );
    }
    for (let id = 0; id < seriesCount; id++) expect(read(memory, id)).toEqual(sorted(twin[id]!));

    // What a checkpoint takes of it, given to another memory, is as good.
    const again = memoryOf(new RowKernel({}), [2, 13, 30, 120][seed % 4]!);
    const open = new Uint8Array(memory.openBytesMax);
    for (let id = 0; id < seriesCount; id++) {
      const length = memory.encodeOpen(id, open, 0);
      if (length > 0) expect(again.restoreOpen(id, open, 0, length)).toBe(true);
      const restored = read(again, id);
      memory.discardOpen(id);
      expect(sorted(new Map([...read(memory, id), ...restored]))).toEqual(sorted(twin[id]!));
      memory.removeSeries(id);
      expect(memory.newestMs(id)).toBe(-Infinity);
    }
    expect(memory.stats().sampleCount).toBe(0);
  },
);
