/** The points of a graph, kept current while its window moves with the clock. */
import type { PointsJson } from "../../src/webapp/contract.ts";
import { fetchPoints } from "../api/kale.ts";
import { keyOfRange, rangeAt, secondsPerDay, type RangeChoice } from "../lib/time-range.ts";
import { nowSeconds } from "./now.ts";
import { useQuery, type Query } from "./query.ts";

/** Enough for every pixel of a wide screen to have its lowest and highest value. */
const pointCountMax = 1600;

export function usePoints(
  name: string | null,
  choice: RangeChoice,
  { backSeconds = 0 }: { readonly backSeconds?: number } = {},
): Query<PointsJson> {
  return useQuery(
    name === null ? null : `${name}\n${keyOfRange(choice)}\n${backSeconds}`,
    (signal) => {
      const { from, until } = rangeAt(choice, nowSeconds());
      const range = {
        from: Math.floor(from - backSeconds),
        until: Math.ceil(until - backSeconds),
      };
      return fetchPoints({ name: name ?? "", ...range, maxPoints: pointCountMax }, signal);
    },
    { everyMs: choice.kind === "fixed" ? undefined : refreshMs(choice), keepsFormer: true },
  );
}

/** As often as a new point would show: a pixel of an hour is 4 s, one of a day is 90 s. */
function refreshMs(choice: RangeChoice): number {
  const { from, until } = rangeAt(choice, nowSeconds());
  const seconds = until - from;
  if (seconds <= 6 * 3600) return 5_000;
  return seconds <= secondsPerDay ? 30_000 : 120_000;
}
