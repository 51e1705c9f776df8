/**
 * Server-sent events: text in chunks of any size, events out.
 *
 * Source: WHATWG HTML, section 9.2.6 "Interpreting an event stream". We read it ourselves, not with
 * EventSource, because only then can a new connection say which event it had last, wait longer
 * after each failure, and notice a stream that went silent. Deviation: `retry` is not taken.
 */

export interface StreamEvent {
  /** "message" where the server names none. */
  readonly event: string;
  readonly data: string;
  /** Of this event or of the last one before it that had one; empty if none had. */
  readonly lastId: string;
}

/** A line longer than this is our server gone wrong; what came so far is dropped. */
const lineLengthMax = 4_000_000;

export class SseParser {
  #rest = "";
  #event = "";
  #data: string[] = [];
  #lastId: string;

  constructor(lastId = "") {
    this.#lastId = lastId;
  }

  /** Where a new connection should go on; a stream may set it without any event. */
  get lastId(): string {
    return this.#lastId;
  }

  /** @returns the events that `chunk` completes */
  push(chunk: string): StreamEvent[] {
    const events: StreamEvent[] = [];
    const text = this.#rest + chunk;
    let start = 0;
    for (let at = 0; at < text.length; at++) {
      const char = text[at];
      if (char !== "\n" && char !== "\r") continue;
      if (char === "\r" && at === text.length - 1) break; // Its LF may come with the next chunk.
      const event = this.#takeLine(text.slice(start, at));
      if (event !== undefined) events.push(event);
      if (char === "\r" && text[at + 1] === "\n") at += 1;
      start = at + 1;
    }
    this.#rest = text.length - start > lineLengthMax ? "" : text.slice(start);
    return events;
  }

  #takeLine(line: string): StreamEvent | undefined {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return undefined;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#event = value;
    else if (field === "id" && !value.includes("\0")) this.#lastId = value;
    return undefined;
  }

  #dispatch(): StreamEvent | undefined {
    const data = this.#data;
    const event = this.#event;
    this.#data = [];
    this.#event = "";
    if (data.length === 0) return undefined;
    return { event: event === "" ? "message" : event, data: data.join("\n"), lastId: this.#lastId };
  }
}
