/**
 * A profile over a period, such as the time of day: slots of equal length, read between their starts by
 * a straight line, so that a minute's data has no steps and an hour's data hits one slot exactly.
 *
 * The slots learn by the delta rule (Widrow and Hoff, "Adaptive Switching Circuits", 1960), each by its
 * weight in the reading: the first visit sets a slot, later ones move it by a fixed rate per visit, spread
 * over the visit's rows. NaN marks a slot not yet visited.
 */

export interface ProfileShape {
  readonly slotCount: number;
  readonly periodSeconds: number;
  /** How much of a difference a slot takes over per visit, once it was visited often. */
  readonly ratePerVisit: number;
}

/** @returns what the profile says about the time; NaN where it has not been there yet */
export function readProfile(
  cells: Float32Array,
  at: number,
  shape: ProfileShape,
  seconds: number,
): number {
  const position = slotPosition(shape, seconds);
  const slot = Math.floor(position);
  const share = position - slot;
  const before = cells[at + slot]!;
  const after = cells[at + (slot + 1 === shape.slotCount ? 0 : slot + 1)]!;
  if (Number.isNaN(before)) return after;
  if (Number.isNaN(after)) return before;
  return before + share * (after - before);
}

/**
 * @param stepSeconds  the rows' usual spacing: says how many share a visit
 * @param ageSeconds  how long the profile has been learning
 */
export function learnProfile(
  cells: Float32Array,
  at: number,
  shape: ProfileShape,
  seconds: number,
  stepSeconds: number,
  ageSeconds: number,
  value: number,
): void {
  const { slotCount, periodSeconds, ratePerVisit } = shape;
  const position = slotPosition(shape, seconds);
  const slot = Math.floor(position);
  const share = position - slot;
  const i = at + slot;
  const j = at + (slot + 1 === slotCount ? 0 : slot + 1);
  if (Number.isNaN(cells[i]!)) cells[i] = value;
  if (share > 0 && Number.isNaN(cells[j]!)) cells[j] = value;

  const expected = share > 0 ? cells[i]! + share * (cells[j]! - cells[i]!) : cells[i]!;
  const visits = 1 + ageSeconds / periodSeconds;
  const perVisit = Math.max(ratePerVisit, 1 / visits);
  const rowsOfVisit = Math.max(1, periodSeconds / slotCount / stepSeconds);
  // Weights of a line between two slots sum to 2/3 when squared: what makes up for that.
  const rate = Math.min(1, (1.5 * perVisit) / rowsOfVisit);
  const delta = rate * (value - expected);
  cells[i] = cells[i]! + (1 - share) * delta;
  if (share > 0) cells[j] = cells[j]! + share * delta;
}

function slotPosition(shape: ProfileShape, seconds: number): number {
  const phase = seconds - Math.floor(seconds / shape.periodSeconds) * shape.periodSeconds;
  const position = (phase * shape.slotCount) / shape.periodSeconds;
  return position < shape.slotCount ? position : 0;
}
