import { expect, test } from "vitest";
import { backoffMs } from "./backoff.ts";

test("backoffMs() doubles from one second and stops at thirty", () => {
  expect([1, 2, 3, 6, 50, 5000].map(backoffMs)).toEqual([1000, 2000, 4000, 30_000, 30_000, 30_000]);
});
