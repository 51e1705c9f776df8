import { expect, test } from "vitest";
import { FaultyDisk } from "../log/faulty-disk.fixture.ts";
import { ArchiveCache } from "./archive-cache.ts";

function cacheOf(bytesMax: number): ArchiveCache {
  return new ArchiveCache(new FaultyDisk(), { bytesMax });
}

function pieceOf(sizeBytes: number) {
  return { offset: 0, bytes: new Uint8Array(sizeBytes) };
}

test("keep() holds no more bytes than allowed, and lets go of the least recently used", () => {
  const cache = cacheOf(1000);
  const owner = cache.enter();
  for (let place = 0; place < 100; place++) {
    cache.keep(owner, place, pieceOf(100));
    expect(cache.memoryBytes).toBeLessThanOrEqual(1000);
    if (place > 0) expect(cache.piece(owner, 1), `after ${place}`).toBeDefined();
  }
  expect(cache.piece(owner, 90)).toBeUndefined();
  expect(cache.piece(owner, 91)).toBeDefined();
});

test("keep() replaces what it kept in that place, and takes nothing that is larger than its room", () => {
  const cache = cacheOf(1000);
  const owner = cache.enter();
  cache.keep(owner, 0, pieceOf(600));
  cache.keep(owner, 0, pieceOf(700));
  expect(cache.memoryBytes).toBe(700);
  cache.keep(owner, 1, pieceOf(1001));
  expect(cache.memoryBytes).toBe(700);
});

test("forget() takes every piece of that file and no other, for good", async () => {
  const cache = cacheOf(10_000);
  const [gone, stays] = [cache.enter(), cache.enter()];
  for (const owner of [gone, stays]) {
    for (const place of [0, 1, 5000]) cache.keep(owner, place, pieceOf(100));
  }
  await cache.forget(gone, "gone");
  cache.keep(gone, 1, pieceOf(100)); // by a read that was under way
  expect(cache.memoryBytes).toBe(300);
  expect([0, 1, 5000].map((place) => cache.piece(gone, place))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(cache.piece(stays, 5000)).toBeDefined();
});

test("closeUnused() keeps what was used since the call before", async () => {
  const cache = cacheOf(10_000);
  const owner = cache.enter();
  for (const place of [0, 1, 2]) cache.keep(owner, place, pieceOf(100));
  await cache.closeUnused();
  expect(cache.memoryBytes).toBe(300);
  cache.piece(owner, 1);
  await cache.closeUnused();
  expect(cache.memoryBytes).toBe(100);
  expect(cache.piece(owner, 1)).toBeDefined();
});

test.each([
  { fileCount: 1, stretchBytes: 65_536 },
  { fileCount: 64, stretchBytes: 65_536 },
  { fileCount: 128, stretchBytes: 32_768 },
  { fileCount: 512, stretchBytes: 8192 },
])(
  "stretches of $fileCount files have room together, beside their index pages",
  ({ fileCount, stretchBytes }) => {
    const cache = new ArchiveCache(new FaultyDisk());
    const owners = Array.from({ length: fileCount }, () => cache.enter());
    expect(cache.stretchBytes).toBe(stretchBytes);
    for (const owner of owners) {
      cache.keep(owner, 0, pieceOf(cache.stretchBytes));
      cache.keep(owner, 1, pieceOf(2048));
    }
    expect(owners.every((owner) => cache.piece(owner, 0) && cache.piece(owner, 1))).toBe(true);
  },
);
