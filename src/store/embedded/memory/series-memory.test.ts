import { describe, expect, test } from "vitest";
import { nextInteger, type Random, seededRandom } from "../../../base/random.ts";
import { chunkBytes, chunkCount } from "../../../kernel/index.ts";
import { SeriesMemory, type SeriesMemoryOptions } from "./index.ts";

const start = 1_700_000_000_000;
const always = { fromMs: 0, untilMs: Infinity };
const encoder = new TextEncoder();

interface Sealed {
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly isRewrite: boolean;
}

/** A memory with the disk that would stand beside it: keeps all that the hooks were shown. */
class Rig {
  readonly memory: SeriesMemory;
  readonly names = new Map<number, string>();
  readonly sealed: Sealed[] = [];

  constructor(options: Partial<SeriesMemoryOptions> = {}) {
    this.memory = new SeriesMemory({
      seriesCountMax: 100,
      onNewSeries: (id, bytes, from, end) => {
        this.names.set(id, new TextDecoder().decode(bytes.subarray(from, end)));
      },
      onSealed: (id, bytes, offset, length, isRewrite) => {
        expect(chunkBytes(bytes, offset)).toBe(length);
        this.sealed.push({ id, bytes: bytes.slice(offset, offset + length), isRewrite });
      },
      ...options,
    });
  }

  resolve(name: string): number {
    const bytes = encoder.encode(name);
    return this.memory.resolve(bytes, 0, bytes.length);
  }

  samples(id: number, range = always, room = 100_000): [number, number][] {
    const timesMs = new Float64Array(room);
    const values = new Float64Array(room);
    const count = this.memory.copy(id, range, timesMs, values);
    expect(count).toBeLessThanOrEqual(this.memory.sampleCountMax(id, range));
    return [...timesMs.subarray(0, count)].map((t, k) => [t, values[k]!]);
  }

  /** A new memory from what the disk would have. */
  restarted(options: Partial<SeriesMemoryOptions> = {}): Rig {
    const next = new Rig(options);
    const open = new Uint8Array(this.memory.openBytesMax + 7);
    for (const [id, name] of this.names) {
      const bytes = encoder.encode(name);
      expect(next.memory.restoreName(id, bytes, 0, bytes.length)).toBe(true);
      next.names.set(id, name);
    }
    for (const { id, bytes, isRewrite } of this.sealed) {
      expect(next.memory.restoreSealed(id, bytes, 0, bytes.length)).toBe(true);
      next.sealed.push({ id, bytes, isRewrite });
    }
    for (const id of this.names.keys()) {
      const length = this.memory.encodeOpen(id, open, 7);
      if (length > 0) expect(next.memory.restoreOpen(id, open, 7, length)).toBe(true);
    }
    return next;
  }
}

function rowsOf(
  samples: ReadonlyMap<number, number>,
  fromMs: number,
  untilMs: number,
): [number, number][] {
  return [...samples].filter(([t]) => t >= fromMs && t < untilMs).sort(([a], [b]) => a - b);
}

describe("SeriesMemory against a Map of Maps", () => {
  /** What a sender may do next to one series, as the time of its next sample. */
  const habits: readonly ((random: Random, newestMs: number, firstMs: number) => number)[] = [
    (random, newestMs) => newestMs + 10_000,
    (random, newestMs) => newestMs + 1 + nextInteger(random, 20_000),
    (random, newestMs) => newestMs + 10_000 * (1 + nextInteger(random, 300)),
    (random, newestMs) => newestMs,
    (random, newestMs) => newestMs - 10_000 * nextInteger(random, 15),
    (random, newestMs, firstMs) =>
      firstMs + 5000 * nextInteger(random, 1 + (newestMs - firstMs) / 5000),
    (random, newestMs, firstMs) => Math.max(0, firstMs - 10_000),
    (random, newestMs) => newestMs + (random.next() < 0.02 ? 2 ** 31 : 10_000),
    (random, newestMs) => Math.max(0, newestMs - (random.next() < 0.02 ? 2 ** 31 + 5 : 10_000)),
  ];

  test.each([1, 2, 3, 4, 5, 6, 7, 8])("it reads what was written, seed %i", (seed) => {
    const random = seededRandom(seed);
    const options = { seriesCountMax: 6, chunkSampleCount: [2, 5, 16, 120][seed % 4]! };
    let rig = new Rig(options);
    const twins = new Map<
      number,
      { samples: Map<number, number>; cutMs: number; newestMs: number }
    >();
    let revisions = new Map<number, number>();
    for (let round = 0; round < 4000; round++) {
      const name = `series ${nextInteger(random, 7)}`;
      const known = [...rig.names].find(([, other]) => other === name)?.[0];
      const id = rig.resolve(name);
      if (known === undefined && twins.size === 6) {
        expect(id).toBe(-1);
        rig.memory.removeSeries(nextInteger(random, 6));
        for (const other of twins.keys()) {
          if (rig.memory.isLive(other)) continue;
          twins.delete(other);
          rig.names.delete(other);
          rig.sealed.splice(0, Infinity, ...rig.sealed.filter((one) => one.id !== other));
        }
        continue;
      }
      if (known === undefined) twins.set(id, { samples: new Map(), cutMs: 0, newestMs: -Infinity });
      else expect(id).toBe(known);
      const twin = twins.get(id)!;

      const habit = habits[nextInteger(random, habits.length)]!;
      for (let k = nextInteger(random, 30); k >= 0; k--) {
        const newestMs = twin.samples.size === 0 ? start : twin.newestMs;
        const timeMs = habit(random, newestMs, Math.max(twin.cutMs, newestMs - 3_000_000));
        // An evicted time is no longer kept, so nothing can be said of a sample sent there again.
        const value = nextInteger(random, 1000) / 4;
        expect(rig.memory.add(id, timeMs, value)).toBe(true);
        twin.samples.set(timeMs, value);
        twin.newestMs = Math.max(twin.newestMs, timeMs);
        expect(rig.memory.revision(id)).not.toBe(revisions.get(id));
        revisions.set(id, rig.memory.revision(id));
      }
      expect(rig.memory.newestMs(id)).toBe(twin.newestMs);

      const choice = random.next();
      if (choice < 0.1) {
        twin.cutMs = Math.max(twin.cutMs, twin.newestMs - nextInteger(random, 3_000_000));
        rig.memory.evictBefore(id, twin.cutMs);
      } else if (choice < 0.11) {
        rig = rig.restarted(options);
        revisions = new Map();
      } else if (choice < 0.5) {
        const a =
          twin.cutMs + nextInteger(random, Math.max(1, twin.newestMs - twin.cutMs + 50_000));
        const b = a + nextInteger(random, 2_000_000);
        const expected = rowsOf(twin.samples, a, b);
        expect(rig.samples(id, { fromMs: a, untilMs: b })).toEqual(expected);
        const room = 1 + nextInteger(random, expected.length + 3);
        expect(rig.samples(id, { fromMs: a, untilMs: b }, room)).toEqual(expected.slice(-room));
      }
    }
    for (const [id, twin] of twins) {
      expect(rig.samples(id, { fromMs: twin.cutMs, untilMs: Infinity })).toEqual(
        rowsOf(twin.samples, twin.cutMs, Infinity),
      );
    }
  });
});
