/** Made-up series for tests: ordinary ones, and those that break arithmetic or assumptions. */
import { nextInteger, nextNormal, type Random } from "../base/random.ts";

export interface MadeSeries {
  readonly kind: string;
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  readonly nowMs: number;
}

const makers: Readonly<Record<string, (random: Random, i: number, n: number) => number>> = {
  noise: (random) => 100 + 10 * nextNormal(random),
  tiedIntegers: (random) => nextInteger(random, 4),
  constant: () => 0.1,
  twoLevels: (random) => (random.next() < 0.03 ? 7.7 : 0.1),
  step: (random, i, n) => (i < n * 0.6 ? 5 : 9) + 0.1 * nextNormal(random),
  flatThenStep: (random, i, n) => (i < n - 40 ? 3 : 8),
  trend: (random, i) => i * 0.3 + nextNormal(random),
  exactLine: (random, i) => 2 * i + 1,
  season: (random, i) => 50 + 30 * Math.sin(i / 400) + nextNormal(random),
  heavy: (random) => Math.exp(3 * nextNormal(random)),
  hugeLevel: (random) => 1e9 + 1e-3 * nextNormal(random),
  tiny: (random) => 1e-12 * (1 + 0.1 * nextNormal(random)),
  ratio: (random) => random.next(),
  saw: (random, i) => (i % 37) * 100 + random.next(),
};

export const seriesKinds = Object.keys(makers);

/** Counts around every border of the checks, then the usual ones. */
const counts = [
  1, 2, 3, 4, 5, 15, 20, 21, 24, 60, 99, 100, 101, 150, 360, 420, 1000, 2047, 2050, 8640,
];

/** @param countMax  series longer than this are cut to it: slow twins want short ones */
export function makeSeries(random: Random, countMax = Infinity): MadeSeries {
  const kind = seriesKinds[nextInteger(random, seriesKinds.length)]!;
  const maker = makers[kind]!;
  const count = Math.min(counts[nextInteger(random, counts.length)]!, countMax);
  const stepMs = [1_000, 10_000, 10_000, 60_000, 300_000][nextInteger(random, 5)]!;
  const nowMs = 1_700_000_000_000 + nextInteger(random, 1_000_000);
  const jitters = random.next() < 0.3;
  const hasGap = random.next() < 0.2;
  const timesMs = new Float64Array(count);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let timeMs = nowMs - (count - 1 - i) * stepMs;
    if (jitters) timeMs += nextInteger(random, 3) * stepMs * 0.5; // some equal, some late
    if (hasGap && i < count / 2) timeMs -= 1_800_000;
    timesMs[i] = timeMs;
    values[i] = maker(random, i, count);
  }
  timesMs.sort();
  // An incident at the end, often enough that votes come near the consensus.
  const incident = random.next();
  const size = 10 ** nextInteger(random, 4);
  const length = 1 + nextInteger(random, 70);
  for (let i = Math.max(count - length, 0); i < count; i++) {
    if (incident < 0.3) values[i] = values[i]! * size;
    else if (incident < 0.5) values[i] = values[i]! + size * 10;
    else if (incident < 0.6) values[i] = 0;
  }
  return { kind, timesMs, values, nowMs };
}
