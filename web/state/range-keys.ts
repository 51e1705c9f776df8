/** The keys that move a graph's window, the same wherever there is one. */
import { shifted, zoomed, type TimeRange } from "../lib/time-range.ts";
import { useKeys } from "./keys.ts";
import { navigateQuery, type NavigateOptions } from "./location.ts";
import { nowSeconds } from "./now.ts";

export interface RangeKeys {
  readonly range: TimeRange;
  /** The window around what "r" is about; none without an anomaly. */
  readonly event: TimeRange | undefined;
  readonly onRange: (range: TimeRange, options?: NavigateOptions) => void;
  readonly onUsual: () => void;
  readonly onPrevious: () => void;
  readonly onNext: () => void;
}

export function useRangeKeys(keys: RangeKeys): void {
  const { range, event, onRange, onUsual, onPrevious, onNext } = keys;
  // Back should not have to retrace every press of a key.
  const move = (next: TimeRange): void => onRange(next, { isReplacing: true });
  useKeys({
    "[": () => move(shifted(range, -0.5, nowSeconds())),
    "]": () => move(shifted(range, 0.5, nowSeconds())),
    "+": () => move(zoomed(range, 0.5, nowSeconds())),
    "=": () => move(zoomed(range, 0.5, nowSeconds())),
    "-": () => move(zoomed(range, 2, nowSeconds())),
    f: onUsual,
    r: () => {
      if (event !== undefined) move(event);
    },
    ",": onPrevious,
    ".": onNext,
  });
}

export function showRange({ from, until }: TimeRange, options?: NavigateOptions): void {
  navigateQuery({ from: Math.floor(from), until: Math.ceil(until), range: undefined }, options);
}

export function showUsualRange(): void {
  navigateQuery({ from: undefined, until: undefined, range: undefined });
}
