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
 * Widens `into` to the two slots that a reading lies between. A step inside an hour is in both of them, half
 * and half: where one is near, what lies before and after it is told by the slots outside those two.
 *
 * @param step  a difference from one slot to the next that is more than a slope
 */
export function readEnds(
  cells: Float32Array,
  at: number,
  shape: ProfileShape,
  seconds: number,
  step: number,
  into: { lower: number; upper: number },
): void {
  const { slotCount } = shape;
  const slot = Math.floor(slotPosition(shape, seconds));
  const second = cells[at + slot]!;
  const third = cells[at + ((slot + 1) % slotCount)]!;
  if (Number.isNaN(second) || Number.isNaN(third)) return;
  widen(into, second);
  widen(into, third);
  const first = cells[at + ((slot + slotCount - 1) % slotCount)]!;
  const fourth = cells[at + ((slot + 2) % slotCount)]!;
  const isStep =
    Math.abs(second - first) > step ||
    Math.abs(third - second) > step ||
    Math.abs(fourth - third) > step;
  if (!isStep) return;
  widen(into, first);
  widen(into, fourth);
}

function widen(into: { lower: number; upper: number }, value: number): void {
  if (value < into.lower) into.lower = value;
  if (value > into.upper) into.upper = value;
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
