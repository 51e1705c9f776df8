/**
 * The band in which a value is expected, and what it rests on in words.
 *
 *     center = what the detector expects now (level, time of day or hour of week)
 *     half   = the largest of: 5 × how far it usually is, brought to this hour of the day;
 *              the floors of the rules; for a sparse series what chance alone would do to a count
 *
 * 5 mean sizes are 4 standard deviations of normal noise. Sparse is a series that is 0 most of the time, or comes at
 * no regular spacing: there a small count more is no news, and the half is at least 4 + 4 √center (a
 * Poisson count strays by its root). What has always lain between 0 and 100 is taken for a percentage: above 50 its
 * floors are shares of what is missing to 100, so that 98 % falling to 90 % counts.
 */
import {
  type Detector,
  Expectation,
  expectAt,
  factsOf,
  hourScale,
  highestOf,
  lowestOf,
  originOf,
} from "../detector/index.ts";
import type { ExpectedBasis, ExpectedRange, Floors } from "../../model/index.ts";
import type { StreamColumns } from "./columns.ts";

const usualSizes = 5;
const sparseShare = 0.5;
const irregularShare = 0.3;

export function isSparse(columns: StreamColumns, id: number): boolean {
  return columns.zeros[id]! > sparseShare || columns.irregular[id]! > irregularShare;
}

export interface BandFacts {
  readonly center: number;
  readonly usual: number;
  readonly hourScale: number;
  readonly isSparse: boolean;
  readonly lowest: number;
  readonly highest: number;
}

export function halfWidth(facts: BandFacts, floors: Floors): number {
  const { center, usual, hourScale: scale, lowest, highest } = facts;
  const isPercent = lowest >= 0 && highest <= 100 && center > 50 && center <= 100;
  const size = isPercent ? 100 - center : Math.abs(center);
  let half = usualSizes * usual * scale;
  if (floors.leastRelative * size > half) half = floors.leastRelative * size;
  if (floors.leastAbsolute > half) half = floors.leastAbsolute;
  if (facts.isSparse && 4 + 4 * Math.sqrt(size) > half) half = 4 + 4 * Math.sqrt(size);
  return half;
}

const expectation = new Expectation();

/** What a series expects at a time, as it stands now. */
export function expectedAt(
  detector: Detector,
  index: number,
  columns: StreamColumns,
  id: number,
  floors: Floors,
  seconds: number,
): ExpectedRange {
  const facts = factsOf(detector.state, index);
  expectAt(detector, index, seconds, expectation);
  const center = expectation.value + originOf(detector.state, index);
  const lowest = lowestOf(detector.state, index);
  const half = halfWidth(
    {
      lowest,
      highest: highestOf(detector.state, index),
      center,
      usual: columns.usual[id]!,
      hourScale: hourScale(detector.state, index, seconds, facts.ageSeconds),
      isSparse: isSparse(columns, id),
    },
    floors,
  );
  return rangeOf(expectation.baseline, { center, half, lowest }, seconds, facts.ageSeconds);
}

export function rangeOf(
  basis: ExpectedBasis,
  {
    center,
    half,
    lowest,
  }: { readonly center: number; readonly half: number; readonly lowest: number },
  seconds: number,
  ageSeconds: number,
): ExpectedRange {
  // What was never negative is not expected to be.
  const lower = center - half < 0 && lowest >= 0 ? Math.min(0, center) : center - half;
  return {
    center,
    lower,
    upper: center + half,
    basis,
    source: sourceText(basis, seconds, ageSeconds),
  };
}

const dayNames = [
  "Sundays",
  "Mondays",
  "Tuesdays",
  "Wednesdays",
  "Thursdays",
  "Fridays",
  "Saturdays",
];
const daySeconds = 86_400;

/** "Mondays 03:00, 6 weeks"; times are UTC, as the profiles are. */
export function sourceText(basis: ExpectedBasis, seconds: number, ageSeconds: number): string {
  if (basis === "level") return "its level lately";
  const hour = Math.floor((((seconds % daySeconds) + daySeconds) % daySeconds) / 3600);
  const clock = `${String(hour).padStart(2, "0")}:00 UTC`;
  if (basis === "day") return `every day ${clock}, ${counted(ageSeconds / daySeconds, "day")}`;
  // 1970 began on a Thursday.
  const day = dayNames[(Math.floor(seconds / daySeconds) + 4) % 7]!;
  return `${day} ${clock}, ${counted(ageSeconds / (7 * daySeconds), "week")}`;
}

function counted(amount: number, unit: string): string {
  const whole = Math.max(1, Math.floor(amount));
  return whole === 1 ? `1 ${unit}` : `${whole} ${unit}s`;
}
