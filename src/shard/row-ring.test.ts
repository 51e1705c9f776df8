import { expect, test } from "vitest";
import { seededRandom } from "../base/random.ts";
import { RowRing } from "./row-ring.ts";

test("RowRing gives back what was pushed, oldest first, and refuses what has no room", () => {
  const random = seededRandom(11);
  const ring = new RowRing(8);
  const twin: number[] = [];
  for (let i = 0; i < 5000; i++) {
    if (random.next() < 0.6) {
      expect(ring.push(i, i * 10, i / 4, i + 1)).toBe(twin.length < 8);
      if (twin.length < 8) twin.push(i);
    } else if (twin.length > 0) {
      const at = twin.shift()!;
      expect([ring.id, ring.timeMs, ring.value, ring.cameMs]).toEqual([
        at,
        at * 10,
        at / 4,
        at + 1,
      ]);
      ring.shift();
    }
    expect(ring.count).toBe(twin.length);
  }
});
