import { expect, test } from "vitest";
import { seededRandom } from "../../base/random.ts";
import { TellingQueue } from "./telling-queue.ts";

test("TellingQueue gives the most important first and the elder of two alike, like a sorted list", () => {
  const random = seededRandom(23);
  const queue = new TellingQueue<number>({ countMax: 300 });
  const twin: { item: number; priority: number; sinceMs: number }[] = [];
  for (let i = 0; i < 20_000; i++) {
    if (random.next() < 0.55 && !queue.isFull) {
      const priority = Math.floor(random.next() * 8);
      queue.push(i, priority, 2 * i);
      twin.push({ item: i, priority, sinceMs: 2 * i });
      twin.sort((a, b) => b.priority - a.priority || a.item - b.item);
    } else {
      expect(queue.pop()).toBe(twin.shift()?.item);
    }
    expect(queue.count).toBe(twin.length);
    if (i % 500 === 0) {
      const sinceMs = twin.map((entry) => entry.sinceMs);
      expect(queue.sinceMs).toBe(sinceMs.length === 0 ? undefined : Math.min(...sinceMs));
    }
  }
});
