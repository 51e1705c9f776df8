/**
 * The series whose today is another kind of day (day-kind.ts), and what each knew before it: until the day is
 * over it is judged by its kind and learns nothing.
 */
import type { Floors } from "../../model/index.ts";
import {
  type Detector,
  factsOf,
  highestOf,
  hourScale,
  lowestOf,
  onWeekday,
  originOf,
} from "../detector/index.ts";
import { halfWidth, isSparse } from "./band.ts";
import type { StreamColumns } from "./columns.ts";
import { type DayKind, kindOfDay, mayBeOtherDay } from "./day-kind.ts";
import type { StreamWindow } from "./stream-window.ts";

/** Every hour of the week was seen. */
const kindKnownMs = 8 * 24 * 3_600_000;

/** What today is like, and what the series knew before it. */
export interface KeptKind extends DayKind {
  readonly kept: Float32Array;
}

export class OtherDays {
  readonly #window: StreamWindow;
  readonly #columns: StreamColumns;
  readonly #kinds = new Map<number, KeptKind>();

  constructor(window: StreamWindow, columns: StreamColumns) {
    this.#window = window;
    this.#columns = columns;
  }

  get count(): number {
    return this.#kinds.size;
  }

  forget(id: number): void {
    this.#kinds.delete(id);
  }

  /** Undefined on a day like every other. */
  at(id: number, timeMs: number): KeptKind | undefined {
    const kind = this.#kinds.get(id);
    if (kind === undefined || timeMs < kind.untilMs) return kind;
    this.#kinds.delete(id);
    return undefined;
  }

  /**
   * Whether another kind of day explains all of today up to the row that the detector judged last.
   *
   * @param kept  what the series knew before what is odd began
   * @returns the kind, which holds from now on
   */
  explain(
    series: { readonly id: number; readonly detector: Detector; readonly index: number },
    timeMs: number,
    floors: Floors,
    kept: Float32Array,
  ): KeptKind | undefined {
    const { id, detector, index } = series;
    const { ageSeconds, isCounter } = factsOf(detector.state, index);
    if (ageSeconds * 1000 < kindKnownMs) return undefined;
    const bounds = {
      usual: this.#columns.usual[id]!,
      isSparse: isSparse(this.#columns, id),
      lowest: lowestOf(detector.state, index),
      highest: highestOf(detector.state, index),
    };
    const halfAt = (center: number, seconds: number): number => {
      const scale = hourScale(detector.state, index, seconds, ageSeconds);
      return halfWidth({ ...bounds, center, hourScale: scale }, floors);
    };
    const seconds = timeMs / 1000;
    const value = detector.row.value + originOf(detector.state, index);
    const half = halfAt(onWeekday(detector.state, index, seconds), seconds);
    if (!mayBeOtherDay(detector, index, { value, seconds, half })) return undefined;
    const count = this.#window.copy(id, timeMs);
    const { timesMs, values } = this.#window;
    const found = kindOfDay({ detector, index, timesMs, values, count, isRate: isCounter, halfAt });
    if (found === undefined) return undefined;
    const kind = { ...found, kept: this.#kinds.get(id)?.kept ?? kept };
    this.#kinds.set(id, kind);
    return kind;
  }
}
