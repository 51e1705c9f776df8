/**
 * Anomalies that began together and moved alike, as one incident: "12 metrics on 3 hosts". Pure.
 *
 * Sorted by when they began, an episode joins the incident before it where it began at most three minutes after
 * that one's newest member and at most fifteen after its first: what goes wrong goes wrong further down later. Two
 * that share no moment are none together, unless they began within a minute. What a person marked as normal
 * joins none: it would hide in it, or make it look larger than it is.
 *
 * Of those incidents that it may join by time, an episode joins the newest that it moves like: like its first
 * member, or like one of its newest (onset-shapes.ts). Where nothing is known of how it moved, time alone
 * decides. So what begins together and moves otherwise stays apart. Bounded: an episode is compared with four
 * members of at most eight incidents; where there are more, time alone decides again.
 *
 * What was told as one incident stays one, whatever it does afterwards: such episodes are held together by a key,
 * and those held by different keys are never one.
 */
import type { Episode } from "./episode.ts";
import { areAlike, type OnsetShape } from "./onset-shapes.ts";
import type { SeenBefore } from "./similarity.ts";

const minuteMs = 60_000;
const gapMs = 3 * minuteMs;
const spanMs = 15 * minuteMs;
const togetherMs = minuteMs;

export interface Incident {
  /** Of its earliest episode. */
  readonly id: string;
  readonly startedMs: number;
  /** Null while one of them goes on. */
  readonly endedMs: number | null;
  /** Earliest first. */
  readonly members: readonly Episode[];
  /** Hosts that the names tell of, sorted. */
  readonly hosts: readonly string[];
  /** "12 metrics on 3 hosts" */
  readonly title: string;
}

/** What an incident is for who tells of it. */
export interface DecidedIncident {
  /** The same for all that are told as one, from then on. */
  readonly key: string;
  /** What its earliest metric looks like among the saved collections, best first. */
  readonly seenBefore: readonly SeenBefore[];
}

/** Says which anomalies are one incident: one decision for the page and for alerts. */
export interface IncidentDecider {
  /**
   * Decides for good: what is said to be one here is shown as one from now on.
   * @returns by id of the episode
   */
  decide(episodes: readonly Episode[]): Promise<ReadonlyMap<string, DecidedIncident>>;
  /** Repeats what was decided before a restart. */
  hold(key: string, episodeIds: Iterable<string>): void;
}

const openCountMax = 8;
const newestCompared = 3;

/**
 * @param shapes  by id of the episode, as far as they are known
 * @param held    by id of the episode, the key of the incident it was told with
 * @returns newest first, of the episodes given
 */
export function groupIncidents(
  episodes: readonly Episode[],
  shapes: ReadonlyMap<string, OnsetShape> = new Map(),
  held: ReadonlyMap<string, string> = new Map(),
): Incident[] {
  const sorted = episodes.toSorted((a, b) => a.startedMs - b.startedMs || (a.id < b.id ? -1 : 1));
  const groups: Episode[][] = [];
  const groupOfKey = new Map<string, Episode[]>();
  const keyOfGroup = new Map<Episode[], string>();
  /** Those that an episode may still join, newest first. */
  let open: Episode[][] = [];
  for (const episode of sorted) {
    if (episode.known?.kind === "normal") {
      groups.push([episode]);
      continue;
    }
    const key = held.get(episode.id);
    const own = key === undefined ? undefined : groupOfKey.get(key);
    if (own !== undefined) {
      own.push(episode);
      continue;
    }
    open = open.filter(([first]) => episode.startedMs - (first?.startedMs ?? -Infinity) <= spanMs);
    const near = open.filter(
      (group) => joins(group, episode) && (key === undefined || !keyOfGroup.has(group)),
    );
    const found =
      near.find((group) => movesLike(group, episode, shapes)) ??
      (near.length >= openCountMax ? near[0] : undefined);
    const group = found ?? [];
    group.push(episode);
    if (found === undefined) {
      groups.push(group);
      open = [group, ...open].slice(0, openCountMax);
    }
    if (key !== undefined) {
      groupOfKey.set(key, group);
      keyOfGroup.set(group, key);
    }
  }
  return groups.map(incidentOf).sort((a, b) => b.startedMs - a.startedMs || (a.id < b.id ? 1 : -1));
}

function joins(group: readonly Episode[], episode: Episode): boolean {
  const [first] = group;
  const newest = group.at(-1);
  if (first === undefined || newest === undefined) return false;
  const { startedMs } = episode;
  if (startedMs - newest.startedMs > gapMs || startedMs - first.startedMs > spanMs) return false;
  if (startedMs - first.startedMs <= togetherMs) return true;
  return group.some(({ endedMs }) => endedMs === null || endedMs >= startedMs);
}

function movesLike(
  group: readonly Episode[],
  episode: Episode,
  shapes: ReadonlyMap<string, OnsetShape>,
): boolean {
  const shape = shapes.get(episode.id);
  if (shape === undefined) return true;
  let isCompared = false;
  for (const { id } of [...group.slice(0, 1), ...group.slice(1).slice(-newestCompared)]) {
    const other = shapes.get(id);
    const isAlike = other && areAlike(shape, other);
    if (isAlike === true) return true;
    if (isAlike === false) isCompared = true;
  }
  return !isCompared;
}

function incidentOf(members: readonly Episode[]): Incident {
  const [first] = members as readonly [Episode, ...Episode[]];
  const ends = members.map(({ endedMs }) => endedMs);
  const hosts = [...new Set(members.flatMap(({ name }) => hostOf(name) ?? []))].sort();
  const names = new Set(members.map(({ name }) => name));
  return {
    id: first.id,
    startedMs: first.startedMs,
    endedMs: ends.includes(null) ? null : Math.max(...ends.map((end) => end ?? 0)),
    members,
    hosts,
    title: incidentTitle(names.size, hosts.length),
  };
}

/** "12 metrics on 3 hosts"; without hosts where the names tell of none. */
export function incidentTitle(metricCount: number, hostCount: number): string {
  const metrics = metricCount === 1 ? "1 metric" : `${metricCount} metrics`;
  if (hostCount === 0) return metrics;
  return `${metrics} on ${hostCount === 1 ? "1 host" : `${hostCount} hosts`}`;
}

/**
 * The host that a name tells of: a tag host, instance or node; the part behind "host", "servers" and the like;
 * or a part that is letters and then a number, as hosts are called.
 */
export function hostOf(name: string): string | undefined {
  const [path = "", ...tags] = name.split(";");
  const tag = tags.find((text) => /^(?:host|hostname|instance|node)=/.test(text));
  if (tag !== undefined) return tag.slice(tag.indexOf("=") + 1);
  const parts = path.split(".");
  const at = parts.findIndex((part) => /^(?:hosts?|servers?|nodes?|machines?)$/.test(part));
  const behind = at < 0 ? undefined : parts[at + 1];
  return behind ?? parts.slice(0, -1).find((part) => /^[a-z][a-z-]{1,30}\d{1,4}$/.test(part));
}
