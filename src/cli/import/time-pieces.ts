/** A long stretch of time in pieces to be asked for one after the other. */
import type { TimeRange } from "../../model/index.ts";

const hourMs = 3_600_000;

/**
 * Pieces from old to new, on whole hours, an hour long near now and up to a day far from it: a program
 * that keeps old samples coarser answers a whole piece with the step of its oldest moment, so pieces
 * are short where fine samples end.
 *
 * @param range  both ends finite
 */
export function timePieces({ fromMs, untilMs }: TimeRange, nowMs: number): TimeRange[] {
  const pieces: TimeRange[] = [];
  let end = untilMs;
  while (end > fromMs) {
    const lengthMs = Math.min(24 * hourMs, Math.max(hourMs, (nowMs - end) / 4));
    const start = Math.max(fromMs, Math.floor((end - lengthMs) / hourMs) * hourMs);
    pieces.push({ fromMs: start, untilMs: end });
    end = start;
  }
  return pieces.reverse();
}
