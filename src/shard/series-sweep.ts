/**
 * What judging means, as the loop asks for it (judge-loop.ts): the streaming detector's is stream-sweep.ts, the nine
 * checks' is vote-sweep.ts. Which series is judged when, and for how long, is the loop's.
 */
import type { Episode, EpisodeEvent, Verdict, VerdictStatus } from "../model/index.ts";
import type { Lane } from "./waiting-ids.ts";

/** Judges one series at a time. */
export interface SeriesSweep {
  /** Memory that grows with the series, besides what the detector says of itself. */
  readonly tableBytes: number;
  readonly activeEpisodeCount: number;
  readonly abstainedCount: number;
  /** Series that are not judged yet, as they learn from more than the window first. */
  readonly withheldCount: number;
  /** Verdicts without a full computation that one did not confirm. */
  readonly differenceCount: number;
  /** Anomalies that were not kept since there were too many. */
  readonly refusedCount: number;
  /** What was found and waits to be told, and since when the longest. */
  readonly untoldCount: number;
  readonly untoldSinceMs: number | undefined;
  /** Tells the most important of it. @returns false where nothing waits */
  tellNext(events: EpisodeEvent[]): boolean;
  /** Of all series looked at so far. */
  readonly statusCounts: Readonly<Record<SweepStatus, number>>;
  /**
   * Judges a row that has just come.
   * @returns 0, or the lane in which the series waits for `judge`
   */
  take(id: number, timeMs: number, value: number, nowMs: number, events: EpisodeEvent[]): Lane | 0;
  /**
   * @param events  what is to be recorded and shown is added to it
   * @returns whether all samples of the series were looked at; else it is asked again
   */
  judge(id: number, nowMs: number, events: EpisodeEvent[]): boolean;
  /**
   * Passes ids [from, until) and says which are to be looked at by `judge`, and in which lane they wait for it: news
   * of the clock, or samples that came late.
   */
  pass(from: number, until: number, nowMs: number, found: (id: number, to: Lane) => void): void;
  /** There is no series behind the id any more. */
  forget(id: number): void;
  /** Another process judges these series from now on, and goes on with their open episodes. */
  release(isGone: (name: string) => boolean): void;
  /** Takes over the episodes that were open when the program ended. */
  adopt(episodes: readonly Episode[], nowMs: number): EpisodeEvent[];
  /** What is thought of a series now; undefined where it is unknown. */
  verdictOf(name: string, nowMs: number): Verdict | undefined;
}

/** "learning": it is watched, and known too little to be judged. */
export type SweepStatus = VerdictStatus | "learning";
