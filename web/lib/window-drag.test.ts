import { expect, test } from "vitest";
import {
  draggedWindow,
  drawnWindow,
  partAt,
  stepSeconds,
  surroundingsOf,
  windowSecondsMin,
} from "./window-drag.ts";

const window = { from: 10_000, until: 13_600 };
const now = 20_000;

test("surroundingsOf() shows what came before, and not what has not come yet", () => {
  expect(surroundingsOf(window, undefined, now)).toEqual({ from: 2800, until: 15_400 });
  expect(surroundingsOf(window, undefined, 13_700).until).toBe(13_700);
});

test("surroundingsOf() stays while the window is moved inside, and follows it out", () => {
  const shown = surroundingsOf(window, undefined, now);
  expect(surroundingsOf({ from: 9000, until: 12_600 }, shown, now)).toBe(shown);
  expect(surroundingsOf({ from: 1000, until: 4600 }, shown, now)).not.toBe(shown);
  expect(surroundingsOf({ from: 10_000, until: 10_300 }, shown, now)).not.toBe(shown);
});

test.each([
  ["start", 600, { from: 10_600, until: 13_600 }],
  ["start", 99_999, { from: 13_600 - windowSecondsMin, until: 13_600 }],
  ["end", -600, { from: 10_000, until: 13_000 }],
  ["end", 99_999, { from: 10_000, until: now }],
  ["end", -99_999, { from: 10_000, until: 10_000 + windowSecondsMin }],
  ["whole", -500, { from: 9500, until: 13_100 }],
  ["whole", 99_999, { from: 16_400, until: now }],
] as const)("draggedWindow() moves the %s by %s", (part, by, expected) => {
  expect(draggedWindow(window, part, by, { now })).toEqual(expected);
});

test("drawnWindow() takes both directions, and is never too short", () => {
  expect(drawnWindow(500, 100, now)).toEqual({ from: 100, until: 500 });
  expect(drawnWindow(500, 501, now)).toEqual({ from: 441, until: 501 });
});

test.each([
  [10_050, "start"],
  [13_590, "end"],
  [12_000, "whole"],
  [5000, undefined],
])("partAt(%s) takes hold of %s", (time, part) => {
  expect(partAt(window, time, 100)).toBe(part);
});

test("stepSeconds() is a round part of the window", () => {
  expect(stepSeconds(window)).toBe(60);
  expect(stepSeconds({ from: 0, until: 60 })).toBe(1);
  expect(stepSeconds({ from: 0, until: 86_400 })).toBe(600);
});
