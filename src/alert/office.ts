/**
 * Runs the desk: hands it what changes, keeps what it decides, and has it sent. The only file of this
 * folder with a timer.
 */
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type {
  AlertDelivery,
  AlertOffice,
  AlertReport,
  AlertSilence,
  AlertSkip,
  AlertTestResult,
  DecidedIncident,
  Episode,
  EpisodeEvent,
  EpisodeJournal,
  IncidentDecider,
} from "../model/index.ts";
import type { AlertConfig, AlertRoute } from "./alert-config.ts";
import { ChannelSender, type ToldElsewhere } from "./channel-sender.ts";
import { alertmanagerRefreshMs } from "./channels/alertmanager.ts";
import { readSecret } from "./channels/send.ts";
import type { SendSurroundings } from "./channels/surroundings.ts";
import { AlertDesk, type AlertGroup } from "./desk.ts";
import { digestOf, firstDigestMs, isDigestDue } from "./digest.ts";
import { AlertError } from "./errors.ts";
import { AlertLedger } from "./ledger.ts";
import { subjectOf } from "./message.ts";
import { SilenceBook } from "./silence-book.ts";

const tickMsStandard = 1_000;
const pruneEveryMs = 3_600_000;
const digestEpisodeCountMax = 2_000;
/** Changes that came before the next tick; more than this are looked up in the journal instead. */
const waitingEventCountMax = 20_000;

export interface AlertOfficeParts {
  readonly config: AlertConfig;
  /** Of the ledger; ":memory:" keeps nothing. */
  readonly path: string;
  readonly episodes: Pick<EpisodeJournal, "find">;
  /** Why nobody wants to hear of an episode, e.g. "known: nightly job"; undefined where somebody does. */
  readonly reasonToSkip?: (episode: Episode) => string | undefined;
  /** Says which anomalies are one incident, in bounded time; by time alone if not given. */
  readonly incidents?: IncidentDecider;
  /** What another program told of, and is told in turn; see store/redis/skyline-memory.ts. */
  readonly toldElsewhere?: ToldElsewhere;
  /** PNG of a metric around an anomaly. */
  readonly picture?: SendSurroundings["picture"];
  /** How often it looks what is due; a second if not given. */
  readonly tickMs?: number;
  /** Unguessable text for an id. */
  readonly newId: () => string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface RunningOffice extends AlertOffice {
  take(events: readonly EpisodeEvent[]): void;
  close(): Promise<void>;
}

/** @throws AlertError  ALERT_LEDGER_UNUSABLE */
export function openAlertOffice(parts: AlertOfficeParts): RunningOffice {
  return new Office(parts);
}

class Office implements RunningOffice {
  readonly #parts: AlertOfficeParts;
  readonly #ledger: AlertLedger;
  readonly #desk: AlertDesk;
  readonly #sender: ChannelSender;
  readonly #silences: SilenceBook;
  readonly #routes: ReadonlyMap<string, AlertRoute>;
  readonly #events: EpisodeEvent[] = [];
  readonly #openGroups: Map<string, AlertGroup>;
  /** Under way while gathered groups are divided by incident. */
  #dividing: Promise<void> | undefined;
  #lostEventCount = 0;
  #prunedMs = -Infinity;
  #refreshedMs: number;
  #isFailing = false;
  readonly #timer: NodeJS.Timeout;

