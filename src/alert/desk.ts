/**
 * Decides when to speak. Pure: episodes' changes and the time go in, notices come out; sending,
 * retrying and keeping across restarts is done around it (office.ts, ledger.ts).
 *
 * Per route, metrics that went wrong together are one group. A group is gathered for a while, told
 * once ("started"), told again when it grew, repeated while it lasts, and told when all of it is
 * over ("ended"), each only if the one before was due. What is gathered goes by time alone; before it
 * is told somebody may divide it by incident (`divide`), and what comes later joins the incident that
 * it is divided into. A metric is left out of a route, with a reason
 * that is kept, where
 *
 *     it is known     somebody marked the shape as normal
 *     it is silenced  somebody asked for silence
 *     it was told     on this route less than `expire` ago, in a notice that arrived
 *
 * In quiet hours a group waits; it is told afterwards if it still lasts.
 *
 * Limits: 20,000 active episodes are followed, 2,000 metrics in a group; further ones are counted.
 */
import {
  type DecidedIncident,
  type Episode,
  type EpisodeEvent,
  hostOf,
  incidentTitle,
  type SeenBefore,
} from "../model/index.ts";
import type { AlertConfig, AlertRoute, Severity } from "./alert-config.ts";
import { metricTest, type MetricTest } from "./match.ts";
import { noticeEpisodeCountMax, noticeEpisodeOf, type Notice, type NoticeKind } from "./notice.ts";
import { isQuiet } from "./quiet-hours.ts";
import { isAtLeast, severityOf, worstOf } from "./severity.ts";

const followedCountMax = 20_000;
const memberCountMax = 2_000;
const lookAgainMs = 60_000;
/** Metrics whose trouble began at most this far apart may be one incident. */
const togetherMs = 120_000;

export interface AlertGroup {
  readonly id: string;
  readonly route: string;
  /** Key of the incident that it was divided into; null while it is gathered. */
  readonly incident: string | null;
  /** Saved collections that it looks like, best first. */
  readonly seenBefore: readonly SeenBefore[];
  /** Of the first member; times of its arrival here, not of the samples. */
  readonly openedMs: number;
  /** By id of the episode, its newest state. */
  readonly members: Map<string, Episode>;
  /** Ids of episodes that had no room. */
  readonly leftOut: Set<string>;
  /** When the newest notice was made; null before the first. */
  toldMs: number | null;
  toldSeverity: Severity;
  toldCount: number;
}

/** Why an episode was not told on a route. */
export interface Skip {
  readonly episodeId: string;
  readonly route: string;
  readonly reason: string;
  readonly atMs: number;
}

export interface DeskSurroundings {
  /** Why nobody wants to hear of it, e.g. "known: nightly job", "silence: deploy"; else undefined. */
  readonly reasonToSkip: (episode: Episode, nowMs: number) => string | undefined;
  /** Until when a metric was told enough of on a route; 0 for never told. */
  readonly toldUntilMs: (route: string, metric: string) => number;
  readonly newGroupId: () => string;
  /** Whether what was gathered is divided by incident before it is told; by time alone if not. */
  readonly isDivided?: boolean;
}

interface DeskRoute {
  readonly route: AlertRoute;
  readonly test: MetricTest;
  /** Open groups, oldest first. */
  readonly groups: AlertGroup[];
}

export interface DeskOutput {
  readonly notices: readonly Notice[];
  readonly skips: readonly Skip[];
  /** Groups whose state changed, to be kept. */
  readonly changed: readonly AlertGroup[];
  /** Groups that are over, to be forgotten. */
  readonly closed: readonly string[];
  /** Gathered groups that are to be divided now; said until it is done. */
  readonly ripe: readonly AlertGroup[];
}

export class AlertDesk {
  readonly #config: AlertConfig;
  readonly #around: DeskSurroundings;
  readonly #routes: readonly DeskRoute[];
  readonly #active = new Map<string, Episode>();
  /** The reason last given, by route and episode: each is told once. */
  readonly #skipped = new Map<string, string>();
  #unfollowedCount = 0;
  #lookedMs = -Infinity;

