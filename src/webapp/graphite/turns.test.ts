import { expect, test } from "vitest";
import { Turns } from "./turns.ts";

test("Turns lets so many in, makes others wait in order, and refuses the rest", async () => {
  const turns = new Turns({ atOnceMax: 1, waitingMax: 2 });
  const first = await turns.take();
  const order: string[] = [];
  const second = turns.take().then((release) => {
    order.push("second");
    release?.();
  });
  const third = turns.take().then((release) => {
    order.push("third");
    release?.();
  });
  expect(await turns.take()).toBeUndefined();
  first?.();
  // Once more does nothing: the place is somebody else's by now.
  first?.();
  await Promise.all([second, third]);
  expect(order).toEqual(["second", "third"]);
  expect(await turns.take()).toBeDefined();
});
