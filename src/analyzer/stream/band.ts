/**
 * The band in which a value is expected, and what it rests on in words.
 *
 *     center = what the detector expects now (level, time of day or hour of week)
 *     half   = the largest of: 5 × how far it usually is, brought to this hour of the day;
 *              the floors of the rules; for a sparse series what chance alone would do to a count
 *
 * 5 mean sizes are 4 standard deviations of normal noise. Sparse is a series that is 0 most of the time, or comes at
 * no regular spacing: there a small count more is no news, and the half is at least 4 + 4 √center (a
 * Poisson count strays by its root). Where an hour of the profile differs from the next, a series may step from one
 * to the other at any minute between, so the band reaches half around both; where they differ by more than half,
 * around the hours before and after too, as the step is in both. What has always lain between 0 and 100 is taken for a percentage: above 50 its
 * floors are shares of what is missing to 100, so that 98 % falling to 90 % counts.
 */
import {
  type Detector,
  Expectation,
  expectAt,
  expectedEnds,
  factsOf,
  hourScale,
  highestOf,
  lowestOf,
  originOf,
} from "../detector/index.ts";
import type { ExpectedBasis, ExpectedRange, Floors, FloorsPlan } from "../../model/index.ts";
import type { StreamColumns } from "./columns.ts";
import { type DayKind, expectedOn } from "./day-kind.ts";

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
  series: {
    readonly detector: Detector;
    readonly index: number;
    readonly columns: StreamColumns;
    readonly id: number;
    /** Where today is another kind of day. */
    readonly kind: Pick<DayKind, "offset" | "factor"> | undefined;
  },
  plan: FloorsPlan,
  seconds: number,
): ExpectedRange {
  const { detector, index, columns, id, kind } = series;
  const facts = factsOf(detector.state, index);
  const floors = plan.at(seconds * 1000);
  const wallSeconds = seconds + plan.profileShift(seconds * 1000);
  expectAt(detector, index, { seconds, wallSeconds }, expectation);
  const origin = originOf(detector.state, index);
  if (kind !== undefined) {
    expectation.value = expectedOn(detector, index, kind, wallSeconds) - origin;
    expectation.baseline = "level";
  }
  const center = expectation.value + origin;
  const lowest = lowestOf(detector.state, index);
  const half = halfWidth(
    {
      lowest,
      highest: highestOf(detector.state, index),
      center,
      usual: columns.usual[id]!,
      hourScale: hourScale(detector.state, index, wallSeconds, facts.ageSeconds),
      isSparse: isSparse(columns, id),
    },
    floors,
  );
  expectedEnds(detector.state, index, wallSeconds, expectation, half, ends);
  const band = { center, half, lowest, from: ends.lower + origin, to: ends.upper + origin };
  const at = { ...clockOf(floors), wallSeconds, ageSeconds: facts.ageSeconds };
  return rangeOf(expectation.baseline, band, at, kind);
}

const ends = { lower: 0, upper: 0 };

export interface Band {
  readonly center: number;
  readonly half: number;
  /** The half lies around all from here to there; both are the center where no hour differs from the next. */
  readonly from: number;
  readonly to: number;
  /** What the series has been lately. */
  readonly lowest: number;
}

/** By which clock a profile goes. */
export interface ProfileClock {
  readonly zone: string;
  /** Today is like another day of the week, by a rule. */
  readonly isLike: boolean;
}

export function clockOf({ timeZone, like }: Floors): ProfileClock {
  return { zone: timeZone, isLike: like !== null };
}

/** When a profile is asked: what its clock shows, and for how long it has learned. */
interface ProfileMoment extends ProfileClock {
  readonly wallSeconds: number;
  readonly ageSeconds: number;
}

export function rangeOf(
  basis: ExpectedBasis,
  { center, half, from, to, lowest }: Band,
  at: ProfileMoment,
  kind?: Pick<DayKind, "offset" | "factor">,
): ExpectedRange {
  const lower = from - half;
  return {
    center,
    // What was never negative is not expected to be.
    lower: lower < 0 && lowest >= 0 ? Math.min(0, center) : lower,
    upper: to + half,
    basis,
    source: kind === undefined ? sourceText(basis, at) : kindText(kind, at),
  };
}

/** "as on Sundays 03:00 UTC, times 0.6" */
function kindText(
  { offset, factor }: Pick<DayKind, "offset" | "factor">,
  at: ProfileMoment,
): string {
  const like = { ...at, isLike: false, wallSeconds: at.wallSeconds + offset * daySeconds };
  const hour = sourceText("week", like).replace(/,.*/, "");
  return factor === 1 ? `as on ${hour}` : `as on ${hour}, times ${factor.toFixed(2)}`;
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

/** "Mondays 03:00 UTC, 6 weeks"; "as on Sundays 03:00 UTC, 6 weeks" where a rule says so. */
function sourceText(
  basis: ExpectedBasis,
  { wallSeconds, ageSeconds, zone, isLike }: ProfileMoment,
): string {
  if (basis === "level") return "its level lately";
  const hour = Math.floor((((wallSeconds % daySeconds) + daySeconds) % daySeconds) / 3600);
  const clock = `${String(hour).padStart(2, "0")}:00 ${zone}`;
  if (basis === "day") return `every day ${clock}, ${counted(ageSeconds / daySeconds, "day")}`;
  // 1970 began on a Thursday.
  const day = dayNames[(Math.floor(wallSeconds / daySeconds) + 4) % 7]!;
  return `${isLike ? "as on " : ""}${day} ${clock}, ${counted(ageSeconds / (7 * daySeconds), "week")}`;
}

function counted(amount: number, unit: string): string {
  const whole = Math.max(1, Math.floor(amount));
  return whole === 1 ? `1 ${unit}` : `${whole} ${unit}s`;
}
