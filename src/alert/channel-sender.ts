/**
 * Sends what waits in the ledger through the channels, and says when it is tried again.
 *
 * A channel says one thing at a time; channels do not wait for each other.
 */
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { AlertChannelReport, AlertTestResult } from "../model/index.ts";
import type { AlertConfig, AlertRoute, Channel } from "./alert-config.ts";
import { sendNotice } from "./channels/send.ts";
import type { SendSurroundings } from "./channels/surroundings.ts";
import { type AlertGroup, noticeOf } from "./desk.ts";
import { AlertError } from "./errors.ts";
import type { AlertLedger, Delivery } from "./ledger.ts";
import type { Notice } from "./notice.ts";
import { nextTryMs } from "./retry.ts";
import { sendTestNotice } from "./test-notice.ts";

const dueCountMax = 64;

/** Who else says of which metric that it is abnormal, by kind of channel. */
export interface ToldElsewhere {
  isTold(channelType: string, metric: string): Promise<boolean>;
  noteTold(
    channelType: string,
    metric: string,
    told: { readonly value: number; readonly expireMs: number },
  ): Promise<void>;
}

export interface ChannelSenderParts {
  readonly config: Pick<AlertConfig, "channels" | "routes">;
  readonly ledger: AlertLedger;
  readonly around: SendSurroundings;
  readonly toldElsewhere: ToldElsewhere | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class ChannelSender {
  readonly #parts: ChannelSenderParts;
  readonly #channels: ReadonlyMap<string, Channel>;
  readonly #routes: ReadonlyMap<string, AlertRoute>;
  readonly #problems = new Map<string, string>();
  readonly #lastSentMs = new Map<string, number>();
  /** What each channel is saying now. */
  readonly #sending = new Map<string, Promise<void>>();

  constructor(parts: ChannelSenderParts) {
    const { channels, routes } = parts.config;
    this.#parts = parts;
    this.#channels = new Map(channels.map((channel) => [channel.name, channel]));
    this.#routes = new Map(routes.map((route) => [route.name, route]));
  }

  reports(): AlertChannelReport[] {
    return this.#parts.config.channels.map(({ name, type }) => ({
      name,
      type,
      problem: this.#problems.get(name) ?? "",
      lastSentMs: this.#lastSentMs.get(name) ?? null,
    }));
  }

  /** Says a test through one channel or all. */
  async test(name: string | undefined, nowMs: number): Promise<readonly AlertTestResult[]> {
    const wanted = [...this.#channels.values()].filter(
      (channel) => name === undefined || channel.name === name,
    );
    return await sendTestNotice(wanted, this.#parts.around, nowMs);
  }

  /** What is under way has arrived or failed. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#sending.values());
  }

  /** Begins to send what is due, where the channel is free. */
  deliver(nowMs: number): void {
    for (const delivery of this.#parts.ledger.due(nowMs, dueCountMax)) {
      if (this.#sending.has(delivery.channel)) continue;
      const channel = this.#channels.get(delivery.channel);
      if (channel === undefined) {
        this.#parts.ledger.failed(delivery.id, "there is no such channel any more", null);
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
      this.#parts.ledger.passOver(
        delivery,
        "another program told it on this kind of channel",
        clock.nowMs(),
      );
      return;
    }
    try {
      await sendNotice(channel, notice, this.#parts.around);
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
      this.#parts.ledger.failed(delivery.id, problem, dueMs === null ? null : Math.floor(dueMs));
      return;
    }
    const nowMs = Math.floor(clock.nowMs());
    this.#problems.delete(channel.name);
    this.#lastSentMs.set(channel.name, nowMs);
    const expireMs = this.#routes.get(notice.route)?.expireMs ?? 0;
    this.#parts.ledger.sent(delivery, nowMs, expireMs === 0 ? 0 : nowMs + expireMs);
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

  /** Alertmanager forgets what nobody repeats; this is between it and us, and nobody reads it. */
  repeatToAlertmanagers(groups: Iterable<AlertGroup>, nowMs: number): void {
    for (const group of groups) {
      if (group.toldMs === null) continue;
      for (const name of this.#routes.get(group.route)?.channels ?? []) {
        const channel = this.#channels.get(name);
        if (channel?.type !== "alertmanager") continue;
        void sendNotice(channel, noticeOf("repeated", group, nowMs), this.#parts.around).catch(
          (error: unknown) => {
            this.#problems.set(name, error instanceof Error ? error.message : String(error));
          },
        );
      }
    }
  }
}
