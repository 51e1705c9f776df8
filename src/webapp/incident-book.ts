/**
 * Which anomalies are one incident: one decision for the page and for alerts (model/incidents.ts says how).
 *
 * As long as nobody was told, each look decides anew from the shapes as they are by then. What an alert was sent
 * of is decided for good, so that one row of the page is one message, and stays it. Shapes and collections are
 * read for at most two seconds; without them time alone decides, and nothing is said to have been seen before.
 */
import type { Logger } from "../base/log.ts";
import {
  type DecidedIncident,
  type Episode,
  type EpisodeJournal,
  groupIncidents,
  type Incident,
  type IncidentDecider,
  onsetRange,
  type OnsetShape,
  onsetShapeOf,
  searchWindowOf,
  type SeenBefore,
  type SeenBeforeReader,
  type SeriesReader,
  type TimeRange,
} from "../model/index.ts";
import { withDeadline } from "./deadline.ts";

const dayMs = 86_400_000;
const episodeCountMax = 10_000;
/** An incident that goes on may have members that have ended; they began no longer ago than this before it. */
const reachMs = 900_000;
/** Shapes are read of so many; a storm has more. */
const shapeCountMax = 300;
const waitMs = 2_000;
/** Episodes whose incident is remembered; the oldest decision is forgotten first. */
const heldCountMax = 20_000;
/** Of incidents told at once, so many are matched with collections: each costs a search. */
const seenCountMax = 10;

interface IncidentBookParts {
  readonly episodes: Pick<EpisodeJournal, "find">;
  readonly series: Pick<SeriesReader, "read">;
  readonly seenBefore: SeenBeforeReader;
  readonly logger: Logger;
}

export class IncidentBook implements IncidentDecider {
  readonly #parts: IncidentBookParts;
  /** By id of the episode, oldest decision first. */
  readonly #held = new Map<string, string>();

  constructor(parts: IncidentBookParts) {
    this.#parts = parts;
  }

  /** Those that had a part in the range, newest first. */
  async within(range: TimeRange): Promise<Incident[]> {
    return await this.#group(
      this.#parts.episodes.find({ state: "all", range, limit: episodeCountMax }),
    );
  }

  /** Those that go on, newest first. */
  async active(): Promise<Incident[]> {
    const incidents = await this.#around([]);
    return incidents.filter(({ endedMs }) => endedMs === null);
  }

  async decide(episodes: readonly Episode[]): Promise<ReadonlyMap<string, DecidedIncident>> {
    const wanted = new Set(episodes.map(({ id }) => id));
    const decided = new Map<string, DecidedIncident>();
    const around = await this.#around(episodes);
    const incidents = around.filter(({ members }) => members.some(({ id }) => wanted.has(id)));
    // At once: no other decision comes between the look and what is held of it.
    const keys = incidents.map(({ id, members }) => {
      const told = members.find((member) => this.#held.has(member.id));
      const key = (told && this.#held.get(told.id)) ?? id;
      const asked = members.filter((member) => wanted.has(member.id));
      this.hold(
        key,
        asked.map((member) => member.id),
      );
      return { key, asked, first: members[0] };
    });
    const answers = keys.map(async ({ key, asked, first }, i) => {
      const seenBefore = i < seenCountMax ? await this.#seenBefore(first) : [];
      for (const { id } of asked) decided.set(id, { key, seenBefore });
    });
    await Promise.all(answers);
    return decided;
  }

  hold(key: string, episodeIds: Iterable<string>): void {
    for (const id of episodeIds) this.#held.set(id, key);
    for (const id of this.#held.keys()) {
      if (this.#held.size <= heldCountMax) break;
      this.#held.delete(id);
    }
  }

  /** Incidents of all that goes on and of these, with what began shortly before. */
  async #around(episodes: readonly Episode[]): Promise<Incident[]> {
    const journal = this.#parts.episodes;
    const active = journal.find({ state: "active", limit: episodeCountMax });
    const all = new Map([...active, ...episodes].map((episode) => [episode.id, episode]));
    if (all.size === 0) return [];
    const starts = [...all.values()].map(({ startedMs }) => startedMs);
    const range = {
      fromMs: Math.max(0, Math.min(...starts) - reachMs),
      untilMs: Math.max(...starts) + dayMs,
    };
    for (const episode of journal.find({ state: "all", range, limit: episodeCountMax })) {
      all.set(episode.id, episode);
    }
    return await this.#group([...all.values()]);
  }

  async #group(episodes: readonly Episode[]): Promise<Incident[]> {
    return groupIncidents(episodes, await this.#shapesOf(episodes), this.#held);
  }

  /** Those of the newest; of others time alone says what belongs together. */
  async #shapesOf(episodes: readonly Episode[]): Promise<ReadonlyMap<string, OnsetShape>> {
    const { series, logger } = this.#parts;
    const shapes = new Map<string, OnsetShape>();
    const newest = episodes.toSorted((a, b) => b.startedMs - a.startedMs).slice(0, shapeCountMax);
    // One alone has nobody to be like.
    if (newest.length < 2) return shapes;
    const reads = newest.map(async (episode) => {
      const samples = await series.read(episode.name, onsetRange(episode));
      if (samples !== undefined) shapes.set(episode.id, onsetShapeOf(episode, samples));
    });
    try {
      await withDeadline(Promise.all(reads), "the shards", waitMs);
    } catch (error) {
      logger.warn("incidents are grouped by time alone", { error: String(error) });
      return new Map();
    }
    return shapes;
  }

  async #seenBefore(first: Episode | undefined): Promise<readonly SeenBefore[]> {
    if (first === undefined) return [];
    try {
      const window = searchWindowOf(first, first.lastSeenMs);
      const asked = this.#parts.seenBefore.seenBefore(first.name, window);
      return await withDeadline(asked, "the match with collections", waitMs);
    } catch (error) {
      this.#parts.logger.warn("collections could not be matched", { error: String(error) });
      return [];
    }
  }
}
