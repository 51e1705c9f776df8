/**
 * Values of simulated series: a pure function of seed, series and time. No state, so that history
 * and live part are one curve, and any moment can be asked for again.
 *
 *     level = base * (1 + daily * shape(minute of the day)) * week(hour of the week)
 *     value = level * (1 + noise * fast + drift * slow), rounded as a sender would
 *
 * `fast` is new at every step of 10 s; `slow` is one number per 15 minutes with smooth curves in
 * between, since real metrics wander. Both come from a hash of seed, series and step.
 */
import { assert } from "../../base/assert.ts";

export const stepMs = 10_000;

const slowMs = 15 * 60_000;
const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;
const minutesPerDay = 1440;

/**
 * How a series gets from its level to what is sent.
 *
 * - gauge    as it is
 * - whole    a number of things: whole, and its noise grows with the root of the level
 * - percent  between 0 and 100
 * - counter  grows by its level every second, starts anew when its process does
 * - sparse   a whole number in few steps, no sample in the others
 * - constant its base
 */
export type SeriesKind = "gauge" | "whole" | "percent" | "counter" | "sparse" | "constant";

/** When in the day a series is high; each between -1 and 1. */
export type DayShape = "flat" | "visitors" | "office" | "nightly" | "hourly";

export interface SeriesShape {
  readonly name: string;
  readonly kind: SeriesKind;
  readonly shape: DayShape;
  readonly base: number;
  /** Share of the base by which the day moves it. */
  readonly daily: number;
  /** Share by which the weekend is lower; negative where it is higher. */
  readonly weekly: number;
  readonly noise: number;
  readonly drift: number;
}

/** @returns the value without any incident; NaN where the series has no sample at this step */
export function calmValue(shape: SeriesShape, key: number, timeMs: number): number {
  if (shape.kind === "constant") return shape.base;
  const step = Math.floor(timeMs / stepMs);
  if (shape.kind === "sparse") return sparseValue(shape, key, step, timeMs);
  const level = shape.base * dayFactor(shape, timeMs) * weekFactor(shape, timeMs);
  if (shape.kind === "counter") return counterValue(shape, key, timeMs, level);
  const wander = shape.noise * bell(key, step) + shape.drift * slowNoise(key, timeMs);
  if (shape.kind === "percent") return round(Math.min(100, Math.max(0, level * (1 + wander))), 100);
  if (shape.kind === "whole") {
    const spread = Math.sqrt(Math.abs(level)) * bell(key ^ 0x5bd1e995, step) * 0.5;
    return Math.max(0, Math.round(level * (1 + wander) + spread));
  }
  return roundAs(shape.base, Math.max(0, level * (1 + wander)));
}

/** As senders print: about four digits. */
export function roundAs(base: number, value: number): number {
  if (base >= 1000) return Math.round(value);
  return round(value, base >= 10 ? 10 : base >= 0.5 ? 100 : 10_000);
}

function round(value: number, scale: number): number {
  return Math.round(value * scale) / scale;
}

function sparseValue(shape: SeriesShape, key: number, step: number, timeMs: number): number {
  const chance = 0.04 * dayFactor(shape, timeMs);
  return uniform(key, step) < chance
    ? 1 + Math.floor(uniform(~key, step) * shape.base)
    : Number.NaN;
}

/**
 * The integral of the level since the process began: the mean rate, plus the day's wave integrated
 * in closed form, plus a jitter that stays below what one step adds, so that it never goes back.
 */
function counterValue(shape: SeriesShape, key: number, timeMs: number, level: number): number {
  const lifeMs = 5 * dayMs;
  const age = (timeMs + (key % 1000) * (lifeMs / 1000)) % lifeMs;
  const jitter = 0.4 * uniform(key, Math.floor(timeMs / stepMs));
  const mean = (shape.base * age) / 1000;
  return Math.floor(mean + level * jitter * (stepMs / 1000) * Math.min(1, shape.base / level));
}

function dayFactor(shape: SeriesShape, timeMs: number): number {
  if (shape.daily === 0 || shape.shape === "flat") return 1;
  const table = dayTables[shape.shape];
  const minute = (timeMs % dayMs) / minuteMs;
  const before = Math.floor(minute);
  const from = table[before] as number;
  const to = table[(before + 1) % minutesPerDay] as number;
  return 1 + shape.daily * (from + (to - from) * (minute - before));
}

/** Saturday and Sunday are lower by `weekly`, with an hour of passage. 1970 began on a Thursday. */
function weekFactor(shape: SeriesShape, timeMs: number): number {
  if (shape.weekly === 0) return 1;
  const hour = (timeMs / hourMs + 72) % 168; // since Monday, 0 h
  const rise = Math.min(1, Math.max(0, hour - 119.5));
  const fall = Math.min(1, Math.max(0, hour - 167));
  return 1 - shape.weekly * (rise - fall);
}

function curve(height: (hour: number) => number): Float64Array {
  const table = new Float64Array(minutesPerDay);
  for (let minute = 0; minute < minutesPerDay; minute++) table[minute] = height(minute / 60);
  return table;
}

/** A smooth hill of height 1 around `center` hours, `width` hours from the foot to the top. */
function hill(hour: number, center: number, width: number): number {
  const distance = Math.abs(hour - center) / width;
  return distance >= 1 ? 0 : 0.5 + 0.5 * Math.cos(Math.PI * distance);
}

const dayTables: Readonly<Record<Exclude<DayShape, "flat">, Float64Array>> = {
  visitors: curve(
    (hour) => -Math.cos((2 * Math.PI * (hour - 3.5)) / 24) * 0.8 + 0.2 * hill(hour, 20, 3),
  ),
  office: curve(
    (hour) =>
      -1 + 1.7 * hill(hour, 10.5, 5) + 1.5 * hill(hour, 15.5, 5) - 0.2 * hill(hour, 12.5, 1),
  ),
  nightly: curve((hour) => hill(hour, 3.3, 0.5)),
  hourly: curve((hour) => hill(hour % 1, 0.08, 0.08)),
};

/** Between -1 and 1, smooth, one new value every 15 minutes. */
function slowNoise(key: number, timeMs: number): number {
  const at = timeMs / slowMs;
  const before = Math.floor(at);
  const part = at - before;
  const eased = part * part * (3 - 2 * part);
  const from = uniform(key ^ 0x27d4eb2f, before);
  const to = uniform(key ^ 0x27d4eb2f, before + 1);
  return (from + (to - from) * eased) * 2 - 1;
}

/** About normal with deviation 1, never beyond 3.5: the sum of the four bytes of a hash. */
function bell(key: number, step: number): number {
  const bits = hash(key, step);
  const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
  return (sum - 510) / 147.8;
}

function uniform(key: number, step: number): number {
  return hash(key, step) / 4294967296;
}

/** The key of a series: its place among the chances of a seed. */
export function seriesKey(seed: number, series: number): number {
  assert(Number.isInteger(seed), "a seed is whole");
  return hash(seed, series + 1);
}

/** Two whole numbers to 32 bits, by the finaliser of MurmurHash3 over their mix. */
function hash(a: number, b: number): number {
  let mixed = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b, 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
