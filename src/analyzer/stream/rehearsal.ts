/**
 * What a series would have learned, had it begun with weeks that it was not given at the start: a judge of its own
 * learns from them and is fed what the series was judged by since. Then the series goes on with that, as over a
 * restart (series-state.ts). What was told of it stays told; what is found here is told to nobody. Pure.
 */
import type { Steps } from "../../base/steps.ts";
import type { RuleBook, SampleColumns } from "../../model/index.ts";
import type { Judge } from "../judge.ts";
import { SamplesWindow } from "./samples-window.ts";
import { decodeSeriesState, encodeSeriesState, seriesStateBytesMax } from "./series-state.ts";
import { StreamJudge } from "./stream-judge.ts";

const nothing: SampleColumns = { timesMs: new Float64Array(0), values: new Float64Array(0) };

export class Rehearsal {
  readonly #window: SamplesWindow;
  readonly #stream: StreamJudge;

  /** @param series  `stated`: what senders state of it, see model/stated-type.ts */
  constructor(
    judge: Judge,
    series: {
      readonly name: string;
      readonly stated: number;
      readonly rules: RuleBook;
      readonly stalePeriodMs: number;
    },
  ) {
    const { name, stated, rules, stalePeriodMs } = series;
    this.#window = new SamplesWindow(name, nothing);
    this.#stream = new StreamJudge(this.#window, judge, { activeCountMax: 1, stalePeriodMs });
    this.#stream.useRules(rules);
    this.#stream.state(0, stated);
  }

  /** @param kept  all before what is taken then. @returns whether there was enough of it */
  learn(kept: SampleColumns): Steps<boolean> {
    return this.#stream.learnHistory(0, kept);
  }

  /** @param samples  of the window up to now: those that are later than what was taken before are taken */
  *take(samples: SampleColumns): Steps<undefined> {
    const { timesMs, values } = samples;
    this.#window.hold(samples);
    const takenMs = this.#stream.judgedMs(0);
    for (const [i, timeMs] of timesMs.entries()) {
      if (timeMs <= takenMs) continue;
      this.#stream.take(0, timeMs, values[i]!, timeMs);
      yield;
    }
    return undefined;
  }

  /**
   * The series goes on with what was learned here.
   * @returns false, with nothing changed, where that does not reach just as far, or an anomaly of it may be under way
   */
  giveTo(live: StreamJudge, id: number): boolean {
    const isSame = live.judgedMs(id) === this.#stream.judgedMs(0);
    if (!isSame || live.isWatched(id) || live.kindOf(id) !== undefined) return false;
    const bytes = new Uint8Array(seriesStateBytesMax);
    const length = encodeSeriesState(this.#stream, 0, bytes);
    live.forget(id);
    return decodeSeriesState(live, id, bytes.subarray(0, length));
  }
}
