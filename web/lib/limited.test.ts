import { expect, test } from "vitest";
import { limitedTo } from "./limited.ts";

test("limitedTo() runs so many at once, in order, and goes on after a failure", async () => {
  const inTurn = limitedTo(2);
  let running = 0;
  let runningMax = 0;
  const started: number[] = [];
  const work = (id: number) => async (): Promise<number> => {
    started.push(id);
    runningMax = Math.max(runningMax, ++running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running -= 1;
    if (id === 1) throw new Error("one fails");
    return id;
  };
  const results = await Promise.allSettled([0, 1, 2, 3, 4].map((id) => inTurn(work(id))));
  expect(results.map(({ status }) => status === "fulfilled")).toEqual([
    true,
    false,
    true,
    true,
    true,
  ]);
  expect(started).toEqual([0, 1, 2, 3, 4]);
  expect(runningMax).toBe(2);
});
