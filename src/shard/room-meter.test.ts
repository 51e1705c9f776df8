import { expect, test } from "vitest";
import type { StoreStats } from "../model/index.ts";
import { PlainWindow } from "./plain-window.fixture.ts";
import { RoomMeter } from "./room-meter.ts";

const hourMs = 3_600_000;
const nowMs = 1_700_000_000_000;
const stepMs = 10_000;
const seriesCount = 40;
const clock = { nowMs: () => nowMs, elapsedMs: () => 0 };

function fleet(minutes: number): PlainWindow {
  const window = new PlainWindow();
  for (let i = 0; i < seriesCount; i++) {
    for (let k = (minutes * 60_000) / stepMs; k > 0; k--)
      window.add(`series${i}`, nowMs - k * stepMs, k % 7);
  }
  return window;
}

function statsOf(sealedSampleCount: number, sealedBytes: number): StoreStats {
  return {
    ...{ seriesCount, sampleCount: 1, memoryBytes: 500_000, diskBytes: 0, uncommittedCount: 0 },
    ...{ isDurable: true, refusedSeriesCount: 0, lateCount: 0, faults: [] },
    room: {
      ...{ seriesCountMax: 1000, bytesMax: 2 ** 30, refusedNames: [] },
      ...{ sealedSampleCount, sealedBytes },
    },
  };
}

test.each([
  { name: "ten minutes", minutes: 10, sealed: 0, sealedBytes: 0, sampleBytes: 1.2 },
  { name: "six hours", minutes: 360, sealed: 80_000, sealedBytes: 160_000, sampleBytes: 2 },
])("RoomMeter foresees a whole window of a fleet that has sent for $name", (given) => {
  const { minutes, sealed, sealedBytes, sampleBytes } = given;
  const meter = new RoomMeter(fleet(minutes), clock, { windowMs: 24 * hourMs });
  const room = meter.read(statsOf(sealed, sealedBytes), 1000)!;
  expect(room).toMatchObject({ usedBytes: 501_000, bytesMax: 2 ** 30, seriesCountMax: 1000 });
  const expected = 501_000 + (seriesCount * 8640 - sealed) * sampleBytes;
  expect(room.fullBytes / expected).toBeCloseTo(1, 3);
});

test("RoomMeter promises nothing for a store that does not tell", () => {
  const { room, ...stats } = statsOf(0, 0);
  expect(room).toBeDefined();
  const meter = new RoomMeter(fleet(1), clock, { windowMs: hourMs });
  expect(meter.read(stats, 0)).toBeUndefined();
});