  constructor(parts: AlertOfficeParts) {
    const { config, clock } = parts;
    this.#parts = parts;
    this.#ledger = new AlertLedger(parts.path);
    const groups = this.#ledger.openGroups();
    this.#openGroups = new Map(groups.map((group) => [group.id, group]));
    for (const { incident, members } of groups) {
      if (incident !== null) parts.incidents?.hold(incident, members.keys());
    }
    this.#routes = new Map(config.routes.map((route) => [route.name, route]));
    this.#silences = new SilenceBook(this.#ledger, clock, parts.newId);
    const picture = parts.picture ?? (() => Promise.resolve(undefined));
    this.#sender = new ChannelSender({
      ...{ config, ledger: this.#ledger, clock, logger: parts.logger },
      around: { pageUrl: config.pageUrl, picture, readSecret },
      toldElsewhere: parts.toldElsewhere,
    });
    this.#desk = new AlertDesk(
      config,
      {
        reasonToSkip: (episode, nowMs) =>
          parts.reasonToSkip?.(episode) ?? this.#silences.reasonFor(episode.name, nowMs),
        toldUntilMs: (route, metric) => this.#ledger.toldUntilMs(route, metric),
        newGroupId: parts.newId,
        isDivided: parts.incidents !== undefined,
      },
      groups,
    );
    if (this.#ledger.digestMs() === undefined) this.#ledger.noteDigest(clock.nowMs());
    this.#refreshedMs = clock.elapsedMs();
    this.#timer = setInterval(() => {
      this.#tick();
    }, parts.tickMs ?? tickMsStandard);
  }

  take(events: readonly EpisodeEvent[]): void {
    if (this.#routes.size === 0) return;
    for (const event of events) {
      if (this.#events.length < waitingEventCountMax) this.#events.push(event);
      else this.#lostEventCount += 1;
    }
  }

  report(): AlertReport {
    const { config } = this.#parts;
    const { waiting, sent, failed } = this.#ledger.counts();
    return {
      routes: config.routes.map((route) => ({
        name: route.name,
        match: matchWords(route),
        channels: route.channels,
        repeatMs: route.repeatMs,
        expireMs: route.expireMs,
      })),
      channels: this.#sender.reports(),
      waitingCount: waiting,
      sentCount: sent,
      failedCount: failed,
      droppedCount: this.#ledger.droppedCount + this.#lostEventCount + this.#desk.unfollowedCount,
    };
  }

  deliveries(query: { readonly episodeId?: string; readonly limit: number }): AlertDelivery[] {
    return this.#ledger.deliveries(query).map((delivery) => ({
      id: delivery.id,
      channel: delivery.channel,
      route: delivery.notice.route,
      kind: delivery.notice.kind,
      subject: subjectOf(delivery.notice),
      state: delivery.state,
      tryCount: delivery.tryCount,
      madeMs: delivery.notice.atMs,
      sentMs: delivery.sentMs,
      nextTryMs: delivery.state === "waiting" ? delivery.dueMs : null,
      problem: delivery.problem,
    }));
  }

  skipsOf(episodeId: string): AlertSkip[] {
    return this.#ledger.skipsOf(episodeId);
  }

  silences(): AlertSilence[] {
    return this.#silences.list();
  }

  addSilence(asked: Parameters<AlertOffice["addSilence"]>[0]): AlertSilence | undefined {
    return this.#silences.add(asked);
  }

  removeSilence(id: string): boolean {
    return this.#silences.remove(id);
  }

  async sendTest(channel?: string): Promise<readonly AlertTestResult[]> {
    return await this.#sender.test(channel, this.#parts.clock.nowMs());
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#tick();
    await Promise.allSettled([this.#sender.settled(), this.#dividing]);
    this.#ledger.close();
  }

  #tick(): void {
    const { clock, logger, config } = this.#parts;
    const nowMs = Math.floor(clock.nowMs());
    try {
      this.#decide(nowMs);
      this.#sender.deliver(nowMs);
      if (config.digest !== undefined) this.#digest(nowMs);
      if (clock.elapsedMs() - this.#refreshedMs >= alertmanagerRefreshMs) {
        this.#refreshedMs = clock.elapsedMs();
        this.#sender.repeatToAlertmanagers(this.#openGroups.values(), nowMs);
      }
      if (clock.elapsedMs() - this.#prunedMs >= pruneEveryMs) {
        this.#prunedMs = clock.elapsedMs();
        this.#ledger.prune(nowMs);
        this.#silences.forgetEnded();
      }
      this.#isFailing = false;
    } catch (error) {
      if (!(error instanceof AlertError)) throw error;
      if (!this.#isFailing) {
        logger.error("alerts cannot be kept; they are tried again", { error: error.message });
      }
      this.#isFailing = true;
    }
  }

  #decide(nowMs: number): void {
    const { notices, skips, changed, closed, ripe } = this.#desk.take(
      this.#events.splice(0),
      nowMs,
    );
    if (ripe.length > 0) {
      this.#dividing ??= this.#divide(ripe).finally(() => {
        this.#dividing = undefined;
      });
    }
    for (const group of changed) this.#openGroups.set(group.id, group);
    for (const id of closed) this.#openGroups.delete(id);
    if (notices.length + skips.length + changed.length + closed.length === 0) return;
    const queued = notices.map((notice) => ({
      notice,
      channels: this.#routes.get(notice.route)?.channels ?? [],
    }));
    this.#ledger.keep(queued, { skips, changed, closed });
  }

  /** Only once it is known who is one incident it is told; whoever cannot say it keeps no alert back. */
  async #divide(ripe: readonly AlertGroup[]): Promise<void> {
    const members = ripe.map((group) => [...group.members.values()]);
    let decided: ReadonlyMap<string, DecidedIncident> = new Map();
    try {
      decided = (await this.#parts.incidents?.decide(members.flat())) ?? decided;
    } catch (error) {
      this.#parts.logger.warn("alerts are gathered by time alone", { error: String(error) });
    }
    for (const [i, group] of ripe.entries()) {
      const alone = { key: group.id, seenBefore: [] };
      const divided = this.#desk.divide(
        group.id,
        new Map(members[i]?.map(({ id }) => [id, decided.get(id) ?? alone])),
      );
      for (const one of divided.changed) this.#openGroups.set(one.id, one);
      for (const id of divided.closed) this.#openGroups.delete(id);
      try {
        this.#ledger.keep([], { skips: [], ...divided });
      } catch (error) {
        // The next change of these groups keeps them.
        this.#parts.logger.error("alerts cannot be kept", { error: String(error) });
      }
    }
  }

  #digest(nowMs: number): void {
    const { config, episodes } = this.#parts;
    const lastMs = this.#ledger.digestMs() ?? nowMs - firstDigestMs;
    if (config.digest === undefined || !isDigestDue(config.digest, lastMs, nowMs)) return;
    const range = { fromMs: Math.floor(lastMs), untilMs: nowMs };
    const found = episodes.find({ state: "all", range, limit: digestEpisodeCountMax });
    const notice = digestOf(found, { sinceMs: lastMs, nowMs });
    this.#ledger.keep([{ notice, channels: config.digest.channels }], {
      skips: [],
      changed: [],
      closed: [],
    });
    this.#ledger.noteDigest(nowMs);
  }
}

function matchWords({ match, severity }: AlertRoute): string {
  const { metric, pattern, tags } = match;
  const parts = [
    metric === "" ? "" : metric,
    pattern === "" ? "" : `/${pattern}/`,
    ...Object.entries(tags).map(([tag, glob]) => `${tag}=${glob}`),
  ].filter((part) => part !== "");
  const which = parts.length === 0 ? "every metric" : parts.join(", ");
  return severity === "minor"
    ? which
    : `${which}, ${severity}${severity === "major" ? " or worse" : ""}`;
}