  /** @param groups  that were open when the program ended */
  constructor(config: AlertConfig, around: DeskSurroundings, groups: readonly AlertGroup[] = []) {
    this.#config = config;
    this.#around = around;
    this.#routes = config.routes.map((route) => ({
      route,
      test: metricTest(route.match),
      groups: groups.filter((group) => group.route === route.name),
    }));
    for (const { members } of groups) {
      for (const episode of members.values()) {
        if (episode.endedMs === null) this.#active.set(episode.id, episode);
      }
    }
  }

  /** Episodes that were not followed because too many were active. */
  get unfollowedCount(): number {
    return this.#unfollowedCount;
  }

  get openGroupCount(): number {
    return this.#routes.reduce((sum, { groups }) => sum + groups.length, 0);
  }

  /** Takes changes, and says what is due now; call it also without changes, about once a second. */
  take(events: readonly EpisodeEvent[], nowMs: number): DeskOutput {
    const changed = new Set<AlertGroup>();
    const skips: Skip[] = [];
    for (const { change, episode } of events) {
      if (change === "ended") this.#end(episode, changed);
      else if (this.#follow(episode)) this.#place(episode, nowMs, changed, skips);
    }
    if (nowMs - this.#lookedMs >= lookAgainMs) {
      this.#lookedMs = nowMs;
      for (const episode of this.#active.values()) this.#place(episode, nowMs, changed, skips);
    }
    const notices: Notice[] = [];
    const closed: string[] = [];
    const ripe: AlertGroup[] = [];
    for (const desk of this.#routes) {
      for (const group of [...desk.groups]) {
        if (this.#isRipe(desk.route, group, nowMs)) {
          ripe.push(group);
          continue;
        }
        const kind = this.#dueOf(desk.route, group, nowMs);
        if (kind !== undefined) {
          notices.push(noticeOf(kind, group, nowMs));
          group.toldMs = nowMs;
          group.toldSeverity = severityOfGroup(group);
          group.toldCount = group.members.size;
          changed.add(group);
        }
        if (isOver(group)) {
          if (group.toldMs === null) {
            const reason = "it was over before quiet hours or gathering ended";
            for (const { id } of group.members.values())
              skips.push({ episodeId: id, route: group.route, reason, atMs: nowMs });
          }
          desk.groups.splice(desk.groups.indexOf(group), 1);
          changed.delete(group);
          closed.push(group.id);
        }
      }
    }
    return { notices, skips, changed: [...changed], closed, ripe };
  }

  /**
   * Divides a ripe group by incident. An incident that this route was told of grows; another is told at the next
   * look. What was gathered since, of which nothing is decided, goes on being gathered.
   *
   * @param decided  by id of the episode
   */
  divide(
    groupId: string,
    decided: ReadonlyMap<string, DecidedIncident>,
  ): Pick<DeskOutput, "changed" | "closed"> {
    const desk = this.#routes.find(({ groups }) => groups.some(({ id }) => id === groupId));
    const pot = desk?.groups.find(({ id }) => id === groupId);
    if (desk === undefined || pot === undefined) return { changed: [], closed: [] };
    const { groups } = desk;
    const changed = new Set<AlertGroup>();
    for (const episode of [...pot.members.values()]) {
      const incident = decided.get(episode.id);
      if (incident === undefined) continue;
      pot.members.delete(episode.id);
      let group = groups.find((other) => other.incident === incident.key);
      if (group === undefined) {
        const { key, seenBefore } = incident;
        group = this.#newGroup(desk.route, { openedMs: pot.openedMs, incident: key, seenBefore });
        groups.push(group);
      }
      putInto(group, episode);
      for (const id of pot.leftOut) group.leftOut.add(id);
      pot.leftOut.clear();
      changed.add(group);
    }
    if (pot.members.size > 0) return { changed: [...changed, pot], closed: [] };
    groups.splice(groups.indexOf(pot), 1);
    return { changed: [...changed], closed: [pot.id] };
  }

  #follow(episode: Episode): boolean {
    if (this.#active.size >= followedCountMax && !this.#active.has(episode.id)) {
      this.#unfollowedCount += 1;
      return false;
    }
    this.#active.set(episode.id, episode);
    return true;
  }

  #end(episode: Episode, changed: Set<AlertGroup>): void {
    this.#active.delete(episode.id);
    for (const { route, groups } of this.#routes) {
      this.#skipped.delete(`${route.name}\n${episode.id}`);
      for (const group of groups) {
        if (!group.members.has(episode.id)) continue;
        group.members.set(episode.id, episode);
        changed.add(group);
      }
    }
  }

  /** Puts an episode into a group of each route that is for it. */
  #place(episode: Episode, nowMs: number, changed: Set<AlertGroup>, skips: Skip[]): void {
    const severity = severityOf(episode);
    for (const { route, test, groups } of this.#routes) {
      if (!test(episode.name)) continue;
      const own = groups.find(
        ({ members, leftOut }) => members.has(episode.id) || leftOut.has(episode.id),
      );
      if (own !== undefined) {
        if (own.members.has(episode.id)) own.members.set(episode.id, episode);
      } else if (isAtLeast(severity, route.severity)) {
        const reason = this.#reasonToSkip(episode, route, nowMs);
        if (reason === undefined) {
          changed.add(this.#join(episode, route, groups, nowMs));
        } else if (this.#skipped.get(`${route.name}\n${episode.id}`) !== reason) {
          this.#skipped.set(`${route.name}\n${episode.id}`, reason);
          skips.push({ episodeId: episode.id, route: route.name, reason, atMs: nowMs });
        }
      }
      if (!route.isContinued) break;
    }
  }

  #reasonToSkip(episode: Episode, route: AlertRoute, nowMs: number): string | undefined {
    const reason = this.#around.reasonToSkip(episode, nowMs);
    if (reason !== undefined) return reason;
    const untilMs = this.#around.toldUntilMs(route.name, episode.name);
    if (nowMs < untilMs) return "it was told less than the route's expire ago";
    return undefined;
  }

  #join(episode: Episode, route: AlertRoute, groups: AlertGroup[], nowMs: number): AlertGroup {
    let group = groups.find(
      ({ members, incident }) =>
        (incident === null || !this.#isDivided) && beganTogether(episode, members),
    );
    if (group === undefined) {
      group = this.#newGroup(route, { openedMs: nowMs, incident: null, seenBefore: [] });
      groups.push(group);
    }
    putInto(group, episode);
    return group;
  }

  #newGroup(
    route: AlertRoute,
    given: Pick<AlertGroup, "openedMs" | "incident" | "seenBefore">,
  ): AlertGroup {
    return {
      ...given,
      id: this.#around.newGroupId(),
      route: route.name,
      members: new Map(),
      leftOut: new Set(),
      toldMs: null,
      toldSeverity: "minor",
      toldCount: 0,
    };
  }

  get #isDivided(): boolean {
    return this.#around.isDivided ?? false;
  }

  #isRipe(route: AlertRoute, group: AlertGroup, nowMs: number): boolean {
    if (!this.#isDivided || group.incident !== null || isOver(group)) return false;
    if (nowMs - group.openedMs < this.#config.gatherMs) return false;
    return !isQuiet(this.#config.quietHours, route, severityOfGroup(group), nowMs);
  }

  #dueOf(route: AlertRoute, group: AlertGroup, nowMs: number): NoticeKind | undefined {
    const { toldMs } = group;
    if (isOver(group)) return toldMs === null ? undefined : "ended";
    const severity = severityOfGroup(group);
    if (isQuiet(this.#config.quietHours, route, severity, nowMs)) return undefined;
    if (toldMs === null) {
      return nowMs - group.openedMs >= this.#config.gatherMs ? "started" : undefined;
    }
    const hasGrown = group.members.size > group.toldCount;
    const isWorse = severity !== group.toldSeverity && isAtLeast(severity, group.toldSeverity);
    if ((hasGrown || isWorse) && nowMs - toldMs >= this.#config.updateMs) return "grew";
    if (route.repeatMs > 0 && nowMs - toldMs >= route.repeatMs) return "repeated";
    return undefined;
  }
}

function beganTogether(episode: Episode, members: ReadonlyMap<string, Episode>): boolean {
  let newestMs = -Infinity;
  let oldestMs = Infinity;
  for (const { startedMs, endedMs } of members.values()) {
    if (endedMs !== null) continue;
    newestMs = Math.max(newestMs, startedMs);
    oldestMs = Math.min(oldestMs, startedMs);
  }
  return episode.startedMs >= oldestMs - togetherMs && episode.startedMs <= newestMs + togetherMs;
}

function putInto({ members, leftOut }: AlertGroup, episode: Episode): void {
  if (members.size < memberCountMax) members.set(episode.id, episode);
  else leftOut.add(episode.id);
}

function isOver({ members }: AlertGroup): boolean {
  for (const { endedMs } of members.values()) if (endedMs === null) return false;
  return true;
}

function severityOfGroup({ members }: AlertGroup): Severity {
  return worstOf([...members.values()].map(severityOf));
}

export function noticeOf(kind: NoticeKind, group: AlertGroup, atMs: number): Notice {
  const episodes = [...group.members.values()].sort(
    (a, b) => a.startedMs - b.startedMs || (a.name < b.name ? -1 : 1),
  );
  const ends = episodes.map(({ endedMs }) => endedMs);
  const metricCount = episodes.length + group.leftOut.size;
  const hosts = new Set(episodes.flatMap(({ name }) => hostOf(name) ?? []));
  return {
    kind,
    groupId: group.id,
    route: group.route,
    severity: severityOfGroup(group),
    atMs,
    startedMs: episodes[0]?.startedMs ?? atMs,
    endedMs: kind === "ended" ? Math.max(...ends.map((endMs) => endMs ?? atMs)) : null,
    metricCount,
    title: incidentTitle(metricCount, hosts.size),
    seenBefore: group.seenBefore.map(({ collectionName, likeness }) => ({
      name: collectionName,
      likeness,
    })),
    episodes: episodes.slice(0, noticeEpisodeCountMax).map(noticeEpisodeOf),
  };
}
