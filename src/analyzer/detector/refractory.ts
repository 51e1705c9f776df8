/**
 * One alarm per event, and less of what recurs.
 *
 * Once an event has been told, only one twice as strong is told within the next hundred rows, at least
 * eight hours; without this rule the same signal scores 27 points less on NAB. What is told is then weakened by the logarithm of how
 * many events as strong there were, which fade over three thousand rows, at least ten days (habituation): the job that
 * disturbs the same graph every night is news once. The events are kept as counts by strength, in
 * buckets of two thirds of an octave, from 1 up.
 */
import { cell, strengthBucketCount } from "./layout.ts";
import type { Row } from "./row.ts";

const holdRows = 100;
const rearmRatio = 2;
const fadeRows = 3_000;
const habitWeight = 0.5;
const bucketsPerOctave = 1.5;

const agreedFade = 0.1;
const agreedPerFineness = 2;

/** @returns the strength to tell now, 0 for nothing new */
export function tellOnce(cells: Float32Array, base: number, strength: number, row: Row): number {
  const hold = base + cell.holdRows;
  const held = base + cell.held;
  if (cells[hold]! > 0) {
    cells[hold] = cells[hold]! - 1;
    if (!(cells[hold] > 0)) cells[held] = 0;
  }
  if (!(strength > rearmRatio * cells[held]!)) return 0;
  cells[held] = strength;
  cells[hold] = holdRows * row.fineness;
  return strength > 1 ? habituated(cells, base, strength, row) : strength;
}

function habituated(cells: Float32Array, base: number, strength: number, row: Row): number {
  const last = base + cell.lastEventRow;
  const fade = Math.exp((cells[last]! - row.rowCount) / (fadeRows * row.fineness));
  cells[last] = row.rowCount;
  const bucket = Math.min(
    strengthBucketCount - 1,
    Math.floor(bucketsPerOctave * Math.log2(strength)),
  );
  let asStrong = 0;
  for (let i = 0; i < strengthBucketCount; i++) {
    const at = base + cell.strengths + i;
    cells[at] = cells[at]! * fade;
    if (i >= bucket) asStrong += cells[at];
  }
  cells[base + cell.strengths + bucket] = cells[base + cell.strengths + bucket]! + 1;
  return strength / (1 + habitWeight * Math.log1p(asStrong));
}

/**
 * Whether the voices agreed enough lately that an event may be told. The finer the rows, the more of them
 * there are to be odd by chance, so the more is asked: nothing at five minutes and above, an agreement of
 * about 3 at one minute, 7 at ten seconds. What was agreed fades by a tenth in five minutes or a row.
 */
export function confirmed(cells: Float32Array, base: number, agreed: number, row: Row): boolean {
  const at = base + cell.agreed;
  const fading = cells[at]! * (1 - agreedFade / row.fineness);
  const lately = agreed > fading ? agreed : fading;
  cells[at] = lately;
  return lately >= agreedPerFineness * Math.log(row.fineness);
}
