import { expect, test } from "vitest";
import { Turnstile } from "./turnstile.ts";

test("Turnstile lets so many run, so many wait in order, and is full then", async () => {
  const turnstile = new Turnstile({ runningMax: 2, waitingMax: 2 });
  const begun: number[] = [];
  const releases: (() => void)[] = [];
  const work = (n: number): Promise<number> =>
    turnstile.run(async () => {
      begun.push(n);
      await new Promise<void>((resolve) => releases.push(resolve));
      if (n === 1) throw new Error("failed");
      return n;
    });

  const done = [work(0), work(1).catch(() => -1), work(2)];
  expect([begun, turnstile.isFull]).toEqual([[0, 1], false]);
  done.push(work(3));
  expect(turnstile.isFull).toBe(true);
  releases.shift()!();
  await done[0];
  expect([begun, turnstile.isFull]).toEqual([[0, 1, 2], false]);
  // A place comes free by a failure too.
  releases.shift()!();
  await done[1];
  expect(begun).toEqual([0, 1, 2, 3]);
  for (const release of releases.splice(0)) release();
  expect(await Promise.all(done)).toEqual([0, -1, 2, 3]);
  const again = work(4);
  expect(begun.at(-1)).toBe(4);
  releases.shift()!();
  expect(await again).toBe(4);
});
