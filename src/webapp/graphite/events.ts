/**
 * /events/get_data: Kale's anomalies as Graphite's events, so that they stand as annotations on every
 * graph of a dashboard.
 *
 * An event lies where its anomaly began. `what` is the series, `data` the sentence about it; its tags are
 * "kale", "anomaly", "active" or "ended", and the series' name where that is one word.
 */
import type { Hono } from "hono";
import type { Episode, EpisodeJournal, TimeRange } from "../../model/index.ts";
import { parseAtTime, readZone } from "../../query/graphite/index.ts";
import type { WebappEnv } from "../fault.ts";
import { listCountMax } from "../kale-api.ts";
import type { WebappParts } from "../parts.ts";
import { addRead, answerJson } from "./answer.ts";
import { lastOf } from "./parameters.ts";

export interface EventsParts {
  readonly parts: Pick<WebappParts, "episodes" | "clock">;
}

export function addEvents(app: Hono<WebappEnv>, { parts }: EventsParts): void {
  const { episodes, clock } = parts;

  addRead(app, ["/events/get_data", "/events/get_data/"], (context, given) => {
    const nowMs = clock.nowMs();
    const options = { nowSeconds: Math.floor(nowMs / 1000), zone: readZone(given) };
    const from = lastOf(given, "from");
    const until = lastOf(given, "until");
    const fromMs = from === "" ? 0 : parseAtTime(from, options) * 1000;
    const untilMs = until === "" ? nowMs : parseAtTime(until, options) * 1000;
    const wanted = lastOf(given, "tags")
      .split(" ")
      .filter((tag) => tag !== "");
    const isAny = lastOf(given, "set") === "union";
    const range = { fromMs, untilMs: Math.max(untilMs, fromMs) + 1 };
    const found = findEvents(episodes, range).filter(({ tags }) => hasTags(tags, wanted, isAny));
    return answerJson(context, found);
  });
}

export interface EventJson {
  /** Unix seconds. */
  readonly when: number;
  readonly what: string;
  readonly data: string;
  readonly tags: readonly string[];
  readonly id: string;
}

/** Anomalies that began in the range, oldest first; of very many the newest. */
export function findEvents(episodes: EpisodeJournal, range: TimeRange): EventJson[] {
  return episodes
    .find({ state: "all", range, limit: listCountMax })
    .filter(({ startedMs }) => startedMs >= range.fromMs && startedMs < range.untilMs)
    .map(eventOf)
    .sort((a, b) => a.when - b.when);
}

function eventOf(episode: Episode): EventJson {
  const { id, name, startedMs, endedMs, sentence } = episode;
  const state = endedMs === null ? "active" : "ended";
  const tags = ["kale", "anomaly", state, ...(/\s/.test(name) ? [] : [name])];
  return { when: Math.floor(startedMs / 1000), what: name, data: sentence, tags, id };
}

export function hasTags(
  tags: readonly string[],
  wanted: readonly string[],
  isAny = false,
): boolean {
  if (wanted.length === 0) return true;
  const isThere = (tag: string): boolean => tags.includes(tag);
  return isAny ? wanted.some(isThere) : wanted.every(isThere);
}
