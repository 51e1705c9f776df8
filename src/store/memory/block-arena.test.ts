import { expect, test } from "vitest";
import { nextInteger, seededRandom } from "../../base/random.ts";
import { BlockArena, blockBytesMax } from "./block-arena.ts";

interface Held {
  readonly block: number;
  readonly sizeBytes: number;
  readonly mark: number;
}

function fill(arena: BlockArena, held: Held): void {
  const at = arena.byteAt(held.block);
  arena.bytes(held.block).fill(held.mark, at, at + held.sizeBytes);
}

function isIntact(arena: BlockArena, held: Held): boolean {
  const at = arena.byteAt(held.block);
  return arena
    .bytes(held.block)
    .subarray(at, at + held.sizeBytes)
    .every((b) => b === held.mark);
}

test("BlockArena hands out blocks that never overlap, whatever is freed between", () => {
  const arena = new BlockArena();
  const random = seededRandom(31);
  const held: Held[] = [];
  for (let round = 0; round < 20_000; round++) {
    if (held.length > 0 && random.next() < 0.48) {
      const [gone] = held.splice(nextInteger(random, held.length), 1);
      expect(isIntact(arena, gone!)).toBe(true);
      arena.free(gone!.block, gone!.sizeBytes);
      continue;
    }
    const sizeBytes = 1 + nextInteger(random, random.next() < 0.9 ? 400 : blockBytesMax);
    const one = { block: arena.allocate(sizeBytes), sizeBytes, mark: round & 255 };
    if (sizeBytes % 8 === 0) expect(arena.byteAt(one.block) % 8).toBe(0);
    fill(arena, one);
    held.push(one);
  }
  expect(held.every((one) => isIntact(arena, one))).toBe(true);
  for (const one of held) arena.free(one.block, one.sizeBytes);
  expect(arena.liveBytes).toBe(0);
  expect(arena.usedBytes).toBe(0);
});

test("BlockArena wastes at most 3 bytes or a sixteenth on a block", () => {
  const arena = new BlockArena();
  for (let sizeBytes = 1; sizeBytes <= blockBytesMax; sizeBytes += 13) {
    const before = arena.liveBytes;
    arena.allocate(sizeBytes);
    const waste = arena.liveBytes - before - sizeBytes;
    expect(waste).toBeGreaterThanOrEqual(0);
    expect(waste).toBeLessThanOrEqual(Math.max(3, sizeBytes / 16));
  }
});

test("BlockArena gives an emptied page to any other size", () => {
  const arena = new BlockArena();
  const blocks = Array.from({ length: 5000 }, () => arena.allocate(100));
  const usedBytes = arena.usedBytes;
  for (const block of blocks) arena.free(block, 100);
  for (let i = 0; i < 480; i++) arena.allocate(1000);
  expect(arena.usedBytes).toBeLessThanOrEqual(usedBytes);
});

test("BlockArena goes on past its first region", () => {
  const arena = new BlockArena();
  const held = Array.from({ length: 1500 }, (unused, i) => {
    const one = { block: arena.allocate(blockBytesMax), sizeBytes: blockBytesMax, mark: i & 255 };
    fill(arena, one);
    return one;
  });
  expect(arena.usedBytes).toBeGreaterThan(20e6);
  expect(held.every((one) => isIntact(arena, one))).toBe(true);
});

test.each([0, blockBytesMax + 1])(
  "BlockArena refuses a block of %i bytes as our mistake",
  (size) => {
    expect(() => new BlockArena().allocate(size)).toThrow(/broken assertion/);
  },
);

test("BlockArena notices a block freed with another size", () => {
  const arena = new BlockArena();
  const block = arena.allocate(100);
  expect(() => {
    arena.free(block, 50);
  }).toThrow(/broken assertion/);
});
