/** Verdicts by running sums beside the full computation: how many differ, and what one costs. */
import { RunningVotes } from "../src/analyzer/index.ts";
import { defaultJudgeSettings } from "../src/analyzer/settings.ts";
import { compareVotes, type TwinFigures } from "../src/analyzer/votes/votes-twin.fixture.ts";
import { seededRandom } from "../src/base/random.ts";

const stepMs = 10_000;
const dayCount = 8640;
const roundCount = 25;

export interface VoteFigures extends TwinFigures {
  /** CPU of a row and its verdict, with as many series as were asked for. */
  readonly seriesCount: number;
  readonly cpuMicrosecondsPerRow: number;
  /** CPU of the base that a full computation leaves behind. */
  readonly cpuMicrosecondsPerBase: number;
  readonly runningShare: number;
}

export function benchVotes(options: {
  readonly verdictCount: number;
  readonly seriesCount: number;
  readonly seed: number;
}): VoteFigures {
  const { seriesCount } = options;
  const random = seededRandom(options.seed);
  const votes = new RunningVotes(defaultJudgeSettings);
  let nowMs = 1_780_272_000_000;
  const timesMs = Float64Array.from(
    { length: dayCount },
    (_, i) => nowMs - (dayCount - i) * stepMs,
  );
  const values = timesMs.map(() => 50 + 10 * random.next());
  let before = process.cpuUsage();
  for (let id = 0; id < seriesCount; id++) votes.rebase(id, timesMs, values, dayCount, nowMs);
  const cpuMicrosecondsPerBase = cpuSince(before) / seriesCount;
  before = process.cpuUsage();
  let calmCount = 0;
  for (let round = 0; round < roundCount; round++) {
    nowMs += stepMs;
    for (let id = 0; id < seriesCount; id++) {
      if (votes.take(id, nowMs, values[(id + round) % dayCount]!, nowMs) === 0) calmCount += 1;
    }
  }
  const rowCount = roundCount * seriesCount;
  const cpuMicrosecondsPerRow = cpuSince(before) / rowCount;
  return {
    ...compareVotes(options),
    seriesCount,
    cpuMicrosecondsPerRow,
    cpuMicrosecondsPerBase,
    runningShare: calmCount / rowCount,
  };
}

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
