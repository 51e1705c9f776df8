/**
 * The newest changes of episodes, numbered, so that a page that lost its connection can go on
 * where it was.
 *
 * One ring serves all readers: each keeps only the id it has read up to, so a slow reader costs
 * nothing but its own place. Who falls behind the ring is told so and starts anew.
 *
 * Ids only grow, also from one run of the program to the next: an id is one more than the last, or
 * the Unix millisecond of its publishing if that is greater. An id of an earlier run is therefore
 * never taken for one of this run.
 */
import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import type { EpisodeChange, EpisodeEvent } from "../model/index.ts";

export interface FeedEntry {
  readonly id: number;
  readonly event: EpisodeEvent;
}

export interface EpisodeFeedOptions {
  /** How many entries are kept for who reconnects. */
  readonly entryCountMax: number;
}

export class EpisodeFeed {
  readonly #clock: Clock;
  readonly #entryCountMax: number;
  readonly #entries: FeedEntry[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #changeCounts: Record<EpisodeChange, number> = { started: 0, changed: 0, ended: 0 };
  /** Where the oldest entry lies once the ring is full. */
  #head = 0;
  /** The newest id that is no longer kept: whoever has read up to it has missed nothing. */
  #forgottenId: number;
  #lastId: number;

  constructor(clock: Clock, options: EpisodeFeedOptions = { entryCountMax: 4096 }) {
    assert(options.entryCountMax >= 1, "a feed keeps at least one entry");
    this.#clock = clock;
    this.#entryCountMax = options.entryCountMax;
    this.#lastId = Math.floor(clock.nowMs());
    this.#forgottenId = this.#lastId;
  }

  /** The id of the newest entry; of none, the moment the feed was made. */
  get lastId(): number {
    return this.#lastId;
  }

  /** How many changes of each kind were published since the feed was made. */
  get changeCounts(): Readonly<Record<EpisodeChange, number>> {
    return this.#changeCounts;
  }

  /** Keeps the changes, oldest first, and wakes all subscribers once. */
  publish(events: readonly EpisodeEvent[]): void {
    if (events.length === 0) return;
    const nowMs = Math.floor(this.#clock.nowMs());
    for (const event of events) {
      this.#lastId = Math.max(this.#lastId + 1, nowMs);
      this.#keep({ id: this.#lastId, event });
      this.#changeCounts[event.change] += 1;
    }
    for (const listener of this.#listeners) listener();
  }

  /**
   * What came after an id, oldest first.
   *
   * @param id  the last id that was read
   * @returns at most `countMax` entries, or undefined where some of them are no longer kept, or the
   *   id was never given out
   */
  since(id: number, countMax: number): readonly FeedEntry[] | undefined {
    if (!(id >= this.#forgottenId && id <= this.#lastId)) return undefined;
    const count = this.#entries.length;
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#at(middle).id <= id) low = middle + 1;
      else high = middle;
    }
    const found: FeedEntry[] = [];
    for (let i = low; i < count && found.length < countMax; i++) found.push(this.#at(i));
    return found;
  }

  /**
   * @param listener  called after each `publish`; reads with `since` when it has time
   * @returns ends the subscription
   */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #keep(entry: FeedEntry): void {
    if (this.#entries.length < this.#entryCountMax) {
      this.#entries.push(entry);
      return;
    }
    this.#forgottenId = this.#at(0).id;
    this.#entries[this.#head] = entry;
    this.#head = (this.#head + 1) % this.#entryCountMax;
  }

  /** @param index  0 is the oldest entry kept */
  #at(index: number): FeedEntry {
    const entry = this.#entries[(this.#head + index) % this.#entries.length];
    assert(entry !== undefined, "an entry inside the ring exists");
    return entry;
  }
}
