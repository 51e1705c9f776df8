import { expect, test } from "vitest";
import { decision, Judge } from "../analyzer/index.ts";
import { nextInteger, seededRandom } from "../base/random.ts";
import { decideWindow, undecided } from "./decide-window.ts";
import { PlainWindow } from "./plain-window.fixture.ts";
import { WindowScratch } from "./window-scratch.ts";

const stepMs = 10_000;
const nowMs = 1_780_272_000_000;
const fullDurationMs = 3_600_000;

test.each([
  { name: "the settings of the start", settings: {} },
  { name: "a length", settings: { minTolerableLength: 150 } },
  { name: "two values that bore", settings: { boredomSetSize: 2, maxTolerableBoredom: 30 } },
  { name: "nothing that bores", settings: { maxTolerableBoredom: 0 } },
])("decideWindow() says what Judge says of all samples, with $name", ({ settings }) => {
  const random = seededRandom(71);
  const judge = new Judge({ ...settings, fullDurationMs });
  const seen = new Set<number>();
  for (let round = 0; round < 200; round++) {
    const window = new PlainWindow();
    const count = nextInteger(random, 400);
    // It stands still from some sample on, or moves at its very end.
    const stillFrom = nextInteger(random, 401);
    const movesAt = count - 1 - nextInteger(random, 120);
    const lastMs = nowMs - nextInteger(random, 2) * nextInteger(random, 1_200_000);
    window.add("other", nowMs, 1);
    for (let i = 0; i < count; i++) {
      const value = i === movesAt ? 9 : i < stillFrom ? random.next() : 5;
      window.add("one", lastMs - (count - 1 - i) * stepMs, value);
    }
    const id = window.find("one");
    if (id === undefined) continue;
    const scratch = new WindowScratch(window, { fullDurationMs });
    const all = scratch.copyFrom(id, nowMs);
    const wanted = judge.decide(scratch.timesMs, scratch.values, all, nowMs);
    seen.add(wanted);
    for (const expected of [undecided, ...Object.values(decision)]) {
      expect(decideWindow(judge, scratch, id, nowMs, expected), `round ${round}`).toBe(wanted);
      const isJudged = wanted === decision.calm || wanted === decision.anomalous;
      const isRead = expected === decision.calm || expected === decision.anomalous;
      expect(scratch.isWhole).toBe(isJudged || isRead || expected === undecided);
      if (scratch.isWhole) expect(scratch.count).toBe(all);
      else expect(scratch.count).toBeLessThanOrEqual(judge.newestCountMax);
    }
  }
  expect(seen.size).toBeGreaterThanOrEqual(3);
});
