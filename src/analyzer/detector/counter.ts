/**
 * Counters, recognised and differenced: a value that only ever rises, but for resets, is judged by its
 * rate per second.
 *
 * A series is a counter once it has not fallen in 500 rows and has risen in at least half of them; a fall to
 * below a tenth of the value before is a reset. Any other fall shows that it was none: it is
 * judged by its values again, and must not fall in four times as many rows before it is believed again,
 * so that a slow wave, which rises for long stretches, is at worst mistaken once or twice.
 *
 * Where its sender states what it is there is nothing to recognise. A stated counter that falls has begun anew, by
 * however much: what it counted in that step is not known, see `hasBegunAnew`.
 */
import { cell } from "./layout.ts";

const firstNeededRows = 500;
const doubtFactor = 4;
const neededRowsMax = 1e6;
const resetShare = 0.1;

/** What the sender says of a series; undefined where it says nothing. */
export type Stated = "gauge" | "counter" | undefined;

export type Nature = "gauge" | "counter" | "became-gauge" | "became-counter";

/** @param previous  the row before; both finite */
export function recogniseCounter(
  cells: Float32Array,
  base: number,
  value: number,
  previous: number,
  stated?: Stated,
): Nature {
  if (stated !== undefined) return takeStated(cells, base, stated);
  const rising = base + cell.risingRows;
  const needed = cells[base + cell.neededRows]! || firstNeededRows;
  const wasCounter = cells[base + cell.isCounter] === 1;
  const isReset = value < previous && value >= 0 && value < resetShare * previous;
  if (value < previous && !isReset) {
    cells[rising] = 0;
    if (!wasCounter) return "gauge";
    cells[base + cell.isCounter] = 0;
    cells[base + cell.neededRows] = Math.min(neededRowsMax, needed * doubtFactor);
    return "became-gauge";
  }
  if (wasCounter) return "counter";
  // A reset before the series is believed a counter, or a sawtooth: no proof either way.
  if (isReset) cells[rising] = 0;
  // A row that rises counts one, a row that stays counts half a step back.
  else if (value > previous) cells[rising] = cells[rising]! + 1;
  else cells[rising] = Math.max(0, cells[rising]! - 0.5);
  if (cells[rising] < needed) return "gauge";
  cells[base + cell.isCounter] = 1;
  return "became-counter";
}

/** Whether nothing can be said of the step to this row, as a stated counter was set back in it. */
export function hasBegunAnew(stated: Stated, value: number, previous: number): boolean {
  return stated === "counter" && value < previous;
}

function takeStated(cells: Float32Array, base: number, stated: "gauge" | "counter"): Nature {
  const wasCounter = cells[base + cell.isCounter] === 1;
  const isCounter = stated === "counter";
  cells[base + cell.isCounter] = isCounter ? 1 : 0;
  if (wasCounter === isCounter) return stated;
  return isCounter ? "became-counter" : "became-gauge";
}
