/** The simulated site: its series, what goes wrong there, and the value of each at any moment. */
import { assert } from "../../base/assert.ts";
import { buildFleet, seriesCountMax, seriesCountMin, type Family } from "./fleet.ts";
import { applyEffect, type Effect, type Incident } from "./incidents.ts";
import { calmValue, roundAs, seriesKey, stepMs, type SeriesShape } from "./site-values.ts";

export class Site {
  readonly names: readonly string[];
  readonly families: readonly Family[];
  readonly #shapes: readonly SeriesShape[];
  readonly #keys: Float64Array;
  readonly #incidents: Incident[] = [];
  /** What changes a series; undefined for nearly all. */
  readonly #changes: (readonly Change[] | undefined)[];

  constructor(options: { readonly seed: number; readonly seriesCount: number }) {
    const { seed, seriesCount } = options;
    assert(seriesCount >= seriesCountMin && seriesCount <= seriesCountMax, "a site has its size");
    const fleet = buildFleet(seed, seriesCount);
    this.#shapes = fleet.map(({ shape }) => shape);
    this.names = this.#shapes.map(({ name }) => name);
    this.families = fleet.map(({ family }) => family);
    this.#keys = Float64Array.from(fleet, (...[, i]) => seriesKey(seed, i));
    this.#changes = fleet.map(() => undefined);
  }

  get incidents(): readonly Incident[] {
    return this.#incidents;
  }

  /** From now on values are as with this incident. Effects on series the site lacks are left out. */
  add(incident: Incident): void {
    this.#incidents.push(incident);
    const { startMs, endMs } = incident;
    for (const effect of incident.effects) {
      const series = this.names.indexOf(effect.name);
      if (series < 0) continue;
      this.#changes[series] = [...(this.#changes[series] ?? []), { effect, startMs, endMs }];
    }
  }

  /** @returns what the sender sends at this step; NaN where it sends nothing */
  valueAt(series: number, timeMs: number): number {
    const shape = this.#shapes[series] as SeriesShape;
    const calm = calmValue(shape, this.#keys[series] as number, timeMs);
    const changes = this.#changes[series];
    if (changes === undefined) return calm;
    let value = calm;
    for (const change of changes) {
      if (timeMs >= change.startMs && timeMs < change.endMs) {
        value = applyEffect(change.effect, change, value, timeMs);
      }
    }
    if (value === calm) return calm;
    return shape.kind === "whole" ? Math.round(value) : roundAs(shape.base, value);
  }
}

interface Change {
  readonly effect: Effect;
  readonly startMs: number;
  readonly endMs: number;
}

/** The last step at or before a time. */
export function stepBefore(timeMs: number): number {
  return Math.floor(timeMs / stepMs) * stepMs;
}
