import { expect, test } from "vitest";
import { HistoryPace } from "./history-pace.ts";

test("HistoryPace rests as long as was worked until a rest was not disturbed, then a quarter", () => {
  const pace = new HistoryPace();
  expect(pace.restMs(20)).toBe(20);
  pace.noteRest(20, 21);
  expect(pace.restMs(20)).toBe(5);
  pace.noteRest(5, 9);
  expect(pace.restMs(20)).toBe(20);
});

test.each([
  { name: "hardly anything", workedMs: 0.1, restMs: 1 },
  { name: "far more than a slice", workedMs: 900, restMs: 50 },
])("HistoryPace rests $restMs ms after $name", ({ workedMs, restMs }) => {
  expect(new HistoryPace().restMs(workedMs)).toBe(restMs);
});
