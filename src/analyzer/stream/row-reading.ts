/**
 * The newest row against its band (band.ts): is it odd?
 *
 * A row is odd where it lies beyond the band, the way that the rules ask for; or where a series with a regular rhythm of
 * its own draws a shape it never drew. On another kind of day (day-kind.ts) it has to be odd for that day
 * and for the usual one: half a holiday is no anomaly.
 */
import type { ExpectedRange, Floors } from "../../model/index.ts";
import {
  type Detector,
  expectedEnds,
  highestOf,
  hourScale,
  isRegular,
  lowestOf,
  originOf,
  restoreTaught,
} from "../detector/index.ts";
import { halfWidth, isSparse, type ProfileClock, rangeOf } from "./band.ts";
import type { StreamColumns } from "./columns.ts";
import { expectedOn } from "./day-kind.ts";
import type { KeptKind } from "./other-days.ts";

/** One object serves all series of a thread: nothing is made per row. */
export class RowReading {
  /** The value that is judged: of a counter its rate. */
  observed = 0;
  center = 0;
  half = 0;
  /** How far from expected. */
  size = 0;
  isOdd = false;
  #lowest = 0;
  #from = 0;
  #to = 0;

  /** Reads the row that the detector judged last. On another kind of day, what that row taught is taken back. */
  read(
    series: {
      readonly detector: Detector;
      readonly index: number;
      readonly columns: StreamColumns;
      readonly id: number;
      readonly kind: KeptKind | undefined;
    },
    floors: Floors,
    score: number,
  ): void {
    const { detector, index, columns, id, kind } = series;
    const { state, row, expectation } = detector;
    const origin = originOf(state, index);
    const usualResidual = row.value - expectation.value;
    if (kind !== undefined) {
      restoreTaught(state, index, kind.kept);
      expectation.value = expectedOn(detector, index, kind, row.wallSeconds) - origin;
    }
    const residual = row.value - expectation.value;
    const center = expectation.value + origin;
    facts.center = center;
    facts.usual = columns.usual[id]!;
    facts.hourScale = hourScale(state, index, row.wallSeconds, row.ageSeconds);
    facts.isSparse = isSparse(columns, id);
    // Of the rows before: this one has widened the range, where it did, by no more than itself.
    facts.lowest = Math.min(lowestOf(state, index), center);
    facts.highest = Math.max(highestOf(state, index), center);
    const half = halfWidth(facts, floors);
    this.observed = row.value + origin;
    this.center = center;
    this.half = half;
    this.size = Math.abs(residual);
    this.#lowest = facts.lowest;

    const isShape =
      detector.rhythm > 0 &&
      score >= floors.leastScore &&
      2 * this.size > half &&
      isRegular(state, index);
    const isBeyond = this.size > half && isToward(floors, residual);
    // What is not beyond the center's half is not beyond the ends': most rows end here.
    if (isBeyond) this.#readEnds(detector, index, kind);
    this.isOdd =
      isShape ||
      (isBeyond &&
        (row.value > this.#to + half || row.value < this.#from - half) &&
        (kind === undefined || Math.abs(usualResidual) > half));
  }

  /** What was expected of the row that was read last. */
  expected(
    detector: Detector,
    index: number,
    kind: KeptKind | undefined,
    clock: ProfileClock,
  ): ExpectedRange {
    const { row, expectation, state } = detector;
    this.#readEnds(detector, index, kind);
    const origin = originOf(state, index);
    const { center, half } = this;
    const [from, to] = [this.#from + origin, this.#to + origin];
    const band = { center, half, lowest: this.#lowest, from, to };
    const at = { ...clock, wallSeconds: row.wallSeconds, ageSeconds: row.ageSeconds };
    return rangeOf(expectation.baseline, band, at, kind);
  }

  /** Between what the expected value lies around the row; on another kind of day, the value alone. */
  #readEnds(detector: Detector, index: number, kind: KeptKind | undefined): void {
    const { state, row, expectation } = detector;
    if (kind === undefined) {
      expectedEnds(state, index, row.wallSeconds, expectation, this.half, ends);
    } else ends.lower = ends.upper = expectation.value;
    this.#from = ends.lower;
    this.#to = ends.upper;
  }
}

const facts = { center: 0, usual: 0, hourScale: 1, isSparse: false, lowest: 0, highest: 0 };
const ends = { lower: 0, upper: 0 };

function isToward({ direction }: Floors, residual: number): boolean {
  return direction === "both" || residual > 0 === (direction === "up");
}
