import { expect, test } from "vitest";
import { nextInteger, type Random, seededRandom } from "../../base/random.ts";
import { BlockArena } from "./block-arena.ts";
import { RawSamples } from "./raw-samples.ts";

const start = 1_700_000_000_000;
const stepMs = 10_000;
const countMax = 120;

function rigOf(sampleCountMax = countMax): { arena: BlockArena; samples: RawSamples } {
  const arena = new BlockArena();
  const samples = new RawSamples(arena, { sampleCountMax });
  samples.growTo(4);
  return { arena, samples };
}

function read(samples: RawSamples, id: number): [number, number][] {
  const count = samples.count(id);
  const timesMs = new Float64Array(count + 1);
  const values = new Float64Array(count + 1);
  samples.copy(id, 0, count, timesMs, values, 1);
  return Array.from({ length: count }, (_, k) => [timesMs[k + 1]!, values[k + 1]!]);
}

/** Where a sample may lie, given the first and the last there are. */
const habits: readonly ((random: Random, firstMs: number, lastMs: number) => number)[] = [
  (random, firstMs, lastMs) => lastMs + stepMs,
  (random, firstMs, lastMs) => lastMs + stepMs,
  (random, firstMs) => firstMs - stepMs,
  (random, firstMs, lastMs) =>
    firstMs + stepMs * nextInteger(random, 1 + Math.floor((lastMs - firstMs) / stepMs)),
  (random, firstMs, lastMs) => lastMs + 2 * stepMs,
  (random, firstMs, lastMs) => lastMs + 1 + nextInteger(random, stepMs),
  (random, firstMs) => firstMs - 1 - nextInteger(random, stepMs),
  (random, firstMs, lastMs) => lastMs - nextInteger(random, 5 * stepMs),
  (random, firstMs) => firstMs + 2 ** 31 - nextInteger(random, 2),
  (random, firstMs, lastMs) => lastMs - 2 ** 31 + nextInteger(random, 2),
];

test.each([1, 2, 3, 4, 5, 6])("RawSamples holds what a Map holds, seed %i", (seed) => {
  const random = seededRandom(seed);
  const { arena, samples } = rigOf([2, 7, 40, countMax][seed % 4]);
  const roomMax = [2, 7, 40, countMax][seed % 4]!;
  for (let round = 0; round < 120; round++) {
    const id = nextInteger(random, 4);
    const twin = new Map<number, number>();
    // Most series keep to one habit for long; what breaks it comes seldom.
    const usual = habits[nextInteger(random, 3)]!;
    while (samples.count(id) < roomMax && random.next() < 0.995) {
      const times = [...twin.keys()];
      const firstMs = Math.min(...times);
      const lastMs = Math.max(...times);
      const habit = random.next() < 0.97 ? usual : habits[nextInteger(random, habits.length)]!;
      const timeMs = times.length === 0 ? start : habit(random, firstMs, lastMs);
      const value = nextInteger(random, 1000) / 8;
      const isFar = times.length > 0 && (timeMs - firstMs >= 2 ** 31 || lastMs - timeMs >= 2 ** 31);
      const appended = random.next() < 0.7 ? samples.append(id, timeMs, value) : 0;
      if (appended > 0) {
        expect([timeMs > lastMs, isFar, appended]).toEqual([true, false, twin.size + 1]);
      } else {
        const expected = isFar ? "far" : twin.has(timeMs) ? "replaced" : "added";
        expect(samples.put(id, timeMs, value)).toBe(expected);
      }
      if (!isFar) twin.set(timeMs, value);
      const askedMs = firstMs - 1 + nextInteger(random, lastMs - firstMs + 3 || 1);
      const before = [...twin.keys()].filter((t) => t < askedMs).length;
      if (times.length > 0) expect(samples.lowerBound(id, askedMs)).toBe(before);
      expect(samples.lowerBound(id, Infinity)).toBe(twin.size);
      expect(samples.firstMs(id)).toBe(Math.min(...twin.keys()));
    }
    expect(read(samples, id)).toEqual([...twin].sort(([a], [b]) => a - b));
    expect(samples.sampleCount).toBe(twin.size);
    samples.clear(id);
    expect([samples.count(id), samples.firstMs(id)]).toEqual([0, Infinity]);
  }
  expect([arena.liveBytes, samples.segmentBytes]).toEqual([0, 0]);
});

test.each([
  { name: "every ten seconds", timeMs: (k: number) => k * stepMs, segmentBytes: 128 },
  { name: "from the newest down", timeMs: (k: number) => -k * stepMs, segmentBytes: 128 },
  {
    name: "off the step once",
    timeMs: (k: number) => k * stepMs + (k === 50 ? 7 : 0),
    segmentBytes: 192,
  },
])("RawSamples needs $segmentBytes bytes for 15 samples $name", ({ timeMs, segmentBytes }) => {
  const { arena, samples } = rigOf();
  for (let k = 0; k < 100; k++) samples.put(1, start + timeMs(k), k);
  expect(samples.segmentBytes).toBe(7 * segmentBytes);
  expect(arena.liveBytes).toBe(samples.segmentBytes);
});

test("RawSamples finds an irregular series regular again once it was emptied", () => {
  const { samples } = rigOf();
  for (const offsetMs of [0, 1, 5]) samples.put(1, start + offsetMs, offsetMs);
  samples.clear(1);
  for (let k = 0; k < 8; k++) samples.put(1, start + k * stepMs, k);
  expect(samples.segmentBytes).toBe(128);
});
