/**
 * /kale/events: server-sent events, as in the WHATWG HTML standard, "Server-sent events".
 *
 *     id: 1764000000123            where a reconnecting client goes on (header Last-Event-ID)
 *     event: anomaly
 *     data: {"change":"started","anomaly":{…}}
 *
 * "anomaly" has an id; "summary" has none, as a newer one replaces it; "reset" tells that changes
 * were missed, so the lists should be read anew. A stream begins with an id alone: a client that
 * loses its connection before the first event resumes all the same.
 *
 * Nothing is queued per client. A client holds its place in the feed and at most one summary; the
 * next piece is made when its socket has room. One that falls behind the feed gets a reset, and one
 * that reads nothing at all for `eventStallMs` is cut.
 */
import type { Logger } from "../base/log.ts";
import type { Clock } from "../base/clock.ts";
import type { AnomalyEventJson, SummaryJson } from "./contract.ts";
import { isStarting } from "./errors.ts";
import type { EpisodeFeed, FeedEntry } from "./episode-feed.ts";
import type { WebappLimits } from "./parts.ts";
import { anomalyJson } from "./shapes.ts";

/** Changes in one piece of the stream: bounds what waits in a socket. */
const entriesPerPiece = 64;
/** How long a browser waits before it connects again. */
const retryMs = 2_000;

export interface EventHubParts {
  readonly feed: EpisodeFeed;
  readonly readSummary: () => Promise<SummaryJson>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class EventHub {
  readonly #parts: EventHubParts;
  readonly #limits: WebappLimits;
  readonly #clients = new Set<EventClient>();
  readonly #entryTexts = new WeakMap<FeedEntry, string>();
  readonly #unsubscribe: () => void;
  #summaryTimer: NodeJS.Timeout | undefined;
  #heartbeatTimer: NodeJS.Timeout | undefined;
  #isReadingSummary = false;
  #isClosed = false;
  #cutCount = 0;
  #resetCount = 0;

  constructor(parts: EventHubParts, limits: WebappLimits) {
    this.#parts = parts;
    this.#limits = limits;
    this.#unsubscribe = parts.feed.subscribe(() => {
      for (const client of this.#clients) client.wake();
    });
  }

  get clientCount(): number {
    return this.#clients.size;
  }

  /** Clients cut because they read nothing. */
  get cutCount(): number {
    return this.#cutCount;
  }

  /** Clients told to start anew because they had fallen behind. */
  get resetCount(): number {
    return this.#resetCount;
  }

