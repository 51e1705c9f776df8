/**
 * What was to be expected now: the level, the time of day, or the hour of the week, whichever has been
 * least wrong lately.
 *
 * All three learn from every row, so that the choice can change at any time. It follows a fading mean of
 * each one's absolute error: the best expert, followed (Herbster and Warmuth, "Tracking the Best Expert",
 * 1998), without mixing, so that a person can be told which one spoke. Times are those of the wall.
 */
import { cell, daySlotCount, sizeSlotCount, weekSlotCount } from "./layout.ts";
import { learnProfile, type ProfileShape, readProfile } from "./profile.ts";
import type { Row } from "./row.ts";

export type Baseline = "level" | "day" | "week";

const daySeconds = 86_400;
export const dayShape: ProfileShape = {
  slotCount: daySlotCount,
  periodSeconds: daySeconds,
  ratePerVisit: 0.15,
};
/** How far off the series usually is, by time of day; see residual.ts. */
export const sizeShape: ProfileShape = { ...dayShape, slotCount: sizeSlotCount };
export const weekShape: ProfileShape = {
  slotCount: weekSlotCount,
  periodSeconds: 7 * daySeconds,
  ratePerVisit: 0.25,
};

/** A profile is asked once it has been round, and a little more. */
const dayTrustedSeconds = 1.5 * daySeconds;
const weekTrustedSeconds = 8 * daySeconds;

/** The level takes this long to be the new one. */
const levelMemoryRows = 2_000;
const errorMemoryRows = 500;

/** What each says about a row. One object serves all series of a thread. */
export class Expectation {
  level = 0;
  day = 0;
  week = 0;
  baseline: Baseline = "level";
  value = 0;
}

/** Before the first row of a series: its profiles have been nowhere. */
export function startBaseline(cells: Float32Array, base: number): void {
  cells.fill(Number.NaN, base + cell.daySlots, base + cell.daySlots + daySlotCount);
  cells.fill(Number.NaN, base + cell.sizeSlots, base + cell.sizeSlots + sizeSlotCount);
  cells.fill(Number.NaN, base + cell.weekSlots, base + cell.weekSlots + weekSlotCount);
}

export function expect(cells: Float32Array, base: number, row: Row, into: Expectation): void {
  const level = cells[base + cell.level]!;
  const day = readProfile(cells, base + cell.daySlots, dayShape, row.wallSeconds);
  const week = readProfile(cells, base + cell.weekSlots, weekShape, row.wallSeconds);
  into.level = level;
  into.day = Number.isNaN(day) ? level : day;
  into.week = Number.isNaN(week) ? level : week;
  into.baseline = "level";
  into.value = level;
  const errors = base + cell.errors;
  let least = cells[errors]!;
  if (row.ageSeconds >= dayTrustedSeconds && cells[errors + 1]! < least) {
    least = cells[errors + 1]!;
    into.baseline = "day";
    into.value = into.day;
  }
  if (row.ageSeconds >= weekTrustedSeconds && cells[errors + 2]! < least) {
    into.baseline = "week";
    into.value = into.week;
  }
}

/** Takes the row in, after it was judged. */
export function learnBaseline(
  cells: Float32Array,
  base: number,
  row: Row,
  read: Expectation,
): void {
  const { value, wallSeconds, stepSeconds, ageSeconds } = row;
  const errorRate = 1 / Math.min(row.rowCount, errorMemoryRows);
  fade(cells, base + cell.errors, errorRate, Math.abs(value - read.level));
  fade(cells, base + cell.errors + 1, errorRate, Math.abs(value - read.day));
  fade(cells, base + cell.errors + 2, errorRate, Math.abs(value - read.week));
  fade(cells, base + cell.level, 1 / Math.min(row.rowCount, levelMemoryRows), value);
  const day = base + cell.daySlots;
  const week = base + cell.weekSlots;
  learnProfile(cells, day, dayShape, wallSeconds, stepSeconds, ageSeconds, value);
  learnProfile(cells, week, weekShape, wallSeconds, stepSeconds, ageSeconds, value);
}

function fade(cells: Float32Array, at: number, rate: number, value: number): void {
  cells[at] = cells[at]! + rate * (value - cells[at]!);
}

/** @returns the best profile's error as a share of the level's; 1 while no profile is trusted */
export function calendarError(cells: Float32Array, base: number, row: Row): number {
  const errors = base + cell.errors;
  const level = cells[errors]!;
  if (!(level > 0) || row.ageSeconds < dayTrustedSeconds) return 1;
  const day = cells[errors + 1]! / level;
  return row.ageSeconds < weekTrustedSeconds ? day : Math.min(day, cells[errors + 2]! / level);
}
