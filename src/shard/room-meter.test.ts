import { expect, test } from "vitest";
import { SeriesMemory } from "../store/memory/index.ts";
import type { StoreStats } from "../model/index.ts";
import { RoomMeter } from "./room-meter.ts";

const hourMs = 3_600_000;
const nowMs = 1_700_000_000_000;
const clock = { nowMs: () => nowMs, elapsedMs: () => 0 };

/** As a store tells of a memory. */
function statsOf(memory: SeriesMemory): StoreStats {
  const { refusedNames, sealedSampleCount, sealedBytes, ...stats } = memory.stats();
  return {
    ...stats,
    diskBytes: 0,
    uncommittedCount: 0,
    isDurable: true,
    faults: [],
    room: {
      ...{ seriesCountMax: 1000, bytesMax: 2 ** 30 },
      ...{ refusedNames, sealedSampleCount, sealedBytes },
    },
  };
}

function fleet(minutes: number, stepMs: number): SeriesMemory {
  const memory = new SeriesMemory({
    seriesCountMax: 1000,
    onNewSeries: () => undefined,
    onSealed: () => undefined,
  });
  for (let i = 0; i < 300; i++) {
    const name = Buffer.from(`series${i}`);
    const id = memory.resolve(name, 0, name.length);
    const count = (minutes * 60_000) / stepMs;
    for (let k = count; k > 0; k--) memory.add(id, nowMs - k * stepMs, k % 7);
  }
  return memory;
}

test.each([
  { name: "for ten minutes", minutes: 10 },
  { name: "for six hours", minutes: 360 },
])("RoomMeter foresees a whole window of samples of a fleet that sends $name", ({ minutes }) => {
  const memory = fleet(minutes, 10_000);
  const stats = statsOf(memory);
  const room = new RoomMeter(memory, clock, { windowMs: 24 * hourMs }).read(stats, 1000)!;
  expect(room.usedBytes).toBe(stats.memoryBytes + 1000);
  const { sealedSampleCount, sealedBytes } = memory.stats();
  const sampleBytes = sealedSampleCount < 10_000 ? 1.2 : sealedBytes / sealedSampleCount;
  const expected = room.usedBytes + (300 * 8640 - sealedSampleCount) * sampleBytes;
  expect(room.fullBytes / expected).toBeGreaterThan(0.98);
  expect(room.fullBytes / expected).toBeLessThan(1.02);
});

test("RoomMeter promises nothing for a store that does not tell", () => {
  const memory = fleet(1, 10_000);
  const { room: untold, ...stats } = statsOf(memory);
  expect(untold).toBeDefined();
  expect(new RoomMeter(memory, clock, { windowMs: hourMs }).read(stats, 0)).toBeUndefined();
});
