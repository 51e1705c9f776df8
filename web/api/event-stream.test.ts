import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { StreamEvent } from "../lib/sse-parser.ts";
import { EventStream, type StreamState } from "./event-stream.ts";

/** Answers the first request with the first of these, and so on; the last one again and again. */
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let closeServer: (() => void) | undefined;

beforeEach(() => {
  // The browser tells through these that the network is back; Node has none.
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("removeEventListener", () => undefined);
});

afterEach(() => {
  vi.unstubAllGlobals();
  closeServer?.();
  closeServer = undefined;
});

async function serve(answers: readonly Answer[]): Promise<string> {
  let count = 0;
  const server = createServer((request, response) => {
    answers[Math.min(count, answers.length - 1)]?.(request, response);
    count += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closeServer = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/kale/events`;
}

/** Runs a stream until `isEnough`, and gives what it told. */
async function follow(
  url: string,
  isEnough: (events: readonly StreamEvent[], states: readonly StreamState[]) => boolean,
): Promise<{ events: StreamEvent[]; states: StreamState[] }> {
  const events: StreamEvent[] = [];
  const states: StreamState[] = [];
  await new Promise<void>((resolve) => {
    const check = (): void => {
      if (isEnough(events, states)) resolve();
    };
    const stream = new EventStream(url, {
      onEvent: (event) => {
        events.push(event);
        check();
      },
      onState: (state) => {
        states.push(state);
        check();
      },
    });
    stream.start();
    closeStream = (): void => stream.pause();
  });
  closeStream?.();
  return { events, states };
}

let closeStream: (() => void) | undefined;

function sends(text: string, { thenEnds }: { readonly thenEnds: boolean }): Answer {
  return (request, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    if (thenEnds) response.end(text);
    else response.write(text);
  };
}

test("EventStream comes back after its connection ended and says what it had last", async () => {
  const seen: (string | undefined)[] = [];
  const noted =
    (answer: Answer): Answer =>
    (request, response) => {
      seen.push(request.headers["last-event-id"]?.toString());
      answer(request, response);
    };
  const url = await serve([
    noted(sends("id: 41\n\nid: 42\nevent: anomaly\ndata: first\n\n", { thenEnds: true })),
    noted(sends("event: anomaly\ndata: second\n\n", { thenEnds: false })),
  ]);
  const { events, states } = await follow(url, ({ length }) => length === 2);
  expect(events.map(({ data }) => data)).toEqual(["first", "second"]);
  expect(seen).toEqual([undefined, "42"]);
  expect(states.slice(0, 4)).toEqual([
    { kind: "connecting" },
    { kind: "live", isFresh: true },
    { kind: "reconnecting", waitMs: 1000 },
    { kind: "live", isFresh: false },
  ]);
  expect(states.at(-1)).toEqual({ kind: "paused" });
});

test("EventStream waits longer after each refusal", async () => {
  const refuses: Answer = (request, response) => response.writeHead(503).end();
  const url = await serve([refuses]);
  const { states } = await follow(url, (events, told) => told.length === 3);
  expect(states.slice(1, 3)).toEqual([
    { kind: "reconnecting", waitMs: 1000 },
    { kind: "reconnecting", waitMs: 2000 },
  ]);
});
