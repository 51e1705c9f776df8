/** Series fed to a StreamJudge row by row, as a shard does. */
import type { EpisodeEvent, Rule } from "../../model/index.ts";
import { RuleBook } from "../../model/index.ts";
import { Judge } from "../judge.ts";
import { StreamJudge, type StreamJudgeOptions } from "./stream-judge.ts";
import type { StreamWindow } from "./stream-window.ts";

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
/** Monday 2026-06-01, 00:00 UTC. */
export const mondayMs = 1_780_272_000_000;

/** One series and all that was told of it. */
export class FedSeries implements StreamWindow {
  readonly timesMs = new Float64Array(50_000);
  readonly values = new Float64Array(50_000);
  readonly events: EpisodeEvent[] = [];
  readonly judge: StreamJudge;
  readonly #name: string;
  readonly #times: number[] = [];
  readonly #given: number[] = [];
  nowMs: number;

  constructor(
    options: {
      readonly name?: string;
      readonly rules?: readonly Rule[];
      readonly stream?: Partial<StreamJudgeOptions>;
      readonly startMs?: number;
    } = {},
  ) {
    this.#name = options.name ?? "web.latency";
    this.nowMs = options.startMs ?? mondayMs;
    this.judge = new StreamJudge(this, new Judge(), {
      activeCountMax: 100,
      stalePeriodMs: 500_000,
      ...options.stream,
    });
    this.judge.useRules(new RuleBook(options.rules ?? []));
  }

  name(): string {
    return this.#name;
  }

  copy(id: number, untilMs: number): number {
    let count = 0;
    for (const [i, timeMs] of this.#times.entries()) {
      if (timeMs <= untilMs - dayMs || timeMs > untilMs) continue;
      this.timesMs[count] = timeMs;
      this.values[count++] = this.#given[i]!;
    }
    return count;
  }

  /** Feeds values at a step, the clock going with them. */
  feed(durationMs: number, stepMs: number, valueAt: (timeMs: number) => number): void {
    const untilMs = this.nowMs + durationMs;
    for (; this.nowMs < untilMs; this.nowMs += stepMs) {
      const value = valueAt(this.nowMs);
      if (Number.isNaN(value)) continue;
      this.#times.push(this.nowMs);
      this.#given.push(value);
      const event = this.judge.take(0, this.nowMs, value, this.nowMs);
      if (event !== undefined) this.events.push(event);
    }
  }

  /** "started" and "ended" in order; what lies between is left out. */
  get turns(): EpisodeEvent[] {
    return this.events.filter(({ change }) => change !== "changed");
  }
}
