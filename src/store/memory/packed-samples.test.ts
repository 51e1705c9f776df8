import { expect, test } from "vitest";
import { nextInteger, seededRandom, type Random } from "../../base/random.ts";
import { BlockArena } from "./block-arena.ts";
import { PackedSamples } from "./packed-samples.ts";

const odd = [
  ...[0, -0, 1, -1, 0.1 + 0.2, 1 / 3, 5e-324, 1.7e308, -1.7e308, 2 ** 31, -(2 ** 31), 2 ** 32],
  ...[2 ** 52, -(2 ** 52), 2 ** 53 + 2, 0.005, -0.005, 4_503_599_627_370.49, 1e-3, 99.995],
];

const kinds: readonly ((random: Random) => number)[] = [
  () => 7.25,
  (random) => nextInteger(random, 200) - 100,
  (random) => nextInteger(random, 60_000),
  (random) => 5e12 + nextInteger(random, 1000),
  (random) => nextInteger(random, 100_000) / 100 - 300,
  (random) => nextInteger(random, 1_000_000) / 1000,
  (random) => nextInteger(random, 2 ** 31) * 4096,
  (random) => nextInteger(random, 2 ** 31) * 2 - 5,
  (random) => random.next() * 1000,
  (random) => odd[nextInteger(random, odd.length)]!,
];

test.each([1, 2, 3, 4])(
  "PackedSamples gives back what it was given, bit for bit, seed %i",
  (seed) => {
    const random = seededRandom(seed);
    const arena = new BlockArena();
    const samples = new PackedSamples(arena);
    samples.growTo(10);
    const twin = Array.from({ length: 10 }, (): number[] => []);
    for (let round = 0; round < 2000; round++) {
      const id = nextInteger(random, 10);
      if (random.next() < 0.05) {
        samples.clear(id);
        twin[id] = [];
        continue;
      }
      const kind = random.next() < 0.8 ? kinds[id]! : kinds[nextInteger(random, kinds.length)]!;
      const count = 1 + nextInteger(random, 15);
      const column = Float64Array.from({ length: 3 + count }, () => kind(random));
      if (twin[id]!.length + count > 500) continue;
      samples.append(id, column, 3, count);
      twin[id]!.push(...column.subarray(3));
      const read = new Float64Array(samples.count(id));
      samples.copy(id, read);
      expect(read).toEqual(Float64Array.from(twin[id]!));
    }
    expect(samples.sampleCount).toBe(twin.reduce((sum, { length }) => sum + length, 0));
    expect(arena.liveBytes).toBeGreaterThanOrEqual(samples.blockBytes);
    for (let id = 0; id < 10; id++) samples.clear(id);
    expect([arena.liveBytes, samples.blockBytes, samples.sampleCount]).toEqual([0, 0, 0]);
  },
);

test.each([
  { name: "that stand still", value: () => 12.5, bytes: 64 },
  { name: "of a gauge of two decimals", value: (k: number) => 50 + (k % 7) / 100, bytes: 192 },
  { name: "of a counter", value: (k: number) => 1e9 + 37 * k, bytes: 320 },
  { name: "of full doubles", value: (k: number) => Math.sin(k), bytes: 1024 },
])("PackedSamples needs at most $bytes bytes for 120 samples $name", ({ value, bytes }) => {
  const samples = new PackedSamples(new BlockArena());
  samples.growTo(1);
  for (let k = 0; k < 120; k += 12) {
    samples.append(
      0,
      Float64Array.from({ length: 12 }, (ignored, i) => value(k + i)),
      0,
      12,
    );
  }
  expect(samples.blockBytes).toBeLessThanOrEqual(bytes);
});
