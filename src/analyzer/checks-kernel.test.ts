import { expect, test } from "vitest";
import { builtKernel } from "../../test/support/kernels.ts";
import { nextInteger, nextNormal, type Random, seededRandom } from "../base/random.ts";
import { openChunkKernel } from "../kernel/index.ts";
import { checkNames } from "../model/index.ts";
import { answerBits, ChecksKernel } from "./checks-kernel.ts";
import { checksByCost, checksByName, runCheck } from "./checks/index.ts";
import { SeriesFacts } from "./facts.ts";
import { Judge, type JudgeSettings } from "./index.ts";
import { makeSeries } from "./series.fixture.ts";
import { defaultJudgeSettings } from "./settings.ts";

const chunks = openChunkKernel({ checks: builtKernel("checks") }, 1);
const { timesMs, values } = chunks.takePair();
const facts = new SeriesFacts();
const comparison = { observed: null, lower: null, upper: null, isValue: false };

function kernelWith(settings: Partial<JudgeSettings> = {}): ChecksKernel {
  const whole = { ...defaultJudgeSettings, ...settings };
  return new ChecksKernel(chunks.module!, whole, (n) => facts.grubbsCriticalValue(n));
}

/** What the last series came to in the module, to the last bit. */
function sumsOfKernel(): number[] {
  const exports = chunks.module!.exports as unknown as Record<string, { readonly value: number }>;
  return ["mean", "squares", "previousSquares"].map((name) => exports[name]!.value);
}

/** What the twin answers, check by check; -1 where it repairs the values first. */
function twinAnswers(count: number, nowMs: number, settings: JudgeSettings): number {
  const { fullDurationMs, compat, floorsTail } = settings;
  facts.prepare(timesMs, values, count, nowMs, fullDurationMs, compat && floorsTail);
  if (facts.values !== values) return -1;
  let answers = 0;
  for (const [bit, name] of checksByCost.entries()) {
    const answer = runCheck(checksByName[name], facts, comparison, false);
    if (answer === "fired") answers |= 1 << bit;
    if (answer === "silent") answers |= answerBits.silent;
    if (answer === "abstained") answers |= answerBits.abstained;
  }
  return answers;
}

const adverse: readonly ((random: Random, i: number, n: number) => number)[] = [
  () => 0,
  (random) => (random.next() < 0.5 ? 0 : -0),
  () => 1e300,
  (random) => 1e300 * (1 + random.next()),
  (random) => 1e130 * nextNormal(random),
  (random) => 1e-300 * random.next(),
  (random) => 1e-138 * random.next(),
  (random) => 5e-324 * nextInteger(random, 3),
  (random) => 1e16 + 2 * nextInteger(random, 4),
  (random) => 2 ** 62 + 4096 * nextInteger(random, 9),
  (random, i) => (i % 2 === 0 ? -7 : 7),
  (random, i) => (i % 3) - 1,
  (random, i, n) => (i >= n - 3 ? 3.3 : i % 2),
  (random, i, n) => (i >= n - 3 ? 0.1 : 9 + (i % 2)),
  (random, i, n) => (i < n / 2 ? 0 : 1),
  (random, i) => Math.floor(i / 50),
  (random, i) => 1e9 + i,
  (random, i) => i * 1e-7,
  (random) => nextInteger(random, 2) * 1e-14 + 1,
  (random) => Math.round(nextNormal(random) * 100) / 100,
  (random) => nextNormal(random) ** 9,
  (random, i, n) => (i > n - 61 ? 5 : 0) + nextNormal(random) / 5,
  (random, i, n) => (i > n - 50 && i < n - 45 ? NaN : random.next()),
  (random, i) => (i === 3 ? Infinity : random.next()),
];

/** Fills the columns. @returns count and clock */
function makeAdverse(random: Random): { readonly count: number; readonly nowMs: number } {
  const most = [11, 60, 130, 500, 700][nextInteger(random, 5)]!;
  const count = 1 + nextInteger(random, random.next() < 0.05 ? 3_000 : most);
  const maker = adverse[nextInteger(random, adverse.length)]!;
  const stepMs = [1_000, 10_000, 10_000, 30_000, 600_000][nextInteger(random, 5)]!;
  const nowMs = 1_700_000_000_000 + random.next() * 1e6;
  const jitterMs = random.next() < 0.4 ? random.next() * stepMs : 0;
  for (let i = count - 1, timeMs = nowMs; i >= 0; i--) {
    timesMs[i] = jitterMs === 0 ? Math.round(timeMs) : timeMs;
    values[i] = maker(random, i, count);
    timeMs -= stepMs + jitterMs * random.next();
    if (random.next() < 0.003) timeMs -= 1_800_000;
  }
  // Close to where checks turn: the newest values at the limits of an earlier answer.
  if (random.next() < 0.4) standAtLimits(random, count, nowMs);
  return { count, nowMs };
}

