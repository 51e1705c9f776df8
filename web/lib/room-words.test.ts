import { expect, test } from "vitest";
import type { RoomJson } from "../../src/webapp/contract.ts";
import { moreWords, refusedWords, roomTrouble } from "./room-words.ts";

const room: RoomJson = {
  limitBytes: 2 ** 30,
  usedBytes: 2 ** 20,
  fullBytes: 2 ** 21,
  bytesPerMetric: 12_000,
  seriesLimit: 1_000_000,
  moreMetrics: 88_000,
  scarce: false,
  refused: [],
};

test("roomTrouble() is silent while there is room, and while nobody knows", () => {
  expect(roomTrouble(null)).toBeUndefined();
  expect(roomTrouble(room)).toBeUndefined();
});

test("roomTrouble() warns before the limit, and names what is refused at it", () => {
  expect(roomTrouble({ ...room, scarce: true })?.title).toBe("Soon no more metrics fit");
  const refused = [{ reason: "series-limit" as const, count: 3, example: "a.b" }];
  const trouble = roomTrouble({ ...room, scarce: true, refused });
  expect(trouble?.title).toBe("New metrics are refused");
  expect(trouble?.words).toContain("the last a.b, which is more than series-limit allows");
});

test("moreWords() and refusedWords() say what they know", () => {
  expect(moreWords(room)).toMatch(/^Room for 88.000 more metrics at /);
  expect(moreWords({ ...room, moreMetrics: null })).toBe("Too few metrics to tell how many fit.");
  expect(refusedWords({ ...room, refused: [{ reason: "bad-name", count: 2, example: "x" }] })).toBe(
    "2 × x is too long",
  );
});
