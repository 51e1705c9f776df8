import { expect, test } from "vitest";
import { ManualClock } from "../base/clock.ts";
import { testIo } from "./command.fixture.ts";
import { ProgressBar, progressLine } from "./progress.ts";

test.each([
  [0, "work ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░   0 %"],
  [0.5, "work ███████████████░░░░░░░░░░░░░░░  50 %, 10 s left"],
  [1, "work ██████████████████████████████ 100 %, 0 s left"],
])("progressLine() at %d", (share, expected) => {
  expect(progressLine("work", share, 10_000)).toBe(expected);
});

test.each([
  { isTerminal: true, afterMs: 2000, isShown: true },
  { isTerminal: true, afterMs: 500, isShown: false },
  { isTerminal: false, afterMs: 2000, isShown: false },
])(
  "ProgressBar at a terminal ($isTerminal) after $afterMs ms is shown: $isShown",
  ({ isTerminal, afterMs, isShown }) => {
    const clock = new ManualClock(0);
    const { io, err } = testIo({ clock, isTerminal });
    const bar = new ProgressBar(io, "work");
    clock.advance(afterMs);
    bar.update(0.5);
    expect(err().includes("50 %")).toBe(isShown);
    bar.end();
    expect(err() === "" || err().endsWith("\r\u001b[K")).toBe(true);
  },
);
