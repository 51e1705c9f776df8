import { expect, test } from "vitest";
import { SearchTurns } from "./search-turns.ts";

test("SearchTurns lets one slice run between two turns of whoever else waits, and all get on alike", async () => {
  const turns = new SearchTurns();
  let sliceCount = 0;
  let mostBetween = 0;
  let isOver = false;
  const judge = (): void => {
    mostBetween = Math.max(mostBetween, sliceCount);
    sliceCount = 0;
    if (!isOver) setImmediate(judge);
  };
  setImmediate(judge);
  const order: number[] = [];
  const searches = Array.from({ length: 6 }, async (slot, search) => {
    for (let slice = 0; slice < 20; slice++) {
      await turns.next();
      sliceCount += 1;
      order.push(search);
    }
  });
  await Promise.all(searches);
  isOver = true;
  expect(mostBetween).toBe(1);
  expect(order).toEqual(Array.from({ length: 120 }, (slot, i) => i % 6));
});
