/**
 * Is an anomaly like one that a person spoke of?
 *
 * Both are put on the same grid, from a little before they began to where the newer one is now, and compared by
 * dynamic time warping of their z-normalised shapes (oculus), which forgives a start that is off by some
 * samples. As a shape alone forgets size, direction and length, these are held against each other too: the
 * same way, at most one and two thirds times as far, at most a quarter longer. So what begins like a known one
 * is known at once, and known no longer when it outgrows it.
 */
import { BandedDtw, bandOf, Grid, zNormalise } from "../oculus/index.ts";
import { type Episode, type Feedback, type KnownAs, nameMatcher } from "../model/index.ts";

const likenessMin = 75;
const sizeRatioMax = 5 / 3;
const lengthRatioMax = 1.25;
const lengthSlackSteps = 3;
const dtwBandShare = 0.1;

/** Room that a series up to a time is copied to, see window-scratch.ts; `copy` may exchange the columns. */
interface ShapeWindow {
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  copy(id: number, untilMs: number): number;
}

interface Known {
  readonly feedback: Feedback;
  readonly isFor: (name: string) => boolean;
}

export class KnownShapes {
  readonly #scratch: ShapeWindow;
  #known: readonly Known[] = [];

  constructor(scratch: ShapeWindow) {
    this.#scratch = scratch;
  }

  use(feedbacks: readonly Feedback[]): void {
    this.#known = feedbacks.map((feedback) => {
      const { pattern, name } = feedback;
      return {
        feedback,
        isFor: pattern === name ? (other) => other === name : nameMatcher(pattern),
      };
    });
  }

  /** Whether a person confirmed an anomaly of this metric. */
  isConfirmed(name: string): boolean {
    return this.#known.some(({ feedback, isFor }) => feedback.kind === "confirmed" && isFor(name));
  }

  /** The one it is most like, where it is like one at all. */
  knownAs(id: number, episode: Episode): KnownAs | undefined {
    let best: KnownAs | undefined;
    for (const { feedback, isFor } of this.#known) {
      // The anomaly itself is no recurrence, but it is what was spoken of.
      const isItself = feedback.episodeId === episode.id;
      if (!isItself && !isFor(episode.name)) continue;
      const likeness = isItself ? 100 : this.#likeness(id, episode, feedback);
      if (likeness < likenessMin || likeness <= (best?.likeness ?? 0)) continue;
      best = { feedbackId: feedback.id, kind: feedback.kind, label: feedback.label, likeness };
    }
    return best;
  }

  #likeness(id: number, episode: Episode, { shape }: Feedback): number {
    const { stepMs, leadCount, values } = shape;
    const elapsedMs = episode.lastSeenMs - episode.startedMs;
    const lengthSteps = values.length - leadCount;
    if (elapsedMs > (lengthRatioMax * lengthSteps + lengthSlackSteps) * stepMs) return 0;
    const count = leadCount + Math.min(lengthSteps, Math.floor(elapsedMs / stepMs) + 1);
    if (count < 4) return 0;
    const fromMs = episode.startedMs - leadCount * stepMs;
    const now = this.#gridded(id, fromMs, fromMs + count * stepMs, count);
    if (now === undefined) return 0;
    const then = Float64Array.from(values.slice(0, count));
    const [sizeNow, sizeThen] = [farthest(now, leadCount), farthest(then, leadCount)];
    const ratio = sizeNow / sizeThen;
    if (!(ratio > 1 / sizeRatioMax && ratio < sizeRatioMax)) return 0;
    if (!zNormalise(now) || !zNormalise(then)) return 0;
    const dtw = new BandedDtw(count, bandOf(dtwBandShare, count));
    const squared = dtw.squared(then, now, 0, 2 * count);
    return Math.max(0, Math.round(100 * (1 - squared / (2 * count))));
  }

  #gridded(
    id: number,
    fromMs: number,
    untilMs: number,
    count: number,
  ): Float64Array<ArrayBuffer> | undefined {
    const held = this.#scratch.copy(id, untilMs);
    const { timesMs, values } = this.#scratch;
    const grid = new Float64Array(count);
    const fault = new Grid({ fromMs, untilMs }, count).fill(timesMs, values, held, grid);
    return fault === undefined ? grid : undefined;
  }
}

/** From the middle of the lead to the farthest value after it, with its sign. */
function farthest(values: Float64Array, leadCount: number): number {
  const lead = values.slice(0, Math.max(1, leadCount)).sort();
  const level = lead[lead.length >> 1]!;
  let far = 0;
  for (let i = leadCount; i < values.length; i++) {
    const away = values[i]! - level;
    if (Math.abs(away) > Math.abs(far)) far = away;
  }
  return far;
}
