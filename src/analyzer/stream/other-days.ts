/**
 * The series whose today is another kind of day (day-kind.ts), and what each knew before it: until the day is
 * over it is judged by its kind and learns nothing.
 */
import type { FloorsPlan } from "../../model/index.ts";
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
import type { SeriesClocks } from "./series-clocks.ts";
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
  readonly #clocks: SeriesClocks;
  readonly #kinds = new Map<number, KeptKind>();

  constructor(window: StreamWindow, columns: StreamColumns, clocks: SeriesClocks) {
    this.#window = window;
    this.#columns = columns;
    this.#clocks = clocks;
  }

  get count(): number {
    return this.#kinds.size;
  }

  forget(id: number): void {
    this.#kinds.delete(id);
  }

  /** To be kept over a restart: what the series knew before it is what it knows now. */
  of(id: number): DayKind | undefined {
    const kind = this.#kinds.get(id);
    return kind && { offset: kind.offset, factor: kind.factor, untilMs: kind.untilMs };
  }

  restore(id: number, kind: DayKind, kept: Float32Array): void {
    this.#kinds.set(id, { ...kind, kept });
  }

  /** Undefined on a day like every other. */
  at(id: number, timeMs: number): KeptKind | undefined {
    const kind = this.#kinds.get(id);
    if (kind === undefined || this.#clocks.wallMs(id, timeMs) < kind.untilMs) return kind;
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
    plan: FloorsPlan,
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
    const floors = plan.at(timeMs);
    const halfAt = (center: number, profileSeconds: number): number => {
      const scale = hourScale(detector.state, index, profileSeconds, ageSeconds);
      return halfWidth({ ...bounds, center, hourScale: scale }, floors);
    };
    const profileSeconds = timeMs / 1000 + plan.profileShift(timeMs);
    const value = detector.row.value + originOf(detector.state, index);
    const half = halfAt(onWeekday(detector.state, index, profileSeconds), profileSeconds);
    if (!mayBeOtherDay(detector, index, { value, profileSeconds, half })) return undefined;
    const count = this.#window.copy(id, timeMs);
    const { timesMs, values } = this.#window;
    const found = kindOfDay({
      ...{ detector, index, timesMs, values, count, isRate: isCounter, halfAt },
      wallMs: (ms) => this.#clocks.wallMs(id, ms),
      profileSeconds: (ms) => ms / 1000 + plan.profileShift(ms),
    });
    if (found === undefined) return undefined;
    const kind = { ...found, kept: this.#kinds.get(id)?.kept ?? kept };
    this.#kinds.set(id, kind);
    return kind;
  }
}
