/** The series of expressions, kept current while their window moves with the clock. */
import { fetchRender, type RenderedLine } from "../api/render.ts";
import { keyOfRange, rangeAt, type RangeChoice } from "../lib/time-range.ts";
import { nowSeconds } from "./now.ts";
import { useQuery, type Query } from "./query.ts";

const pointCountMax = 1200;
const refreshMs = 15_000;

/** @param targets  none asks nothing */
export function useRender(
  targets: readonly string[],
  choice: RangeChoice,
): Query<readonly RenderedLine[]> {
  return useQuery(
    targets.length === 0 ? null : `${targets.join("\n")}\n${keyOfRange(choice)}`,
    (signal) =>
      fetchRender({ targets, ...rangeAt(choice, nowSeconds()), maxPoints: pointCountMax }, signal),
    { everyMs: choice.kind === "fixed" ? undefined : refreshMs, keepsFormer: true },
  );
}
