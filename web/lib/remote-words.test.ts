import { expect, test } from "vitest";
import { remoteTrouble } from "./remote-words.ts";

const well = {
  description: "redis 10.0.0.1:6379",
  reachable: true,
  problem: null,
  failingSince: null,
  waiting: 12,
  holding: false,
  warmShare: 1,
};

test("remoteTrouble() is silent where the data folder keeps the samples, and while all is well", () => {
  expect(remoteTrouble(null, 0)).toBeUndefined();
  expect(remoteTrouble(well, 0)).toBeUndefined();
});

test("remoteTrouble() says what is wrong, for how long, and where the samples are", () => {
  const away = { ...well, reachable: false, failingSince: 100, problem: "connection refused" };
  expect(remoteTrouble(away, 160)).toEqual({
    title: "redis 10.0.0.1:6379 does not take samples for 1 min",
    words: "connection refused. What arrives is safe: 12 samples wait on this machine’s disk.",
  });
  expect(remoteTrouble({ ...away, holding: true }, 160)?.words).toContain(
    "senders are made to wait",
  );
});

test("remoteTrouble() says how far the last day is read", () => {
  expect(remoteTrouble({ ...well, warmShare: 0.428 }, 0)?.title).toBe(
    "Reading the last day from redis 10.0.0.1:6379: 42 %",
  );
});
