/**
 * Runs the desk: hands it what changes, keeps what it decides, sends it, and tries again what did
 * not arrive. The only file of this folder with a timer.
 *
 * A channel says one thing at a time; channels do not wait for each other.
 */
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import {
  type DecidedIncident,
  nameMatcher,
  silenceLimits,
  type AlertDelivery,
  type AlertOffice,
  type AlertReport,
  type AlertSilence,
  type AlertSkip,
  type AlertTestResult,
  type Episode,
  type EpisodeEvent,
  type EpisodeJournal,
  type IncidentDecider,
} from "../model/index.ts";
import type { AlertConfig, AlertRoute, Channel } from "./alert-config.ts";
import { alertmanagerRefreshMs } from "./channels/alertmanager.ts";
import { readSecret, sendNotice } from "./channels/send.ts";
import type { SendSurroundings } from "./channels/surroundings.ts";
import { AlertDesk, noticeOf, type AlertGroup } from "./desk.ts";
import { digestOf, firstDigestMs, isDigestDue } from "./digest.ts";
import { AlertError } from "./errors.ts";
import { AlertLedger, type Delivery } from "./ledger.ts";
import { subjectOf } from "./message.ts";
import type { Notice } from "./notice.ts";
import { nextTryMs } from "./retry.ts";

const tickMsStandard = 1_000;
const pruneEveryMs = 3_600_000;
const dueCountMax = 64;
const digestEpisodeCountMax = 2_000;
/** Changes that came before the next tick; more than this are looked up in the journal instead. */
const waitingEventCountMax = 20_000;

/** Who else says of which metric that it is abnormal, by kind of channel. */
export interface ToldElsewhere {
  isTold(channelType: string, metric: string): Promise<boolean>;
  noteTold(
    channelType: string,
    metric: string,
    told: { readonly value: number; readonly expireMs: number },
  ): Promise<void>;
}

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

interface TestedSilence {
  readonly silence: AlertSilence;
  readonly test: (name: string) => boolean;
}

/** @throws AlertError  ALERT_LEDGER_UNUSABLE */
export function openAlertOffice(parts: AlertOfficeParts): RunningOffice {
  return new Office(parts);
}

