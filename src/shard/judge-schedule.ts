/**
 * Which series to judge next, and when a round may begin. Pure: told what time it is.
 *
 * A round walks all ids once. In it a series is due when it has samples that were never judged, or
 * when its last verdict is older than `recheckMs`: verdicts also change with the clock alone, as
 * windows move and a silent metric grows stale. Rounds rest as long as they worked, so that judging
 * takes at most half of a shard's time, unless it falls behind; then the rest shrinks to a tenth. No rest
 * is longer than `restMaxMs`: after a first round that read a day of history, news must not wait as long.
 *
 *     |--- round: slices of at most 5 ms, batches between them ---|--- rest ---|--- round ...
 */

export interface ScheduleOptions {
  /** The shortest time from the start of one round to the start of the next. */
  readonly roundIntervalMs: number;
  /** A verdict older than this is renewed even without new samples. */
  readonly recheckMs: number;
  /** A series that waits longer makes the schedule hurry. */
  readonly hurryLagMs: number;
  readonly restMaxMs: number;
}

export const defaultSchedule: ScheduleOptions = {
  roundIntervalMs: 1000,
  recheckMs: 50_000,
  hurryLagMs: 30_000,
  restMaxMs: 5_000,
};

export class JudgeSchedule {
  readonly #options: ScheduleOptions;
  /** By id: when it was judged (Unix ms), and which revision of it. */
  #judgedMs = new Float64Array(1024);
  #judgedRevision = new Float64Array(1024).fill(-1);
  #cursor = 0;
  #roundStartedMs = 0;
  #busyMs = 0;
  #roundLagMs = 0;
  #lagMs = 0;

  constructor(options: ScheduleOptions = defaultSchedule) {
    this.#options = options;
  }

  /** The longest that a series had waited since its last verdict, as the last round found it. */
  get lagMs(): number {
    return this.#lagMs;
  }

  beginRound(nowMs: number): void {
    this.#cursor = 0;
    this.#roundStartedMs = nowMs;
    this.#busyMs = 0;
    this.#roundLagMs = 0;
  }

  /**
   * Walks on to the next id that is due.
   * @param revisionOf  of a live id; a negative number says there is no series behind the id
   * @returns the id, or -1 at the end of the round
   */
  next(nowMs: number, idCount: number, revisionOf: (id: number) => number): number {
    this.#grow(idCount);
    while (this.#cursor < idCount) {
      const id = this.#cursor++;
      const revision = revisionOf(id);
      if (revision < 0) {
        this.#judgedRevision[id] = -1;
        continue;
      }
      // A series that was never judged has only just been seen: it is due, but has not waited.
      const isNew = this.#judgedRevision[id] === -1;
      const judgedMs = isNew ? nowMs : this.#judgedMs[id]!;
      this.#roundLagMs = Math.max(this.#roundLagMs, nowMs - judgedMs);
      const isDue =
        revision !== this.#judgedRevision[id] || nowMs - judgedMs >= this.#options.recheckMs;
      if (!isDue) continue;
      this.#judgedRevision[id] = revision;
      this.#judgedMs[id] = nowMs;
      return id;
    }
    return -1;
  }

  /** Counts time spent judging in this round. */
  worked(forMs: number): void {
    this.#busyMs += forMs;
  }

  /** @returns how long to rest before the next round */
  endRound(nowMs: number): number {
    this.#lagMs = this.#roundLagMs;
    const share = this.#lagMs > this.#options.hurryLagMs ? 0.1 : 1;
    const elapsedMs = Math.max(0, nowMs - this.#roundStartedMs);
    const restMs = Math.max(this.#options.roundIntervalMs - elapsedMs, this.#busyMs * share, 0);
    return Math.min(restMs, this.#options.restMaxMs);
  }

  #grow(idCount: number): void {
    if (idCount <= this.#judgedMs.length) return;
    const length = Math.max(idCount, this.#judgedMs.length * 2);
    const judgedMs = new Float64Array(length);
    const judgedRevision = new Float64Array(length).fill(-1);
    judgedMs.set(this.#judgedMs);
    judgedRevision.set(this.#judgedRevision);
    this.#judgedMs = judgedMs;
    this.#judgedRevision = judgedRevision;
  }
}
