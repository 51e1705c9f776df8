/** Who asked for quiet about which metrics, and until when: kept in the ledger, asked of each anomaly. */
import type { Clock } from "../base/clock.ts";
import { type AlertSilence, silenceLimits, wholeNameMatcher } from "../model/index.ts";
import type { AlertLedger } from "./ledger.ts";

interface TestedSilence {
  readonly silence: AlertSilence;
  readonly test: (name: string) => boolean;
}

export class SilenceBook {
  readonly #ledger: AlertLedger;
  readonly #clock: Clock;
  readonly #newId: () => string;
  #tested: readonly TestedSilence[] = [];

  /** @param newId  unguessable text for an id */
  constructor(ledger: AlertLedger, clock: Clock, newId: () => string) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#newId = newId;
    this.forgetEnded();
  }

  /** Those in force, the first to end first. */
  list(): AlertSilence[] {
    return this.#ledger.silences(this.#clock.nowMs());
  }

  /** @returns undefined where there are too many */
  add(asked: {
    readonly metric: string;
    readonly note: string;
    readonly untilMs: number;
  }): AlertSilence | undefined {
    if (this.list().length >= silenceLimits.countMax) return undefined;
    const createdMs = Math.floor(this.#clock.nowMs());
    const silence = { ...asked, id: this.#newId(), createdMs };
    this.#ledger.addSilence(silence);
    this.forgetEnded();
    return silence;
  }

  /** @returns whether there was one */
  remove(id: string): boolean {
    const wasThere = this.#ledger.removeSilence(id);
    this.forgetEnded();
    return wasThere;
  }

  /** Reads anew what is in force. */
  forgetEnded(): void {
    this.#tested = this.list().map((silence) => ({
      silence,
      // Who mutes `requests` does not mean `requests.errors`.
      test: wholeNameMatcher(silence.metric),
    }));
  }

  /** "silence: moving disks"; undefined where nobody asked for quiet about the metric. */
  reasonFor(name: string, nowMs: number): string | undefined {
    const found = this.#tested.find(({ silence, test }) => silence.untilMs > nowMs && test(name));
    if (found === undefined) return undefined;
    const { metric, note } = found.silence;
    return `silence: ${note === "" ? metric : note}`;
  }
}
