/**
 * Is today another kind of day? A holiday is like a Sunday, or quieter than any day: to a profile by hour of
 * the week it is an outage from midnight to midnight.
 *
 * Asked only where a series is about to be told abnormal. What it was told by has to explain the whole day,
 * from its first sample to the newest: as some day of the week, times one factor. Quieter is allowed,
 * down to two fifths; busier than any day is not. So what breaks in the middle of a day is never excused, as the
 * day before it broke speaks for the usual one; unless the two have been alike so far, as weekdays and Sundays are at
 * night: then the day may turn into a Sunday, but not fall to its level later on. An outage that begins within
 * minutes of midnight and halves a metric is taken for a quiet day: the price.
 *
 * Until the day is over, or leaves what its kind explains, the series is judged by it and learns nothing,
 * so that tomorrow is expected as it was. Days begin at midnight of the series' wall.
 */
import { onWeekday, type Detector } from "../detector/index.ts";

const dayMs = 86_400_000;

const factorMin = 0.4;
/** So much of the day so far has to lie in its band, and of the newest samples. */
const explainedShare = 0.9;
const newestCount = 4;
const newestShare = 0.75;

export interface DayKind {
  /** Days from today to the one that today is like: 0 to 6. */
  readonly offset: number;
  readonly factor: number;
  /** By the wall. */
  readonly untilMs: number;
}

export interface DaySoFar {
  readonly detector: Detector;
  readonly index: number;
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  readonly count: number;
  /** Whether the series is a counter: its values are totals, its profile is of rates. */
  readonly isRate: boolean;
  /** What the wall shows at a time, and what it would show on the day that its profile goes by, in seconds. */
  readonly wallMs: (timeMs: number) => number;
  readonly profileSeconds: (timeMs: number) => number;
  /** Half the width of the band around an expected value, at a time of the profile. */
  readonly halfAt: (center: number, profileSeconds: number) => number;
}

/** What a day of this kind expects at a time of the profile's today; NaN where that weekday was never seen. */
export function expectedOn(
  detector: Detector,
  index: number,
  { offset, factor }: Pick<DayKind, "offset" | "factor">,
  profileSeconds: number,
): number {
  return factor * onWeekday(detector.state, index, profileSeconds + offset * (dayMs / 1000));
}

/**
 * Whether some day may explain the newest value at all. Most anomalies are ruled out by it without a look
 * at the day: those that go up, and those that fall below any quiet day.
 */
export function mayBeOtherDay(
  detector: Detector,
  index: number,
  newest: { readonly value: number; readonly profileSeconds: number; readonly half: number },
): boolean {
  let least = Infinity;
  let most = -Infinity;
  for (let offset = 0; offset < 7; offset++) {
    const center = expectedOn(detector, index, { offset, factor: 1 }, newest.profileSeconds);
    if (center < least) least = center;
    if (center > most) most = center;
  }
  return newest.value >= factorMin * least - newest.half && newest.value <= most + newest.half;
}

/** @returns the kind of day that explains it all, the likest; undefined where none does */
export function kindOfDay(day: DaySoFar): DayKind | undefined {
  const { timesMs, count, wallMs } = day;
  const newestMs = timesMs[count - 1];
  if (newestMs === undefined) return undefined;
  const startMs = Math.floor(wallMs(newestMs) / dayMs) * dayMs;
  let first = count - 1;
  while (first > 0 && wallMs(timesMs[first - 1]!) >= startMs) first -= 1;
  if (day.isRate && first === 0) first = 1;

  let best: DayKind | undefined;
  let bestError = Infinity;
  for (let offset = 0; offset < 7; offset++) {
    const factor = factorOf(day, first, offset);
    if (!(factor >= factorMin && factor <= 1)) continue;
    const error = misfit(day, first, { offset, factor });
    if (error >= bestError) continue;
    bestError = error;
    best = { offset, factor, untilMs: startMs + dayMs };
  }
  return best;
}

/** The day's sum as a share of what that weekday would have been; a little more counts as 1. */
function factorOf(day: DaySoFar, first: number, offset: number): number {
  let sum = 0;
  let expected = 0;
  for (let i = first; i < day.count; i++) {
    const seconds = day.profileSeconds(day.timesMs[i]!);
    const center = expectedOn(day.detector, day.index, { offset, factor: 1 }, seconds);
    if (!(center > 0)) return Number.NaN;
    expected += center;
    sum += valueAt(day, i);
  }
  const factor = sum / expected;
  return factor > 1 && factor < 1.1 ? 1 : factor;
}

/** @returns the mean distance in half widths; Infinity where the day is not explained */
function misfit(
  day: DaySoFar,
  first: number,
  kind: { readonly offset: number; readonly factor: number },
): number {
  let explained = 0;
  let newest = 0;
  let sum = 0;
  for (let i = first; i < day.count; i++) {
    const seconds = day.profileSeconds(day.timesMs[i]!);
    const center = expectedOn(day.detector, day.index, kind, seconds);
    const distance = Math.abs(valueAt(day, i) - center) / day.halfAt(center, seconds);
    sum += distance;
    if (!(distance <= 1)) continue;
    explained += 1;
    if (i >= day.count - newestCount) newest += 1;
  }
  const count = day.count - first;
  const isExplained =
    explained >= explainedShare * count && newest >= newestShare * Math.min(count, newestCount);
  return isExplained ? sum / count : Infinity;
}

function valueAt({ timesMs, values, isRate }: DaySoFar, i: number): number {
  if (!isRate) return values[i]!;
  const rise = values[i]! - values[i - 1]!;
  return (rise < 0 ? values[i]! : rise) / ((timesMs[i]! - timesMs[i - 1]!) / 1000);
}
