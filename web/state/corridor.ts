/** Where a metric was expected over a range, for the band on its graph. */
import { fetchBand } from "../api/kale.ts";
import type { Corridor } from "../components/plot-layers.ts";
import type { TimeRange } from "../lib/time-range.ts";
import { useQuery } from "./query.ts";

const pointCountMax = 300;
/** A range that ends now moves on; the band is asked anew once it has moved by this share. */
const moveShare = 1 / 120;

/** @returns null until it is known, and where nobody can say */
export function useCorridor(name: string, range: TimeRange): Corridor | null {
  const step = Math.max(10, Math.round((range.until - range.from) * moveShare));
  const from = Math.floor(range.from / step) * step;
  const until = Math.ceil(range.until / step) * step;
  const { value } = useQuery(
    `band ${name} ${from} ${until}`,
    (signal) => fetchBand({ name, from, until, maxPoints: pointCountMax }, signal),
    { keepsFormer: true },
  );
  return value === undefined || value.name !== name ? null : value;
}
