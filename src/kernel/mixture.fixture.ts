/**
 * Series as a site has them, seeded: the mixture that the store's sizes and speeds are stated for.
 *
 * It is an assumption, not anybody's production data: 30 % constant, 15 % sparse small integers,
 * 20 % integer rates, 10 % counters, 12 % gauges with two decimals, 5 % with three, 3 % bytes in
 * whole pages, 5 % averages with a full mantissa.
 */
import { nextInteger, nextNormal, type Random, seededRandom } from "../base/random.ts";

export const seriesKinds = [
  "constant",
  "sparse",
  "rate",
  "counter",
  "gauge2",
  "gauge3",
  "pages",
  "average",
] as const;
export type SeriesKind = (typeof seriesKinds)[number];

/** Shares in percent, in the order of `seriesKinds`. */
export const mixtureShares: readonly number[] = [30, 15, 20, 10, 12, 5, 3, 5];

/** One value of a series of the kind, each call the next. */
export function valuesOf(kind: SeriesKind, seed: number): () => number {
  const random = seededRandom(seed);
  const level = Math.exp(2 + 5 * random.next());
  let state = Math.floor(level);
  let step = 0;
  const wave = (): number => 1 + 0.4 * Math.sin((step++ / 8640) * 2 * Math.PI);
  switch (kind) {
    case "constant":
      return () => state;
    case "sparse":
      return () => (random.next() < 0.04 ? 1 + nextInteger(random, 5) : 0);
    case "rate":
      return () => nextPoisson(random, 2 + (level / 8) * wave());
    case "counter":
      return () => (state += nextPoisson(random, (level / 8) * wave()));
    case "gauge2":
      return () => Math.round((level * wave() + 2 * nextNormal(random)) * 100) / 100;
    case "gauge3":
      return () => Math.round((level * wave() + 2 * nextNormal(random)) * 1000) / 1000;
    case "pages":
      return () => (state = Math.max(0, state + nextInteger(random, 17) - 8)) * 4096;
    case "average":
      return () => level * wave() + nextNormal(random);
  }
}

/** `seriesCount` kinds in the shares of the mixture, evenly mixed. */
export function mixtureKinds(seriesCount: number): SeriesKind[] {
  const kinds: SeriesKind[] = [];
  for (let i = 0; i < seriesCount; i++) {
    let rest = (i * 37) % 100;
    let kind = 0;
    while (rest >= mixtureShares[kind]!) rest -= mixtureShares[kind++]!;
    kinds.push(seriesKinds[kind]!);
  }
  return kinds;
}

/** Knuth's product for small means, the normal approximation above. */
function nextPoisson(random: Random, mean: number): number {
  if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * nextNormal(random)));
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random.next(); product > limit; product *= random.next()) count += 1;
  return count;
}