function standAtLimits(random: Random, count: number, nowMs: number): void {
  const name = checkNames[nextInteger(random, checkNames.length)]!;
  facts.prepare(timesMs, values, count, nowMs, defaultJudgeSettings.fullDurationMs, false);
  const sides = { observed: 0, lower: null, upper: null, isValue: false };
  runCheck(checksByName[name], facts, sides, true);
  const limit = (random.next() < 0.5 ? sides.upper : sides.lower) as number | null;
  if (limit === null) return;
  const tailCount = random.next() < 0.5 ? 1 : 3;
  const nudge = 1 + (nextInteger(random, 5) - 2) * 2 ** -52;
  for (let k = 1; k <= Math.min(tailCount, count); k++) values[count - k] = limit * nudge;
}

test.each([
  { name: "default", settings: {} },
  { name: "compat with rounded tails", settings: { compat: true, floorsTail: true } },
  { name: "six hours", settings: { fullDurationMs: 6 * 3_600_000 } },
])("the kernel's nine answers are the twin's on adverse series, $name", ({ settings }) => {
  const whole = { ...defaultJudgeSettings, ...settings };
  const kernel = kernelWith(settings);
  const random = seededRandom(9001);
  const firedCounts = new Uint32Array(9);
  let repairedCount = 0;
  for (let round = 0; round < 6_000; round++) {
    const { count, nowMs } = makeAdverse(random);
    const wanted = twinAnswers(count, nowMs, whole);
    const answers = kernel.ask(timesMs, values, count, nowMs, false);
    if (wanted >= 0)
      expect(sumsOfKernel()).toEqual([facts.mean, facts.squares, facts.previousSquares]);
    if (answers !== wanted) expect(answers, `round ${round}, ${count} samples`).toBe(wanted);
    if (wanted < 0) repairedCount += 1;
    else for (let bit = 0; bit < 9; bit++) firedCounts[bit]! += (wanted >> bit) & 1;
  }
  expect(repairedCount).toBeGreaterThan(100);
  expect(Math.min(...firedCounts)).toBeGreaterThan(5);
});

test("the kernel's nine answers are the twin's on made-up series of all lengths", () => {
  const kernel = kernelWith();
  const random = seededRandom(9002);
  for (let round = 0; round < 4_000; round++) {
    const series = makeSeries(random);
    const count = series.values.length;
    timesMs.set(series.timesMs);
    values.set(series.values);
    const wanted = twinAnswers(count, series.nowMs, defaultJudgeSettings);
    const answers = kernel.ask(timesMs, values, count, series.nowMs, false);
    if (answers !== wanted) expect(answers, `${series.kind}, round ${round}`).toBe(wanted);
  }
});

test.each([
  { name: "default", settings: {} },
  { name: "compat", settings: { compat: true } },
  { name: "consensus 1", settings: { consensus: 1 } },
  { name: "consensus 9", settings: { consensus: 9 } },
  { name: "three checks", settings: { checks: checkNames.slice(5, 8), consensus: 2 } },
])("Judge decides and counts alike with the kernel and without: $name", ({ settings }) => {
  const judge = new Judge(settings, chunks);
  const twin = new Judge(settings);
  const random = seededRandom(9003);
  for (let round = 0; round < 3_000; round++) {
    const { count, nowMs } = makeAdverse(random);
    const decided = judge.decide(timesMs, values, count, nowMs);
    expect(decided, `round ${round}`).toBe(twin.decide(timesMs, values, count, nowMs));
    const votes = judge.countVotes(timesMs, values, count, nowMs);
    expect(votes, `round ${round}`).toBe(twin.countVotes(timesMs, values, count, nowMs));
  }
  expect(judge.abstainedCount).toBe(twin.abstainedCount);
});

test("the kernel leaves columns that lie elsewhere to the twin", () => {
  const kernel = kernelWith();
  expect(kernel.ask(timesMs.slice(0, 50), values.slice(0, 50), 50, 0, false)).toBe(-1);
});
