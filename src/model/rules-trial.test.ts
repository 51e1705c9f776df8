import { expect, test } from "vitest";
import type { Episode } from "./episode.ts";
import { compareTold } from "./rules-trial.ts";

function told(startedMs: number, endedMs: number | null): Episode {
  return { id: `${startedMs}`, startedMs, endedMs } as unknown as Episode;
}

test("compareTold pairs what overlaps, and names what is left out and what is added", () => {
  const before = [told(100, 200), told(500, 600), told(900, null)];
  const after = [told(150, 180), told(700, 800), told(950, null)];
  expect(compareTold(before, after).map(({ fate, episode }) => `${fate} ${episode.id}`)).toEqual([
    "both 150",
    "added 700",
    "both 950",
    "left-out 500",
  ]);
  expect(compareTold([], [])).toEqual([]);
});
