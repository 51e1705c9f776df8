/**
 * Families with an injected cause: each is one hidden course of events, and its members are what
 * different metrics of a site would show of it. By seed, so that no ranking can be tuned to it.
 *
 * Every member has its own scale and offset, white noise of 0.1 to 1.2 deviations of the course per
 * sample, for one half a lag of up to three minutes either way, and in 15 % the sign turned. Members
 * of warped families have in addition one of
 *
 * - rate:        the course runs up to a quarter faster or slower, or speeds up and slows down
 * - dropouts:    one to three stretches, up to a fifth of the hour, where the last value is held, the
 *                samples are missing (drawn straight), or the sender reports its lowest value
 * - saturation:  clipped above, or below, a level between the middle and the outer sixth
 */
import { nextInteger, nextNormal, type Random } from "../../src/base/random.ts";
import { addBurst, fillBackground } from "./background.ts";

export const warps = ["none", "rate", "dropouts", "saturation"] as const;
export type Warp = (typeof warps)[number];

/** What was done to one member; kept for the report. */
export interface MemberTraits {
  readonly warp: Warp;
  readonly lagSamples: number;
  readonly isInverted: boolean;
  readonly noise: number;
}

export const sampleCount = 360;

/** Course before and behind the hour, for members that lag or run at another rate. */
const marginSamples = 90;
const lagSamplesMax = 18;

/** Courses without any waves look like many a series of the background, to people too. */
const wavesShare = 0.5;

/**
 * One hidden course with mean 0 and deviation 1 over the hour, with its margins: what happened, on
 * top of the waves of the site's traffic, which are half as strong.
 */
export function makeCourse(random: Random): Float64Array {
  const waves = new Float64Array(sampleCount + 2 * marginSamples);
  fillWaves(waves, random);
  standardise(waves);
  const course = new Float64Array(waves.length);
  const kind = nextInteger(random, 3);
  if (kind === 0) fillBackground(course, "walk", random);
  else if (kind === 1) fillPlateaus(course, random);
  else {
    for (let count = 3 + nextInteger(random, 4); count > 0; count--) {
      addBurst(course, 20 + 60 * random.next(), random);
    }
  }
  standardise(course);
  for (let i = 0; i < course.length; i++) course[i]! += wavesShare * waves[i]!;
  standardise(course);
  return course;
}

/** Writes what one member of the family shows. */
export function fillMember(
  into: Float64Array,
  course: Float64Array,
  warp: Warp,
  random: Random,
): MemberTraits {
  const lagSamples =
    random.next() < 0.5
      ? 0
      : (random.next() < 0.5 ? -1 : 1) * (1 + nextInteger(random, lagSamplesMax));
  const isInverted = random.next() < 0.15;
  const noise = 0.1 + 1.1 * random.next();
  const clock = warp === "rate" ? warpedClock(random) : (t: number) => t;
  for (let t = 0; t < into.length; t++)
    into[t] = valueAt(course, marginSamples + clock(t) - lagSamples);
  for (let t = 0; t < into.length; t++) into[t]! += noise * nextNormal(random);
  if (isInverted) for (let t = 0; t < into.length; t++) into[t] = -into[t]!;
  if (warp === "dropouts") dropStretches(into, random);
  if (warp === "saturation") saturate(into, random);
  const scale = 10 ** (random.next() * 6 - 2);
  const offset = scale * 100 * random.next();
  for (let t = 0; t < into.length; t++) into[t] = offset + scale * into[t]!;
  return { warp, lagSamples, isInverted, noise };
}

/** Levels held for minutes, joined by ramps, as of a deployment or a queue that fills and drains. */
function fillPlateaus(course: Float64Array, random: Random): void {
  let level = 0;
  let target = 0;
  let rampLeft = 0;
  for (let i = 0; i < course.length; i++) {
    if (rampLeft === 0 && random.next() < 1 / 50) {
      target = 3 * nextNormal(random);
      rampLeft = 1 + nextInteger(random, 40);
    }
    if (rampLeft > 0) level += (target - level) / rampLeft--;
    course[i] = level;
  }
}

/** Three waves of unrelated periods between four minutes and the hour. */
function fillWaves(course: Float64Array, random: Random): void {
  for (let wave = 0; wave < 3; wave++) {
    const period = 24 * 15 ** random.next();
    const phase = random.next() * 2 * Math.PI;
    const height = 0.3 + random.next();
    for (let i = 0; i < course.length; i++) {
      course[i]! += height * Math.sin(phase + (2 * Math.PI * i) / period);
    }
  }
}

function standardise(course: Float64Array): void {
  const hour = course.subarray(marginSamples, marginSamples + sampleCount);
  let mean = 0;
  for (const value of hour) mean += value / hour.length;
  let variance = 0;
  for (const value of hour) variance += (value - mean) ** 2 / hour.length;
  const deviation = Math.sqrt(variance) || 1;
  for (let i = 0; i < course.length; i++) course[i] = (course[i]! - mean) / deviation;
}

function warpedClock(random: Random): (t: number) => number {
  if (random.next() < 0.5) {
    const rate = 1.25 ** (2 * random.next() - 1);
    const fixed = random.next() * sampleCount;
    return (t) => fixed + (t - fixed) * rate;
  }
  const swing = 6 + random.next() * 14;
  const turns = 1 + nextInteger(random, 2);
  const phase = random.next() * 2 * Math.PI;
  return (t) => t + swing * Math.sin(phase + (2 * Math.PI * turns * t) / sampleCount);
}

function valueAt(course: Float64Array, position: number): number {
  const at = Math.min(Math.max(position, 0), course.length - 1.001);
  const whole = Math.floor(at);
  return course[whole]! + (at - whole) * (course[whole + 1]! - course[whole]!);
}

function dropStretches(values: Float64Array, random: Random): void {
  const count = 1 + nextInteger(random, 3);
  const lowest = values.reduce((low, value) => Math.min(low, value), Infinity);
  for (let n = 0; n < count; n++) {
    const length = Math.ceil((values.length * (0.05 + 0.15 * random.next())) / count);
    const start = 1 + nextInteger(random, values.length - length - 1);
    const before = values[start - 1]!;
    const after = values[start + length]!;
    const kind = nextInteger(random, 3);
    for (let k = 0; k < length; k++) {
      if (kind === 0) values[start + k] = before;
      else if (kind === 1) values[start + k] = before + ((after - before) * (k + 1)) / (length + 1);
      else values[start + k] = lowest;
    }
  }
}

function saturate(values: Float64Array, random: Random): void {
  const sorted = values.toSorted();
  const share = 0.5 + random.next() * 0.34;
  const clipsAbove = random.next() < 0.5;
  const level = sorted[Math.floor(values.length * (clipsAbove ? share : 1 - share))]!;
  for (let t = 0; t < values.length; t++) {
    values[t] = clipsAbove ? Math.min(values[t]!, level) : Math.max(values[t]!, level);
  }
}
