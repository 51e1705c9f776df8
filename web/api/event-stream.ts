/**
 * The server's events over one long answer: resumed after the last id, tried again with growing
 * pauses, and given up when it has been silent for so long that it must be dead.
 */
import { backoffMs } from "../lib/backoff.ts";
import { SseParser, type StreamEvent } from "../lib/sse-parser.ts";

export type StreamState =
  | { readonly kind: "connecting" }
  /** `isFresh`: without an id to resume from, so what happened before is unknown. */
  | { readonly kind: "live"; readonly isFresh: boolean }
  | { readonly kind: "reconnecting"; readonly waitMs: number }
  | { readonly kind: "paused" };

/** The server sends a summary every few seconds; this long without a byte is a dead connection. */
const silenceMsMax = 45_000;

export class EventStream {
  readonly #url: string;
  readonly #onState: (state: StreamState) => void;
  readonly #onEvent: (event: StreamEvent) => void;
  #lastId = "";
  #abort: AbortController | undefined;

  constructor(
    url: string,
    options: {
      readonly onState: (state: StreamState) => void;
      readonly onEvent: (event: StreamEvent) => void;
    },
  ) {
    this.#url = url;
    this.#onState = options.onState;
    this.#onEvent = options.onEvent;
  }

  /** Connects and stays connected until `pause`. */
  start(): void {
    if (this.#abort !== undefined) return;
    this.#abort = new AbortController();
    void this.#stayConnected(this.#abort.signal);
  }

  /** Ends the connection and remembers where it was. */
  pause(): void {
    this.#abort?.abort();
    this.#abort = undefined;
    this.#onState({ kind: "paused" });
  }

  async #stayConnected(signal: AbortSignal): Promise<void> {
    this.#onState({ kind: "connecting" });
    let failureCount = 0;
    while (!signal.aborted) {
      const wasLive = await this.#connectOnce(signal);
      failureCount = wasLive ? 1 : failureCount + 1;
      const waitMs = backoffMs(failureCount);
      if (isEnded(signal)) return;
      this.#onState({ kind: "reconnecting", waitMs });
      await waitUnlessOnline(waitMs, signal);
    }
  }

  /** @returns whether it was live, when the connection has ended */
  async #connectOnce(signal: AbortSignal): Promise<boolean> {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), silenceMsMax);
    let isLive = false;
    try {
      const headers: Record<string, string> = { Accept: "text/event-stream" };
      if (this.#lastId !== "") headers["Last-Event-ID"] = this.#lastId;
      const response = await fetch(this.#url, {
        headers,
        cache: "no-store",
        signal: AbortSignal.any([signal, silence.signal]),
      });
      if (!response.ok || response.body === null) return false;
      isLive = true;
      this.#onState({ kind: "live", isFresh: this.#lastId === "" });
      const parser = new SseParser(this.#lastId);
      const chunks = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await chunks.read();
        if (done) return true;
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), silenceMsMax);
        const events = parser.push(value);
        this.#lastId = parser.lastId;
        for (const event of events) this.#onEvent(event);
      }
    } catch {
      return isLive; // Refused, broken or silent: the caller says so and tries again.
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Asked after a wait: what the compiler knows of the signal from before it no longer holds. */
function isEnded(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** Waits, but not longer than until the network comes back or the stream is paused. */
function waitUnlessOnline(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      removeEventListener("online", end);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    addEventListener("online", end);
    signal.addEventListener("abort", end);
  });
}
