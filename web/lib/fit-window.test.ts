import { expect, test } from "vitest";
import type { Point } from "./columns.ts";
import { fittedWindow } from "./fit-window.ts";

const window = { from: 1000, until: 4600 };

function every10s(from: number, until: number): Point[] {
  return Array.from({ length: (until - from) / 10 }, (_, i): Point => [from + i * 10, i]);
}

test.each([
  ["began late", every10s(4000, 4600), { from: 4000, until: 4591 }],
  ["stopped early", every10s(1000, 3000), { from: 1000, until: 2991 }],
  ["was there only before", every10s(100, 600), { from: 591 - 3600, until: 591 }],
  ["has too little", every10s(4580, 4600), undefined],
  ["has nothing", [], undefined],
])("fittedWindow() of a metric that %s", (_, points, expected) => {
  expect(fittedWindow(window, points)).toEqual(expected);
});
