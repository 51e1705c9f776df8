/** One anomaly while it lasts, and what of it may not be told yet. Data, and how it is begun. */
import type { Episode, EpisodeEnd, EpisodeWhy, Floors } from "../../model/index.ts";
import { hasMoved } from "../episodes.ts";

/** A change in the value is worth an event of its own when so much time has passed. */
const changeIntervalMs = 30_000;

/** A row, once it is known whether it is odd. */
export interface JudgedRow {
  readonly timeMs: number;
  readonly observed: number;
  readonly isOdd: boolean;
  readonly floors: Floors;
  /** Of the clock. */
  readonly nowMs: number;
}

/** What an episode began with. */
export interface Begun {
  readonly why: EpisodeWhy;
  readonly timeMs: number;
  readonly observed: number;
  /** So many rows in a row were odd. */
  readonly run: number;
  /** When the one before of this series ended. */
  readonly afterMs: number;
}

/** An episode that began and was not told yet; also over, perhaps. */
export interface Untold extends Begun {
  ended: { readonly reason: EpisodeEnd; readonly atMs: number } | undefined;
}

export interface OpenEpisode {
  readonly id: number;
  episode: Episode;
  /** Its episode is a sketch until then. */
  untold: Untold | undefined;
  /** It waits for `tellNext`. */
  isQueued: boolean;
  /** Nobody is to hear of it any more. */
  isGone: boolean;
  /** What the series knew before it began; undefined where it knew nothing. */
  kept: Float32Array | undefined;
  /** An earlier run's, of which no row was seen here. */
  isAdopted: boolean;
  calmRows: number;
  told: Episode;
  toldMs: number;
  /** Level and spread while it lasts. */
  mean: number;
  spread: number;
  rows: number;
}

export function openEpisode(
  id: number,
  episode: Episode,
  kept: Float32Array | undefined,
  toldMs: number,
): OpenEpisode {
  return {
    id,
    episode,
    untold: undefined,
    isQueued: false,
    isGone: false,
    kept,
    isAdopted: false,
    calmRows: 0,
    told: episode,
    toldMs,
    mean: episode.observed,
    spread: 0,
    rows: 1,
  };
}

/** Whether what goes on is worth an event of its own. */
export function isNoteworthy({ episode, told, toldMs }: OpenEpisode, timeMs: number): boolean {
  if (timeMs - toldMs >= changeIntervalMs) return true;
  return hasMoved(episode.peak, told.peak) || hasMoved(episode.observed, told.observed);
}
