import { expect, test } from "vitest";
import { Judge } from "../analyzer/index.ts";
import { ManualClock } from "../base/clock.ts";
import { seededRandom } from "../base/random.ts";
import type { SampleColumns } from "../model/index.ts";
import { RulesTrials, type ShardTrialQuery } from "./rules-trial.ts";

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;
const startMs = 1_780_272_000_000;
const range = { fromMs: startMs + dayMs, untilMs: startMs + 2 * dayMs };

/** Two days, a quarter of an hour of them out. */
function samples(): SampleColumns {
  const random = seededRandom(9);
  const timesMs = Float64Array.from({ length: 2_880 }, (_, i) => startMs + i * minuteMs);
  const values = timesMs.map(
    (...[, i]) => 50 + 3 * random.next() + (i > 2_000 && i <= 2_015 ? 90 : 0),
  );
  return { timesMs, values };
}

function trials(clock = new ManualClock(startMs)): RulesTrials {
  const read = (name: string): Promise<SampleColumns | undefined> =>
    Promise.resolve(name === "gone" ? undefined : samples());
  return new RulesTrials({
    store: { read },
    judge: new Judge(),
    stalePeriodMs: 500_000,
    clock,
    statedOf: () => 0,
  });
}

function query(names: readonly string[], budgetMs = 60_000): ShardTrialQuery {
  const tried = [{ match: "web.*", leastDurationMs: 20 * minuteMs }];
  return { names, range, inForce: [], tried, budgetMs };
}

test("RulesTrials tells what the tried rules leave out, series by series", async () => {
  const { episodes, triedCount } = await trials().run(query(["web.a", "db.a", "gone"]));
  expect(triedCount).toBe(3);
  expect(episodes.map(({ fate, episode }) => `${fate} ${episode.name}`)).toEqual([
    "left-out web.a",
    "both db.a",
  ]);
});

test("RulesTrials stops when the time is up, and says how far it came", async () => {
  const none = await trials().run(query(["web.a"], 0));
  expect(none).toEqual({ episodes: [], knownCount: 0, triedCount: 0 });
});

test("RulesTrials counts what people marked as normal as known, and tells it under neither rules", async () => {
  const trial = trials();
  const { timesMs, values } = samples();
  const [from, until] = [1_986, 2_016];
  trial.useFeedback([
    {
      ...{ id: "f", kind: "normal", episodeId: "other", name: "db.a", pattern: "db.*" },
      ...{ label: "nightly", by: "ann", createdMs: timesMs[until]! },
      shape: { stepMs: minuteMs, leadCount: 15, values: [...values.slice(from, until)] },
    },
  ]);
  const { episodes, knownCount } = await trial.run(query(["web.a", "db.a"]));
  expect(knownCount).toBe(1);
  expect(episodes.map(({ fate, episode }) => `${fate} ${episode.name}`)).toEqual([
    "left-out web.a",
  ]);
});
