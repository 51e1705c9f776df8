/**
 * From voices to one strength. Three questions, each with its own answer, and the loudest is heard:
 *
 * - Do those who know the calendar and those who know only the last minutes agree that this row is odd?
 *   A weighted geometric mean: one calm voice is a veto. (agreement)
 * - Did something begin? The short mean of residuals, and how far the value left all it has been; told
 *   once per event, see refractory.ts. (event)
 * - Does a series with a rhythm of its own, which no calendar explains, draw a shape it never drew? Only
 *   such a series is asked. (rhythm)
 *
 * They are put into one order: agreement fills the strengths below 2, however strong, and an event or a
 * broken rhythm that is strong enough stands above. The bands keep the lone voices from drowning the
 * agreement: where an operator asks for few false alarms, they cross the line rarely, and then first.
 */
import type { ResidualVoice } from "./residual.ts";
import type { ShortMemoryVoice } from "./short-memory.ts";

/** The least a voice can say: a veto that the others, all loud, can still overrule. */
const calmest = 0.05;
const fourCalm = calmest * calmest * calmest * calmest;
const allCalm = fourCalm * fourCalm * calmest;

/** At this agreement the strength is half of what agreement can reach. */
const agreementHalf = 4;
export const agreementTop = 2;

export const eventFloor = 2.4;
export const rhythmFloor = 8;
const rhythmPerAgreement = 3;

/**
 * The four voices that every row is asked by: the product of what they say. A weighted mean of logarithms is
 * the logarithm of a product, and one logarithm is cheaper than five.
 */
export function spoken(residual: ResidualVoice, memory: ShortMemoryVoice): number {
  return (
    atLeast(residual.point) *
    atLeast(residual.short) *
    atLeast(memory.drift) *
    atLeast(memory.surprise)
  );
}

/**
 * @param four  as `spoken` says; each weighs twice as much as the shape
 * @returns the weighted geometric mean of the five voices, in their standard deviations; 0 where all are calm
 */
export function agreement(four: number, shape: number): number {
  const loudness = (four * four * atLeast(shape)) / allCalm;
  return calmest * (loudness ** (1 / 9) - 1);
}

/** @returns the strength of a broken rhythm */
export function rhythmStrength(memory: ShortMemoryVoice, shape: number): number {
  return Math.max(0, memory.shortSurprise) + Math.max(0, shape);
}

/**
 * @param event  as told by refractory.ts
 * @param rhythm  0 for a series without a rhythm of its own
 * @returns a strength from 0 up
 */
export function fuse(agreed: number, event: number, rhythm: number): number {
  const odd = rhythm > 0 ? rhythm / rhythmPerAgreement : agreed;
  const below = (agreementTop * odd) / (odd + agreementHalf);
  const told = event >= eventFloor ? agreementTop + event - eventFloor : 0;
  const broken = rhythm >= rhythmFloor ? agreementTop + rhythm - rhythmFloor : 0;
  return Math.max(below, told, broken);
}

function atLeast(voice: number): number {
  return voice > calmest ? voice : calmest;
}
