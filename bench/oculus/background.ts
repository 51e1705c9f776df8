/**
 * Series that have nothing to do with each other, in the mixture a site has: what the members of a
 * family must be told apart from. One hour at ten seconds, by seed.
 *
 * The classes and their shares follow the mixture that search costs were measured on: noise 20 %,
 * slices of a daily wave 17, periodic spikes 14, random walks 17, bursts 12, steps 9, low counts 11.
 */
import { nextInteger, nextNormal, type Random } from "../../src/base/random.ts";

export const backgroundClasses = [
  "noise",
  "trend",
  "periodic",
  "walk",
  "bursts",
  "steps",
  "counts",
] as const;

export type BackgroundClass = (typeof backgroundClasses)[number];

const cumulativeShares = [0.2, 0.37, 0.51, 0.68, 0.8, 0.89, 1];

export function pickBackgroundClass(random: Random): BackgroundClass {
  const at = random.next();
  return backgroundClasses[cumulativeShares.findIndex((share) => at < share)]!;
}

/** Overwrites `into` with one series of the class. */
export function fillBackground(into: Float64Array, kind: BackgroundClass, random: Random): void {
  writers[kind](into, random);
}

const writers: Readonly<Record<BackgroundClass, (into: Float64Array, random: Random) => void>> = {
  noise(into, random) {
    const memory = random.next() * 0.9;
    let value = 0;
    for (let i = 0; i < into.length; i++) {
      value = memory * value + nextNormal(random);
      into[i] = value;
    }
  },
  trend(into, random) {
    const phase = random.next() * 2 * Math.PI;
    const noise = 0.02 + random.next() * 0.1;
    for (let i = 0; i < into.length; i++) {
      into[i] = Math.sin(phase + (2 * Math.PI * i) / 8640) + noise * nextNormal(random);
    }
  },
  periodic(into, random) {
    const period = 6 + nextInteger(random, 115);
    const offset = nextInteger(random, period);
    const width = 1 + nextInteger(random, Math.max(1, period >> 2));
    for (let i = 0; i < into.length; i++) {
      into[i] = ((i + offset) % period < width ? 3 : 0) + 0.4 * nextNormal(random);
    }
  },
  walk(into, random) {
    let value = 0;
    for (let i = 0; i < into.length; i++) {
      value += nextNormal(random);
      into[i] = value;
    }
  },
  bursts(into, random) {
    for (let i = 0; i < into.length; i++) into[i] = 0.3 * nextNormal(random);
    for (let count = 1 + nextInteger(random, 4); count > 0; count--) {
      addBurst(into, 5 + random.next() * 60, random);
    }
  },
  steps(into, random) {
    let level = 0;
    const chance = (1 + nextInteger(random, 5)) / into.length;
    for (let i = 0; i < into.length; i++) {
      if (random.next() < chance) level = 4 * nextNormal(random);
      into[i] = level + 0.5 * nextNormal(random);
    }
  },
  counts(into, random) {
    const mean = 0.05 + random.next() * 2;
    for (let i = 0; i < into.length; i++) into[i] = nextPoisson(random, mean);
  },
};

/** A sudden rise somewhere in the series, gone by two thirds after `decay` samples. */
export function addBurst(into: Float64Array, decay: number, random: Random): void {
  const start = nextInteger(random, into.length);
  const height = 2 + 6 * random.next();
  for (let i = start; i < into.length; i++) into[i]! += height * Math.exp(-(i - start) / decay);
}

/** Knuth's multiplication method: for small means only. */
function nextPoisson(random: Random, mean: number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random.next(); product > limit; product *= random.next()) count++;
  return count;
}