  /**
   * @param resumeText  what the client sent as Last-Event-ID
   * @param cut         ends the client's connection at once
   * @returns undefined where there are as many clients as are allowed
   */
  open(resumeText: string | undefined, cut: () => void): ReadableStream<Uint8Array> | undefined {
    if (this.#isClosed || this.#clients.size >= this.#limits.eventClientCountMax) return undefined;
    const client = new EventClient({
      feed: this.#parts.feed,
      clock: this.#parts.clock,
      resumeText,
      cut,
      textOf: (entry) => this.#textOf(entry),
      onReset: () => (this.#resetCount += 1),
    });
    this.#clients.add(client);
    this.#startTimers();
    void this.#sendSummary();
    const encoder = new TextEncoder();
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const piece = await client.nextPiece();
          if (piece === undefined) controller.close();
          else controller.enqueue(encoder.encode(piece));
        },
        cancel: () => this.#forget(client),
      },
      { highWaterMark: 0 },
    );
  }

  /** Ends every stream after what is already on its way. */
  close(): void {
    this.#isClosed = true;
    this.#unsubscribe();
    for (const client of this.#clients) this.#forget(client);
  }

  #forget(client: EventClient): void {
    client.end();
    this.#clients.delete(client);
    if (this.#clients.size > 0) return;
    clearInterval(this.#summaryTimer);
    clearInterval(this.#heartbeatTimer);
    this.#summaryTimer = undefined;
    this.#heartbeatTimer = undefined;
  }

  #startTimers(): void {
    this.#summaryTimer ??= setInterval(() => {
      this.#cutStalled();
      void this.#sendSummary();
    }, this.#limits.summaryEveryMs);
    this.#heartbeatTimer ??= setInterval(() => {
      for (const client of this.#clients) client.beat();
    }, this.#limits.heartbeatEveryMs);
  }

  #cutStalled(): void {
    for (const client of this.#clients) {
      if (client.unreadMs() <= this.#limits.eventStallMs) continue;
      this.#cutCount += 1;
      this.#parts.logger.warn("an event stream was cut: its client reads nothing");
      this.#forget(client);
      client.cut();
    }
  }

  async #sendSummary(): Promise<void> {
    if (this.#isReadingSummary) return;
    this.#isReadingSummary = true;
    try {
      const summary = await this.#parts.readSummary();
      const text = `event: summary\ndata: ${JSON.stringify(summary)}\n\n`;
      for (const client of this.#clients) client.offerSummary(text);
    } catch (error) {
      if (isStarting(error)) return;
      this.#parts.logger.warn("no summary for the pages", { error: String(error) });
    } finally {
      this.#isReadingSummary = false;
    }
  }

  /** Written once for all clients. */
  #textOf(entry: FeedEntry): string {
    let text = this.#entryTexts.get(entry);
    if (text === undefined) {
      const { change, episode } = entry.event;
      const data: AnomalyEventJson = {
        change,
        anomaly: anomalyJson(episode, this.#parts.clock.nowMs()),
      };
      text = `id: ${entry.id}\nevent: anomaly\ndata: ${JSON.stringify(data)}\n\n`;
      this.#entryTexts.set(entry, text);
    }
    return text;
  }
}

interface EventClientOptions {
  readonly feed: EpisodeFeed;
  readonly clock: Clock;
  readonly resumeText: string | undefined;
  readonly cut: () => void;
  readonly textOf: (entry: FeedEntry) => string;
  readonly onReset: () => void;
}

/** One open stream: its place in the feed, and what it is due besides. */
class EventClient {
  readonly #options: EventClientOptions;
  #readId: number;
  #summary = "";
  #greeting: string;
  #isBeatDue = false;
  #isEnded = false;
  #wake: (() => void) | undefined;
  /** When the socket last took a piece, while it has not asked for another. */
  #handedOverMs: number | undefined;

  constructor(options: EventClientOptions) {
    this.#options = options;
    const { feed, resumeText } = options;
    const resumeId = /^\d{1,16}$/.test(resumeText ?? "") ? Number(resumeText) : NaN;
    this.#readId = resumeText === undefined ? feed.lastId : resumeId;
    this.#greeting = `retry: ${retryMs}\n${resumeText === undefined ? `id: ${feed.lastId}\n` : ""}\n`;
  }

  /** @returns what to send next, as soon as there is something; undefined when the stream ends */
  async nextPiece(): Promise<string | undefined> {
    this.#handedOverMs = undefined;
    while (!this.#isEnded) {
      const piece = this.#takePiece();
      if (piece !== "") {
        this.#handedOverMs = this.#options.clock.elapsedMs();
        return piece;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return undefined;
  }

  wake(): void {
    this.#wake?.();
  }

  offerSummary(text: string): void {
    this.#summary = text;
    this.wake();
  }

  beat(): void {
    this.#isBeatDue = true;
    this.wake();
  }

  end(): void {
    this.#isEnded = true;
    this.wake();
  }

  cut(): void {
    this.#options.cut();
  }

  /** How long the last piece has lain unread. */
  unreadMs(): number {
    const handedOverMs = this.#handedOverMs;
    return handedOverMs === undefined ? 0 : this.#options.clock.elapsedMs() - handedOverMs;
  }

  #takePiece(): string {
    const piece =
      this.#greeting + this.#takeChanges() + this.#summary + (this.#isBeatDue ? ":\n\n" : "");
    this.#greeting = "";
    this.#summary = "";
    this.#isBeatDue = false;
    return piece;
  }

  #takeChanges(): string {
    const { feed, textOf, onReset } = this.#options;
    const entries = feed.since(this.#readId, entriesPerPiece);
    if (entries === undefined) {
      onReset();
      this.#readId = feed.lastId;
      return `id: ${this.#readId}\nevent: reset\ndata: {}\n\n`;
    }
    this.#readId = entries.at(-1)?.id ?? this.#readId;
    return entries.map(textOf).join("");
  }
}
