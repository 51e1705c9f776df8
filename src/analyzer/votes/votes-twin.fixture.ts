/** The running votes beside the full computation, row by row, on made-up series of every bad habit. */
import { type Random, nextNormal, seededRandom } from "../../base/random.ts";
import { type CheckName, checkNames } from "../../model/index.ts";
import { Judge } from "../judge.ts";
import { RunningVotes } from "./running-votes.ts";

const stepMs = 30_000;
const fullDurationMs = 9_000_000;
const startMs = 1_780_272_000_000;

export interface TwinFigures {
  readonly verdictCount: number;
  /** Verdicts that were given without the full computation. */
  readonly runningCount: number;
  readonly differenceCount: number;
  readonly abnormalCount: number;
}

/** One series after another, until so many verdicts were given. */
export function compareVotes(options: {
  readonly seed: number;
  readonly verdictCount: number;
  readonly consensus?: number;
  readonly checks?: readonly CheckName[];
}): TwinFigures {
  const random = seededRandom(options.seed);
  const { consensus = 6, checks = checkNames } = options;
  const judge = new Judge({ fullDurationMs, consensus, checks });
  const votes = new RunningVotes(judge.settings);
  const timesMs = new Float64Array(4096);
  const values = new Float64Array(4096);
  let verdictCount = 0;
  let runningCount = 0;
  let differenceCount = 0;
  let abnormalCount = 0;
  while (verdictCount < options.verdictCount) {
    const valueAt = habit(random);
    votes.forget(0);
    let count = 0;
    let timeMs = startMs;
    for (let row = 0; row < 900 && verdictCount < options.verdictCount; row++) {
      timeMs += random.next() < 0.01 ? stepMs * 9 : stepMs;
      const nowMs = timeMs + Math.floor(random.next() * stepMs);
      let first = 0;
      while (first < count && timesMs[first]! < nowMs - fullDurationMs) first += 1;
      timesMs.copyWithin(0, first, count);
      values.copyWithin(0, first, count);
      count -= first;
      timesMs[count] = timeMs;
      values[count++] = valueAt(row);
      const running = votes.take(0, timeMs, values[count - 1]!, nowMs);
      const full = judge.decide(timesMs, values, count, nowMs);
      verdictCount += 1;
      if (full === 1) abnormalCount += 1;
      if (running === undefined) votes.rebase(0, timesMs, values, count, nowMs);
      else {
        runningCount += 1;
        if (running !== full) differenceCount += 1;
      }
    }
  }
  return { verdictCount, runningCount, differenceCount, abnormalCount };
}

/** Calm, steps, spikes, drifts, constants that stir, huge levels, tiny ones, heavy tails, edges of limits. */
function habit(random: Random): (row: number) => number {
  const kind = Math.floor(random.next() * 10);
  const level = 10 ** Math.floor(random.next() * 14 - 5);
  const noise = level * 10 ** -Math.floor(random.next() * 7);
  const from = 250 + Math.floor(random.next() * 600);
  const length = 1 + Math.floor(random.next() * 40);
  const isOn = (row: number): boolean => row >= from && row < from + length;
  switch (kind) {
    case 0:
      return () => level + noise * nextNormal(random);
    case 1:
      return (row) => level + noise * nextNormal(random) + (isOn(row) ? 30 * noise : 0);
    case 2:
      return (row) => level + noise * nextNormal(random) - (row >= from ? 12 * noise : 0);
    case 3:
      return (row) => level + (isOn(row) ? noise : 0);
    case 4:
      return (row) => row * noise + noise * nextNormal(random);
    case 5:
      return () => Math.round(random.next() ** 6 * 5) * level;
    case 6:
      return () => level * Math.exp(3 * nextNormal(random));
    case 7: // near three deviations of ±1
      return (row) =>
        (isOn(row) ? 3 + (random.next() - 0.5) * 0.01 : row % 2 === 0 ? 1 : -1) * noise;
    case 8: // the last ones near three deviations of a normal series
      return (row) => {
        const edge = 3 + (random.next() - 0.5) * 0.2;
        return level + noise * (row % 50 > 46 ? edge : nextNormal(random));
      };
    default:
      return (row) => level * Math.sin(row / 20) + (isOn(row) ? 5 * level : 0);
  }
}