class Office implements RunningOffice {
  readonly #parts: AlertOfficeParts;
  readonly #ledger: AlertLedger;
  readonly #desk: AlertDesk;
  readonly #around: SendSurroundings;
  readonly #channels: ReadonlyMap<string, Channel>;
  readonly #routes: ReadonlyMap<string, AlertRoute>;
  readonly #problems = new Map<string, string>();
  readonly #lastSentMs = new Map<string, number>();
  /** What each channel is saying now. */
  readonly #sending = new Map<string, Promise<void>>();
  readonly #events: EpisodeEvent[] = [];
  #silences: readonly TestedSilence[];
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
    this.#channels = new Map(config.channels.map((channel) => [channel.name, channel]));
    this.#routes = new Map(config.routes.map((route) => [route.name, route]));
    this.#silences = this.#readSilences();
    this.#around = {
      pageUrl: config.pageUrl,
      picture: parts.picture ?? (() => Promise.resolve(undefined)),
      readSecret,
    };
    this.#desk = new AlertDesk(
      config,
      {
        reasonToSkip: (episode, nowMs) => this.#reasonToSkip(episode, nowMs),
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
      channels: config.channels.map(({ name, type }) => ({
        name,
        type,
        problem: this.#problems.get(name) ?? "",
        lastSentMs: this.#lastSentMs.get(name) ?? null,
      })),
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
    return this.#ledger.silences(this.#parts.clock.nowMs());
  }

  addSilence(asked: {
    readonly metric: string;
    readonly note: string;
    readonly untilMs: number;
  }): AlertSilence | undefined {
    if (this.silences().length >= silenceLimits.countMax) return undefined;
    const createdMs = Math.floor(this.#parts.clock.nowMs());
    const silence = { ...asked, id: this.#parts.newId(), createdMs };
    this.#ledger.addSilence(silence);
    this.#silences = this.#readSilences();
    return silence;
  }

  removeSilence(id: string): boolean {
    const wasThere = this.#ledger.removeSilence(id);
    this.#silences = this.#readSilences();
    return wasThere;
  }

  async sendTest(channel?: string): Promise<readonly AlertTestResult[]> {
    const wanted = [...this.#channels.values()].filter(
      ({ name }) => channel === undefined || name === channel,
    );
    return await sendTestNotice(wanted, this.#around, this.#parts.clock.nowMs());
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#tick();
    await Promise.allSettled([...this.#sending.values(), this.#dividing]);
    this.#ledger.close();
  }

  #tick(): void {
    const { clock, logger, config } = this.#parts;
    const nowMs = Math.floor(clock.nowMs());
    try {
      this.#decide(nowMs);
      this.#deliver(nowMs);
      if (config.digest !== undefined) this.#digest(nowMs);
      if (clock.elapsedMs() - this.#refreshedMs >= alertmanagerRefreshMs) this.#refresh(nowMs);
      if (clock.elapsedMs() - this.#prunedMs >= pruneEveryMs) {
        this.#prunedMs = clock.elapsedMs();
        this.#ledger.prune(nowMs);
        this.#silences = this.#readSilences();
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

  #deliver(nowMs: number): void {
    for (const delivery of this.#ledger.due(nowMs, dueCountMax)) {
      if (this.#sending.has(delivery.channel)) continue;
      const channel = this.#channels.get(delivery.channel);
      if (channel === undefined) {
        this.#ledger.failed(delivery.id, "there is no such channel any more", null);
        continue;
      }
      const sending = this.#send(channel, delivery).finally(() => {
        this.#sending.delete(channel.name);
      });
      this.#sending.set(channel.name, sending);
    }
  }

  async #send(channel: Channel, delivery: Delivery): Promise<void> {
    const { clock, logger } = this.#parts;
    const { notice } = delivery;
    if (await this.#isToldElsewhere(channel, notice)) {
      this.#ledger.passOver(
        delivery,
        "another program told it on this kind of channel",
        clock.nowMs(),
      );
      return;
    }
    try {
      await sendNotice(channel, notice, this.#around);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      const isFinal = error instanceof AlertError && error.code === "ALERT_REFUSED";
      const nowMs = clock.nowMs();
      const dueMs = isFinal ? null : nextTryMs(delivery.tryCount + 1, notice.atMs, nowMs);
      logger.warn("an alert did not arrive", {
        channel: channel.name,
        problem,
        again: dueMs === null ? "no" : `in ${Math.round((dueMs - nowMs) / 1000)} s`,
      });
      this.#problems.set(channel.name, problem);
      this.#ledger.failed(delivery.id, problem, dueMs === null ? null : Math.floor(dueMs));
      return;
    }
    const nowMs = Math.floor(clock.nowMs());
    this.#problems.delete(channel.name);
    this.#lastSentMs.set(channel.name, nowMs);
    const expireMs = this.#routes.get(notice.route)?.expireMs ?? 0;
    this.#ledger.sent(delivery, nowMs, expireMs === 0 ? 0 : nowMs + expireMs);
    if (expireMs > 0) await this.#tellElsewhere(channel, notice, expireMs);
  }

  /** Redis away is no reason to keep an alert back. */
  async #isToldElsewhere(channel: Channel, { kind, episodes }: Notice): Promise<boolean> {
    const elsewhere = this.#parts.toldElsewhere;
    if (elsewhere === undefined || kind !== "started" || episodes.length === 0) return false;
    try {
      const told = episodes.map(({ name }) => elsewhere.isTold(channel.type, name));
      return (await Promise.all(told)).every((isTold) => isTold);
    } catch (error) {
      this.#parts.logger.warn("what else was told could not be read", { error: String(error) });
      return false;
    }
  }

  async #tellElsewhere(channel: Channel, { episodes }: Notice, expireMs: number): Promise<void> {
    const elsewhere = this.#parts.toldElsewhere;
    if (elsewhere === undefined) return;
    try {
      await Promise.all(
        episodes.map(({ name, observed }) =>
          elsewhere.noteTold(channel.type, name, { value: observed, expireMs }),
        ),
      );
    } catch (error) {
      this.#parts.logger.warn("what was told could not be passed on", { error: String(error) });
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

  /** Alertmanager forgets what nobody repeats; this is between it and us, and nobody reads it. */
  #refresh(nowMs: number): void {
    this.#refreshedMs = this.#parts.clock.elapsedMs();
    for (const group of this.#openGroups.values()) {
      if (group.toldMs === null) continue;
      for (const name of this.#routes.get(group.route)?.channels ?? []) {
        const channel = this.#channels.get(name);
        if (channel?.type !== "alertmanager") continue;
        void sendNotice(channel, noticeOf("repeated", group, nowMs), this.#around).catch(
          (error: unknown) => {
            this.#problems.set(name, error instanceof Error ? error.message : String(error));
          },
        );
      }
    }
  }

  #reasonToSkip(episode: Episode, nowMs: number): string | undefined {
    const known = this.#parts.reasonToSkip?.(episode);
    if (known !== undefined) return known;
    const found = this.#silences.find(
      ({ silence, test }) => silence.untilMs > nowMs && test(episode.name),
    );
    if (found === undefined) return undefined;
    const { metric, note } = found.silence;
    return `silence: ${note === "" ? metric : note}`;
  }

  #readSilences(): readonly TestedSilence[] {
    return this.#ledger
      .silences(this.#parts.clock.nowMs())
      .map((silence) => ({ silence, test: nameMatcher(silence.metric) }));
  }
}

/** Says a test through each of the channels; all are tried. */
export async function sendTestNotice(
  channels: readonly Channel[],
  around: SendSurroundings,
  nowMs: number,
): Promise<readonly AlertTestResult[]> {
  const notice: Notice = {
    kind: "test",
    groupId: `test-${Math.floor(nowMs)}`,
    route: "",
    severity: "minor",
    atMs: nowMs,
    startedMs: nowMs,
    endedMs: null,
    metricCount: 0,
    episodes: [],
  };
  return await Promise.all(
    channels.map(async (channel) => {
      try {
        await sendNotice(channel, notice, around);
        return { channel: channel.name, problem: "" };
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error);
        return { channel: channel.name, problem };
      }
    }),
  );
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
